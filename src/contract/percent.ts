/**
 * Percent: percent-encoding brought into one form, and decoded once.
 *
 * A text that two programs decode differently is a way past the first of them. So everything that could be read in
 * two ways is refused here, and what remains is written anew: octets that need no encoding (RFC 3986, section 2.3)
 * stand plain, all others keep their triplet with upper-case digits. Reading that form again changes nothing.
 */

/** Either the canonical text or one sentence that says what is wrong with the text; it never quotes it. */
export type Canonical = string | { readonly wrong: string };

export type Part = "path" | "query";

const PATH = 1;
const QUERY = 2;
const UNRESERVED = 4;
/** No one may send these raw in a query, yet URL parsers of browsers leave them so: read, and written encoded. */
const LENIENT = 8;

/** What may stand raw, by ASCII code (RFC 3986, sections 3.3 and 3.4). */
const CLASSES: Uint8Array = classify();

const WRONG = {
  raw: { wrong: "holds a character that has to be percent-encoded" },
  control: { wrong: "holds a control character" },
  triplet: { wrong: "holds a percent sign that two hexadecimal digits do not follow" },
  utf8: { wrong: "holds percent-encoded octets that are not UTF-8" },
  separator: { wrong: "holds a percent-encoded slash or backslash" },
  fragment: { wrong: "holds a fragment" },
  backslash: { wrong: "holds a backslash" },
} as const;

const HEX = "0123456789ABCDEF";
const [SLASH, BACKSLASH, PERCENT, PLUS, HASH] = [0x2f, 0x5c, 0x25, 0x2b, 0x23];

/**
 * Brings a path (slashes included) or a query (ampersands included) into canonical form. In a query `+` is a space
 * and becomes `%20`. Linear in the length of the text; never throws.
 */
export function canonicalise(text: string, part: Part): Canonical {
  const allowed = part === "path" ? PATH : QUERY;
  let written = "";
  let run = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isAllowed(code, allowed)) {
      at++;
      continue;
    }
    written += text.slice(run, at);
    const step = code === PERCENT ? readTriplets(text, at, part) : readRaw(code, part);
    if ("wrong" in step) return step;
    written += step.text;
    at += step.length;
    run = at;
  }
  return run === 0 ? text : written + text.slice(run);
}

/** Decodes triplets once. Undefined where they are malformed or not UTF-8. Linear; never throws. */
export function decodePercent(text: string): string | undefined {
  let at = text.indexOf("%");
  if (at === -1) return text;
  while (at !== -1) {
    const octet = octetAt(text, at);
    if (octet === undefined) return undefined;
    const length = octet < 0x80 ? 1 : sequenceLength(text, at, octet);
    if (length === 0) return undefined;
    at = text.indexOf("%", at + 3 * length);
  }
  // A lone surrogate outside the triplets cannot make this throw: only triplets are looked at.
  return decodeURIComponent(text);
}

interface Step {
  readonly text: string;
  readonly length: number;
}

type Wrong = (typeof WRONG)[keyof typeof WRONG];

function isAllowed(code: number, allowed: number): boolean {
  return code < 0x80 && ((CLASSES[code] ?? 0) & allowed) !== 0;
}

function readRaw(code: number, part: Part): Step | Wrong {
  if (part === "query" && code === PLUS) return { text: "%20", length: 1 };
  if (part === "query" && isAllowed(code, LENIENT)) return { text: writeTriplet(code), length: 1 };
  if (code === HASH) return WRONG.fragment;
  if (code === BACKSLASH) return WRONG.backslash;
  return isControl(code) ? WRONG.control : WRONG.raw;
}

/** One character: a triplet, or the two to four triplets of its UTF-8 sequence. */
function readTriplets(text: string, at: number, part: Part): Step | Wrong {
  const octet = octetAt(text, at);
  if (octet === undefined) return WRONG.triplet;
  if (octet >= 0x80) {
    const length = sequenceLength(text, at, octet);
    if (length === 0) return WRONG.utf8;
    // U+0080 to U+009F: controls too, which terminals and log viewers obey.
    if (octet === 0xc2 && (octetAt(text, at + 3) ?? 0) < 0xa0) return WRONG.control;
    return { text: text.slice(at, at + 3 * length).toUpperCase(), length: 3 * length };
  }
  if (isControl(octet)) return WRONG.control;
  if (isAllowed(octet, UNRESERVED)) return { text: String.fromCharCode(octet), length: 3 };
  if (part === "path" && (octet === SLASH || octet === BACKSLASH)) return WRONG.separator;
  return { text: writeTriplet(octet), length: 3 };
}

/**
 * How many triplets from `at` on make one well-formed UTF-8 sequence (RFC 3629, section 4), 0 for none: overlong
 * forms, surrogates and values beyond U+10FFFF have no place in its grammar.
 */
function sequenceLength(text: string, at: number, first: number): number {
  const length = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  for (let index = 1; index < length; index++) {
    const octet = octetAt(text, at + 3 * index);
    if (octet === undefined || octet < 0x80 || octet > 0xbf) return 0;
    if (index === 1 && isMisplaced(first, octet)) return 0;
  }
  return length;
}

function isMisplaced(first: number, second: number): boolean {
  if (first === 0xe0) return second < 0xa0;
  if (first === 0xed) return second > 0x9f;
  if (first === 0xf0) return second < 0x90;
  return first === 0xf4 && second > 0x8f;
}

/** The octet of the triplet at `at`; undefined where there is none. */
function octetAt(text: string, at: number): number | undefined {
  if (text.charCodeAt(at) !== PERCENT) return undefined;
  const high = digit(text.charCodeAt(at + 1));
  const low = digit(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? undefined : high * 16 + low;
}

function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function writeTriplet(octet: number): string {
  return `%${HEX[octet >> 4] ?? ""}${HEX[octet & 15] ?? ""}`;
}

function isControl(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

function classify(): Uint8Array {
  const classes = new Uint8Array(128);
  const add = (characters: string, bits: number): void => {
    for (const character of characters) classes[character.charCodeAt(0)] = (classes[character.charCodeAt(0)] ?? 0) | bits;
  };
  add("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", PATH | QUERY | UNRESERVED);
  add("!$&'()*,;=:@/", PATH | QUERY);
  add("+", PATH);
  add("?", QUERY);
  add("[]{}|^`", LENIENT);
  return classes;
}
