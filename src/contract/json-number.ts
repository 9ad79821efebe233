/** Json number: whether a double holds what is written. */

/** No finite double has more digits before its point: 1.7976931348623157e308 has 309. */
const DIGITS_MAX = 309;

/**
 * Whether a number is finite as a double and, as an integer, the same to the last digit. Decimals may round.
 *
 * @param text as the grammar of JSON has it
 * @param digits before its point. @param integer it has neither a fraction nor an exponent. @param precise integers have to be exact
 */
export function survivesAsDouble(text: string, digits: number, integer: boolean, precise: boolean): boolean {
  if (integer && digits > DIGITS_MAX) return false;
  const number = Number(text);
  if (!Number.isFinite(number)) return false;
  return !integer || !precise || BigInt(text) === BigInt(number);
}
