import assert from "node:assert/strict";
import { test } from "node:test";
import { Nonces } from "../../../src/keys/dpop/nonces.ts";
import { NOW } from "../issuer.ts";

const PERIOD = 60_000;
const secret = Buffer.alloc(32, 7);

test("a nonce is good in its period and old in the next, and then unknown", () => {
  const nonces = new Nonces(secret, PERIOD);
  const start = Math.floor(NOW / PERIOD) * PERIOD;
  const nonce = nonces.at(start);
  assert.equal(nonces.judge(nonce, start), "good");
  assert.equal(nonces.judge(nonce, start + PERIOD - 1), "good");
  assert.equal(nonces.judge(nonce, start + PERIOD), "old");
  assert.equal(nonces.judge(nonce, start + 2 * PERIOD - 1), "old");
  assert.equal(nonces.judge(nonce, start + 2 * PERIOD), "unknown");
});

test("another door with the same secret knows it, one period ahead too, and one with another secret does not", () => {
  const nonce = new Nonces(secret, PERIOD).at(NOW);
  assert.equal(new Nonces(secret, PERIOD).judge(nonce, NOW), "good");
  assert.equal(new Nonces(secret, PERIOD).judge(nonce, NOW - PERIOD), "good");
  assert.equal(new Nonces(secret, PERIOD).judge(nonce, NOW - 2 * PERIOD), "unknown");
  assert.equal(new Nonces(Buffer.alloc(32, 8), PERIOD).judge(nonce, NOW), "unknown");
});

test("nobody can make one from another", () => {
  const nonces = new Nonces(secret, PERIOD);
  const bytes = Buffer.from(nonces.at(NOW), "base64url");
  for (let at = 0; at < bytes.byteLength; at++) {
    const altered = Buffer.from(bytes);
    altered.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    assert.equal(nonces.judge(altered.toString("base64url"), NOW), "unknown");
  }
  for (const other of ["", " ", `${nonces.at(NOW)}A`, "A".repeat(32)]) assert.equal(nonces.judge(other, NOW), "unknown");
});

test("from its end on no nonce of now is good", () => {
  const nonces = new Nonces(secret, PERIOD);
  for (const nonce of [nonces.at(NOW), nonces.at(NOW - PERIOD), nonces.at(NOW + PERIOD)]) assert.equal(nonces.judge(nonce, nonces.endAfter(NOW)), "unknown");
  assert.notEqual(nonces.judge(nonces.at(NOW + PERIOD), nonces.endAfter(NOW) - 1), "unknown");
});
