import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import type { Operation, Scheme } from "../../../../src/contract/operation.ts";
import { credentials } from "../../../../src/doors/inbound/authenticate/credentials.ts";
import { introspection } from "../../../../src/doors/inbound/authenticate/introspection.ts";
import { jwt } from "../../../../src/doors/inbound/authenticate/jwt.ts";
import { makePlan, type Plan } from "../../../../src/doors/plan.ts";
import { pass } from "../../../../src/doors/pass.ts";
import type { Guard } from "../../../../src/policy/definition.ts";
import { certificateOf } from "../../../../src/exchange/certificate.ts";
import { publish } from "../../../../src/exchange/problem.ts";
import { AUDIENCE, goodClaims, makePair, NOW, token, writeKeys } from "../../../keys/issuer.ts";
import { exchangeOf, type Given, misfits, operation, post, principal, type Sent, siteOf } from "../../../walk.ts";

const CANARY = "canary-52c1";
process.env["SALLYPORT_TEST_CLIENT"] = CANARY;

const scheme: Scheme = { name: "oauth", type: "oauth2", place: { file: "openapi.yaml", pointer: "" } };
const SECURED: Partial<Operation> = { security: [[{ scheme, scopes: [] }]] };
const OPTIONS: JsonObject = { issuer: "", audience: AUDIENCE, client: { id: "gateway", secret: "env:SALLYPORT_TEST_CLIENT" }, good: "30s", bad: "5s" };
const CHALLENGE = 'Bearer realm="api"';
const es = makePair("ES256");

interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly form: URLSearchParams;
}

interface Issuer {
  readonly url: string;
  readonly asked: Question[];
  /** What is answered about a token; undefined: nothing, ever. */
  say: (token: string) => { readonly status?: number; readonly type?: string; readonly body: string } | undefined;
}

const json = (body: JsonObject, status = 200): { status: number; body: string } => ({ status, body: JSON.stringify(body) });

/** An issuer on this machine, with metadata, keys, and an endpoint for questions. */
async function serve(t: TestContext): Promise<Issuer> {
  const issuer: Issuer = { url: "", asked: [], say: () => json({ active: false }) };
  const server = http.createServer((request, response) => void answer(request, response));

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { method = "", url = "", headers } = request;
    const pages: Record<string, JsonObject> = {
      "/.well-known/openid-configuration": { issuer: issuer.url, introspection_endpoint: `${issuer.url}/introspect`, jwks_uri: `${issuer.url}/keys` },
      "/keys": { keys: [es.jwk] },
    };
    if (pages[url] !== undefined) return void response.end(JSON.stringify(pages[url]));
    const form = new URLSearchParams(text);
    issuer.asked.push({ method, path: url, headers, form });
    const said = issuer.say(form.get("token") ?? "");
    if (said !== undefined) response.writeHead(said.status ?? 200, { "content-type": said.type ?? "application/json; charset=utf-8" }).end(said.body);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  Object.assign(issuer, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return issuer;
}

const active = (issuer: Issuer, claims: JsonObject = {}): { status: number; body: string } => json({ active: true, ...goodClaims(), iss: issuer.url, ...claims });

function bearer(text: string, particulars: Given = {}): Given {
  return { now: NOW, fields: [["authorization", `Bearer ${text}`]], ...particulars };
}

function door(issuer: Issuer, options: JsonObject = {}): (given: Given) => Promise<Sent> {
  return post({ guard: introspection, options: { ...OPTIONS, issuer: issuer.url, ...options }, operation: SECURED, site: { challenges: [CHALLENGE] } });
}

async function refused(sent: Promise<Sent>, status = 401): Promise<JsonObject> {
  const { outcome, exchange } = await sent;
  assert.equal(exchange.principal, undefined);
  assert.ok(outcome?.kind === "refusal", "passed");
  assert.equal(outcome.problem.status, status, JSON.stringify(outcome.problem));
  assert.ok(!(publish(outcome.problem, "id") + JSON.stringify(outcome.problem)).includes(CANARY), "a secret was told");
  return outcome.problem.because ?? {};
}

async function passes(sent: Promise<Sent>): Promise<Sent["exchange"]> {
  const { outcome, exchange } = await sent;
  assert.equal(outcome, undefined, JSON.stringify(outcome));
  assert.equal(exchange.principal?.subject, "ann");
  return exchange;
}

test("R22: an active token passes, and the issuer was asked by POST, as this door, once", async (t) => {
  const issuer = await serve(t);
  issuer.say = () => active(issuer);
  const send = door(issuer);
  const { principal: who } = await passes(send(bearer("opaque")));
  assert.equal(who?.id, `${issuer.url}#user:ann`);
  assert.deepEqual(who?.schemes, ["oauth"]);
  await passes(send(bearer("opaque")));
  assert.equal(issuer.asked.length, 1);
  const [{ method, path, headers, form } = assert.fail()] = issuer.asked;
  assert.equal(`${method} ${path}`, "POST /introspect");
  assert.equal(headers.authorization, `Basic ${Buffer.from(`gateway:${CANARY}`).toString("base64")}`);
  assert.deepEqual([...form], [["token", "opaque"], ["token_type_hint", "access_token"]]);
});

test("R22: an inactive token is refused, and so is one that is active for somebody else", async (t) => {
  const issuer = await serve(t);
  assert.deepEqual(await refused(door(issuer)(bearer("opaque"))), { token: "not active" });
  issuer.say = () => active(issuer, { aud: "billing" });
  assert.deepEqual(await refused(door(issuer)(bearer("opaque"))), { token: "aud: not for this API" });
  const { outcome } = await door(issuer)(bearer("opaque"));
  assert.equal(outcome?.kind === "refusal" && outcome.problem.headers?.["www-authenticate"], `${CHALLENGE}, error="invalid_token"`);
});

test("R22: a late answer is waited for, and a hundred equal tokens wait for one", async (t) => {
  const issuer = await serve(t);
  issuer.say = () => active(issuer);
  const send = door(issuer);
  const all = await Promise.all(Array.from({ length: 100 }, async () => passes(send(bearer("opaque")))));
  assert.equal(all.length, 100);
  assert.equal(issuer.asked.length, 1);
});

test("a stranger with made-up tokens takes no place at the issuer from anybody else, from however many addresses of a range", async (t) => {
  /** Made-up tokens about which the issuer is slow to answer, then a good one from elsewhere. */
  const flood = async (crowd: number): Promise<{ readonly asked: number; readonly sent: Sent }> => {
    const issuer = await serve(t);
    issuer.say = (text) => (text === "good" ? active(issuer) : undefined);
    const send = door(issuer, { timeout: "10s", concurrent: 8, questions: { burst: 2, window: "1h", crowd } });
    void Promise.allSettled(Array.from({ length: 20 }, (_, at) => send(bearer(`made-up-${at}`, { address: `192.0.2.${at}` }))));
    return { sent: await send(bearer("good", { address: "198.51.100.1" })), asked: issuer.asked.length };
  };
  const { outcome } = (await flood(0)).sent;
  assert.equal(outcome?.kind === "refusal" && outcome.problem.type, "introspection-unavailable", "the attack works where ranges are not counted");
  const { asked, sent } = await flood(2);
  assert.equal(sent.outcome, undefined);
  assert.equal(sent.exchange.principal?.subject, "ann");
  assert.ok(asked <= 4 + 1, `${asked} questions`);
});

test("a token that is remembered costs no question, and beyond the bound of an address none is asked", async (t) => {
  const issuer = await serve(t);
  issuer.say = () => active(issuer);
  const send = door(issuer, { questions: { burst: 1, window: "1h" } });
  await passes(send(bearer("good")));
  await passes(send(bearer("good")));
  const { outcome } = await send(bearer("another"));
  assert.ok(outcome?.kind === "refusal");
  assert.deepEqual([outcome.problem.type, outcome.problem.status, issuer.asked.length], ["tokens-too-many", 429, 1]);
});

test("R22: whatever is no answer is 503, whose fault is the issuer's, and nobody passes", async (t) => {
  const issuer = await serve(t);
  const because = async (options: JsonObject = {}): Promise<unknown> => {
    const sent = door(issuer, options)(bearer("opaque"));
    const { outcome } = await sent;
    assert.equal(outcome?.kind === "refusal" && outcome.problem.type, "introspection-unavailable");
    assert.equal(outcome?.kind === "refusal" && outcome.problem.blame, "issuer");
    return (await refused(sent, 503))["introspection"];
  };
  const table: readonly (readonly [ReturnType<Issuer["say"]>, RegExp])[] = [
    [json({ active: true }, 500), /answered 500/],
    [json({ error: "invalid_client" }, 401), /answered 401/],
    [json({ active: "true" }), /neither/],
    [{ body: "<html>" }, /answer/],
    [{ type: "text/html", body: "{}" }, /media type/],
    [{ body: JSON.stringify({ active: true, fat: "x".repeat(300_000) }) }, /more than/],
  ];
  for (const [said, expected] of table) {
    issuer.say = () => said;
    assert.match(String(await because()), expected);
  }
  issuer.say = () => undefined;
  assert.match(String(await because({ timeout: "100ms" })), /timeout|abort/i);
  assert.match(String(await because({ endpoint: "http://127.0.0.1:1/introspect" })), /ECONNREFUSED/);
});

test("R23: where answers are to be signed, plain ones are none", async (t) => {
  const issuer = await serve(t);
  const send = door(issuer, { signed: { algorithms: ["ES256"] } });
  issuer.say = () => active(issuer);
  await refused(send(bearer("opaque")), 503);
  const claims = { iss: issuer.url, aud: "gateway", iat: NOW / 1_000, token_introspection: { active: true, ...goodClaims(), iss: issuer.url } };
  issuer.say = () => ({ type: "application/token-introspection+jwt", body: token(es, { header: { typ: "token-introspection+jwt" }, claimsText: JSON.stringify(claims) }) });
  await passes(send(bearer("opaque")));
  assert.equal(issuer.asked.at(-1)?.headers.accept, "application/token-introspection+jwt");
});

test("R16: what the issuer says the token is bound to is proven", async (t) => {
  const issuer = await serve(t);
  const certificate = certificateOf(Buffer.from("a certificate"));
  issuer.say = () => active(issuer, { cnf: { "x5t#S256": certificate.thumbprint } });
  const send = door(issuer);
  await passes(send(bearer("opaque", { certificate })));
  await refused(send(bearer("opaque")));
  issuer.say = () => active(issuer);
  await refused(door(issuer, { bound: "mtls" })(bearer("opaque", { certificate })));
});

test("R38: what was switched to another protocol lasts while the issuer says so, and is asked about as seldom as anything", async (t) => {
  for (const end of ["inactive", "no answer"] as const) {
    const issuer = await serve(t);
    issuer.say = () => active(issuer);
    const send = door(issuer, { good: "10s" });
    const { followers } = await passes(send(bearer("opaque", { protocol: "websocket" })));
    const lasts = (now: number): boolean => followers.every((follower) => follower.lasts?.(now) === true);
    assert.equal(followers.length, 1);
    for (let second = 1; second < 10; second++) assert.equal(lasts(NOW + second * 1_000), true);
    assert.equal(issuer.asked.length, 1);
    lasts(NOW + 10_000);
    for (let look = 0; issuer.asked.length < 2 && look < 200; look++) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(lasts(NOW + 11_000), true);
    issuer.say = () => (end === "inactive" ? json({ active: false }) : { status: 500, body: "" });
    for (let look = 0; lasts(NOW + 20_000) && look < 200; look++) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(lasts(NOW + 20_000), false, end);
  }
  const issuer = await serve(t);
  issuer.say = () => active(issuer);
  assert.equal((await passes(door(issuer)(bearer("opaque")))).followers.length, 0);
});

test("R32: neither the token nor the secret of this door is told anywhere", async (t) => {
  const issuer = await serve(t);
  await refused(door(issuer)(bearer(CANARY)));
  issuer.say = (text) => ({ status: 500, body: text });
  await refused(door(issuer)(bearer(CANARY)), 503);
  issuer.say = (text) => json({ active: true, ...goodClaims(), iss: text });
  await refused(door(issuer)(bearer(CANARY)));
  issuer.say = () => active(issuer);
  await passes(door(issuer)(bearer(CANARY)));
});

test("a stranger is left to the guard behind, and what is not the issuer's is not shown to him", async (t) => {
  const issuer = await serve(t);
  for (const given of [{ now: NOW }, { now: NOW, fields: [["authorization", "Basic YTpi"]] as const }, bearer(token(es)), bearer("a.b.c")]) {
    const { outcome, exchange } = await door(issuer)(given);
    assert.equal(outcome, undefined);
    assert.equal(exchange.principal, undefined);
  }
  const send = door(issuer, { prefix: "ours_" });
  assert.equal((await send(bearer("theirs_1"))).outcome, undefined);
  assert.equal(issuer.asked.length, 0);
  await refused(send(bearer("ours_1")));
  issuer.say = () => active(issuer);
  await passes(door(issuer, { tokens: "all" })(bearer(token(es))));
  assert.equal(issuer.asked.length, 2);
});

test("a token that another guard has judged is not judged again", async (t) => {
  const issuer = await serve(t);
  const known = principal({ field: "authorization", subject: "ann" });
  await passes(door(issuer, { tokens: "all" })(bearer(token(es), { principal: known })));
  await passes(door(issuer, { tokens: "all" })(bearer(token(es), { principal: principal({ subject: "ann", field: "x-key", also: [known] }) })));
  assert.equal(issuer.asked.length, 0);
});

function planOf(guards: readonly (readonly [Guard, JsonObject])[], folder: string): Plan {
  const postings = guards.map(([guard, options]) => ({ guard, options, mode: "enforce" as const, waived: undefined, source: "everywhere" as const, pointer: "/everywhere" }));
  return makePlan(postings, { ...siteOf({ guard: credentials, operation: SECURED }), folder, operation: operation(SECURED), down: undefined, complain: (pointer, message) => assert.fail(`${pointer}: ${message}`), accuse: (message) => assert.fail(message) });
}

test("beside jwt both kinds of tokens pass at one operation, and each bad one stops", async (t) => {
  const issuer = await serve(t);
  issuer.say = (text) => (text === "opaque" ? active(issuer) : json({ active: false }));
  const own: JsonObject = { issuer: issuer.url, audience: AUDIENCE };
  const plan = planOf([[jwt, { ...own, keys: "file:jwks.json" }], [introspection, { ...OPTIONS, ...own }], [credentials, {}]], writeKeys([es.jwk]));
  const status = async (text: string): Promise<number> => {
    const outcome = await pass(plan.inbound, exchangeOf(bearer(text), operation(SECURED)));
    return outcome?.kind === "refusal" ? outcome.problem.status : 200;
  };
  assert.equal(await status("opaque"), 200);
  assert.equal(await status(token(es, { claims: { iss: issuer.url } })), 200);
  assert.equal(await status("other"), 401);
  assert.equal(await status(token(es, { claims: { iss: issuer.url, exp: 1 } })), 401);
  assert.equal(await status(token(es)), 401);
});

test("mistakes in the options are misfits, and none of them tells a secret", () => {
  const own = { ...OPTIONS, issuer: "https://id.example" };
  const said = (options: JsonObject): string => misfits(introspection, { ...own, ...options }, SECURED).join("\n");
  assert.equal(said({}), "");
  assert.match(said({ issuer: "accounts" }), /cannot be discovered/);
  assert.match(said({ endpoint: "nonsense" }), /not an address/);
  assert.match(said({ endpoint: "http://id.example/introspect" }), /not https/);
  assert.match(said({ client: { id: "gateway" } }), /either a secret or a key/);
  assert.match(said({ client: { id: "gateway", key: "file:absent.pem" } }), /no private key/);
  assert.match(said({ client: { id: "gateway", secret: "hunter2" } }), /not a reference/);
  assert.doesNotMatch(said({ client: { id: "gateway", secret: "hunter2" } }), /hunter2/);
  assert.match(said({ signed: { keys: "file:absent.json" } }), /signed: .*cannot be read/);
  assert.match(said({ bound: "dpop" }), /proofs name the address/);
  assert.match(said({ incomplete: "yes" }), /written reason/);
  for (const [name, value] of [["good", "61m"], ["bad", "6m"], ["timeout", "11s"], ["timeout", "99ms"], ["skew", "61s"]] as const) assert.match(said({ [name]: value }), /out of range/);
  for (const [name, value] of [["cache", 0], ["concurrent", 0], ["concurrent", 1_001]] as const) assert.match(said({ [name]: value }), /expected a whole number/);
});

test("where the contract lists no operation there is nothing to check", async (t) => {
  const issuer = await serve(t);
  for (const listed of ["path", "method"] as const) {
    const send = post({ guard: introspection, options: { ...OPTIONS, issuer: issuer.url }, operation: { listed, security: undefined } });
    assert.equal((await send(bearer("opaque"))).outcome, undefined);
  }
  assert.equal(issuer.asked.length, 0);
});
