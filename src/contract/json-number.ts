/** Json number: whether a double holds what is written. */
import type { JsonBounds } from "./json.ts";

/** No finite double has more digits before its point: 1.7976931348623157e308 has 309. */
const DIGITS_MAX = 309;

/**
 * Whether a number is finite as a double and, as an integer, the same to the last digit. Decimals may round, unless the bounds
 * say otherwise: then what is written has to be what the double is written as, however many zeros stand around it.
 *
 * @param text as the grammar of JSON has it
 * @param digits before its point. @param integer it has neither a fraction nor an exponent
 */
export function survivesAsDouble(text: string, digits: number, integer: boolean, { preciseNumbers, exactDecimals }: Pick<JsonBounds, "preciseNumbers" | "exactDecimals">): boolean {
  if (integer && digits > DIGITS_MAX) return false;
  const number = Number(text);
  if (!Number.isFinite(number)) return false;
  if (integer) return !preciseNumbers || BigInt(text) === BigInt(number);
  return exactDecimals !== true || !preciseNumbers || significand(text) === significand(String(number));
}

/** Its digits without zeros at either end, and the power of ten of the last one; "0" for any zero. */
function significand(text: string): string {
  const [mantissa = "", exponent = "0"] = (text.startsWith("-") ? text.slice(1) : text).split(/[eE]/);
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = trimZeros(whole + fraction);
  if (digits.text === "") return "0";
  return `${digits.text}e${Number(exponent) - fraction.length + digits.behind}`;
}

/** By index, not by expression: a search for zeros at the end is quadratic in zeros. */
function trimZeros(text: string): { readonly text: string; readonly behind: number } {
  let from = 0;
  while (text[from] === "0") from += 1;
  let to = text.length;
  while (to > from && text[to - 1] === "0") to -= 1;
  return { text: text.slice(from, to), behind: text.length - to };
}
