/** Numbers: `minimum`, `maximum`, their exclusive forms in both dialects, and `multipleOf`. */
import { assertion } from "../rule.ts";
import { readNumber, type Site } from "../site.ts";

export function compileMinimum(site: Site): void {
  const minimum = readNumber(site, "minimum");
  const exclusive = readExclusive(site, "exclusiveMinimum");
  const isStrict = exclusive === true;
  if (minimum !== undefined && !isStrict) site.rules.numbers.push(assertion("minimum", `must be at least ${minimum}`, (value) => value >= minimum));
  const bound = isStrict ? minimum : exclusive;
  if (typeof bound === "number") site.rules.numbers.push(assertion("exclusiveMinimum", `must be greater than ${bound}`, (value) => value > bound));
}

export function compileMaximum(site: Site): void {
  const maximum = readNumber(site, "maximum");
  const exclusive = readExclusive(site, "exclusiveMaximum");
  const isStrict = exclusive === true;
  if (maximum !== undefined && !isStrict) site.rules.numbers.push(assertion("maximum", `must be at most ${maximum}`, (value) => value <= maximum));
  const bound = isStrict ? maximum : exclusive;
  if (typeof bound === "number") site.rules.numbers.push(assertion("exclusiveMaximum", `must be less than ${bound}`, (value) => value < bound));
}

/** In OpenAPI 3.0 it says whether the bound itself is excluded; since JSON Schema draft 6 it is a bound. */
function readExclusive(site: Site, keyword: string): number | boolean | undefined {
  const value = site.schema[keyword];
  if (typeof value === "boolean" && site.isOpenApi30) return value;
  const bound = readNumber(site, keyword);
  if (bound !== undefined && site.isOpenApi30) site.report("warning", [keyword], `${keyword} is true or false in OpenAPI 3.0; the number is enforced as in JSON Schema`);
  return bound;
}

export function compileMultipleOf(site: Site): void {
  const step = readNumber(site, "multipleOf");
  if (step === undefined) return;
  if (!(step > 0)) {
    site.report("operation", ["multipleOf"], "multipleOf is not greater than 0", "a number greater than 0");
    return;
  }
  site.rules.numbers.push(assertion("multipleOf", `must be a multiple of ${step}`, isMultipleOf(step)));
}

interface Decimal {
  readonly digits: bigint;
  /** Of ten. */
  readonly exponent: number;
}

/** Exact in decimals: in binary 0.0075 is no multiple of 0.0001, and 1e308 / 0.5 overflows. */
function isMultipleOf(step: number): (value: number) => boolean {
  const isWhole = Number.isSafeInteger(step);
  const divisor = readDecimal(step);
  return (value) => {
    if (isWhole && Number.isSafeInteger(value)) return value % step === 0;
    const dividend = readDecimal(value);
    const shift = dividend.exponent - divisor.exponent;
    if (shift >= 0) return (dividend.digits * 10n ** BigInt(shift)) % divisor.digits === 0n;
    return dividend.digits % (divisor.digits * 10n ** BigInt(-shift)) === 0n;
  };
}

/** The shortest decimal that is read as this double: what the sender wrote, where that was short enough. */
function readDecimal(value: number): Decimal {
  const [mantissa = "0", exponent = "0"] = String(Math.abs(value)).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}
