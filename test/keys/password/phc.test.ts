import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { COST_MAX, COST_MIN, type PasswordHash, readPhc, writePhc } from "../../../src/keys/password/phc.ts";

const HASH: PasswordHash = { memory: 19_456, passes: 2, lanes: 1, salt: Buffer.from("0123456789abcdef"), digest: Buffer.alloc(32, 7) };

test("a hash is written as other programs write it, and read back", () => {
  assert.equal(writePhc(HASH), "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
  assert.deepEqual(readPhc(writePhc(HASH)), HASH);
  for (const bytes of [16, 17, 18, 64]) assert.deepEqual(readPhc(writePhc({ ...HASH, salt: randomBytes(bytes) }))?.salt.byteLength, bytes);
});

test("what is weaker, of another kind or not canonical is no hash", () => {
  const text = writePhc(HASH);
  assert.notEqual(text.at(-1), "d");
  const wrong = [
    "", "x", `${text} `, `${text}=`, text.replace("argon2id", "argon2i"), text.replace("v=19", "v=16"), text.replace("$v=19", ""), text.replace("m=19456", "m=019456"), text.replace("m=19456,t=2", "t=2,m=19456"),
    text.replace(/.$/, "d"), text.replace("$MDEy", "$MDE-"), writePhc({ ...HASH, salt: Buffer.alloc(15) }), writePhc({ ...HASH, salt: Buffer.alloc(65) }), writePhc({ ...HASH, digest: Buffer.alloc(31) }), writePhc({ ...HASH, digest: Buffer.alloc(65) }),
  ];
  for (const one of wrong) assert.equal(readPhc(one), undefined, one);
});

test("each cost has a least and a most, and one beyond is refused", () => {
  const holds = (cost: Partial<PasswordHash>): boolean => readPhc(writePhc({ ...HASH, ...cost })) !== undefined;
  for (const name of ["memory", "passes", "lanes"] as const) {
    assert.deepEqual([holds({ [name]: COST_MIN[name] }), holds({ [name]: COST_MIN[name] - 1 }), holds({ [name]: COST_MAX[name] }), holds({ [name]: COST_MAX[name] + 1 })], [true, false, true, false], name);
  }
});
