/**
 * Kind: the type of a value in an expression, and how JSON becomes such a value.
 *
 * Every name in an expression has one kind, known at start-up. A whole number is an `int` (a BigInt, as the language
 * has it) where the contract says integer, and a `double` where it says number; so `path.page + 1` is what it looks
 * like. What does not fit its kind is no value, and whoever asked for it refuses.
 */
import type { Hint, JsonType } from "../../contract/hint.ts";
import type { Json } from "../../contract/json-value.ts";

const SCALARS = ["string", "int", "double", "bool"] as const;
type Scalar = (typeof SCALARS)[number];
type Plural = `${Scalar}s`;

export type Kind = Scalar | Plural | "timestamp";

/** What an expression works with. */
export type Value = string | bigint | number | boolean | Date | readonly (string | bigint | number | boolean)[];

export function isValue(value: unknown): value is Value {
  return SCALAR_TYPES.has(typeof value) || value instanceof Date || (Array.isArray(value) && value.every((one) => SCALAR_TYPES.has(typeof one)));
}

const SCALAR_TYPES: ReadonlySet<string> = new Set(["string", "bigint", "number", "boolean"]);

/** As JSON: times as texts (RFC 3339), and whole numbers as numbers while these hold them exactly. */
export function toJson(value: Value): Json {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value.toString();
  return typeof value === "object" ? value.map(toJson) : value;
}

/** Items of one list: with them the work of an expression is bounded (see examine.ts). */
export const LIST_ITEMS_MAX = 256;
/** Characters of one text. */
export const TEXT_CHARACTERS_MAX = 16_384;

/** As the language writes the type. */
export function writeKind(kind: Kind): string {
  if (kind === "timestamp") return "google.protobuf.Timestamp";
  return isPlural(kind) ? `list<${scalarOf(kind)}>` : kind;
}

/** @returns undefined where the JSON does not fit the kind, or is larger than an expression may work with */
export function toValue(json: Json, kind: Kind): Value | undefined {
  if (!isPlural(kind)) return kind === "timestamp" ? undefined : toScalar(json, kind);
  if (!Array.isArray(json) || json.length > LIST_ITEMS_MAX) return undefined;
  const scalar = scalarOf(kind);
  const items: (string | bigint | number | boolean)[] = [];
  for (const one of json as readonly Json[]) {
    const item = toScalar(one, scalar);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

function toScalar(json: Json, kind: Scalar): string | bigint | number | boolean | undefined {
  switch (kind) {
    case "string":
      return typeof json === "string" && json.length <= TEXT_CHARACTERS_MAX ? json : undefined;
    case "int":
      return Number.isSafeInteger(json) ? BigInt(json as number) : undefined;
    case "double":
      return typeof json === "number" ? json : undefined;
    case "bool":
      return typeof json === "boolean" ? json : undefined;
  }
}

function isPlural(kind: Kind): kind is Plural {
  return kind.endsWith("s");
}

function scalarOf(kind: Plural): Scalar {
  return SCALARS.find((scalar) => kind === `${scalar}s`) ?? "string";
}

/** The kind of a parameter, by what its schema allows; or why an expression cannot name it. */
export function kindOfHint({ types, items, prefix }: Hint): Kind | { readonly wrong: string } {
  const [only, ...others] = [...types].filter((type) => type !== "null" && !(type === "integer" && types.has("number")));
  if (only === undefined) return { wrong: "takes no value at all" };
  if (others.length > 0) return { wrong: `may be of several types (${[only, ...others].join(", ")}), and a rule needs one` };
  if (only !== "array") return KINDS[only] ?? { wrong: "is an object, and rules judge texts, numbers, true or false, and lists of these" };
  if (prefix.length > 0) return { wrong: "is a list of items that differ by position" };
  const inner = items === undefined ? "string" : kindOfHint(items);
  if (typeof inner !== "string") return { wrong: `is a list, of which each item ${inner.wrong}` };
  const plural = SCALARS.find((scalar) => scalar === inner);
  return plural === undefined ? { wrong: "is a list of lists" } : `${plural}s`;
}

const KINDS: Readonly<Partial<Record<JsonType, Scalar>>> = { string: "string", integer: "int", number: "double", boolean: "bool" };
