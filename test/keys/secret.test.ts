import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { findWeakness, readSecret, SECRET_BYTES_MAX, SECRET_BYTES_MIN } from "../../src/keys/secret.ts";

const folder = mkdtempSync(path.join(tmpdir(), "sallyport-secret-"));

test("a reference leads to the environment or to a file", () => {
  writeFileSync(path.join(folder, "one"), "drawn-by-a-machine\n");
  const text = (reference: string): string => {
    const read = readSecret(reference, folder, { ONE: "from the environment" });
    return "secret" in read ? read.secret.toString() : `wrong: ${read.wrong}`;
  };
  assert.equal(text("env:ONE"), "from the environment");
  assert.equal(text("file:one"), "drawn-by-a-machine");
  assert.equal(text("env:TWO"), "wrong: the environment has no TWO");
  assert.match(text("file:absent"), /cannot be read/);
  for (const reference of ["", "plain", "env:", "env:A B", "file:", "ENV:ONE"]) assert.match(text(reference), /not a reference/);
});

test("random bytes keep their last byte, and a large file is no secret", () => {
  const bytes = Buffer.concat([randomBytes(31), Buffer.from([0xff, 0x0a])]);
  writeFileSync(path.join(folder, "raw"), bytes);
  const read = readSecret("file:raw", folder);
  assert.deepEqual("secret" in read && read.secret, bytes);
  writeFileSync(path.join(folder, "large"), Buffer.alloc(SECRET_BYTES_MAX + 1, "x"));
  assert.ok("wrong" in readSecret("file:large", folder));
});

test("secrets that a machine drew are strong", () => {
  let weak = 0;
  const drawn = [(): string => randomBytes(32).toString("base64"), (): string => randomBytes(48).toString("base64url"), (): string => randomBytes(32).toString("hex")];
  for (let round = 0; round < 2_000; round++) for (const draw of drawn) if (findWeakness(Buffer.from(draw())) !== undefined) weak++;
  assert.ok(weak < 20, `${weak} of 6,000 good secrets were refused`);
  assert.equal(findWeakness(Buffer.from(Array.from({ length: 32 }, (_, at) => at * 7))), undefined);
});

test("short, spoken and patterned secrets are weak", () => {
  const weak = ["", "secret", "x".repeat(64), "0123456789".repeat(5), "correct horse battery staple and more words", "this_is_my_very_secret_signing_key_2024", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "ThisIsMySuperSecretKeyForSigning", Buffer.from("your-256-bit-secret your-256-bit-secret").toString("base64")];
  for (const secret of weak) assert.notEqual(findWeakness(Buffer.from(secret)), undefined, secret);
  const good = randomBytes(64);
  assert.equal(findWeakness(good.subarray(0, SECRET_BYTES_MIN - 1)), "shorter than 32 bytes");
  assert.equal(findWeakness(good.subarray(0, 63), 64), "shorter than 64 bytes");
});
