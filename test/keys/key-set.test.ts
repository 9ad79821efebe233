import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import type { Json, JsonObject } from "../../src/contract/json-value.ts";
import { type Algorithm, algorithmOf } from "../../src/keys/algorithm.ts";
import { MODULUS_BITS_MAX, MODULUS_BITS_MIN } from "../../src/keys/jwk.ts";
import { KEYS_MAX, readKeySet } from "../../src/keys/key-set.ts";
import { isRocaModulus } from "../../src/keys/roca.ts";
import { bytesOf, makePair } from "./issuer.ts";

const algorithms = ["ES256", "RS256", "PS256", "EdDSA"].map(named);
const es = makePair("ES256").jwk;
const rs = makePair("RS256").jwk;
const ed = makePair("EdDSA").jwk;

function named(name: string): Algorithm {
  return algorithmOf(name) ?? assert.fail(name);
}

function read(...keys: readonly Json[]): { readonly size: number; readonly wrong: string } {
  const reading = readKeySet({ keys }, algorithms);
  return "set" in reading ? { size: reading.set.keys.length, wrong: reading.wrong.join() } : { size: 0, wrong: reading.wrong };
}

test("R15: sound keys of every type are read, and found by id and algorithm", () => {
  assert.deepEqual(read(es, rs, ed), { size: 3, wrong: "" });
  const reading = readKeySet({ keys: [es, rs] }, algorithms);
  assert.ok("set" in reading);
  assert.notEqual(typeof reading.set.find("key-ES256", named("ES256")), "string");
  assert.equal(reading.set.find("key-ES256", named("RS256")), "algorithm is not the key's own");
  assert.equal(reading.set.find("absent", named("ES256")), "unknown key");
});

test("R15: weak RSA keys are wrong: short, long, with a bad exponent, even", () => {
  const short = generateKeyPairSync("rsa", { modulusLength: 1_024 }).publicKey.export({ format: "jwk" }) as JsonObject;
  assert.match(read({ ...short, alg: "RS256" }).wrong, new RegExp(`1024 bits, fewer than ${MODULUS_BITS_MIN}`));
  const long = Buffer.alloc(MODULUS_BITS_MAX / 8 + 1, 0xff).toString("base64url");
  assert.match(read({ ...rs, n: long }).wrong, /more than 8192/);
  for (const e of ["AQ", "Ag", "AA", "", "AQABAAEAAQ", "A Q", "AQAC"]) assert.match(read({ ...rs, e }).wrong, /bad RSA/);
  const even = bytesOf(rs, "n");
  even[even.byteLength - 1] = 0x10;
  assert.match(read({ ...rs, n: even.toString("base64url") }).wrong, /bad RSA/);
});

test("R15: the fingerprint of a broken generator is known", () => {
  const primes = [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167];
  const product = primes.reduce((all, prime) => all * BigInt(prime), 1n);
  const broken = (65_537n ** 1_234n % product) + product * ((1n << 1_850n) + BigInt(Number((65_537n ** 1_234n % product + 1n) % 2n)));
  assert.equal(isRocaModulus(broken), true);
  const n = Buffer.from(broken.toString(16).padStart(520, "0"), "hex").toString("base64url");
  assert.match(read({ ...rs, n }).wrong, /ROCA/);
  assert.equal(isRocaModulus(broken + 2n), false);
  assert.equal(isRocaModulus(BigInt(`0x${bytesOf(rs, "n").toString("hex")}`)), false);
});

test("R15: points beside the curve, short coordinates and wrong curves are refused", () => {
  const y = bytesOf(es, "y");
  y[31] = (y[31] ?? 0) ^ 1;
  assert.match(read({ ...es, y: y.toString("base64url") }).wrong, /not a valid public key/);
  assert.match(read({ ...es, x: "AAAA" }).wrong, /bad coordinate/);
  assert.match(read({ ...es, crv: "P-384" }).wrong, /does not fit its type/);
  assert.match(read({ ...es, crv: "secp256k1", alg: "ES256K" }).wrong, /does not fit its type/);
  assert.match(read({ ...ed, x: "AA" }).wrong, /bad coordinate/);
});

test("R15: a key serves only what it says it is for", () => {
  for (const other of [{ use: "enc" }, { key_ops: ["encrypt"] }, { key_ops: "verify" }, { alg: "RSA-OAEP" }, { alg: "ES256" }, { alg: "HS256" }, { alg: "none" }, { alg: 7 }]) {
    assert.deepEqual(read(es, { ...rs, ...other }), { size: 1, wrong: "" });
  }
  assert.deepEqual(read({ ...rs, use: "sig", key_ops: ["verify"] }), { size: 1, wrong: "" });
});

test("R15: unknown types are left out, secrets and private parts are wrong", () => {
  assert.deepEqual(read(es, { kty: "AKP", alg: "ML-DSA-44", pub: "AAAA" }), { size: 1, wrong: "" });
  assert.match(read(es, { ...rs, d: "AAAA" }).wrong, /private part published/);
  assert.match(read({ kty: "oct", k: "A".repeat(43), alg: "HS256" }).wrong, /no usable key/);
  assert.match(read(es, { kty: "oct", k: "A".repeat(43) }).wrong, /secrets among public keys/);
});

test("R15: of two keys with one id neither counts", () => {
  const reading = readKeySet({ keys: [es, ed, { ...rs, kid: es["kid"] ?? "" }] }, algorithms);
  assert.ok("set" in reading);
  assert.equal(reading.set.find("key-ES256", named("ES256")), "unknown key");
  assert.equal(reading.set.keys.length, 1);
  assert.match(reading.wrong.join(), /several keys with one kid/);
});

test("R15: a set is bounded, and anything else is no set", () => {
  const many = Array.from({ length: KEYS_MAX }, (_, at) => ({ ...es, kid: `k${at}` }));
  assert.equal(read(...many).size, KEYS_MAX);
  assert.match(read(...many, es).wrong, /more than 100 keys/);
  for (const value of [null, [], {}, { keys: {} }, "x", 7, { keys: "x" }]) assert.ok(!("set" in readKeySet(value, algorithms)));
  for (const key of [null, 7, [], "x", {}, { kty: "EC" }, { kty: "RSA" }, { ...es, kid: 7 }, { ...es, kid: "x".repeat(257) }]) assert.deepEqual(read(es, key).size, 1);
});
