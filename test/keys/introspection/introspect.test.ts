import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../src/contract/json-value.ts";
import { TOKEN_CHARACTERS_MAX } from "../../../src/keys/compact-jws.ts";
import { type AskIssuer, type Introspected, type IntrospectionRules, introspector } from "../../../src/keys/introspection/introspect.ts";
import type { Answer } from "../../../src/keys/introspection/read-answer.ts";
import { CACHED_CHARACTERS_MAX } from "../../../src/keys/token-cache.ts";
import { AUDIENCE, goodClaims, ISSUER, NOW } from "../issuer.ts";

const rules: IntrospectionRules = { issuer: ISSUER, audiences: [AUDIENCE], skewMilliseconds: 30_000, incomplete: false, goodMilliseconds: 30_000, badMilliseconds: 5_000, entriesMax: 100, questionsMax: 4 };

interface Bench {
  readonly judge: (token: string, now?: number) => Promise<Introspected>;
  readonly asked: string[];
}

/** What the issuer says of a token is what `say` answers. */
function bench(say: (token: string) => Answer | Promise<Answer>, particulars: Partial<IntrospectionRules> = {}): Bench {
  const asked: string[] = [];
  const ask: AskIssuer = async (token) => {
    asked.push(token);
    await new Promise((resolve) => setImmediate(resolve));
    return say(token);
  };
  const introspect = introspector({ ...rules, ...particulars }, ask);
  return { judge: async (token, now = NOW) => introspect(token, now), asked };
}

const active = (claims: JsonObject = {}): Answer => ({ claims: Object.fromEntries(Object.entries({ ...goodClaims(), ...claims }).filter(([, value]) => value !== null)) });

function said(judged: Introspected): string {
  if ("principal" in judged) return judged.principal.id;
  if ("exhausted" in judged) return "exhausted";
  return "wrong" in judged ? judged.wrong : `unavailable: ${judged.unavailable}`;
}

test("R22: what the issuer says is held to the rules of tokens: issuer, audience, times, scope, binding", async () => {
  const judge = async (claims: JsonObject): Promise<string> => said(await bench(() => active(claims)).judge("t"));
  assert.equal(await judge({}), `${ISSUER}#user:ann`);
  assert.equal(await judge({ iss: null, iat: null, jti: null }), `${ISSUER}#user:ann`);
  assert.equal(await judge({ iss: "https://evil.example" }), "iss: another issuer");
  for (const aud of [null, "billing", ["billing"], 7]) assert.equal(await judge({ aud }), "aud: not for this API");
  for (const exp of [null, "soon", 1.5]) assert.equal(await judge({ exp }), "exp: missing or not a time");
  assert.equal(await judge({ exp: NOW / 1_000 - 60, iat: null }), "exp: expired");
  assert.equal(await judge({ nbf: NOW / 1_000 + 60 }), "iat or nbf: not valid yet");
  assert.equal(await judge({ sub: null, client_id: null }), "sub: nobody is named");
  assert.equal(await judge({ scope: ['a"b'] }), "scope: malformed");
  assert.equal(await judge({ cnf: { kid: "x" } }), "cnf: bound in a way that nobody checks here");
});

test("R22: the answer tells who it is, what he may and what the token is bound to", async () => {
  const judged = await bench(() => active({ cnf: { jkt: "A".repeat(43) }, username: "ann@example.org" })).judge("t");
  assert.ok("principal" in judged);
  assert.deepEqual([...judged.principal.scopes], ["orders:read", "orders:write"]);
  assert.deepEqual(judged.principal.methods, ["introspection"]);
  assert.equal(judged.principal.claims["username"], "ann@example.org");
  assert.equal(judged.bound?.key, "A".repeat(43));
});

test("R22: what the issuer says is no access token is none, however active it is", async () => {
  const judge = async (claims: JsonObject): Promise<string> => said(await bench(() => active(claims)).judge("t"));
  for (const name of ["token_type", "token_use", "typ"]) {
    for (const kind of ["Bearer", "bearer", "access_token", "access"]) assert.equal(await judge({ [name]: kind }), `${ISSUER}#user:ann`);
    for (const kind of ["refresh_token", "Refresh", "Offline", "ID", "id", "logout", "N_A", "", 7, ["Bearer"]]) assert.equal(await judge({ [name]: kind }), "typ: not an access token", `${name} ${String(kind)}`);
  }
});

test("R17, R22: a token that the issuer calls DPoP's is bound to a key, or to nobody", async () => {
  const judge = async (claims: JsonObject): Promise<string> => said(await bench(() => active({ token_type: "DPoP", ...claims })).judge("t"));
  assert.equal(await judge({ cnf: { jkt: "A".repeat(43) } }), `${ISSUER}#user:ann`);
  assert.equal(await judge({}), "cnf: missing, although the issuer calls it bound");
  assert.equal(await judge({ cnf: { "x5t#S256": "A".repeat(43) } }), "cnf: missing, although the issuer calls it bound");
});

test("R26: a user whom the issuer names in another way than by a subject is not the client", async () => {
  assert.equal(said(await bench(() => active({ sub: null, username: "ann" })).judge("t")), "sub: missing, although a user is named");
  assert.equal(said(await bench(() => active({ sub: null, username: "app" })).judge("t")), `${ISSUER}#client:app`);
});

test("R26: a client that got a token for itself is no user", async () => {
  assert.equal(said(await bench(() => active({ sub: "app" })).judge("t")), `${ISSUER}#client:app`);
  assert.equal(said(await bench(() => active({ sub: null })).judge("t")), `${ISSUER}#client:app`);
});

test("R22: an incomplete answer counts only with a reason, and then for no longer than it is believed", async () => {
  const { judge, asked } = bench(() => active({ aud: null, exp: null }), { incomplete: true });
  const judged = await judge("t");
  assert.ok("principal" in judged);
  assert.equal(judged.principal.until, undefined);
  await judge("t", NOW + 29_999);
  assert.equal(asked.length, 1);
  await judge("t", NOW + 30_000);
  assert.equal(asked.length, 2);
});

test("R22: a good answer is believed for a while, and no longer than the token lives", async () => {
  const { judge, asked } = bench(() => active());
  for (const after of [0, 1, 29_999]) await judge("t", NOW + after);
  assert.equal(asked.length, 1);
  await judge("t", NOW + 30_000);
  assert.equal(asked.length, 2);
  const short = bench(() => active({ exp: NOW / 1_000 + 10 }), { skewMilliseconds: 0 });
  await short.judge("t");
  assert.equal(said(await short.judge("t", NOW + 10_000)), "exp: expired");
  assert.equal(short.asked.length, 2);
});

test("R22: a bad answer is believed for a shorter while, whatever made it bad", async () => {
  for (const say of ["inactive" as const, active({ aud: "billing" })]) {
    const { judge, asked } = bench(() => say);
    for (const after of [0, 1, 4_999]) assert.doesNotMatch(said(await judge("t", NOW + after)), /#/);
    assert.equal(asked.length, 1);
    await judge("t", NOW + 5_000);
    assert.equal(asked.length, 2);
  }
  const never = bench(() => "inactive", { badMilliseconds: 0, goodMilliseconds: 0 });
  for (let time = 0; time < 3; time++) await never.judge("t");
  assert.equal(never.asked.length, 3);
});

test("R22: no answer is no yes, and is not remembered", async () => {
  let fault: Answer | Error = { wrong: "answered 500" };
  const { judge, asked } = bench(() => {
    if (fault instanceof Error) throw fault;
    return fault;
  });
  assert.equal(said(await judge("t")), "unavailable: answered 500");
  fault = new TypeError("no such host, and a secret");
  assert.equal(said(await judge("t")), "unavailable: TypeError");
  fault = active();
  assert.equal(said(await judge("t")), `${ISSUER}#user:ann`);
  assert.equal(asked.length, 3);
});

test("R22: a hundred equal tokens at once are one question", async () => {
  const { judge, asked } = bench(() => active());
  const judged = await Promise.all(Array.from({ length: 100 }, async () => judge("t")));
  assert.ok(judged.every((one) => "principal" in one));
  assert.deepEqual(asked, ["t"]);
});

test("R22: there are never more questions than there may be, and afterwards there is room again", async () => {
  const { judge, asked } = bench(() => active());
  const judged = await Promise.all(Array.from({ length: 10 }, async (_, one) => judge(`t${one}`)));
  assert.deepEqual(judged.map((one) => "principal" in one), [true, true, true, true, false, false, false, false, false, false]);
  assert.equal(said(judged[9] ?? assert.fail()), "unavailable: too many questions at once");
  assert.equal(asked.length, 4);
  assert.ok("principal" in (await judge("t9")));
});

test("both memories are bounded, and made-up tokens push no good one out", async () => {
  const { judge, asked } = bench((token) => (token === "good" ? active() : "inactive"), { entriesMax: 10 });
  await judge("good");
  for (let one = 0; one < 100; one++) await judge(`made up ${one}`);
  await judge("good");
  assert.equal(asked.filter((token) => token === "good").length, 1);
  await judge("made up 99");
  assert.equal(asked.filter((token) => token === "made up 99").length, 1);
  await judge("made up 0");
  assert.equal(asked.filter((token) => token === "made up 0").length, 2);
});

test("answers are bounded in what they say, too, all of them together", async () => {
  const words = "x".repeat(200_000);
  const { judge, asked } = bench(() => active({ words }), { entriesMax: 10_000 });
  const fit = Math.floor(CACHED_CHARACTERS_MAX / 201_000);
  for (let at = 0; at < fit; at++) await judge(`t${at}`);
  await judge("t0");
  assert.equal(asked.length, fit);
  for (let at = fit; at < fit + 5; at++) await judge(`t${at}`);
  await judge(`t${fit}`);
  assert.equal(asked.length, fit + 5);
  await judge("t1");
  assert.equal(asked.length, fit + 6, "the oldest made room");
});

test("a token that is too long is not asked about", async () => {
  const { judge, asked } = bench(() => active());
  assert.equal(said(await judge("t".repeat(TOKEN_CHARACTERS_MAX + 1))), "token too long");
  assert.equal(asked.length, 0);
  assert.ok("principal" in (await judge("t".repeat(TOKEN_CHARACTERS_MAX))));
});
