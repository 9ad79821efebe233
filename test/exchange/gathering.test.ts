/** Gathering: pieces put together, and how much room is made for them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Gathering } from "../../src/exchange/gathering.ts";
import { problem } from "../../src/exchange/problem.ts";

const nobody = (): void => undefined;
const piece = (text: string): Uint8Array => Buffer.from(text);
const textOf = (gathering: Gathering): string => Buffer.from(gathering.bytes).toString();
/** Bytes that the memory behind what has come takes. */
const roomOf = ({ bytes }: Gathering): number => bytes.buffer.byteLength;

test("pieces of every kind come together in their order", () => {
  for (const expected of [undefined, 9]) {
    const gathering = new Gathering(expected, nobody, nobody);
    const lent = Buffer.from("abc");
    gathering.lend(lent);
    lent.fill("x");
    gathering.data(piece("def"));
    lent.set(piece("ghi"));
    gathering.lend(lent);
    lent.fill("x");
    assert.equal(textOf(gathering), "abcdefghi");
  }
});

test("what comes in one piece is kept as it is, and copied where it is only lent", () => {
  const whole = piece("abc");
  const [kept, copied] = [new Gathering(3, nobody, nobody), new Gathering(3, nobody, nobody)];
  kept.data(whole);
  copied.lend(whole);
  assert.equal(kept.bytes, whole);
  assert.notEqual(copied.bytes.buffer, whole.buffer);
});

test("a piece that was handed over is never written into", () => {
  const first = Buffer.from("abcdef").subarray(0, 3);
  const gathering = new Gathering(6, nobody, nobody);
  gathering.data(first);
  gathering.data(piece("xyz"));
  assert.equal(textOf(gathering), "abcxyz");
  assert.equal(Buffer.from(first.buffer, first.byteOffset, 6).toString(), "abcdef");
});

test("a length that is announced reserves four times what has come, and no more than it says", () => {
  const gathering = new Gathering(1_000_000, nobody, nobody);
  gathering.lend(new Uint8Array(10));
  assert.equal(roomOf(gathering), 40);
  gathering.lend(new Uint8Array(300_000));
  assert.equal(roomOf(gathering), 1_000_000);
  gathering.lend(new Uint8Array(699_990));
  assert.equal(gathering.bytes.byteLength, 1_000_000);
  assert.equal(roomOf(gathering), 1_000_000);
});

test("of an unknown length, one piece takes its own room, and more take at most four times what came", () => {
  const gathering = new Gathering(undefined, nobody, nobody);
  gathering.lend(new Uint8Array(100));
  assert.equal(roomOf(gathering), 100);
  gathering.lend(new Uint8Array(1));
  assert.equal(roomOf(gathering), 404);
});

test("more than was announced is gathered all the same: its bound is somebody else's", () => {
  const gathering = new Gathering(2, nobody, nobody);
  gathering.lend(piece("abc"));
  gathering.lend(piece("d"));
  assert.equal(textOf(gathering), "abcd");
});

test("the end and what goes wrong are passed on", () => {
  const told: unknown[] = [];
  const gathering = new Gathering(1, () => told.push("whole"), (why) => told.push(why.type));
  gathering.end();
  gathering.fail(problem("body-broke-off", 400, "The body broke off")());
  assert.deepEqual(told, ["whole", "body-broke-off"]);
});
