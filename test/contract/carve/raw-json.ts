/** Raw json: random JSON texts that know what their parts look like, so that it can be said what has to be left of them. */
import * as fc from "fast-check";
import { type Blade, CUT, KEEP } from "../../../src/contract/carve/carve.ts";
import { NameTable } from "../../../src/contract/carve/name-table.ts";

export type Raw =
  | { readonly kind: "scalar"; readonly text: string }
  | { readonly kind: "list"; readonly blank: string; readonly items: readonly Child[] }
  | { readonly kind: "object"; readonly blank: string; readonly members: readonly (Child & { readonly name: string; readonly written: string; readonly colon: string })[] };

interface Child {
  readonly raw: Raw;
  readonly before: string;
  readonly after: string;
  readonly fate: number;
}

const blank = fc.constantFrom("", "", "", " ", "\n  ", "\t");
const scalar = fc
  .oneof(
    fc.constantFrom("0", "-1.50", "1e3", "12345678901234", "true", "false", "null", '""', '"a,b"', '"\\"}]"', '"\\u00e9\\\\"', '"{["'),
    fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => JSON.stringify(text)),
  )
  .map((text): Raw => ({ kind: "scalar", text }));

const name = fc.oneof(fc.constantFrom("id", "owner", "items", "a b", "\u00e9", 'q"', "\\"), fc.string({ unit: "grapheme", maxLength: 4 })).filter((text) => text !== "__proto__");

/** The name as JSON, plainly or with an escape that nobody needs. */
const writings = fc.constantFrom(
  (text: string) => JSON.stringify(text),
  (text: string) => `"${Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`).join("")}"`,
);

export const raw: fc.Arbitrary<Raw> = fc.letrec<{ value: Raw }>((tie) => {
  const child = fc.record({ raw: tie("value"), before: blank, after: blank, fate: fc.integer({ min: 0, max: 7 }) });
  const member = fc.record({ raw: tie("value"), before: blank, after: blank, fate: fc.integer({ min: 0, max: 7 }), name, write: writings, colon: fc.constantFrom(":", ": ", " :", "\n:\t") });
  return {
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      scalar,
      fc.record({ blank, items: fc.array(child, { maxLength: 5 }) }).map((list): Raw => ({ kind: "list", ...list })),
      fc
        .record({ blank, members: fc.uniqueArray(member, { maxLength: 5, selector: (one) => one.name }) })
        .map((object): Raw => ({ kind: "object", blank: object.blank, members: object.members.map(({ write, ...rest }) => ({ ...rest, written: write(rest.name) })) })),
    ),
  };
}).value;

export function writeRaw(value: Raw): string {
  return write(value, () => "keep");
}

type Fate = "keep" | "cut" | "write" | "inside";

export const WRITTEN = '{"instead":1}';

/** What a child comes to: two of eight are kept whole, two cut, one replaced, three looked into. */
export function fateOf({ fate, raw: inner }: Child): Fate {
  if (fate < 2) return "keep";
  if (fate < 4) return "cut";
  if (fate === 4) return "write";
  return inner.kind === "scalar" ? "keep" : "inside";
}

/** What has to be left: every byte that is not part of what goes, but for the one comma that goes with it. */
export function write(value: Raw, fate: (child: Child) => Fate): string {
  if (value.kind === "scalar") return value.text;
  const children: readonly (Child & { readonly name?: string })[] = value.kind === "list" ? value.items : value.members;
  const [open, close] = value.kind === "list" ? ["[", "]"] : ["{", "}"];
  const [first] = children;
  const last = children.at(-1);
  if (first === undefined || last === undefined) return open + value.blank + close;
  let text = open + first.before;
  let tail: Child | undefined;
  for (const [index, child] of children.entries()) {
    const what = fate(child);
    if (what === "cut") continue;
    if (tail !== undefined) text += `${tail.after},${children[children.indexOf(tail) + 1]?.before ?? ""}`;
    const lead = value.kind === "object" ? `${value.members[index]?.written}${value.members[index]?.colon}` : "";
    text += lead + (what === "write" ? WRITTEN : write(child.raw, what === "inside" ? fate : () => "keep"));
    tail = child;
  }
  return text + last.after + close;
}

/** The tree that does it. Half of an object's names are found in its table, the others are asked for. */
export function bladeOf(value: Raw): Blade {
  if (value.kind === "scalar") return KEEP;
  if (value.kind === "list") return { kind: "inside", members: undefined, rest: KEEP, items: value.items.map(bladeOfChild) };
  const blades = value.members.map((member) => [member.name, bladeOfChild(member)] as const);
  const rest = new Map(blades.filter((_, index) => index % 2 === 1));
  return { kind: "inside", members: new NameTable(new Map(blades.filter((_, index) => index % 2 === 0))), rest: (asked) => rest.get(asked) ?? CUT, items: CUT };
}

function bladeOfChild(child: Child): Blade {
  switch (fateOf(child)) {
    case "keep":
      return KEEP;
    case "cut":
      return CUT;
    case "write":
      return { kind: "write", text: WRITTEN };
    case "inside":
      return bladeOf(child.raw);
  }
}
