/**
 * Tests of the answer reader: whatever way an answer is cut into chunks, its end is found.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AnswerReader } from "../generator/answer-reader.ts";

const counted = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\":12}";
const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n5\r\n\":12}\r\n0\r\n\r\n";
const empty = "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n";

for (const [name, text, status] of [["counted", counted, 201], ["chunked", chunked, 200], ["empty", empty, 429]] as const) {
  test(`a ${name} answer ends where it ends, wherever it is cut`, () => {
    for (let cut = 1; cut < text.length; cut += 1) {
      const reader = new AnswerReader();
      assert.equal(reader.read(Buffer.from(text.slice(0, cut))), undefined, `cut at ${cut}`);
      assert.equal(reader.read(Buffer.from(text.slice(cut)))?.status, status);
      assert.equal(reader.read(Buffer.from(text))?.status, status, "the next answer on the same connection");
    }
  });
}

test("bytes after an answer are a mistake", () => {
  assert.throws(() => new AnswerReader().read(Buffer.from(`${counted}H`)), RangeError);
});
