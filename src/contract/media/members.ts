/**
 * Members: an object out of named items: the pairs of a form, or the parts of a multipart body.
 *
 * A name that comes twice is a list where the contract has one, and else refused: some APIs take the first, some the last.
 * Names that the contract does not know are left to the schema.
 */
import { writePointer } from "../json-pointer.ts";
import type { Json } from "../json-value.ts";
import type { Finding, Validator } from "../operation.ts";
import { fault } from "../parameter-style.ts";
import type { DecodeBounds, Decoded, FilePart } from "./decode.ts";

/**
 * Values to try, narrowest first, never none. Pointers lead into the member's value. `files`: what of the value are files;
 * `plain` is the value with empty texts in their place.
 */
export type MemberReading = { readonly values: readonly Json[]; readonly files?: readonly FilePart[]; readonly plain?: Json } | { readonly findings: readonly Finding[] };

export interface Member<Item> {
  readonly name: string;
  /** Which names carry it. */
  readonly claims: (name: string) => boolean;
  /** Reads all items that carry it, at least one. */
  readonly read: (items: readonly Item[], bounds: DecodeBounds) => MemberReading;
}

export interface Members<Item> {
  readonly members: readonly Member<Item>[];
  /** Reads what belongs to none of them. */
  readonly rest: Member<Item>;
}

export function membersReader<Item extends { readonly name: string }>({ members, rest }: Members<Item>, validator: Validator | undefined): (items: readonly Item[], bounds: DecodeBounds) => Decoded {
  // Most members have their own name and no other; only exploded objects have to be asked one by one.
  const exact = new Map(members.flatMap((member) => (member.claims(member.name) ? [[member.name, member] as const] : [])));
  const spread = members.filter((member) => !exact.has(member.name));
  return (items, bounds) => {
    const claimed = new Map<Member<Item> | string, Item[]>();
    for (const item of items) {
      const owner = exact.get(item.name) ?? spread.find((member) => member.claims(item.name)) ?? item.name;
      const mine = claimed.get(owner);
      if (mine === undefined) claimed.set(owner, [item]);
      else mine.push(item);
    }
    if (claimed.size > bounds.members) return { findings: [TOO_MANY] };
    const building = new Building();
    for (const [owner, mine] of claimed) {
      if (typeof owner === "string") building.add(owner, rest.read(mine, bounds));
      else building.add(owner.name, owner.read(mine, bounds));
    }
    return building.finish(validator);
  };
}

const TOO_MANY = fault("size", "holds too much");
/** An own `__proto__` becomes the prototype as soon as somebody copies the object. */
const PROTOTYPE = fault("prototype", "holds a member with a name that is not allowed");

class Building {
  readonly #narrow: [string, Json][] = [];
  readonly #wide: [string, Json][] = [];
  readonly #plain: [string, Json][] = [];
  readonly #files: FilePart[] = [];
  readonly #findings: Finding[] = [];

  add(name: string, reading: MemberReading): void {
    if (name === "__proto__") return void this.#findings.push(PROTOTYPE);
    const pointer = writePointer([name]);
    if ("findings" in reading) return void this.#findings.push(...reading.findings.map((finding) => ({ ...finding, pointer: pointer + finding.pointer })));
    const { values, files = [], plain } = reading;
    const narrow = values[0] ?? null;
    this.#narrow.push([name, narrow]);
    this.#wide.push([name, values.at(-1) ?? null]);
    this.#plain.push([name, plain ?? narrow]);
    this.#files.push(...files.map((file) => ({ ...file, pointer: pointer + file.pointer })));
  }

  /** All narrow, or, where the schema refuses that, all wide. */
  finish(validator: Validator | undefined): Decoded {
    if (this.#findings.length > 0) return { findings: this.#findings };
    const value = Object.fromEntries(this.#narrow);
    if (this.#files.length > 0) return { value, files: this.#files, plain: Object.fromEntries(this.#plain) };
    const differ = this.#narrow.some(([, member], index) => member !== this.#wide[index]?.[1]);
    if (!differ || validator === undefined || validator.check(value)) return { value };
    const wide = Object.fromEntries(this.#wide);
    return { value: validator.check(wide) ? wide : value };
  }
}
