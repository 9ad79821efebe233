/**
 * Text value: what a text means as JSON, exactly, or nothing.
 *
 * Number("0x10"), Number(" 1") and Number("") are numbers in JavaScript and nowhere else, and 9007199254740993 turns
 * into its neighbour: a value that was checked must be the one that the API reads. So numbers follow the grammar of
 * JSON (RFC 8259, section 6), and one that a double would change is none.
 */
import type { JsonType } from "./hint.ts";
import type { Json } from "./json-value.ts";

/**
 * The readings of `text` among `types`, narrowest first: boolean, number, null, text. Only `true` and `false` are
 * booleans; only the four letters `null` are null, the empty text never is. Arrays and objects are not read here.
 */
export function readingsOf(text: string, types: ReadonlySet<JsonType>): readonly Json[] {
  const readings: Json[] = [];
  if (types.has("boolean") && (text === "true" || text === "false")) readings.push(text === "true");
  const number = types.has("number") ? readNumber(text) : types.has("integer") ? readInteger(text) : undefined;
  if (number !== undefined) readings.push(number);
  if (types.has("null") && text === "null") readings.push(null);
  if (types.has("string")) readings.push(text);
  return readings;
}

/** One class per place and no choice between them: linear. */
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;

/** An integer in digits alone, within plus or minus 2^53 - 1; `1.0` and `1e2` are none. */
function readInteger(text: string): number | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? dropMinusZero(value) : undefined;
}

/** A number whose digits a double keeps: not too large, not too small, not too precise. */
function readNumber(text: string): number | undefined {
  if (INTEGER.test(text)) return readInteger(text);
  if (!NUMBER.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) && digitsOf(text) === digitsOf(String(value)) ? dropMinusZero(value) : undefined;
}

function dropMinusZero(value: number): number {
  return value === 0 ? 0 : value;
}

/** The significant digits: without sign, point, exponent, and the zeros at both ends. */
function digitsOf(text: string): string {
  let digits = "";
  let end = 0;
  for (const character of text) {
    if (character === "e" || character === "E") break;
    if (character === "-" || character === "." || (character === "0" && digits === "")) continue;
    digits += character;
    if (character !== "0") end = digits.length;
  }
  return digits.slice(0, end);
}
