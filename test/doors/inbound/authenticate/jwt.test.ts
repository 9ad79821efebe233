import assert from "node:assert/strict";
import { constants, createPublicKey, createSecretKey, sign } from "node:crypto";
import { test } from "node:test";
import type { Json, JsonObject } from "../../../../src/contract/json-value.ts";
import type { Operation, Scheme } from "../../../../src/contract/operation.ts";
import { credentials } from "../../../../src/doors/inbound/authenticate/credentials.ts";
import { jwt } from "../../../../src/doors/inbound/authenticate/jwt.ts";
import { type Step, pass } from "../../../../src/doors/pass.ts";
import type { Outcome } from "../../../../src/exchange/decision.ts";
import { publish } from "../../../../src/exchange/problem.ts";
import type { Guard, Site } from "../../../../src/policy/definition.ts";
import { AUDIENCE, bytesOf, encode, goodClaims, ISSUER, makePair, NOW, type Pair, signature, token, writeKeys } from "../../../keys/issuer.ts";
import { type Given, misfits, post, type Sent } from "../../../walk.ts";

const es = makePair("ES256");
const rs = makePair("RS256");
const ed = makePair("EdDSA");
const folder = writeKeys([es.jwk, rs.jwk, ed.jwk]);
const OPTIONS: JsonObject = { issuer: ISSUER, audience: AUDIENCE, keys: "file:jwks.json" };
const SECONDS = NOW / 1_000;
const CHALLENGE = 'Bearer realm="api"';

const scheme: Scheme = { name: "oauth", type: "oauth2", place: { file: "openapi.yaml", pointer: "" } };
const SECURED: Partial<Operation> = { security: [[{ scheme, scopes: [] }]] };

function bearer(text: string): Given {
  return { now: NOW, fields: [["authorization", `Bearer ${text}`]] };
}

interface Bench {
  readonly options?: JsonObject;
  readonly site?: Partial<Site>;
  readonly operation?: Partial<Operation>;
}

function bench({ options = {}, site = {}, operation = SECURED }: Bench = {}): (given: Given) => Promise<Sent> {
  return post({ guard: jwt, options: { ...OPTIONS, ...options }, operation, site: { folder, challenges: [CHALLENGE], schemes: new Set(["oauth"]), ...site } });
}

const send = bench();

async function refused(sent: Promise<Sent>, status = 401): Promise<JsonObject> {
  const { outcome, exchange } = await sent;
  assert.equal(exchange.principal, undefined);
  assert.equal(outcome?.kind, "refusal");
  assert.equal(outcome.problem.status, status, JSON.stringify(outcome.problem));
  return outcome.problem.because ?? {};
}

async function passes(sent: Promise<Sent>): Promise<NonNullable<Sent["exchange"]["principal"]>> {
  const { outcome, exchange } = await sent;
  assert.equal(outcome, undefined, JSON.stringify(outcome));
  assert.ok(exchange.principal !== undefined, "nobody was identified");
  return exchange.principal;
}

/** Several guards at one operation, behind each other, as the engine walks them. */
function chain(posts: readonly { readonly guard: Guard; readonly options: Json }[], site: Partial<Site> = {}, operation = SECURED): (given: Given) => Promise<Outcome> {
  const checks = posts.map(({ guard, options }) => {
    let check: Step["check"] | undefined;
    post({ guard: { ...guard, post: (given, at) => {
      const posted = guard.post(given, at);
      return posted && { ...posted, compile: (where) => (check = posted.compile(where)) };
    } }, options, operation, site: { folder, challenges: [CHALLENGE], schemes: new Set(["oauth"]), ...site } });
    return { guard: guard.name, stage: guard.stage, mode: "enforce" as const, check };
  });
  const steps = checks.flatMap(({ check, ...step }): readonly Step[] => (check === undefined ? [] : [{ ...step, check }]));
  const arrive = post({ guard: { ...credentials, post: () => ({ establishes: () => undefined, compile: () => undefined }) } });
  return async (given) => pass(steps, (await arrive(given)).exchange);
}

test("a good token says who is asking", async () => {
  const who = await passes(send(bearer(token(es))));
  assert.equal(who.id, "https://id.example#user:ann");
  assert.equal(who.issuer, ISSUER);
  assert.equal(who.subject, "ann");
  assert.equal(who.client, "app");
  assert.deepEqual([...who.scopes], ["orders:read", "orders:write"]);
  assert.deepEqual(who.schemes, ["oauth"]);
  assert.equal(who.until, NOW + 600_000);
  assert.match(who.credential ?? "", /^jti:[0-9a-f]{32}$/);
});

test("scopes come as a text or as a list, under either name; malformed ones refuse", async () => {
  const scopes = async (claims: JsonObject): Promise<readonly string[]> => [...(await passes(send(bearer(token(es, { claims }))))).scopes];
  assert.deepEqual(await scopes({ scope: ["a", "b"] }), ["a", "b"]);
  assert.deepEqual(await scopes({ scope: null, scp: "a b" }), ["a", "b"]);
  assert.deepEqual(await scopes({ scope: null }), []);
  for (const scope of [1, { a: true }, ["a b"], ['a"b'], [1]]) assert.deepEqual(await refused(send(bearer(token(es, { claims: { scope } })))), { token: "scope: malformed" });
});

test("R1: a request without a credential is left to the guard behind, which names every scheme and no error", async () => {
  const sent = await send({ now: NOW });
  assert.equal(sent.outcome, undefined);
  const outcome = await chain([{ guard: jwt, options: OPTIONS }, { guard: credentials, options: {} }], { challenges: [CHALLENGE, 'Basic realm="api"'] })({ now: NOW });
  assert.equal(outcome?.kind, "refusal");
  assert.equal(outcome.problem.status, 401);
  assert.equal(outcome.problem.headers?.["www-authenticate"], `${CHALLENGE}, Basic realm="api"`);
});

test("R1: a good credential passes the guard behind", async () => {
  assert.equal(await chain([{ guard: jwt, options: OPTIONS }, { guard: credentials, options: {} }])(bearer(token(es))), undefined);
});

test("R2: an expired token is invalid_token, a malformed field is invalid_request, a good one passes", async () => {
  await passes(send(bearer(token(es))));
  const { outcome } = await send(bearer(token(es, { claims: { exp: SECONDS - 60, iat: SECONDS - 600 } })));
  assert.equal(outcome?.kind === "refusal" && outcome.problem.headers?.["www-authenticate"], `${CHALLENGE}, error="invalid_token"`);
  const malformed = await send({ now: NOW, fields: [["authorization", "Bearer"]] });
  assert.equal(malformed.outcome?.kind === "refusal" && malformed.outcome.problem.headers?.["www-authenticate"], `${CHALLENGE}, error="invalid_request"`);
});

test("R3: the scheme is compared without case", async () => {
  for (const word of ["Bearer", "bearer", "BEARER", "bEaReR"]) await passes(send({ now: NOW, fields: [["authorization", `${word} ${token(es)}`]] }));
});

test("R3: two fields, lists and extra spaces are malformed", async () => {
  const good = token(es);
  await refused(send({ now: NOW, fields: [["authorization", `Bearer ${good}`], ["authorization", `Bearer ${good}`]] }), 400);
  await refused(send({ now: NOW, fields: [["authorization", `Bearer ${good}`], ["authorization", "Basic YTpi"]] }), 400);
  for (const value of [`Bearer  ${good}`, `Bearer ${good} `, `Bearer ${good}, Bearer ${good}`, `Bearer ${good},`, "Bearer ", "Bearer", "Bearer,", `Bearer ${good};`, `Bearer "${good}"`]) {
    await refused(send({ now: NOW, fields: [["authorization", value]] }), 400);
  }
});

test("R3: another scheme in front of a good token identifies nobody, and the guard behind refuses it", async () => {
  const good = token(es);
  const all = chain([{ guard: jwt, options: OPTIONS }, { guard: credentials, options: {} }]);
  for (const value of [`Garbage ${good}`, `Basic ${good}`, `BearerX ${good}`, `DPoP ${good}`, good, `Bearer\t${good}`, ""]) {
    const { outcome, exchange } = await send({ now: NOW, fields: [["authorization", value]] });
    assert.equal(exchange.principal, undefined, value);
    assert.equal(outcome, undefined, value);
    const refusal = await all({ now: NOW, fields: [["authorization", value]] });
    assert.equal(refusal?.kind === "refusal" && refusal.problem.status, 401, value);
  }
});

test("R4: a token in the query is refused, even beside a good one", async () => {
  await refused(send({ now: NOW, query: [["access_token", token(es)]] }), 400);
  await refused(send({ ...bearer(token(es)), query: [["access_token", "x"]] }), 400);
  await passes(send({ ...bearer(token(es)), query: [["page", "2"]] }));
});

test("R5: each algorithm of the list is taken with its own key", async () => {
  for (const pair of [es, rs, ed]) await passes(send(bearer(token(pair))));
  const all = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA"];
  const pairs = all.map((alg) => makePair(alg));
  const wide = bench({ options: { algorithms: all }, site: { folder: writeKeys(pairs.map(({ jwk }) => jwk)) } });
  for (const pair of pairs) await passes(wide(bearer(token(pair))));
  for (const pair of pairs) for (const other of pairs) {
    if (pair !== other) await refused(wide(bearer(token({ ...pair, kid: other.kid }))));
  }
});

test("R5: `none` is refused in every spelling", async () => {
  for (const alg of ["none", "None", "NONE", "nOnE", " none", "none ", "", "no\u{0}ne"]) {
    const [head, body] = token(es, { header: { alg } }).split(".");
    for (const end of ["", (token(es)).split(".")[2] ?? ""]) assert.deepEqual(await refused(send(bearer(`${head}.${body}.${end}`))), { token: "alg: not allowed" });
  }
});

test("R5: a public key is never taken for a secret (RS256 to HS256)", async () => {
  const pem = createPublicKey({ format: "jwk", key: rs.jwk as never }).export({ type: "spki", format: "pem" });
  for (const secret of [Buffer.from(pem), Buffer.from(JSON.stringify(rs.jwk)), bytesOf(rs.jwk, "n")]) {
    assert.deepEqual(await refused(send(bearer(token({ ...rs, alg: "HS256", secret: createSecretKey(secret) })))), { token: "alg: not allowed" });
  }
});

test("R5: a key without an algorithm serves the first of the list that fits it, and no other", async () => {
  const { alg: _, ...nameless } = rs.jwk;
  const open = bench({ site: { folder: writeKeys([nameless]) } });
  await passes(open(bearer(token(rs))));
  assert.deepEqual(await refused(open(bearer(token({ ...rs, alg: "PS256" })))), { token: "algorithm is not the key's own" });
});

test("R5: the salt of PSS is as long as the hash, and a signature as long as its key says", async () => {
  const ps = makePair("PS256");
  const open = bench({ site: { folder: writeKeys([ps.jwk]) } });
  await passes(open(bearer(token(ps))));
  const signed = token(ps).split(".").slice(0, 2).join(".");
  const short = sign("sha256", Buffer.from(signed), { key: ps.secret, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 });
  assert.deepEqual(await refused(open(bearer(`${signed}.${short.toString("base64url")}`))), { token: "signature does not fit" });
  const [head, body, text = ""] = token(es).split(".");
  const bytes = Buffer.from(text, "base64url");
  for (const other of [bytes.subarray(1), Buffer.concat([bytes, Buffer.alloc(1)]), Buffer.concat([Buffer.alloc(1), bytes]), Buffer.alloc(64), Buffer.alloc(0)]) {
    assert.deepEqual(await refused(send(bearer(`${head}.${body}.${other.toString("base64url")}`))), { token: "signature does not fit" });
  }
});

test("R6: a key that the token brings or names is never looked at", async () => {
  const own = makePair("ES256", "mine");
  for (const header of [{ jwk: own.jwk }, { jku: "https://evil.example/jwks" }, { x5u: "https://evil.example/chain" }, { x5c: ["AAAA"] }]) {
    assert.deepEqual(await refused(send(bearer(token(own, { header })))), { token: "unknown key" });
    assert.deepEqual(await refused(send(bearer(token({ ...own, kid: es.kid }, { header })))), { token: "signature does not fit" });
    await passes(send(bearer(token(es, { header }))));
  }
});

test("R6: a key id is a name in a table and nothing else", async () => {
  for (const kid of ["../../../dev/null", "key' OR '1'='1", "__proto__", "constructor", "toString", "", "x".repeat(300), 7, null, { a: 1 }, ["key-ES256"]]) {
    await refused(bench({ site: { folder: writeKeys([es.jwk, { ...makePair("ES256").jwk, kid: "other" }]) } })(bearer(token(es, { header: { kid } }))));
  }
});

test("R6: a token without a key id is taken while exactly one key fits it", async () => {
  await passes(send(bearer(token(es, { header: { kid: null } }))));
  const two = bench({ site: { folder: writeKeys([es.jwk, makePair("ES256", "other").jwk]) } });
  assert.deepEqual(await refused(two(bearer(token(es, { header: { kid: null } })))), { token: "no kid, and several keys" });
});

test("R7: the type is at+jwt, in any case and in its long form", async () => {
  for (const typ of ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+JWT"]) await passes(send(bearer(token(es, { header: { typ } }))));
});

test("R7: ID tokens, logout tokens, proofs and untyped tokens are no access tokens", async () => {
  for (const typ of ["JWT", "jwt", null, "logout+jwt", "dpop+jwt", "secevent+jwt", "", "at+jwt ", "application/application/at+jwt"]) await refused(send(bearer(token(es, { header: { typ } }))));
});

test("R7: a reason takes untyped tokens, and even then no ID token and no logout token", async () => {
  const lax = bench({ options: { untyped: "our issuer predates RFC 9068" } });
  for (const typ of ["JWT", null, "at+jwt"]) await passes(lax(bearer(token(es, { header: { typ } }))));
  for (const claim of ["nonce", "at_hash", "c_hash", "events"]) await refused(lax(bearer(token(es, { header: { typ: "JWT" }, claims: { [claim]: "x" } }))));
  await refused(lax(bearer(token(es, { header: { typ: "logout+jwt" } }))));
  for (const claims of [{ token_use: "access" }, { typ: "Bearer" }]) await passes(lax(bearer(token(es, { header: { typ: "JWT" }, claims }))));
  for (const claims of [{ token_use: "id" }, { token_use: 7 }, { typ: "ID" }, { typ: "Refresh" }]) assert.deepEqual(await refused(lax(bearer(token(es, { header: { typ: "JWT" }, claims })))), { token: "typ: not an access token" });
});

test("R8: the issuer is compared exactly; another one's token is nobody's here, and refused behind", async () => {
  for (const iss of ["https://id.example/", "https://ID.example", "https://id.example.evil.example", "https://id.exampl", null, 7, ["https://id.example"]]) {
    const sent = await send(bearer(token(es, { claims: { iss } })));
    assert.equal(sent.exchange.principal, undefined);
    const outcome = await chain([{ guard: jwt, options: OPTIONS }, { guard: credentials, options: {} }])(bearer(token(es, { claims: { iss } })));
    assert.equal(outcome?.kind === "refusal" && outcome.problem.headers?.["www-authenticate"], `${CHALLENGE}, error="invalid_token"`);
  }
});

test("R8: of two issuers each is believed with its own keys alone", async () => {
  const other = makePair("ES256", es.kid);
  const second = { issuer: "https://two.example", audience: AUDIENCE, keys: `file:${writeKeys([other.jwk])}/jwks.json` };
  const all = chain([{ guard: jwt, options: OPTIONS }, { guard: jwt, options: second }, { guard: credentials, options: {} }]);
  const theirs = { claims: { iss: "https://two.example" } };
  assert.equal(await all(bearer(token(es))), undefined);
  assert.equal(await all(bearer(token(other, theirs))), undefined);
  for (const mixed of [token(other), token(es, theirs)]) {
    const outcome = await all(bearer(mixed));
    assert.equal(outcome?.kind === "refusal" && outcome.problem.status, 401);
  }
});

test("R9: the audience holds one of our names", async () => {
  for (const aud of ["orders", ["orders"], ["billing", "orders"]]) await passes(send(bearer(token(es, { claims: { aud } }))));
  for (const aud of ["billing", "Orders", "orders ", [], ["billing"], null, 7, { orders: true }, ["orders", 7], [["orders"]]]) {
    assert.deepEqual(await refused(send(bearer(token(es, { claims: { aud } })))), { token: "aud: not for this API" });
  }
});

test("R10: times hold to the millisecond, the skew included", async () => {
  const at = async (now: number, claims: JsonObject): Promise<boolean> => (await bench()({ ...bearer(token(es, { claims })), now })).outcome === undefined;
  const exp = SECONDS + 100;
  assert.equal(await at(NOW + 129_999, { exp }), true);
  assert.equal(await at(NOW + 130_000, { exp }), false);
  assert.equal(await at(NOW, { iat: SECONDS + 30 }), true);
  assert.equal(await at(NOW - 1, { iat: SECONDS + 30 }), false);
  assert.equal(await at(NOW, { nbf: SECONDS + 30 }), true);
  assert.equal(await at(NOW - 1, { nbf: SECONDS + 30 }), false);
  assert.equal(await at(NOW, { iat: SECONDS, exp: SECONDS + 3_600 }), true);
  assert.equal(await at(NOW, { iat: SECONDS, exp: SECONDS + 3_601 }), false);
});

test("R10: times are finite whole numbers, and exp is there", async () => {
  for (const exp of [null, "1800000600", 1e308, 1_800_000_600.5, -1, true, [1_800_000_600], 9_007_199_254_740_991]) await refused(send(bearer(token(es, { claims: { exp } }))));
  for (const iat of [null, "1", 1.5, 1e300, -5]) await refused(send(bearer(token(es, { claims: { iat } }))));
  for (const nbf of ["1", 1.5, 1e300, -5, {}]) await refused(send(bearer(token(es, { claims: { nbf } }))));
  await refused(send(bearer(token(es, { claims: { iat: SECONDS + 31_536_000, exp: SECONDS + 31_536_600 } }))));
});

test("R11: every claim that RFC 9068 requires is there and of its type", async () => {
  for (const name of ["exp", "aud", "sub", "client_id", "iat", "jti"]) {
    for (const value of [null, {}, 7, ""]) await refused(send(bearer(token(es, { claims: { [name]: name === "iat" && value === 7 ? "7" : value } }))));
  }
  for (const sub of ["a".repeat(256), "a\u{0}b", "a\nb", "\u{d800}"]) await refused(send(bearer(token(es, { claims: { sub } }))));
});

test("R11: a reason takes incomplete tokens; who, for whom and until when stay required", async () => {
  const lax = bench({ options: { incomplete: "our issuer predates RFC 9068" } });
  await passes(lax(bearer(token(es, { claims: { jti: null, iat: null, client_id: null } }))));
  for (const name of ["exp", "aud"]) await refused(lax(bearer(token(es, { claims: { [name]: null } }))));
  await refused(lax(bearer(token(es, { claims: { sub: null, client_id: null } }))));
  await refused(lax(bearer(token(es, { claims: { jti: 7 } }))));
});

test("for one address so many signatures are computed and no more, whatever comes", async () => {
  const held = bench({ options: { signatures: { burst: 3, window: "3s" } } });
  const from = (text: string, address: string, now = NOW): Given => ({ ...bearer(text), address, now });
  const known = token(es, { claims: { ...goodClaims(), sub: "known" } });
  await passes(held(from(known, "192.0.2.1")));
  const forged = Array.from({ length: 6 }, (_, at) => `${known.slice(0, -8)}AAAAAA${String.fromCharCode(65 + at)}A`);
  for (const text of forged.slice(0, 2)) await refused(held(from(text, "192.0.2.1")));
  for (const text of forged.slice(2)) {
    const { outcome } = await held(from(text, "192.0.2.1"));
    assert.ok(outcome?.kind === "refusal");
    assert.deepEqual([outcome.problem.type, outcome.problem.status, outcome.problem.headers?.["retry-after"]], ["tokens-too-many", 429, "1"]);
  }
  await passes(held(from(known, "192.0.2.1")));
  await refused(held(from(forged[0] ?? "", "2001:db8::1")));
  const fresh = token(es, { claims: { ...goodClaims(), sub: "fresh" } });
  await refused(held(from(fresh, "192.0.2.1")), 429);
  await passes(held(from(fresh, "192.0.2.1", NOW + 1_000)));
  await refused(held({ ...from(forged[1] ?? "", "192.0.2.1"), fields: [["authorization", "Bearer x.y.z"]] }));
});

test("a caller who has a whole /48 brings no full bound in each of its /64, and its neighbours outside are not held up", async () => {
  const good = token(es);
  const forged = (at: number): string => `${good.slice(0, -8)}${at.toString(36).padStart(6, "A")}${good.slice(-2)}`;
  const computed = async (crowd: number, addressAt: (at: number) => string): Promise<number> => {
    const held = bench({ options: { signatures: { burst: 3, window: "1h", crowd } } });
    let number = 0;
    for (let at = 0; at < 60; at++) {
      const { outcome } = await held({ ...bearer(forged(at)), address: addressAt(at) });
      assert.ok(outcome?.kind === "refusal");
      if (outcome.problem.type === "credential-invalid") number++;
      else assert.equal(outcome.problem.type, "tokens-too-many");
    }
    await passes(held({ ...bearer(good), address: "2001:db8:ffff::1" }));
    return number;
  };
  const hopping = (at: number): string => `2001:db8:7:${at.toString(16)}::1`;
  assert.equal(await computed(0, hopping), 60, "the attack works where ranges are not counted");
  assert.equal(await computed(2, hopping), 6, "a /56 has twice what a /64 has");
  assert.equal(await computed(2, (at) => `2001:db8:7:${(at * 256).toString(16)}::1`), 12, "a /48 four times");
  assert.equal(await computed(2, (at) => `192.0.2.${at}`), 6, "a /24 twice what an address has");
});

test("R12: critical extensions and unencoded payloads are refused", async () => {
  for (const header of [{ crit: ["exp"], exp: 1 }, { crit: [] }, { crit: ["b64"], b64: false }, { b64: false }, { b64: true }, { crit: null, b64: 0 }]) await refused(send(bearer(token(es, { header }))));
  await passes(send(bearer(token(es, { header: { cty: "unknown members are ignored" } }))));
});

test("R12: a critical extension that is null is one, and a claim that is null is not absent", async () => {
  const header = { typ: "at+jwt", alg: es.alg, kid: es.kid };
  await passes(send(bearer(token(es, { headerText: JSON.stringify(header) }))));
  for (const name of ["crit", "b64", "typ", "alg", "kid"]) await refused(send(bearer(token(es, { headerText: JSON.stringify({ ...header, [name]: null }) }))));
  for (const name of ["aud", "sub", "client_id", "jti", "iat", "exp", "nbf", "cnf"]) await refused(send(bearer(token(es, { claimsText: JSON.stringify({ ...goodClaims(), [name]: null }) }))));
});

test("R13: only compact serialization in canonical base64url is read", async () => {
  const good = token(es);
  const [head = "", body = "", sign = ""] = good.split(".");
  await passes(send(bearer(good)));
  const spare = sign.slice(0, -1) + String.fromCharCode(sign.charCodeAt(sign.length - 1) + 1);
  for (const bad of [`${head}.${body}.${spare}`, `${head}.${body}.${sign}==`, `${head}.${body}.${sign}A`, `${head}.${body}.${sign.replace(/[-_]/g, "+")}+`, `${head}.${body}.`, `.${body}.${sign}`, `${head}..${sign}`]) {
    await refused(send(bearer(bad)));
  }
  await refused(send(bearer(`${head}=.${body}.${sign}`)), 400);
  for (const other of [`${head}.${body}`, head, `${good}.x.y`, `${good}.`]) assert.equal((await send(bearer(other))).exchange.principal, undefined);
});

test("R13: long tokens, deep claims and broken texts are refused before anything is computed", async () => {
  assert.deepEqual(await refused(send(bearer(token(es, { claims: { fat: "x".repeat(64_000) } })))), { token: "token too long" });
  const frame = token(es, { claims: { fat: "" } }).length;
  await passes(send(bearer(token(es, { claims: { fat: "x".repeat(Math.floor(((8_192 - frame) * 3) / 4) - 2) } }))));
  await refused(send(bearer(token(es, { claimsText: `{"iss":"${ISSUER}","a":${"[".repeat(40)}${"]".repeat(40)}}` }))));
  for (const claimsText of ["", "x", "null", "[]", '"text"', "{", `${JSON.stringify(goodClaims())}x`, "\u{feff}{}"]) await refused(send(bearer(token(es, { claimsText }))));
  for (const headerText of ["", "null", "[]", '{"alg":"ES256"', '{"alg":7}', "{}"]) await refused(send(bearer(token(es, { headerText }))));
});

test("R14: a name that stands twice is refused, in the header and in the claims", async () => {
  const claims = JSON.stringify(goodClaims());
  assert.deepEqual(await refused(send(bearer(token(es, { claimsText: claims.replace("{", '{"sub":"bob",') })))), { token: "claims: duplicate" });
  assert.deepEqual(await refused(send(bearer(token(es, { claimsText: claims.replace("{", '{"s\\u0075b":"bob",') })))), { token: "claims: duplicate" });
  assert.deepEqual(await refused(send(bearer(token(es, { headerText: `{"alg":"none","typ":"at+jwt","kid":"${es.kid}","alg":"ES256"}` })))), { token: "header: duplicate" });
  assert.deepEqual(await refused(send(bearer(token(es, { claimsText: claims.replace("{", '{"__proto__":{"aud":"orders"},') })))), { token: "claims: prototype" });
  await passes(send(bearer(token(es, { claimsText: claims }))));
});

test("R16, R17: a token that is bound to a key is not taken as a bearer token", async () => {
  for (const cnf of [{ jkt: "x" }, { "x5t#S256": "x" }, {}]) await refused(send(bearer(token(es, { claims: { cnf } }))));
});

test("R26: a client is never equal to a user of the same name", async () => {
  const user = await passes(send(bearer(token(es, { claims: { sub: "app", client_id: "web", jti: "1" } }))));
  const client = await passes(send(bearer(token(es, { claims: { sub: "app", client_id: "app", jti: "2" } }))));
  assert.equal(user.id, "https://id.example#user:app");
  assert.equal(client.id, "https://id.example#client:app");
  const named = await passes(send(bearer(token(es, { claims: { sub: "client:app", jti: "3" } }))));
  assert.equal(named.id, "https://id.example#user:client:app");
  const present = await passes(send(bearer(token(es, { claims: { sub: "app", client_id: "app", auth_time: SECONDS, jti: "4" } }))));
  assert.equal(present.id, "https://id.example#user:app");
});

test("R26: a user whose token names him in another way than by a subject is not the client", async () => {
  const lax = bench({ options: { incomplete: "our issuer leaves out the subject" } });
  const without = (claims: JsonObject): Given => bearer(token(es, { claims: { sub: null, ...claims } }));
  assert.equal((await passes(lax(without({})))).id, "https://id.example#client:app");
  assert.equal((await passes(lax(without({ preferred_username: "app" })))).id, "https://id.example#client:app");
  for (const claims of [{ preferred_username: "ann" }, { username: "ann" }, { email: "ann@example.org" }, { sid: "s-1" }, { auth_time: SECONDS }, { amr: ["pwd"] }]) {
    assert.deepEqual(await refused(lax(without(claims))), { token: "sub: missing, although a user is named" }, JSON.stringify(claims));
    assert.equal((await passes(lax(bearer(token(es, { claims }))))).id, "https://id.example#user:ann");
  }
});

test("R32: outside all bad tokens look alike, and no part of a token is told anywhere", async () => {
  const canary = "canary-5f1e";
  const bad: readonly string[] = [
    token(es, { claims: { exp: 1, sub: canary } }),
    token(es, { claims: { aud: canary } }),
    token(es, { header: { kid: canary } }),
    token(es, { header: { alg: canary } }),
    token(es, { header: { typ: canary } }),
    token(es, { claims: { scope: [`${canary} x`] } }),
    token(es, { claimsText: `{"iss":"${ISSUER}","${canary}":1,"${canary}":2}` }),
    `${token(es, { claims: { sub: canary } }).slice(0, -8)}AAAAAAAA`,
  ];
  const bodies = new Set<string>();
  for (const text of bad) {
    const { outcome } = await send(bearer(text));
    assert.equal(outcome?.kind, "refusal");
    bodies.add(publish(outcome.problem, "id") + JSON.stringify(outcome.problem.headers));
    const told = JSON.stringify(outcome);
    assert.ok(!told.includes(canary), told);
    for (const part of text.split(".")) assert.ok(!told.includes(part), told);
  }
  assert.equal(bodies.size, 1);
  // What was wrong with each is the one thing in which it differs from this.
  assert.equal((await passes(send(bearer(token(es, { claims: { sub: canary } }))))).subject, canary);
});

test("a bad token stops at once where strangers may come in, too", async () => {
  const open = { site: { public: "price list, agreed" }, operation: { security: [] } };
  await refused(bench(open)(bearer(token(es, { claims: { exp: 1 } }))));
  assert.equal((await bench(open)({ now: NOW })).outcome, undefined);
});

test("a remembered token ends with its time, also by a clock that was set back and on", async () => {
  const one = bench();
  const good = bearer(token(es, { claims: { nbf: SECONDS } }));
  await passes(one(good));
  await passes(one({ ...good, now: NOW + 629_999 }));
  await refused(one({ ...good, now: NOW - 40_000 }));
  await passes(one(good));
  await refused(one({ ...good, now: NOW + 630_000 }));
});

test("a token that was remembered is not remembered in another spelling", async () => {
  const one = bench();
  const good = token(es);
  await passes(one(bearer(good)));
  await refused(one(bearer(`${good}A`)));
  await refused(one(bearer(good.slice(0, -4) + "AAAA")));
});

test("an HMAC secret serves its algorithm alone", async () => {
  const secret = "b7Qx0u9TzL3kVh2RfYw8NcE5mJpA1dGs6iKoXnB4";
  process.env["SALLYPORT_TEST_SECRET"] = secret;
  const pair: Pair = { kid: "any", alg: "HS256", secret: createSecretKey(Buffer.from(secret)), jwk: {} };
  const one = bench({ options: { keys: "discovery", secret: "env:SALLYPORT_TEST_SECRET", algorithms: ["HS256"] } });
  await passes(one(bearer(token(pair))));
  await passes(one(bearer(token(pair, { header: { kid: null } }))));
  await refused(one(bearer(token(es))));
  await refused(one(bearer(token({ ...pair, alg: "HS512" }))));
  assert.deepEqual(await refused(one(bearer(token(pair).slice(0, -3)))), { token: "signature does not fit" });
  await refused(one(bearer(token({ ...pair, secret: createSecretKey(Buffer.alloc(32)) }))));
});

test("mistakes in the options are misfits, and none of them tells a secret", () => {
  const said = (options: JsonObject): string => misfits(jwt, { ...OPTIONS, ...options }, SECURED, { folder }).join("\n");
  assert.equal(said({}), "");
  process.env["SALLYPORT_TEST_SECRET"] = "hunter2hunter2hunter2hunter2hunter2";
  assert.match(said({ keys: "discovery", secret: "env:SALLYPORT_TEST_SECRET", algorithms: ["HS256"] }), /the secret is weak/);
  assert.match(said({ keys: "discovery", secret: "hunter2-is-the-secret", algorithms: ["HS256"] }), /not a reference to a secret/);
  assert.doesNotMatch(said({ keys: "discovery", secret: "hunter2-is-the-secret", algorithms: ["HS256"] }), /hunter2/);
  assert.match(said({ keys: "discovery", secret: "env:SALLYPORT_TEST_SECRET" }), /a secret goes with HMAC algorithms alone/);
  assert.match(said({ keys: "discovery", secret: "env:SALLYPORT_TEST_SECRET", algorithms: ["HS256", "RS256"] }), /a secret goes with HMAC algorithms alone/);
  assert.match(said({ algorithms: ["HS256"] }), /need a secret of their own/);
  assert.match(said({ algorithms: ["none"] }), /expected one of a few words/);
  assert.match(said({ secret: "env:SALLYPORT_TEST_SECRET", algorithms: ["HS256"] }), /exclude each other/);
  assert.match(said({ keys: "file:absent.json" }), /cannot be read/);
  assert.match(said({ keys: "http://id.example/jwks" }), /not https/);
  assert.match(said({ keys: "nonsense" }), /not a place of keys/);
  assert.match(said({ keys: "discovery", issuer: "accounts" }), /cannot be discovered/);
  assert.match(said({ issuer: "https://id.example#x" }), /no fragment/);
  assert.match(said({ skew: "61s" }), /out of range/);
  assert.match(said({ untyped: "yes" }), /written reason/);
  assert.match(said({ realm: 'a"b' }), /no quotes/);
  const { folder: _, ...weak } = { folder, keys: `file:${writeKeys([{ ...es.jwk, d: "AAAA" }])}/jwks.json` };
  assert.match(said(weak), /private part published/);
  assert.match(said({ keys: `file:${writeKeys([es.jwk, { ...ed.jwk, x: "AA" }])}/jwks.json` }), /key 1: bad coordinate/);
});

test("where the contract lists no operation there is nothing to check", async () => {
  for (const listed of ["path", "method"] as const) {
    const sent = await bench({ operation: { listed, security: undefined } })(bearer("x.y.z"));
    assert.equal(sent.outcome, undefined);
    assert.equal(sent.exchange.principal, undefined);
  }
});

test("equal options share one cache and one set of keys, and other options do not", () => {
  const keys: string[] = [];
  const share = <T>(key: string, make: () => { readonly value: T }): T => {
    keys.push(key);
    return make().value;
  };
  for (const options of [{}, {}, { realm: "other" }, { audience: "billing" }]) bench({ options, site: { share } });
  bench({ site: { share, folder: writeKeys([es.jwk]) } });
  assert.equal(keys.length, 5);
  assert.equal(new Set(keys.slice(0, 3)).size, 1);
  assert.equal(new Set(keys).size, 3);
});

test("a signature by hand is the one of the kit: the tests sign what they mean", () => {
  const text = `${encode("{}")}.${encode("{}")}`;
  assert.equal(signature(es, text).byteLength, 64);
  assert.equal(signature(rs, text).byteLength, 256);
});
