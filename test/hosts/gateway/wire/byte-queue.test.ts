/** Byte queue: nothing is lost, nothing is copied without need, and no view is ever written over. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ByteQueue } from "../../../../src/hosts/gateway/wire/byte-queue.ts";

const rest = ({ bytes, from, to }: ByteQueue): string => bytes.toString("latin1", from, to);

test("what is added comes out in order, whatever is taken in between, and views stay as they were", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ maxLength: 40, unit: "binary-ascii" }), fc.nat(60)), { maxLength: 40 }), (steps) => {
      const queue = new ByteQueue();
      let expected = "";
      const views: (readonly [Buffer, string])[] = [];
      for (const [text, take] of steps) {
        queue.add(Buffer.from(text, "latin1"));
        expected += text;
        const bytes = Math.min(take, expected.length);
        views.push([queue.bytes.subarray(queue.from, queue.from + bytes), expected.slice(0, bytes)]);
        queue.take(queue.from + bytes);
        expected = expected.slice(bytes);
        assert.equal(rest(queue), expected);
        assert.equal(queue.length, expected.length);
      }
      for (const [view, text] of views) assert.equal(view.toString("latin1"), text);
    }),
  );
});

test("what arrives whole is not copied", () => {
  const queue = new ByteQueue();
  const chunk = Buffer.from("whole");
  queue.add(chunk);
  assert.equal(queue.bytes, chunk);
});

test("bytes that come one by one cost their length, not its square", () => {
  const queue = new ByteQueue();
  let rooms = 0;
  let room = queue.bytes;
  for (let at = 0; at < 100_000; at++) {
    queue.add(Buffer.of(at & 0xff));
    if (queue.bytes !== room) rooms++;
    room = queue.bytes;
  }
  assert.equal(queue.length, 100_000);
  assert.ok(rooms < 20, `${rooms} copies`);
});

test("an emptied queue keeps nothing", () => {
  const queue = new ByteQueue();
  queue.add(Buffer.alloc(50_000));
  queue.add(Buffer.alloc(50_000));
  queue.take(queue.to);
  assert.equal(queue.bytes.byteLength, 0);
});
