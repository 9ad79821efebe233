/**
 * Form: `application/x-www-form-urlencoded` as an object, each member read as the contract encodes it.
 *
 * A name that comes twice is a list where the contract has one, and else refused: some APIs take the first, some the last.
 * Names that the contract does not know are text, for the schema to refuse or allow.
 */
import type { JsonBounds } from "../json.ts";
import { writePointer } from "../json-pointer.ts";
import type { Json } from "../json-value.ts";
import type { Finding, Validator } from "../operation.ts";
import { fault } from "../parameter-style.ts";
import type { Decode, Decoded } from "./decode.ts";
import type { Field } from "./field.ts";
import type { Fields } from "./fields.ts";
import { type FormPair, readFormPairs } from "./form-text.ts";

/** @param rest reads what belongs to none of the fields */
export function formDecoder({ fields, rest }: Fields, validator: Validator | undefined): Decode {
  // Most fields have their own name and no other; only exploded objects have to be asked one by one.
  const exact = new Map(fields.flatMap((field) => (field.claims(field.name) ? [[field.name, field] as const] : [])));
  const spread = fields.filter((field) => !field.claims(field.name));
  return (bytes, _type, bounds) => {
    const pairs = readFormPairs(bytes, bounds);
    if ("keyword" in pairs) return { findings: [pairs] };
    const claimed = new Map<Field | string, FormPair[]>();
    for (const pair of pairs) {
      const owner = exact.get(pair.name) ?? spread.find((field) => field.claims(pair.name)) ?? pair.name;
      const mine = claimed.get(owner);
      if (mine === undefined) claimed.set(owner, [pair]);
      else mine.push(pair);
    }
    return build(claimed, rest, bounds, validator);
  };
}

const TOO_MANY = fault("size", "holds too much");
/** An own `__proto__` becomes the prototype as soon as somebody copies the object. */
const PROTOTYPE = fault("prototype", "holds a member with a name that is not allowed");

function build(claimed: ReadonlyMap<Field | string, readonly FormPair[]>, rest: Field, bounds: JsonBounds, validator: Validator | undefined): Decoded {
  if (claimed.size > bounds.members) return { findings: [TOO_MANY] };
  const narrow: [string, Json][] = [];
  const wide: [string, Json][] = [];
  const findings: Finding[] = [];
  for (const [owner, pairs] of claimed) {
    const name = typeof owner === "string" ? owner : owner.name;
    if (name === "__proto__") return { findings: [PROTOTYPE] };
    const reading = (typeof owner === "string" ? rest : owner).read(pairs, bounds);
    if ("findings" in reading) {
      const pointer = writePointer([name]);
      findings.push(...reading.findings.map((finding) => ({ ...finding, pointer: pointer + finding.pointer })));
      continue;
    }
    narrow.push([name, reading.values[0] ?? null]);
    wide.push([name, reading.values.at(-1) ?? null]);
  }
  if (findings.length > 0) return { findings };
  return { value: chooseReading(narrow, wide, validator) };
}

/** All narrow, or, where the schema refuses that, all wide. */
export function chooseReading(narrow: readonly (readonly [string, Json])[], wide: readonly (readonly [string, Json])[], validator: Validator | undefined): Json {
  const value = Object.fromEntries(narrow);
  if (validator === undefined || narrow.every(([, member], index) => member === wide[index]?.[1]) || validator.check(value)) return value;
  const other = Object.fromEntries(wide);
  return validator.check(other) ? other : value;
}
