/**
 * Form text: the pairs of an `application/x-www-form-urlencoded` body, read in one way or not at all.
 *
 * Decoders of forms forgive, and each forgives something else: a raw semicolon separates pairs for some, broken triplets
 * stay as they are or vanish, octets that are no UTF-8 become Latin-1. So: ASCII without blanks, `&` between pairs, `+` a
 * space, triplets that decode to UTF-8 without control characters, and no empty pair or name (WHATWG URL, section 5.1).
 */
import type { JsonBounds } from "../json.ts";
import type { Finding } from "../operation.ts";
import { fault } from "../parameter-style.ts";
import { decodePercent } from "../percent.ts";
import { isPlainLine, isPlainText } from "./plain-text.ts";

export interface FormPair {
  readonly name: string;
  /** Percent-encoded, as written; styles look for their delimiters here. */
  readonly raw: string;
  readonly text: string;
}

/** Visible ASCII but the semicolon. One class: linear. */
const ALLOWED = /^[!-:<-~]*$/;

const NOT_A_FORM = fault("syntax", "must be name=value pairs in ASCII, joined by ampersands and percent-encoded");
const NOT_DECODED = fault("encoding", "must be percent-encoded UTF-8 without control characters");
const TOO_MANY = fault("size", "holds too much");

/** Reads the whole text. Linear; never throws. */
export function readFormPairs(bytes: Uint8Array, { values, stringBytes }: Pick<JsonBounds, "values" | "stringBytes">): readonly FormPair[] | Finding {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  // Some drop a question mark that stands in front: they take the body for the query of a URL.
  if (!ALLOWED.test(body) || body.startsWith("?")) return NOT_A_FORM;
  const pairs: FormPair[] = [];
  for (let from = 0; from <= body.length; ) {
    const ampersand = body.indexOf("&", from);
    const to = ampersand === -1 ? body.length : ampersand;
    if (from === to) return NOT_A_FORM;
    if (pairs.length === values) return TOO_MANY;
    const pair = readPair(body.slice(from, to));
    if ("keyword" in pair) return pair;
    if (pair.raw.length > stringBytes || pair.name.length > stringBytes) return TOO_MANY;
    pairs.push(pair);
    from = to + 1;
  }
  return pairs;
}

function readPair(written: string): FormPair | Finding {
  const equals = written.indexOf("=");
  if (equals === 0) return NOT_A_FORM;
  const raw = equals === -1 ? "" : written.slice(equals + 1);
  const name = decode(equals === -1 ? written : written.slice(0, equals));
  const text = decode(raw);
  return name === undefined || text === undefined || !isPlainLine(name) || !isPlainText(text) ? NOT_DECODED : { name, raw, text };
}

function decode(raw: string): string | undefined {
  return decodePercent(raw.includes("+") ? raw.replaceAll("+", " ") : raw);
}
