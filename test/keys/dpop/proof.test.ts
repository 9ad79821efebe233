/** Proof: each of the twelve checks of RFC 9449, section 4.3, and what lies beside them. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { algorithmOf } from "../../../src/keys/algorithm.ts";
import { Nonces } from "../../../src/keys/dpop/nonces.ts";
import { PROOF_CHARACTERS_MAX, PROOF_ID_CHARACTERS_MAX, type ProofRules, proofChecker, type ProofVerdict, type Proven } from "../../../src/keys/dpop/proof.ts";
import { EXTERNAL, proof, publicKeyOf, thumbprint } from "../client.ts";
import { makePair, NOW, token, type Wishes } from "../issuer.ts";

const issuer = makePair("ES256");
const es = makePair("ES256");
const ed = makePair("EdDSA");
const ps = makePair("PS256");
const algorithms = ["ES256", "EdDSA", "PS256"].flatMap((name) => algorithmOf(name) ?? []);
const access = token(issuer);
const SECONDS = NOW / 1_000;

const rules: ProofRules = { algorithms, windowMilliseconds: 60_000, skewMilliseconds: 10_000, nonces: undefined, external: [EXTERNAL, "https://www.example/api"] };

function check(text: string, proven: Partial<Proven> = {}, particulars: Partial<ProofRules> = {}): ProofVerdict {
  return proofChecker({ ...rules, ...particulars })(text, { token: access, thumbprint: thumbprint(es), method: "GET", path: "/orders", now: NOW, ...proven });
}

function wrong(wishes: Wishes, proven: Partial<Proven> = {}): string {
  const verdict = check(proof(es, access, wishes), proven);
  return verdict !== "nonce" && "wrong" in verdict ? verdict.wrong : "taken";
}

function taken(wishes: Wishes, proven: Partial<Proven> = {}): void {
  assert.equal(wrong(wishes, proven), "taken", JSON.stringify(wishes));
}

test("R18: a good proof of each kind of key is taken, and says until when it could come again", () => {
  for (const pair of [es, ed, ps]) assert.deepEqual(check(proof(pair, access, { claims: { jti: "one" } }), { thumbprint: thumbprint(pair) }), { id: "one", end: NOW + 60_000, renew: false });
});

test("R18, check 2: the value is one well-formed JWT in compact form", () => {
  const [head = "", body = "", sign = ""] = proof(es, access).split(".");
  for (const text of ["", "x", `${head}.${body}`, `${head}.${body}.${sign}.x`, `${head}.${body}.`, `${head}=.${body}.${sign}`, `${head}.${body}=.${sign}`, `${head}.${body}.${sign}A`, `.${body}.${sign}`, `${head}..${sign}`, `${head}.${body}.${sign}, ${head}.${body}.${sign}`, "[]", JSON.stringify({ payload: body, signature: sign })]) {
    const verdict = check(text);
    assert.ok(verdict !== "nonce" && "wrong" in verdict, text);
  }
});

test("R18, check 3: every claim is there and of its type, and none stands twice", () => {
  for (const name of ["jti", "htm", "htu", "iat", "ath"]) for (const value of [null, {}, [], true, ""]) assert.notEqual(wrong({ claims: { [name]: value } }), "taken", name);
  taken({ claims: { jti: "x".repeat(PROOF_ID_CHARACTERS_MAX) } });
  assert.equal(wrong({ claims: { jti: "x".repeat(PROOF_ID_CHARACTERS_MAX + 1) } }), "jti: missing or malformed");
  const claims = `{"jti":"1","htm":"GET","htu":"${EXTERNAL}/orders","iat":${SECONDS},"ath":"${hash("sha256", access, "base64url")}"`;
  taken({ claimsText: `${claims}}` });
  assert.equal(wrong({ claimsText: `${claims},"jti":"2"}` }), "claims: duplicate");
});

test("R18, check 4: the type is dpop+jwt", () => {
  for (const typ of [null, "JWT", "at+jwt", "DPoP+JWT", "dpop", "application/dpop+jwt", 7]) assert.notEqual(wrong({ header: { typ } }), "taken");
});

test("R18, check 5: the algorithm is asymmetric, and one of the list", () => {
  for (const alg of ["none", "None", "", "HS256", "ES384", "RS256"]) assert.equal(wrong({ header: { alg } }), "alg: not allowed");
  for (const alg of [null, 7]) assert.equal(wrong({ header: { alg } }), "header: no algorithm");
  assert.equal(wrong({ header: { alg: "EdDSA" } }), "jwk: no allowed algorithm fits");
  assert.deepEqual(check(proof(es, access), {}, { algorithms: algorithms.filter(({ name }) => name === "EdDSA") }), { wrong: "alg: not allowed" });
});

test("R18, check 6: the signature is over exactly this, by the key in the header", () => {
  const [head = "", body = "", sign = ""] = proof(es, access).split(".");
  const [other = ""] = proof(es, access, { claims: { jti: "other" } }).split(".").slice(1);
  for (const text of [`${head}.${other}.${sign}`, `${head}.${body}.${sign.slice(0, -4)}AAAA`, `${head}.${body}.${proof(makePair("ES256"), access).split(".")[2]}`]) assert.deepEqual(check(text), { wrong: "signature does not fit" });
});

test("R18, check 7: a key with its private part, a weak one, and a secret are no keys", () => {
  const bare = publicKeyOf(es);
  for (const jwk of [{ ...bare, d: "AAAA" }, null, "x", [], {}, { kty: "oct", k: "AAAA" }, { ...bare, y: bare["x"] ?? "" }, { ...bare, use: "enc" }, { ...bare, alg: "ES384" }]) assert.notEqual(wrong({ header: { jwk } }), "taken", JSON.stringify(jwk));
  for (const also of [{ kid: "x" }, { use: "sig" }, { alg: "ES256" }]) taken({ header: { jwk: { ...bare, ...also } } });
  assert.notEqual(wrong({ header: { jwk: null, jku: "https://evil.example/keys", x5u: "https://evil.example/chain" } }), "taken");
});

test("R18, check 8: the method is this one, with its case", () => {
  for (const htm of ["POST", "get", "GET ", "*"]) assert.equal(wrong({ claims: { htm } }), "htm: another method");
  taken({ claims: { htm: "POST" } }, { method: "POST" });
});

test("R18, R21, check 9: the address is this one as callers see it, in any spelling, query aside", () => {
  for (const htu of [`${EXTERNAL}/orders`, "HTTPS://API.EXAMPLE/orders", "https://api.example:443/orders", `${EXTERNAL}/%6Frders`, `${EXTERNAL}/orders?limit=5`, `${EXTERNAL}/orders#x`, "https://www.example/api/orders"]) taken({ claims: { htu } });
  for (const htu of ["http://api.example/orders", `${EXTERNAL}/orders/`, `${EXTERNAL}/Orders`, `${EXTERNAL}/orders/1`, "https://evil.example/orders", "https://api.example.evil.example/orders", "https://api.example:8443/orders", "https://api.example@evil.example/orders", "/orders", "https://www.example/orders", "https://api.example/api/orders", `${EXTERNAL}/x/../orders`, "https://api.exampleX/orders"]) {
    assert.equal(wrong({ claims: { htu } }), "htu: another address", htu);
  }
});

test("R20, check 10: where nonces are asked for, the proof carries a good one", () => {
  const nonces = new Nonces(Buffer.alloc(32, 1), 60_000);
  const ask = (claims: Wishes["claims"], now = NOW): ProofVerdict => check(proof(es, access, { claims: { jti: "one", ...claims } }), { now }, { nonces });
  const nonce = nonces.at(NOW);
  assert.deepEqual(ask({ nonce }), { id: "one", end: nonces.endAfter(NOW), renew: false });
  for (const other of [null, "", "x", `${nonce}A`, 7, new Nonces(Buffer.alloc(32, 2), 60_000).at(NOW)]) assert.equal(ask({ nonce: other }), "nonce");
  assert.deepEqual(ask({ nonce: nonces.at(NOW - 60_000) }), { id: "one", end: nonces.endAfter(NOW), renew: true });
  assert.equal(ask({ nonce }, NOW + 180_000), "nonce");
  assert.deepEqual(ask({ nonce, iat: 1_000 }), { id: "one", end: nonces.endAfter(NOW), renew: false }, "the clock of the client may be wrong then");
});

test("R18, check 11: a proof is of now, to the millisecond", () => {
  taken({}, { now: NOW + 59_999 });
  assert.equal(wrong({}, { now: NOW + 60_000 }), "iat: too old");
  taken({ claims: { iat: SECONDS + 10 } });
  assert.equal(wrong({ claims: { iat: SECONDS + 11 } }), "iat: in the future");
  for (const iat of ["1800000000", 1.5, -1, 1e308]) assert.notEqual(wrong({ claims: { iat } }), "taken");
});

test("R18, check 12: the proof is for this token, and its key the one that the token is bound to", () => {
  const another = token(issuer, { claims: { jti: "another" } });
  assert.deepEqual(check(proof(es, another)), { wrong: "ath: another token" });
  for (const ath of [hash("sha256", access), hash("sha256", `${access} `, "base64url"), access]) assert.equal(wrong({ claims: { ath } }), "ath: another token");
  assert.deepEqual(check(proof(makePair("ES256"), access)), { wrong: "jwk: not the key that the token is bound to" });
});

test("extensions that nobody understands are refused, and long proofs are not read", () => {
  for (const header of [{ crit: ["x"], x: 1 }, { b64: false }]) assert.notEqual(wrong({ header }), "taken");
  const frame = proof(es, access, { claims: { more: "" } }).length;
  const room = Math.floor(((PROOF_CHARACTERS_MAX - frame) * 3) / 4);
  taken({ claims: { more: "x".repeat(room - 2) } });
  assert.equal(wrong({ claims: { more: "x".repeat(room + 2) } }), "too long");
  assert.notEqual(wrong({ claimsText: `{"a":${"[".repeat(40)}${"]".repeat(40)}}` }), "taken");
  assert.notEqual(wrong({ headerText: `{"typ":"dpop+jwt","alg":"ES256","alg":"ES256","jwk":${JSON.stringify(publicKeyOf(es))}}` }), "taken");
});
