/** Chunked: the data of chunks, however they and the reads are cut, and no end but the right one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHUNK_SIZE_DIGITS_MAX, ChunkedReader } from "../../../../src/hosts/gateway/wire/chunked.ts";

interface Read {
  readonly data: string;
  readonly state: "more" | "whole" | "broken";
  readonly end: number;
  readonly pieces: number;
}

/** @param cuts offsets at which the reads end */
function read(text: string, cuts: readonly number[] = []): Read {
  const chunks = new ChunkedReader();
  const bytes = Buffer.from(text, "latin1");
  let data = "";
  let pieces = 0;
  let end = 0;
  for (const to of [...cuts, bytes.length]) {
    const from = end;
    end = chunks.read(bytes, from, to);
    const piece = chunks.takePiece(bytes);
    if (piece !== undefined) pieces++;
    data += Buffer.from(piece ?? []).toString("latin1");
    if (chunks.whole || chunks.broken) break;
  }
  return { data, state: chunks.whole ? "whole" : chunks.broken ? "broken" : "more", end, pieces };
}

test("chunks are put together, and what is behind them is left alone", () => {
  assert.deepEqual(read("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET /"), { data: "hello world", state: "whole", end: 26, pieces: 1 });
  assert.deepEqual(read("0\r\n\r\n"), { data: "", state: "whole", end: 5, pieces: 0 });
  assert.deepEqual(read("A\r\n0123456789\r\n0\r\n\r\n").data, "0123456789");
  assert.deepEqual(read("a\r\n0123456789\r\n0\r\n\r\n").data, "0123456789");
});

test("it makes no difference where the reads end", () => {
  const text = "5\r\nhello\r\n1\r\n \r\n00000005\r\nworld\r\n0\r\n\r\n";
  for (let one = 0; one <= text.length; one++) {
    for (let other = one; other <= text.length; other++) {
      const { data, state, end } = read(text, [one, other]);
      assert.deepEqual({ data, state, end }, { data: "hello world", state: "whole", end: text.length }, `${one}, ${other}`);
    }
  }
});

test("no part of a body is taken for the whole", () => {
  const text = "5\r\nhello\r\n0\r\n\r\n";
  for (let to = 0; to < text.length; to++) assert.equal(read(text.slice(0, to)).state, "more", `${to}`);
});

test("a chunk that comes alone is a view, many in one read are one piece", () => {
  const one = Buffer.from("5\r\nhello\r\n");
  const chunks = new ChunkedReader();
  chunks.read(one, 0, one.length);
  assert.equal(chunks.takePiece(one)?.buffer, one.buffer);
  const many = "1\r\nx\r\n".repeat(10_000);
  assert.deepEqual(read(`${many}0\r\n\r\n`), { data: "x".repeat(10_000), state: "whole", end: many.length + 5, pieces: 1 });
});

test("every digit of a size counts for what it is, in both cases", () => {
  for (const digit of "0123456789abcdefABCDEF") {
    const bytes = 16 + Number.parseInt(digit, 16);
    assert.deepEqual(read(`1${digit}\r\n${"x".repeat(bytes)}\r\n0\r\n\r\n`).state, "whole", digit);
  }
  for (const digit of "/:@G`g") assert.equal(read(`1${digit}\r\n${"x".repeat(40)}`).state, "broken", digit);
});

test("a size is one to eight hexadecimal digits", () => {
  assert.equal(read(`${"0".repeat(CHUNK_SIZE_DIGITS_MAX - 1)}1\r\nx\r\n0\r\n\r\n`).state, "whole");
  assert.equal(read(`${"0".repeat(CHUNK_SIZE_DIGITS_MAX)}1\r\nx\r\n0\r\n\r\n`).state, "broken");
  assert.equal(read("ffffffff\r\nx").state, "more");
  assert.equal(read("fffffffff\r\nx").state, "broken");
});

const broken: Readonly<Record<string, string>> = {
  "no size": "\r\n", "a sign": "+1\r\nx\r\n", "a minus": "-1\r\n", "a prefix": "0x1\r\nx\r\n", "a letter beyond f": "g\r\n", "a letter below a": "`\r\n", "an underscore": "1_0\r\n",
  "an extension": "1;a=b\r\nx\r\n0\r\n\r\n", "an empty extension": "1;\r\nx\r\n", "white space behind a size": "1 \r\nx\r\n", "white space before a size": " 1\r\nx\r\n", "a tab": "1\t\r\nx\r\n",
  "a bare LF behind a size": "1\nx\r\n", "a bare CR behind a size": "1\rx\r\n", "a bare LF behind data": "1\r\nx\n0\r\n\r\n", "no line end behind data": "1\r\nxy", "data that is longer than its size": "1\r\nxy\r\n0\r\n\r\n",
  "data that is shorter than its size": "3\r\nx\r\n0\r\n\r\n", "a trailer": "0\r\nx: y\r\n\r\n", "a bare LF at the end": "0\r\n\n", "a bare CR at the end": "0\r\n\rx", "a NUL": "\0\r\n",
};
for (const [title, text] of Object.entries(broken)) {
  test(`broken: ${title}`, () => {
    for (let cut = 0; cut <= text.length; cut++) assert.equal(read(text, [cut]).state, "broken", `${cut}`);
  });
}

test("data before the break is still handed on", () => {
  assert.deepEqual(read("5\r\nhello\r\n5x"), { data: "hello", state: "broken", end: 12, pieces: 1 });
});
