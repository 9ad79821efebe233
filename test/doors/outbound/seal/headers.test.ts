import assert from "node:assert/strict";
import { test } from "node:test";
import { headers } from "../../../../src/doors/outbound/seal/headers.ts";
import type { Check } from "../../../../src/policy/definition.ts";
import { exchangeOf, type Given, misfits, operation, post, principal, type Sent } from "../../../walk.ts";
import { said } from "../../samples.ts";

type Pairs = readonly (readonly [string, string])[];

function send(given: Given = {}, options: Record<string, string> = {}): Promise<Sent> {
  return post({ guard: headers, options })(given);
}

/** As `send`, with fields that guards of the first door promised. */
async function sendWith(reply: Pairs, given: Given = {}): Promise<Sent["exchange"]> {
  const exchange = exchangeOf(given, operation());
  for (const [name, value] of reply) exchange.reply.append(name, value);
  const posted = headers.post({}, { pointer: "", report: () => assert.fail() });
  const site = { operation: operation(), report: () => assert.fail() };
  const check: Check<"seal"> | undefined = posted?.compile(site as never);
  assert.equal(await check?.(exchange), undefined);
  return exchange;
}

function one({ exchange }: Sent, name: string): string | undefined {
  const values = exchange.answer.fields.all(name);
  assert.ok(values.length < 2, `${name} stands twice`);
  return values[0];
}

test("every answer leaves sealed, whoever wrote it and whoever asked", async () => {
  for (const from of ["api", "door"] as const) {
    const sent = await send({ answer: { from, fields: [["x-content-type-options", "no"], ["x-frame-options", "SAMEORIGIN"], ["content-security-policy", "default-src *"], ["content-security-policy", "x"]] } });
    assert.equal(said(sent), "passes");
    assert.equal(one(sent, "x-content-type-options"), "nosniff");
    assert.equal(one(sent, "content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    assert.equal(one(sent, "x-frame-options"), "DENY");
    assert.equal(one(sent, "referrer-policy"), "no-referrer");
    assert.equal(one(sent, "cross-origin-resource-policy"), "same-origin");
    assert.equal(one(sent, "strict-transport-security"), "max-age=31536000");
  }
});

test("Strict-Transport-Security is said over TLS alone, and for as long as the policy says", async () => {
  const forged = { fields: [["strict-transport-security", "max-age=1"]] } as const;
  assert.equal(one(await send({ secure: false, answer: forged }), "strict-transport-security"), undefined);
  assert.equal(one(await send({ answer: forged }, { hsts: "1d" }), "strict-transport-security"), "max-age=86400");
  assert.equal(one(await send({}, { hsts: "0s" }), "strict-transport-security"), "max-age=0");
});

const caching = async (given: Given): Promise<readonly string[]> => (await send(given)).exchange.answer.fields.all("cache-control");

test("R31: what somebody is told is not stored, unless the API keeps it private already", async () => {
  const who = { principal: principal() };
  const saying = (...values: string[]): Given => ({ ...who, answer: { fields: values.map((value) => ["cache-control", value] as const) } });
  assert.deepEqual(await caching(who), ["no-store"]);
  for (const value of ["public, max-age=60", "max-age=60", 'private="x-a"', "no-cache", "privately", "private, public"]) assert.deepEqual(await caching(saying(value)), ["no-store"], value);
  for (const value of ["private", "Private, max-age=60", "no-store", "no-cache,no-store"]) assert.deepEqual(await caching(saying(value)), [value]);
  assert.deepEqual(await caching(saying("public", "max-age=1")), ["no-store"]);
});

test("a cache that obeys a field of its own is told nothing else", async () => {
  const fields = [["cache-control", "private"], ["cdn-cache-control", "public, max-age=60"], ["surrogate-control", "max-age=60"]] as const;
  const sent = await send({ principal: principal(), answer: { fields } });
  assert.equal(one(sent, "cdn-cache-control"), undefined);
  assert.equal(one(sent, "surrogate-control"), undefined);
  assert.equal(one(await send({ answer: { fields } }), "cdn-cache-control"), "public, max-age=60");
});

test("problems are not stored; what strangers are told may be, as the API says", async () => {
  for (const status of [400, 401, 503]) assert.deepEqual(await caching({ answer: { status, from: "door" } }), ["no-store"]);
  assert.deepEqual(await caching({ answer: { status: 404, fields: [["content-type", "application/problem+json; charset=utf-8"]] } }), ["no-store"]);
  assert.deepEqual(await caching({ answer: { fields: [["cache-control", "public, max-age=60"]] } }), ["public, max-age=60"]);
  assert.deepEqual(await caching({ answer: { status: 204, from: "door" } }), []);
});

test("what is about the API's connection ends here, and Connection takes nothing else with it", async () => {
  const { exchange } = await send({ answer: { fields: [["connection", "x-hop, content-type"], ["x-hop", "1"], ["keep-alive", "5"], ["te", "x"], ["trailer", "x"], ["upgrade", "h2c"], ["proxy-authenticate", "Basic"], ["content-type", "text/plain"], ["content-length", "0"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]] } });
  const { fields } = exchange.answer;
  for (const name of ["connection", "x-hop", "keep-alive", "te", "trailer", "upgrade", "proxy-authenticate"]) assert.equal(fields.count(name), 0, name);
  assert.equal(fields.one("content-type"), "text/plain");
  assert.deepEqual(fields.all("set-cookie"), ["a=1", "b=2"]);
});

test("what guards of the first door promised is said: the last word counts, Vary and Set-Cookie add up", async () => {
  const { answer } = await sendWith([["ratelimit", "a"], ["ratelimit", "b"], ["vary", "Origin"], ["set-cookie", "c=3"]], { answer: { fields: [["ratelimit", "api"], ["vary", "Accept"], ["set-cookie", "a=1"]] } });
  assert.deepEqual(answer.fields.all("ratelimit"), ["b"]);
  assert.deepEqual(answer.fields.all("vary"), ["Accept", "Origin"]);
  assert.deepEqual(answer.fields.all("set-cookie"), ["a=1", "c=3"]);
});

test("when the door speaks of other origins, the API does not, and the resource is no longer for one origin", async () => {
  const said = [["access-control-allow-origin", "https://a.example"]] as const;
  const { answer } = await sendWith(said, { answer: { fields: [["access-control-allow-origin", "*"], ["access-control-allow-credentials", "true"], ["timing-allow-origin", "*"]] } });
  assert.deepEqual(answer.fields.all("access-control-allow-origin"), ["https://a.example"]);
  assert.equal(answer.fields.count("access-control-allow-credentials"), 0);
  assert.equal(answer.fields.count("timing-allow-origin"), 0);
  assert.equal(answer.fields.count("cross-origin-resource-policy"), 0);
});

test("where the door says nothing of other origins, the API's own word stays", async () => {
  const { answer } = await sendWith([["ratelimit", "a"]], { answer: { fields: [["access-control-allow-origin", "*"]] } });
  assert.equal(answer.fields.one("access-control-allow-origin"), "*");
});

test("the door's own preflight keeps what it allows", async () => {
  const { answer } = await sendWith([["access-control-allow-origin", "https://a.example"]], { answer: { status: 204, from: "door", fields: [["access-control-allow-methods", "GET"]] } });
  assert.equal(answer.fields.one("access-control-allow-methods"), "GET");
});

test("an API that serves pages says so in the policy", async () => {
  assert.equal(one(await send({}, { csp: "default-src 'self'" }), "content-security-policy"), "default-src 'self'");
  assert.match(misfits(headers, { csp: "default-src \u00e9" }).join(), /not a field value/);
  assert.equal(misfits(headers, { csp: "a\r\nb" }).length, 1);
});

test("it stands everywhere without being named", () => assert.equal(headers.standing, true));
