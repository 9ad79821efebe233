/**
 * Parameter style: takes the raw text of a parameter apart at its delimiters (OpenAPI 3.2, "Style Values"; RFC 6570).
 *
 * Delimiters are looked for before anything is decoded, so that an encoded comma is data. What OpenAPI leaves
 * undefined has no splitter, and a declaration that needs one is refused at start-up.
 */
import type { Finding, Location, RawPair } from "./operation.ts";
import { decodePercent } from "./percent.ts";

export type Raw = string | readonly RawPair[];

/** A name and a value. Of a query pair that stands for itself the name is decoded already. */
export type RawField = readonly [name: string, value: string];

/** Answers the parts, or a finding. */
export type Split<Parts> = (raw: Raw) => Parts | Finding;

/** How a parameter is written: as one text, as a list of items, as a list of fields. */
export interface Splitters {
  readonly text: Split<string> | undefined;
  readonly items: Split<readonly string[]> | undefined;
  readonly fields: Split<readonly RawField[]> | undefined;
  /** The names in `fields` come decoded. */
  readonly decodedNames: boolean;
}

/** Items of an array, or fields of an object, in one parameter. */
export const PARAMETER_ITEMS_MAX = 1_000;

export interface Style {
  readonly in: Location;
  readonly name: string;
  readonly style: string;
  readonly explode: boolean;
}

/** Undefined where the style does not exist at this place. */
export function splittersOf(style: Style): Splitters | undefined {
  return STYLES.get(`${style.in} ${style.style}`)?.(style);
}

const STYLES: ReadonlyMap<string, (style: Style) => Splitters> = new Map<string, (style: Style) => Splitters>([
  ["path simple", ({ explode }) => splitList(takeText, ",", explode)],
  ["path label", ({ explode }) => splitList(takeLabel, explode ? "." : ",", explode)],
  ["path matrix", matrix],
  ["header simple", ({ explode }) => header(explode)],
  ["query form", form],
  ["query spaceDelimited", (style) => delimited(style, /%20|\+/)],
  ["query pipeDelimited", (style) => delimited(style, /\||%7c/i)],
  ["query deepObject", deepObject],
  ["cookie form", cookie],
  ["cookie cookie", cookie],
]);

export function fault(keyword: string, message: string, pointer = ""): Finding {
  return { pointer, keyword, message };
}

const NOT_ONCE = fault("unique", "must be given once");
const TOO_MANY = fault("maxItems", `must not hold more than ${PARAMETER_ITEMS_MAX} items`);
const NO_LABEL = fault("style", "must begin with a full stop");
const NO_MATRIX = fault("style", "must begin with a semicolon and the name");
const NO_FIELDS = fault("style", "must be a list of names, each with its value");

function isFault(parts: string | Finding | readonly string[] | readonly RawField[]): parts is Finding {
  return typeof parts === "object" && "keyword" in parts;
}

/** The one text; for a query parameter the value of its only pair. */
function takeText(raw: Raw): string | Finding {
  if (typeof raw === "string") return raw;
  const [first, second] = raw;
  return first === undefined || second !== undefined ? NOT_ONCE : first[1];
}

function takeLabel(raw: Raw): string | Finding {
  const text = takeText(raw);
  return isFault(text) ? text : text.startsWith(".") ? text.slice(1) : NO_LABEL;
}

/** Lists with one delimiter; exploded fields are `name=value`, others name, value, name, value. */
function splitList(take: Split<string>, delimiter: string | RegExp, explode: boolean): Splitters {
  const items: Split<readonly string[]> = (raw) => {
    const text = take(raw);
    return isFault(text) ? text : splitItems(text, delimiter);
  };
  const fields: Split<readonly RawField[]> = (raw) => {
    const list = items(raw);
    return isFault(list) ? list : explode ? splitFields(list) : pairUp(list);
  };
  return { text: take, items, fields, decodedNames: false };
}

function splitItems(text: string, delimiter: string | RegExp): readonly string[] | Finding {
  const items = text.split(delimiter, PARAMETER_ITEMS_MAX + 1);
  return items.length > PARAMETER_ITEMS_MAX ? TOO_MANY : items;
}

function splitFields(list: readonly string[]): readonly RawField[] | Finding {
  const fields: RawField[] = [];
  for (const item of list) {
    const equals = item.indexOf("=");
    if (equals < 1) return NO_FIELDS;
    fields.push([item.slice(0, equals), item.slice(equals + 1)]);
  }
  return fields;
}

function pairUp(list: readonly string[]): readonly RawField[] | Finding {
  if (list.length % 2 !== 0) return NO_FIELDS;
  const fields: RawField[] = [];
  for (let at = 0; at < list.length; at += 2) fields.push([list[at] ?? "", list[at + 1] ?? ""]);
  return fields;
}

/** `;name=value`; exploded lists repeat the name, exploded objects name their fields instead. */
function matrix({ name, explode }: Style): Splitters {
  const takeOwn = (text: string): string | undefined => {
    const [own = ""] = text.split("=", 1);
    return decodePercent(own) === name ? text.slice(own.length + 1) : undefined;
  };
  const take: Split<string> = (raw) => {
    const text = takeText(raw);
    if (isFault(text)) return text;
    const value = text.startsWith(";") ? takeOwn(text.slice(1)) : undefined;
    if (value === undefined) return NO_MATRIX;
    return value.includes(";") ? NOT_ONCE : value;
  };
  if (!explode) return splitList(take, ",", false);
  const list: Split<readonly string[]> = (raw) => {
    const text = takeText(raw);
    if (isFault(text)) return text;
    return text.startsWith(";") ? splitItems(text.slice(1), ";") : NO_MATRIX;
  };
  const items: Split<readonly string[]> = (raw) => {
    const parts = list(raw);
    if (isFault(parts)) return parts;
    const values = parts.map(takeOwn);
    return values.every((value) => value !== undefined) ? values : NO_MATRIX;
  };
  const fields: Split<readonly RawField[]> = (raw) => {
    const parts = list(raw);
    return isFault(parts) ? parts : splitFields(parts);
  };
  return { text: take, items, fields, decodedNames: false };
}

/** List items may have blanks around them (RFC 9110, section 5.6.1), and a field without text is an empty list. */
function header(explode: boolean): Splitters {
  const { text, items, fields } = splitList(takeText, ",", explode);
  const trim = (list: readonly string[] | Finding): readonly string[] | Finding => (isFault(list) ? list : list.map(trimBlanks));
  const trimmed: Split<readonly string[]> = (raw) => (raw === "" ? [] : trim(items?.(raw) ?? []));
  const pairs: Split<readonly RawField[]> = (raw) => {
    const list = fields?.(raw) ?? [];
    return isFault(list) ? list : list.map(([name, value]) => [trimBlanks(name), trimBlanks(value)]);
  };
  return { text, items: trimmed, fields: pairs, decodedNames: false };
}

/** A loop: an expression for blanks at the end would try from each of them. */
function trimBlanks(text: string): string {
  let [from, to] = [0, text.length];
  while (text[from] === " " || text[from] === "\t") from++;
  while (to > from && (text[to - 1] === " " || text[to - 1] === "\t")) to--;
  return text.slice(from, to);
}

function form({ explode }: Style): Splitters {
  return explode ? { text: takeText, items: takeEach, fields: takePairs, decodedNames: true } : splitList(takeText, ",", false);
}

/** Exploded lists are written as in the form style; exploded objects have no delimiter at all. */
function delimited({ explode }: Style, delimiter: RegExp): Splitters {
  const { items, fields, decodedNames } = splitList(takeText, delimiter, false);
  return { text: undefined, items: explode ? takeEach : items, fields: explode ? undefined : fields, decodedNames };
}

function takePairs(raw: Raw): readonly RawField[] | Finding {
  if (typeof raw === "string") return NO_FIELDS;
  return raw.length > PARAMETER_ITEMS_MAX ? TOO_MANY : raw;
}

function takeEach(raw: Raw): readonly string[] | Finding {
  const pairs = takePairs(raw);
  return isFault(pairs) ? pairs : pairs.map(([, value]) => value);
}

/** `name[field]=value`, one level deep: OpenAPI does not say what `name[a][b]` or `name[]` would mean. */
function deepObject({ name }: Style): Splitters {
  const fields: Split<readonly RawField[]> = (raw) => {
    const pairs = takePairs(raw);
    if (isFault(pairs)) return pairs;
    const found: RawField[] = [];
    for (const [key, value] of pairs) {
      const field = key.slice(name.length + 1, -1);
      if (!key.startsWith(`${name}[`) || !key.endsWith("]") || field === "" || /[[\]]/.test(field)) return NO_FIELDS;
      found.push([field, value]);
    }
    return found;
  };
  return { text: undefined, items: undefined, fields, decodedNames: true };
}

/** Exploded lists and objects would be several cookies, of which a parameter here has one. */
function cookie({ explode }: Style): Splitters {
  const { text, items, fields } = splitList(takeText, ",", false);
  return explode ? { text, items: undefined, fields: undefined, decodedNames: false } : { text, items, fields, decodedNames: false };
}
