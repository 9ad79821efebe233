/**
 * Shape: one declaration of an option, five uses.
 *
 * A shape yields the TypeScript type of what it reads, the check at start-up, the JSON Schema for editors, the row in
 * the reference page, and the default: defaults stand nowhere else. Values carry their unit in the text (`1m`,
 * `64KiB`), never as a bare number of something.
 */
import type { Json, JsonObject } from "../contract/json-value.ts";
import { isJsonObject } from "../contract/json-value.ts";

/** Returned after a misfit was reported: there is no value. */
export const misread: unique symbol = Symbol("misread");
export type Misread = typeof misread;

/** Where a shape stands while it reads, and how it complains. */
export interface At {
  readonly pointer: string;
  readonly report: (pointer: string, message: string, allowed?: string) => void;
}

export interface Shape<T> {
  readonly schema: JsonObject;
  /** Whether the option may be left out; `fallback` is what is read then, in the policy's own words. */
  readonly optional: boolean;
  readonly fallback: Json | undefined;
  readonly read: (value: Json, at: At) => T | Misread;
}

/** The type that a shape reads. */
export type Read<S> = S extends Shape<infer T> ? T : never;

type Shapes = Readonly<Record<string, Shape<unknown>>>;
export type Fieldset<S extends Shapes> = { readonly [K in keyof S]: Read<S[K]> };

function shape<T>(schema: JsonObject, read: Shape<T>["read"]): Shape<T> {
  return { schema, optional: false, fallback: undefined, read };
}

function complain(at: At, message: string, allowed?: string): Misread {
  at.report(at.pointer, message, allowed);
  return misread;
}

/** An object with exactly these members. */
export function fields<S extends Shapes>(shapes: S, about?: string): Shape<Fieldset<S>> {
  const required = Object.keys(shapes).filter((name) => shapes[name]?.optional === false);
  const schema: JsonObject = {
    type: "object",
    ...(about === undefined ? {} : { description: about }),
    properties: Object.fromEntries(Object.entries(shapes).map(([name, { schema }]) => [name, schema])),
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
  };
  return shape(schema, (value, at) => readFields(shapes, value, at));
}

function readFields<S extends Shapes>(shapes: S, value: Json, at: At): Fieldset<S> | Misread {
  const names = Object.keys(shapes);
  if (!isJsonObject(value)) return complain(at, `expected options, found ${kindOf(value)}`, names.join(", ") || "{}");
  let whole = true;
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(shapes, name)) continue;
    at.report(`${at.pointer}/${escapePointer(name)}`, `unknown option ${quote(name)}`, names.join(", ") || "none");
    whole = false;
  }
  const read: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, option] of Object.entries(shapes)) {
    const given = Object.hasOwn(value, name) ? value[name] : option.fallback;
    if (given === undefined && option.optional) continue;
    if (given === undefined) {
      at.report(at.pointer, `option ${quote(name)} is missing`);
      whole = false;
      continue;
    }
    const one = option.read(given, { ...at, pointer: `${at.pointer}/${escapePointer(name)}` });
    if (one === misread) whole = false;
    read[name] = one;
  }
  return whole ? (read as Fieldset<S>) : misread;
}

/** May be left out. */
export function optional<T>(inner: Shape<T>): Shape<T | undefined> {
  return { ...inner, optional: true };
}

/** May be left out; then `fallback` is read, written as in the policy file. */
export function or<T>(inner: Shape<T>, fallback: Json): Shape<T> {
  return { ...inner, schema: { ...inner.schema, default: fallback }, optional: true, fallback };
}

/** A whole number. */
export function count(about: string, { min, max }: { readonly min: number; readonly max: number }): Shape<number> {
  return shape({ type: "integer", description: about, minimum: min, maximum: max }, (value, at) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? value
      : complain(at, `expected a whole number, found ${kindOf(value)}`, `${min} to ${max}`),
  );
}

export function flag(about: string): Shape<boolean> {
  return shape({ type: "boolean", description: about }, (value, at) =>
    typeof value === "boolean" ? value : complain(at, `expected true or false, found ${kindOf(value)}`, "true, false"),
  );
}

/** A text of 1 to `max` characters without control characters. */
export function text(about: string, { max = 1_000, example }: { readonly max?: number; readonly example?: string } = {}): Shape<string> {
  const schema = { type: "string", description: about, minLength: 1, maxLength: max, ...(example === undefined ? {} : { examples: [example] }) };
  return shape(schema, (value, at) =>
    typeof value === "string" && value.length > 0 && value.length <= max && !/[\0-\x1f\x7f]/.test(value)
      ? value
      : complain(at, `expected a text, found ${kindOf(value)}`, `1 to ${max} characters on one line`),
  );
}

/** Why something is loosened: a sentence that somebody will read in a year. */
export const REASON_CHARACTERS_MIN = 8;

export function reason(about: string): Shape<string> {
  const inner = text(about, { max: 500, example: "public price list, agreed 2026-11-20" });
  return shape({ ...inner.schema, minLength: REASON_CHARACTERS_MIN }, (value, at) =>
    typeof value === "string" && value.trim().length >= REASON_CHARACTERS_MIN
      ? inner.read(value, at)
      : complain(at, `expected a written reason, found ${kindOf(value)}`, `a sentence of at least ${REASON_CHARACTERS_MIN} characters`),
  );
}

export function oneOf<const T extends string>(about: string, values: readonly T[]): Shape<T> {
  return shape({ type: "string", description: about, enum: values }, (value, at) =>
    values.find((one) => one === value) ?? complain(at, `expected one of a few words, found ${kindOf(value)}`, values.join(", ")),
  );
}

const MILLISECONDS = new Map([["ms", 1], ["s", 1_000], ["m", 60_000], ["h", 3_600_000], ["d", 86_400_000]]);
const BYTES = new Map([["B", 1], ["KiB", 1_024], ["MiB", 1_048_576], ["GiB", 1_073_741_824]]);

/** A time with its unit, in milliseconds: `250ms`, `10s`, `1m`, `2h`, `7d`. */
export function duration(about: string, { min = "1ms", max = "365d" }: { readonly min?: string; readonly max?: string } = {}): Shape<number> {
  return measured(about, "^[0-9]+(ms|s|m|h|d)$", "a time such as 250ms, 10s, 1m, 2h or 7d", MILLISECONDS, min, max);
}

/** An amount of bytes with its unit: `512B`, `64KiB`, `1MiB`, `2GiB`. */
export function size(about: string, { min = "0B", max = "1GiB" }: { readonly min?: string; readonly max?: string } = {}): Shape<number> {
  return measured(about, "^[0-9]+(B|KiB|MiB|GiB)$", "an amount such as 512B, 64KiB or 1MiB", BYTES, min, max);
}

function measured(about: string, pattern: string, form: string, units: ReadonlyMap<string, number>, min: string, max: string): Shape<number> {
  const least = readMeasure(min, units);
  const most = readMeasure(max, units);
  return shape({ type: "string", description: `${about} From ${min} to ${max}.`, pattern }, (value, at) => {
    const amount = typeof value === "string" ? readMeasure(value, units) : undefined;
    if (amount === undefined) return complain(at, `expected ${form}, found ${kindOf(value)}`, form);
    if (amount < (least ?? 0) || amount > (most ?? Number.MAX_SAFE_INTEGER)) return complain(at, "out of range", `${min} to ${max}`);
    return amount;
  });
}

function readMeasure(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const match = /^([0-9]{1,12})([A-Za-z]{1,3})$/.exec(text);
  const unit = units.get(match?.[2] ?? "");
  return unit === undefined ? undefined : Number(match?.[1]) * unit;
}

/** A list of 0 to `max` items; a single item may stand without the list around it. */
export function listOf<T>(about: string, inner: Shape<T>, { min = 0, max = 1_000 }: { readonly min?: number; readonly max?: number } = {}): Shape<readonly T[]> {
  const schema = { description: about, anyOf: [inner.schema, { type: "array", items: inner.schema, minItems: min, maxItems: max }] };
  return shape(schema, (value, at) => {
    const items = Array.isArray(value) ? value : [value];
    if (items.length < min || items.length > max) return complain(at, `expected a list, found ${items.length} items`, `${min} to ${max} items`);
    const read = items.map((item: Json, index) =>
      inner.read(item, Array.isArray(value) ? { ...at, pointer: `${at.pointer}/${index}` } : at),
    );
    return read.includes(misread) ? misread : (read as T[]);
  });
}

/** An object with free names and one shape for all values. */
export function mapOf<T>(about: string, inner: Shape<T>): Shape<ReadonlyMap<string, T>> {
  return shape({ type: "object", description: about, additionalProperties: inner.schema }, (value, at) => {
    if (!isJsonObject(value)) return complain(at, `expected names with values, found ${kindOf(value)}`);
    const read = Object.entries(value).map(
      ([name, one]) => [name, inner.read(one, { ...at, pointer: `${at.pointer}/${escapePointer(name)}` })] as const,
    );
    return read.some(([, one]) => one === misread) ? misread : new Map(read as [string, T][]);
  });
}

/** A shape with a further rule on what was read. `rule` answers what is wrong, or undefined. */
export function checked<T, U>(inner: Shape<T>, rule: (value: T) => { readonly value: U } | { readonly wrong: string; readonly allowed?: string }): Shape<U> {
  return shape(inner.schema, (value, at) => {
    const read = inner.read(value, at);
    if (read === misread) return misread;
    const outcome = rule(read);
    return "wrong" in outcome ? complain(at, outcome.wrong, outcome.allowed) : outcome.value;
  });
}

/** An object with options, or a bare value that stands for one of them. */
export function either<S, L>(short: Shape<S>, long: Shape<L>, widen: (short: S) => L, about?: string): Shape<L> {
  return shape({ ...(about === undefined ? {} : { description: about }), anyOf: [short.schema, long.schema] }, (value, at) => {
    if (isJsonObject(value)) return long.read(value, at);
    const read = short.read(value, at);
    return read === misread ? misread : widen(read);
  });
}

/** An absolute http or https URL without credentials, query or fragment. */
export function url(about: string): Shape<URL> {
  return checked(text(about, { max: 2_000, example: "http://127.0.0.1:8080" }), (written) => {
    const parsed = URL.canParse(written) ? new URL(written) : undefined;
    if (parsed === undefined || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) return { wrong: "not an http or https URL", allowed: "http://host:port or https://host" };
    if (parsed.username !== "" || parsed.password !== "") return { wrong: "a URL must not carry credentials" };
    if (parsed.search !== "" || parsed.hash !== "") return { wrong: "a URL must not carry a query or a fragment here" };
    return { value: parsed };
  });
}

/** For messages: the kind of a value, never the value (it may be a secret in the wrong place). */
function kindOf(value: Json): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}

export function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name);
}
