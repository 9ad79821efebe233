/**
 * Wire answer: whatever our reader takes for an answer, Node's own parser takes for the same one, with the same status,
 * fields and body, and both see its end at the same byte; in one piece and cut anywhere, our reader says the same.
 *
 * The answers are well-formed ones with a few bytes, lines or numbers changed: what is far from HTTP proves nothing.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import http from "node:http";
import { Duplex } from "node:stream";
import { nominatedBy } from "../src/doors/field-set.ts";
import { BY_CLOSE } from "../src/hosts/gateway/wire/answer-head.ts";
import { AnswerReader } from "../src/hosts/gateway/wire/answer-reader.ts";

interface Reading {
  readonly status: number;
  /** Names in lower case and values in turn. */
  readonly fields: readonly string[];
  readonly body: string;
  readonly framing: number;
  /** Offset behind the answer. Known when it was read byte by byte. */
  readonly end: number;
  /** Bytes came behind it. */
  readonly surplus: boolean;
}

type Random = (below: number) => number;

/** Marsaglia's xorshift: small, and the same everywhere. */
function randomOf(seed: number): Random {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

const LINES: readonly string[] = ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.0 200 OK", "HTTP/1.1 204 No Content", "HTTP/1.1 304 Not Modified", "HTTP/1.1 500 ", "HTTP/1.1 206 Partial", "HTTP/1.1 205 Reset", "HTTP/1.1 599 \u00e9"];
const INTERIMS: readonly string[] = ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n", "HTTP/1.1 150 Odd\r\nx: y\r\n\r\n", "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"];
const FIELDS: readonly string[] = ["Content-Type: application/json", "x-a:b", "X-A:  c\t", "Connection: keep-alive", "Connection: close", "Connection: upgrade, x-a", "Upgrade: h2c", "Keep-Alive: timeout=5", "Set-Cookie: a=b", "x-empty:", "x-high: \u00e9\u00ff", "Trailer: x-t", "Date: Mon, 23 Nov 2026 00:00:00 GMT", "Proxy-Connection: close", "x-tab: a\tb"];
const FRAMINGS: readonly string[] = ["Content-Length: ", "content-length:", "Transfer-Encoding: chunked", "transfer-encoding: Chunked", "Transfer-Encoding: gzip, chunked", "Content-Length: 5\r\nTransfer-Encoding: chunked"];
const TRAILERS: readonly string[] = ["", "", "", "X-T: a\r\n", "X-T: a\r\nX-U:\r\n", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n"];
const PIECES: readonly string[] = ["\r", "\n", "\r\n", "\r\n\r\n", "\0", " ", "\t", ":", ";", "0", "5", "-1", "+5", "0x5", "5, 5", "f", "chunked", "close", "HTTP/1.1 200 OK\r\n\r\n", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "\u000b", "\u007f", "\u0080", "\u00ff", "\u00a0", ";a=b", "0\r\n\r\n", "1\r\nx\r\n"];
const BODIES: readonly string[] = ["", "hello", '{"a":1}', "0\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "x".repeat(300)];

function pick(random: Random, from: readonly string[]): string {
  return from[random(from.length)] ?? "";
}

function writeAnswer(random: Random): string {
  const body = pick(random, BODIES);
  const framing = random(12) === 0 ? pick(random, FRAMINGS) : random(3) === 0 ? "" : pick(random, FRAMINGS.slice(0, 4));
  const chunked = /chunked/i.test(framing);
  const fields = [framing.endsWith(":") || framing.endsWith(": ") ? framing + body.length : framing, ...Array.from({ length: random(4) }, () => pick(random, FIELDS))].filter((line) => line !== "");
  for (let at = fields.length - 1; at > 0; at--) fields.push(...fields.splice(random(at + 1), 1));
  const head = [pick(random, LINES), ...fields].map((line) => `${line}\r\n`).join("");
  const interims = random(6) === 0 ? Array.from({ length: 1 + random(3) }, () => pick(random, INTERIMS.slice(0, random(8) === 0 ? 5 : 4))).join("") : "";
  return `${interims}${head}\r\n${chunked ? writeChunks(random, body) : body}${random(8) === 0 ? pick(random, PIECES) : ""}`;
}

function writeChunks(random: Random, body: string): string {
  let text = "";
  for (let at = 0; at < body.length; ) {
    const size = 1 + random(random(2) === 0 ? 3 : body.length);
    const piece = body.slice(at, at + size);
    text += `${"0".repeat(random(3))}${random(2) === 0 ? piece.length.toString(16) : piece.length.toString(16).toUpperCase()}\r\n${piece}\r\n`;
    at += size;
  }
  return `${text}0${"0".repeat(random(2))}\r\n${pick(random, TRAILERS)}\r\n`;
}

function mutate(random: Random, text: string): string {
  let mutant = text;
  for (let count = random(4); count > 0; count--) {
    const at = random(mutant.length + 1);
    const span = random(4);
    const choice = random(5);
    if (choice === 0) mutant = mutant.slice(0, at) + mutant.slice(at + 1 + span);
    else if (choice === 1) mutant = mutant.slice(0, at) + pick(random, PIECES) + mutant.slice(at);
    else if (choice === 2) mutant = mutant.slice(0, at) + pick(random, PIECES) + mutant.slice(at + 1 + span);
    else if (choice === 3) mutant = mutant.slice(0, at) + String.fromCharCode(random(256)) + mutant.slice(at + 1);
    else {
      const lines = mutant.split("\r\n");
      const line = random(lines.length);
      lines.splice(random(lines.length + 1), 0, lines[line] ?? "");
      mutant = lines.join("\r\n");
    }
  }
  return mutant;
}

/** @param cuts where the bytes are cut, rising. @returns undefined when it is no answer, or not a whole one */
function readOurs(bytes: Buffer, toHead: boolean, cuts: readonly number[]): Reading | undefined {
  const reader = new AnswerReader();
  reader.begin(toHead);
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const to of [...cuts, bytes.byteLength]) {
    if (to <= from) continue;
    // The reader is to look at nothing beyond `to`: there stands what would change every answer.
    const buffer = Buffer.concat([bytes.subarray(from, to), RUBBISH]);
    if (reader.read(buffer, to - from) !== undefined) return undefined;
    if (reader.piece !== undefined) pieces.push(Buffer.from(reader.piece));
    from = to;
    if (reader.whole) break;
  }
  if (!reader.whole && reader.end() !== undefined) return undefined;
  const { head } = reader;
  ok(head !== undefined && reader.whole, "whole without a head");
  const { status, list, framing } = head;
  return { status, fields: list, body: Buffer.concat(pieces).toString("latin1"), framing, end: from, surplus: reader.surplus || from < bytes.byteLength };
}

const RUBBISH = Buffer.from("\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nx");

interface Theirs {
  readonly status: number;
  readonly fields: readonly string[];
  readonly body: string;
  /** The answer was whole. */
  readonly whole: boolean;
  readonly fault: string;
}

/** A socket made of memory: what is written to it goes nowhere. */
class Line extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    done();
  }
}

/** What Node makes of it: without the end of the connection, unless `ended`. */
async function readTheirs(pieces: readonly Uint8Array[], toHead: boolean, ended: boolean): Promise<Theirs> {
  const line = new Line();
  const request = http.request({ createConnection: () => line, method: toHead ? "HEAD" : "GET" });
  const seen = { status: 0, fields: [] as readonly string[], body: "", whole: false, fault: "" };
  request.on("error", (fault) => (seen.fault ||= String(fault)));
  request.on("response", (response) => {
    seen.status = response.statusCode ?? 0;
    seen.fields = response.rawHeaders;
    response.setEncoding("latin1");
    response.on("data", (text: string) => (seen.body += text));
    response.on("end", () => (seen.whole = response.complete));
    response.on("error", (fault) => (seen.fault ||= String(fault)));
  });
  request.end();
  for (const piece of pieces) line.push(piece);
  if (ended) line.push(null);
  for (let turn = 0; turn < TURNS && !seen.whole && seen.fault === ""; turn++) await new Promise((resolve) => setImmediate(resolve));
  line.destroy();
  return seen;
}

/** Of the event loop, in which Node has said all that it will say. */
const TURNS = 6;

/** Names in lower case, without the fields that Connection names. */
function ownFields(raw: readonly string[]): readonly string[] {
  const fields = raw.map((text, at) => (at % 2 === 0 ? text.toLowerCase() : text));
  const connection = fields.filter((_, at) => at % 2 === 1 && fields[at - 1] === "connection").join(",");
  const names = connection === "keep-alive" ? new Set() : nominatedBy(connection);
  return fields.filter((_, at) => !names.has(fields[at - (at % 2)] ?? ""));
}

function cutsOf(random: Random, bytes: Buffer): readonly number[] {
  return Array.from({ length: random(6) }, () => random(bytes.byteLength + 1)).sort((one, other) => one - other);
}

function cut(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const edges = [0, ...cuts, bytes.byteLength];
  return edges.slice(1).flatMap((to, at) => (to > (edges[at] ?? 0) ? [bytes.subarray(edges[at], to)] : []));
}

/** @returns whether it was taken for an answer */
async function holds(random: Random, text: string, toHead: boolean): Promise<boolean> {
  const bytes = Buffer.from(text, "latin1");
  const everywhere = Array.from({ length: bytes.byteLength }, (_, at) => at);
  const ours = readOurs(bytes, toHead, everywhere);
  const cuts = cutsOf(random, bytes);
  for (const reading of [readOurs(bytes, toHead, []), readOurs(bytes, toHead, cuts)]) {
    // Whatever comes behind a whole answer is not looked at, however it is cut.
    deepStrictEqual({ ...reading, end: 0 }, { ...ours, end: 0 }, "another cut, another answer");
  }
  if (ours === undefined) return false;
  const byClose = ours.framing === BY_CLOSE;
  const answer = bytes.subarray(0, ours.end);
  for (const pieces of [[answer], cut(answer, cuts.filter((at) => at < ours.end))]) {
    const { status, fields, body, whole, fault } = await readTheirs(pieces, toHead, byClose);
    deepStrictEqual({ status, fields: ownFields(fields), body, whole, fault }, { status: ours.status, fields: ours.fields, body: ours.body, whole: true, fault: "" }, "Node reads another answer");
  }
  if (!byClose) strictEqual((await readTheirs([answer.subarray(0, -1)], toHead, false)).whole, false, "Node sees the end sooner");
  return true;
}

/** Throws where the two readers, or two ways to cut the bytes, disagree. @returns how many answers were taken */
export async function run(iterations: number, seed: number): Promise<number> {
  const random = randomOf(seed);
  let taken = 0;
  for (let round = 0; round < iterations; round++) {
    const text = mutate(random, writeAnswer(random));
    const toHead = random(10) === 0;
    try {
      if (await holds(random, text, toHead)) taken++;
    } catch (fault) {
      throw new Error(`${toHead ? "to HEAD " : ""}${JSON.stringify(text)}`, { cause: fault });
    }
  }
  return taken;
}

if (import.meta.main) {
  const iterations = Number(process.argv[2] ?? 100_000);
  const taken = await run(iterations, Number(process.argv[3] ?? Date.now()));
  process.stdout.write(`${iterations} inputs, ${taken} taken for answers by both\n`);
}
