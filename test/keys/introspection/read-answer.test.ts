import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../../src/contract/json-value.ts";
import { algorithmOf } from "../../../src/keys/algorithm.ts";
import { type Answer, PLAIN_TYPE, readAnswer, type SignedAnswers, SIGNED_CHARACTERS_MAX, SIGNED_TYPE } from "../../../src/keys/introspection/read-answer.ts";
import { readKeySet } from "../../../src/keys/key-set.ts";
import { fixedKeys } from "../../../src/keys/key-source.ts";
import { ISSUER, makePair, NOW, token } from "../issuer.ts";

const es = makePair("ES256");
const algorithms = ["ES256"].flatMap((name) => algorithmOf(name) ?? []);
const reading = readKeySet({ keys: [es.jwk] }, algorithms);
const signed: SignedAnswers = { issuer: ISSUER, client: "gateway", algorithms, source: fixedKeys("set" in reading ? reading.set : assert.fail()), skewMilliseconds: 30_000 };

const plain = async (text: string, type = PLAIN_TYPE): Promise<Answer> => readAnswer(type, Buffer.from(text), undefined, NOW);

/** A signed answer; a member that is null is left out. */
function envelope({ header = {}, members = {}, inner = { active: true, sub: "ann" } }: { header?: JsonObject; members?: JsonObject; inner?: Json } = {}): string {
  const claims = { iss: ISSUER, aud: "gateway", iat: NOW / 1_000, token_introspection: inner, ...members };
  return token(es, { header: { typ: "token-introspection+jwt", ...header }, claimsText: JSON.stringify(Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null))) });
}

const sealed = async (text: string, type = SIGNED_TYPE): Promise<Answer> => readAnswer(type, Buffer.from(text), signed, NOW);

function wrong(answer: Answer): string {
  return answer !== "inactive" && "wrong" in answer ? answer.wrong : "taken";
}

test("R22: active is exactly true, or exactly false", async () => {
  assert.deepEqual(await plain('{"active":true,"sub":"ann"}'), { claims: { sub: "ann" } });
  assert.equal(await plain('{"active":false,"sub":"ann"}'), "inactive");
  for (const text of ["{}", '{"active":"true"}', '{"active":1}', '{"active":null}', '{"Active":true}', '{"active":[true]}']) assert.match(wrong(await plain(text)), /neither true nor false/, text);
});

test("R22: what is no JSON object, or says a thing twice, is no answer", async () => {
  for (const text of ["", "true", "[]", "null", "{", '{"active":false,"active":true}', '{"active":true}x', `{"active":true,"a":${"[".repeat(40)}${"]".repeat(40)}}`, '{"active":true,"__proto__":{}}']) assert.notEqual(wrong(await plain(text)), "taken", text);
  assert.equal(wrong(await plain('{"active":true}', "text/html")), "answered with another media type");
});

test("R23: a signed answer is the issuer's, for this door, of now, and of its own type", async () => {
  assert.deepEqual(await sealed(envelope()), { claims: { sub: "ann" } });
  assert.deepEqual(await sealed(envelope({ members: { aud: ["gateway"] }, header: { typ: "Token-Introspection+JWT" } })), { claims: { sub: "ann" } });
  assert.equal(await sealed(envelope({ inner: { active: false } })), "inactive");
  const cases: readonly (readonly [Parameters<typeof envelope>[0], RegExp])[] = [
    [{ header: { typ: "at+jwt" } }, /typ/],
    [{ header: { typ: null } }, /typ/],
    [{ header: { alg: "none" } }, /alg/],
    [{ header: { alg: "RS256" } }, /alg/],
    [{ header: { kid: "other" } }, /unknown key/],
    [{ members: { iss: "https://evil.example" } }, /iss/],
    [{ members: { iss: null } }, /iss/],
    [{ members: { aud: "another" } }, /aud/],
    [{ members: { aud: null } }, /aud/],
    [{ members: { iat: NOW / 1_000 - 31 } }, /iat/],
    [{ members: { iat: NOW / 1_000 + 31 } }, /iat/],
    [{ members: { iat: null } }, /iat/],
    [{ members: { iat: "now" } }, /iat/],
    [{ members: { token_introspection: null, active: true } }, /nothing in it/],
    [{ inner: "x" }, /nothing in it/],
    [{ inner: { active: "true" } }, /neither/],
  ];
  for (const [wishes, expected] of cases) assert.match(wrong(await sealed(envelope(wishes))), expected, JSON.stringify(wishes));
});

test("R23: another key, an altered answer and an answer without a signature are no answers", async () => {
  const [head, , sign] = envelope().split(".");
  const other = envelope({ inner: { active: true, sub: "eve" } }).split(".")[1];
  assert.match(wrong(await sealed(`${head}.${other}.${sign}`)), /signature/);
  assert.match(wrong(await sealed(token({ ...makePair("ES256"), kid: es.kid }, { header: { typ: "token-introspection+jwt" } }))), /signature/);
  assert.match(wrong(await sealed('{"active":true}', SIGNED_TYPE)), /not a JWT/);
  assert.match(wrong(await sealed('{"active":true}', PLAIN_TYPE)), /another media type/);
  assert.match(wrong(await plain(envelope(), SIGNED_TYPE)), /another media type/);
  assert.match(wrong(await sealed(envelope({ inner: { active: true, fat: "x".repeat(SIGNED_CHARACTERS_MAX) } }))), /too long/);
});

test("R23: while the keys are not to be had there is no answer", async () => {
  const none = { ...signed, source: { keys: () => ({ unavailable: "answered 500" }), renewed: <T>(seen: T): T => seen } };
  assert.equal(wrong(await readAnswer(SIGNED_TYPE, Buffer.from(envelope()), none, NOW)), "answer: answered 500");
});
