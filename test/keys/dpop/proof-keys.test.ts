import assert from "node:assert/strict";
import { test } from "node:test";
import { algorithmOf } from "../../../src/keys/algorithm.ts";
import { PROOF_HEADER_CHARACTERS_MAX, PROOF_KEYS_MAX, PROOF_MODULUS_BITS_MAX, ProofKeys, thumbprintOf } from "../../../src/keys/dpop/proof-keys.ts";
import { readJwk } from "../../../src/keys/jwk.ts";
import { publicKeyOf, thumbprint } from "../client.ts";
import { encode, makePair } from "../issuer.ts";

const allowed = ["ES256", "EdDSA"].flatMap((name) => algorithmOf(name) ?? []);
const es = makePair("ES256");
const header = (members = {}): string => encode(JSON.stringify({ typ: "dpop+jwt", alg: "ES256", jwk: publicKeyOf(es), ...members }));

test("the thumbprint is the one of RFC 7638, section 3.1, whatever else the key says", () => {
  const n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
  assert.equal(thumbprintOf({ kty: "RSA", n, e: "AQAB", alg: "RS256", kid: "2011-04-29" }), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  for (const jwk of [{}, { kty: "oct", k: "x" }, { kty: "EC", crv: "P-256", x: "x" }, { kty: "RSA", n: 7, e: "AQAB" }, { kty: ["EC"] }, { kty: "__proto__" }]) assert.equal(thumbprintOf(jwk), undefined);
});

test("a key is remembered by its header, and only if a token is bound to it", () => {
  const keys = new ProofKeys(allowed);
  assert.ok("wrong" in keys.find(header(), "A".repeat(43)));
  assert.equal(keys.size, 0);
  const key = keys.find(header(), thumbprint(es));
  assert.ok(!("wrong" in key));
  assert.equal(keys.find(header(), thumbprint(es)), key);
  assert.equal(keys.size, 1);
  assert.deepEqual(keys.find(header(), "A".repeat(43)), { wrong: "jwk: not the key that the token is bound to" });
});

test("the memory is bounded, in headers and in their length", () => {
  const keys = new ProofKeys(allowed);
  for (let one = 0; one <= PROOF_KEYS_MAX; one++) keys.find(header({ more: one }), thumbprint(es));
  assert.ok(keys.size <= PROOF_KEYS_MAX && keys.size > 0);
  const frame = header({ more: "" }).length;
  const room = Math.floor(((PROOF_HEADER_CHARACTERS_MAX - frame) * 3) / 4);
  assert.ok(!("wrong" in keys.find(header({ more: "x".repeat(room - 2) }), thumbprint(es))));
  assert.deepEqual(keys.find(header({ more: "x".repeat(room + 2) }), thumbprint(es)), { wrong: "header: too long" });
});

test("an RSA key is as long as issuers may have it, and half of that at most where the client chooses it", () => {
  const ps = ["PS256"].flatMap((name) => algorithmOf(name) ?? []);
  const found = (bits: number): unknown => {
    const number = Buffer.alloc(Math.ceil(bits / 8), 0xff);
    number[0] = 0xff >>> (number.byteLength * 8 - bits);
    const jwk = { kty: "RSA", n: number.toString("base64url"), e: "AQAB" };
    assert.ok("key" in readJwk(jwk, ps), "of an issuer it would do");
    return new ProofKeys(ps).find(encode(JSON.stringify({ typ: "dpop+jwt", alg: "PS256", jwk })), thumbprintOf(jwk) ?? "");
  };
  assert.deepEqual(found(PROOF_MODULUS_BITS_MAX + 1), { wrong: "jwk: RSA key of 4097 bits, more than 4096" });
  const key = found(PROOF_MODULUS_BITS_MAX);
  assert.ok(typeof key === "object" && key !== null && !("wrong" in key));
});
