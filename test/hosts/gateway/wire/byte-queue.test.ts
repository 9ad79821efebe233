/** Byte queue: nothing is lost, nothing is copied without need, and no view is ever written over. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ByteQueue } from "../../../../src/hosts/gateway/wire/byte-queue.ts";

const rest = ({ bytes, from, to }: ByteQueue): string => bytes.toString("latin1", from, to);

/** Whoever lends it reads into it again. */
const shared = Buffer.alloc(100);

test("what comes in comes out in order, whatever is taken in between, and what is owned stays as it was", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ maxLength: 40, unit: "binary-ascii" }), fc.nat(60), fc.boolean()), { maxLength: 40 }), (steps) => {
      const queue = new ByteQueue();
      let expected = "";
      const owned: (readonly [Uint8Array, string])[] = [];
      for (const [text, take, lends] of steps) {
        if (lends) queue.lend(shared, shared.write(text, "latin1"));
        else queue.add(Buffer.from(text, "latin1"));
        expected += text;
        const bytes = Math.min(take, expected.length);
        owned.push([queue.own(queue.bytes.subarray(queue.from, queue.from + bytes)), expected.slice(0, bytes)]);
        queue.take(queue.from + bytes);
        expected = expected.slice(bytes);
        assert.equal(rest(queue), expected);
        queue.keep();
        shared.fill("!");
        assert.equal(rest(queue), expected);
        assert.equal(queue.length, expected.length);
        assert.ok(!queue.lent);
      }
      for (const [part, text] of owned) assert.equal(Buffer.from(part).toString("latin1"), text);
    }),
  );
});

test("a part of other bytes is nobody's to copy", () => {
  const queue = new ByteQueue();
  queue.lend(shared, 5);
  const other = new Uint8Array(3);
  assert.equal(queue.own(other), other);
});

test("what arrives whole is not copied", () => {
  const queue = new ByteQueue();
  const chunk = Buffer.from("whole");
  queue.add(chunk);
  assert.equal(queue.bytes, chunk);
  assert.equal(queue.own(chunk), chunk);
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
