import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation, Scheme } from "../../../../src/contract/operation.ts";
import { credentials } from "../../../../src/doors/inbound/authenticate/credentials.ts";
import type { Outcome } from "../../../../src/exchange/decision.ts";
import type { Site } from "../../../../src/policy/definition.ts";
import { type Given, misfits, post, principal } from "../../../walk.ts";

const place = { file: "openapi.yaml", pointer: "" };
const oauth: Scheme = { name: "oauth", type: "oauth2", place };
const key: Scheme = { name: "key", type: "apiKey", in: "header", parameter: "x-key", place };
const basic: Scheme = { name: "login", type: "http", http: "basic", place };
const needs = (...schemes: readonly Scheme[]): NonNullable<Operation["security"]>[number] => schemes.map((scheme) => ({ scheme, scopes: [] }));

const CHALLENGES = ['Bearer realm="api"', "ApiKey"];
const OPEN = "price list, agreed 2026-11-20";

async function ask(security: Operation["security"], given: Given, site: Partial<Site> = {}, listed: Operation["listed"] = "operation"): Promise<Outcome> {
  const send = post({ guard: credentials, operation: { security, listed }, site: { challenges: CHALLENGES, schemes: new Set(["oauth", "key"]), ...site } });
  return (await send(given)).outcome;
}

function status(outcome: Outcome): number {
  return outcome?.kind === "refusal" ? outcome.problem.status : 0;
}

const ann = principal({ schemes: ["oauth"] });
const bot = principal({ schemes: ["key"] });

test("somebody passes who fulfils one alternative whole", async () => {
  assert.equal(status(await ask([needs(oauth)], { principal: ann })), 0);
  assert.equal(status(await ask([needs(oauth), needs(key)], { principal: bot })), 0);
  assert.equal(status(await ask([needs(oauth, key)], { principal: principal({ schemes: ["key", "oauth"] }) })), 0);
});

test("somebody is refused who fulfils none, or one by half", async () => {
  assert.equal(status(await ask([needs(oauth)], { principal: bot })), 401);
  assert.equal(status(await ask([needs(oauth, key)], { principal: ann })), 401);
  assert.equal(status(await ask([needs(oauth)], { principal: principal() })), 401);
});

test("a stranger gets every challenge and no error code", async () => {
  const outcome = await ask([needs(oauth)], {});
  assert.equal(outcome?.kind === "refusal" && outcome.problem.type, "unauthenticated");
  assert.equal(outcome?.kind === "refusal" && outcome.problem.headers?.["www-authenticate"], 'Bearer realm="api", ApiKey');
});

test("a credential that nobody recognised is refused as such, even where strangers may come in", async () => {
  const fields = [["authorization", "Negotiate abc"]] as const;
  const shut = await ask([needs(oauth)], { fields });
  assert.equal(shut?.kind === "refusal" && shut.problem.headers?.["www-authenticate"], 'Bearer realm="api", error="invalid_token", ApiKey');
  for (const security of [undefined, [], [[]], [needs(oauth), []]]) assert.equal(status(await ask(security, { fields }, { public: OPEN })), 401);
});

test("a good credential does not cover one that nobody recognised", async () => {
  const fields = [["authorization", "Negotiate abc"]] as const;
  const outcome = await ask([needs(key)], { principal: principal({ schemes: ["key"], field: "x-key" }), fields });
  assert.equal(outcome?.kind === "refusal" && outcome.problem.type, "credential-invalid");
  assert.equal(status(await ask([needs(oauth)], { principal: principal({ schemes: ["oauth"], field: "authorization" }), fields })), 0);
  const also = [principal({ schemes: ["oauth"], field: "authorization" })];
  assert.equal(status(await ask([needs(oauth, key)], { principal: principal({ schemes: ["key"], field: "x-key", also }), fields })), 0);
});

test("R35: several together fulfil an alternative that asks for all of them", async () => {
  const both = principal({ schemes: ["oauth"], also: [principal({ schemes: ["key"] })] });
  assert.equal(status(await ask([needs(oauth, key)], { principal: both })), 0);
  assert.equal(status(await ask([needs(oauth, basic)], { principal: both }, { schemes: new Set(["oauth", "key", "login"]) })), 401);
});

test("strangers come in where contract and policy both say so", async () => {
  for (const security of [undefined, [], [[]], [needs(oauth), []]]) {
    assert.equal(status(await ask(security, {}, { public: OPEN })), 0);
    assert.equal(status(await ask(security, { principal: ann }, { public: OPEN })), 0);
  }
});

test("the policy alone opens nothing that the contract closes", async () => {
  assert.equal(status(await ask([needs(oauth)], {}, { public: OPEN })), 401);
});

test("a contract that says nothing, or lets strangers in, does not start without a reason", () => {
  for (const security of [undefined, [], [[]], [needs(oauth), []]]) {
    assert.match(misfits(credentials, {}, { security }, { challenges: CHALLENGES, schemes: new Set(["oauth"]) }).join(), /lets strangers in; allowed: public: <reason>/);
    assert.deepEqual(misfits(credentials, {}, { security }, { challenges: CHALLENGES, public: OPEN }), []);
  }
});

test("alternatives that no guard can establish do not start, and the guards that could are named", () => {
  assert.match(misfits(credentials, {}, { security: [needs(oauth), needs(key)] }).join(), /no guard here establishes .*allowed: jwt for oauth; api-key for key/);
  assert.match(misfits(credentials, {}, { security: [needs(basic)] }).join(), /basic for login/);
  assert.match(misfits(credentials, {}, { security: [needs(oauth, key)] }, { schemes: new Set(["oauth"]) }).join(), /allowed: api-key for key/);
  assert.deepEqual(misfits(credentials, {}, { security: [needs(oauth), needs(key)] }, { schemes: new Set(["key"]) }), []);
});

test("a request that the contract does not list needs somebody, or a public reason", async () => {
  assert.equal(status(await ask(undefined, {}, {}, "unlisted")), 401);
  assert.equal(status(await ask(undefined, { principal: ann }, {}, "unlisted")), 0);
  assert.equal(status(await ask(undefined, {}, { public: OPEN }, "unlisted")), 0);
  assert.match(misfits(credentials, {}, { listed: "unlisted" }).join(), /lets strangers in/);
});

test("unknown paths and methods are left to the stage that refuses them", async () => {
  for (const listed of ["path", "method"] as const) {
    assert.equal(status(await ask(undefined, {}, {}, listed)), 0);
    assert.deepEqual(misfits(credentials, {}, { listed }), []);
  }
});

test("where nobody can be anybody and strangers may come in, there is nothing to check", async () => {
  assert.equal(status(await ask([], { fields: [["authorization", "Bearer x"]] }, { public: OPEN, challenges: [], schemes: new Set() })), 0);
});
