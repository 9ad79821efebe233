/**
 * Fuzz Basic: no Authorization field makes the reading throw; what it reads is what RFC 7617 says, as another reader has it;
 * and whatever differs from a login in a single character is another login or none.
 */
import { ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { fieldsOf } from "../src/exchange/fields.ts";
import { decodeLogin, type Login, readBasic } from "../src/keys/basic.ts";

const PIECES: readonly string[] = ["Basic", "basic", "BASIC ", " ", "  ", ",", "=", "==", ":", "YW5uOg==", "YTpi", "-_", "+/", "\t", "\0", "\u00e9", "e\u0301", "\u00a0", "\ud800", "\u{1f511}"];
const TEXT = fc.array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: "binary", maxLength: 6 })), { maxLength: 8 }).map((pieces) => pieces.join(""));
const LOGIN = fc.tuple(fc.oneof(TEXT, fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 })), fc.oneof(TEXT, fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 })));
const BYTES = fc.uint8Array({ maxLength: 40 });

export function run(iterations: number, seed: number): void {
  fc.assert(fc.property(TEXT, readsOneOrNone), { numRuns: iterations, seed });
  fc.assert(fc.property(LOGIN, ([name, password]) => readsAlike(Buffer.from(`${name}:${password}`))), { numRuns: iterations, seed });
  fc.assert(fc.property(BYTES, (bytes) => readsAlike(Buffer.from(bytes))), { numRuns: iterations, seed });
  fc.assert(fc.property(LOGIN, fc.nat({ max: 60 }), fc.constantFrom(..."AZaz09+/=-_ ".split("")), altersNothing), { numRuns: iterations, seed });
}

function present(...values: readonly string[]): ReturnType<typeof readBasic> {
  return readBasic({ fields: fieldsOf(values.flatMap((value) => ["authorization", value])) });
}

/** A field is no login, a malformed one, or exactly `Basic`, a space, and what is handed on. */
function readsOneOrNone(value: string): void {
  const read = present(value);
  if (read !== undefined && "token" in read) {
    ok(value.toLowerCase().startsWith("basic ") && value.slice(6) === read.token, "something else is handed on");
    decodeLogin(read.token);
  }
  if (/^basic( |,|$)/i.test(value)) ok(read !== undefined, "a login was passed over");
  if (read !== undefined) ok("malformed" in (present(value, value) ?? {}), "two fields are one login");
}

function readsAlike(bytes: Buffer): void {
  const token = bytes.toString("base64");
  const login: Login = decodeLogin(token);
  if ("malformed" in login) return;
  const text = bytes.toString("utf8");
  ok(!text.includes("\ufffd") || bytes.includes(Buffer.from("\ufffd")), "bytes that are no UTF-8 were read");
  const colon = text.indexOf(":");
  strictEqual(login.name, text.slice(0, colon).normalize("NFC"));
  strictEqual(login.password, text.slice(colon + 1).replace(/\p{Zs}/gu, " ").normalize("NFC"));
  ok(!/\p{Cc}/u.test(login.name + login.password) && !login.name.includes(":") && login.name !== "" && login.password !== "");
}

/** One login has one spelling: an altered one is another login, or none. */
function altersNothing([name, password]: readonly [string, string], at: number, character: string): void {
  const token = Buffer.from(`${name}:${password}`).toString("base64");
  const altered = token.slice(0, at) + character + token.slice(at + 1);
  if (altered === token) return;
  const [before, after] = [decodeLogin(token), decodeLogin(altered)];
  if ("malformed" in before || "malformed" in after) return;
  const bytes = (text: string): string => Buffer.from(text, "base64").toString("latin1");
  ok(bytes(altered) !== bytes(token), "two spellings of the same bytes");
}

if (import.meta.main) run(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? Date.now()));
