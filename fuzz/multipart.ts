/**
 * Multipart: no body makes the reader of multipart throw, its chunks do not matter, and whatever it accepts, the parser of
 * fetch (undici) takes apart alike.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import * as fc from "fast-check";
import { DECODE_BOUNDS } from "../src/contract/media/decode.ts";
import { readParts } from "../src/contract/media/multipart/multipart.ts";
import type { Part } from "../src/contract/media/multipart/part-member.ts";
import { MultipartReader } from "../src/contract/media/multipart/reader.ts";

const BOUNDARY = "b-1";

interface Piece {
  readonly name: string;
  readonly filename: string | undefined;
  readonly type: string | undefined;
  readonly content: string;
}

const NAME: fc.Arbitrary<string> = fc.oneof(fc.constantFrom("a", "b", "__proto__", "a;b", "a=b", "a'b", "\u00e9", "a b", "_charset_", "a%22b", "a%0Ab"), fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }));
const CONTENT: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("", "x", "\r\n", "\n", "--", "--b", "--b-1", "\r\n--b-", "\r\n--b-1", "\n--b-1", "\r--b-1", "\r\n--b-1x", "\r\n--b-1--", "\r\n\r\n"),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const PIECE: fc.Arbitrary<Piece> = fc.record({
  name: NAME,
  filename: fc.option(NAME, { nil: undefined }),
  type: fc.option(fc.constantFrom("text/plain", "application/json", "image/png", "text/plain; charset=utf-8", "multipart/mixed", "a"), { nil: undefined }),
  content: CONTENT,
});
/** What is done to a body that was well-formed. */
const DAMAGE: fc.Arbitrary<readonly [at: number, cut: number, text: string]> = fc.tuple(fc.nat(400), fc.nat(4), fc.constantFrom("", "\r\n", "\n", "\r", "--", "--b-1", " ", ";", '"', "\\", ":", "=", "\0", "name=", "filename*=utf-8''x", "Content-Type: x/y\r\n", "\r\n\r\n", "\t"));

export async function run(iterations: number, seed: number): Promise<void> {
  await fc.assert(fc.asyncProperty(fc.array(PIECE, { maxLength: 4 }), fc.array(DAMAGE, { maxLength: 3 }), fc.array(fc.nat(400), { maxLength: 8 }), holds), { numRuns: iterations, seed });
}

async function holds(pieces: readonly Piece[], damages: readonly (readonly [number, number, string])[], cuts: readonly number[]): Promise<void> {
  let body = Buffer.from(write(pieces));
  for (const [at, cut, text] of damages) body = Buffer.concat([body.subarray(0, at), Buffer.from(text), body.subarray(at + cut)]);
  const parts = readParts(body, BOUNDARY, DECODE_BOUNDS);
  deepStrictEqual(accepts(body, cuts), accepts(body, []), "the cuts matter");
  if ("keyword" in parts) return ok(parts.message.length > 0);
  // Undici looks for the boundary without the dashes before it, and gives up where content holds that.
  if (parts.some(({ bytes }) => bytes.includes(BOUNDARY))) return;
  deepStrictEqual(parts.map(describe), await readByFetch(body));
}

function write(pieces: readonly Piece[]): string {
  const parts = pieces.map(({ name, filename, type, content }) => {
    const file = filename === undefined ? "" : `; filename="${filename}"`;
    return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${type === undefined ? "" : `Content-Type: ${type}\r\n`}\r\n${content}\r\n`;
  });
  return `${parts.join("")}--${BOUNDARY}--\r\n`;
}

function accepts(body: Buffer, cuts: readonly number[]): unknown {
  const seen: string[] = [];
  let content = "";
  const sink = { begin: (head: Buffer) => void seen.push(head.toString("latin1")), data: (bytes: Buffer) => void (content += bytes.toString("latin1")), end: () => void (seen.push(content), (content = "")) };
  const reader = new MultipartReader(BOUNDARY, sink, { parts: 100, headBytes: 4_096, partBytes: 10_000 });
  const places = [0, ...cuts.map((cut) => Math.min(cut, body.length)).sort((one, other) => one - other), body.length];
  for (const [index, from] of places.entries()) reader.push(body.subarray(from, places[index + 1] ?? body.length));
  return reader.end() ?? seen;
}

function describe({ name, head: { filename }, bytes }: Part): unknown {
  return [unescape(name), filename === undefined ? undefined : unescape(filename), Buffer.from(filename === undefined ? new TextDecoder().decode(bytes) : bytes).toString("latin1")];
}

/** Fetch undoes what browsers write for quotes and line breaks; that is left to the API here. */
function unescape(text: string): string {
  return text.replaceAll(/%0D%0A|%0A/gi, "\n").replaceAll(/%0D/gi, "\r").replaceAll("%22", '"');
}

async function readByFetch(body: Buffer): Promise<readonly unknown[]> {
  const form = await new Response(Uint8Array.from(body), { headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` } }).formData();
  return Promise.all([...form].map(async ([name, value]) => (typeof value === "string" ? [name, undefined, Buffer.from(value).toString("latin1")] : [name, value.name, Buffer.from(await value.arrayBuffer()).toString("latin1")])));
}

if (import.meta.main) await run(Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? Date.now()));
