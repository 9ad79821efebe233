import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import type { Operation, Scheme } from "../../../../src/contract/operation.ts";
import { scope } from "../../../../src/doors/inbound/authorize/scope.ts";
import type { Outcome } from "../../../../src/exchange/decision.ts";
import type { Principal } from "../../../../src/exchange/principal.ts";
import { misfits, post, principal } from "../../../walk.ts";

const place = { file: "openapi.yaml", pointer: "" };
const oauth: Scheme = { name: "oauth", type: "oauth2", place };
const key: Scheme = { name: "key", type: "apiKey", in: "header", parameter: "x-key", place };
const READ: Operation["security"] = [[{ scheme: oauth, scopes: ["orders:read"] }]];

async function ask(security: Operation["security"], who: Principal | undefined, options: JsonObject = {}, listed: Operation["listed"] = "operation"): Promise<Outcome> {
  const send = post({ guard: scope, options, operation: { security, listed }, site: { challenges: ['Basic realm="api"', 'Bearer realm="api"'] } });
  return (await send(who === undefined ? {} : { principal: who })).outcome;
}

function someone(scopes: readonly string[], schemes: readonly string[] = ["oauth"]): Principal {
  return principal({ scopes: new Set(scopes), schemes });
}

function status(outcome: Outcome): number {
  return outcome?.kind === "refusal" ? outcome.problem.status : 0;
}

test("R2: a token with the scopes of the operation passes, one without them learns which it needs", async () => {
  assert.equal(status(await ask(READ, someone(["orders:read", "other"]))), 0);
  const outcome = await ask(READ, someone(["orders:write"]));
  assert.equal(outcome?.kind === "refusal" && outcome.problem.type, "scope-missing");
  assert.equal(outcome?.kind === "refusal" && outcome.problem.headers?.["www-authenticate"], 'Bearer realm="api", error="insufficient_scope", scope="orders:read"');
  assert.equal(status(outcome), 403);
});

test("scopes are compared exactly", async () => {
  for (const near of ["orders", "orders:rea", "orders:read ", "Orders:read", "orders:*"]) assert.equal(status(await ask(READ, someone([near]))), 403);
});

test("an alternative counts with its own scopes only", async () => {
  const either: Operation["security"] = [[{ scheme: oauth, scopes: ["orders:read"] }], [{ scheme: key, scopes: [] }]];
  assert.equal(status(await ask(either, someone([], ["key"]))), 0);
  assert.equal(status(await ask(either, someone([], ["oauth"]))), 403);
  const both: Operation["security"] = [[{ scheme: oauth, scopes: ["a"] }, { scheme: key, scopes: ["b"] }]];
  assert.equal(status(await ask(both, someone(["a", "b"], ["key", "oauth"]))), 0);
  assert.equal(status(await ask(both, someone(["a"], ["key", "oauth"]))), 403);
  assert.equal(status(await ask(both, someone(["a", "b"], ["oauth"]))), 403);
});

test("a stranger passes only by an alternative for strangers", async () => {
  assert.equal(status(await ask(READ, undefined)), 403);
  assert.equal(status(await ask([...(READ ?? []), []], undefined)), 0);
});

test("the policy can ask for more, and never for less", async () => {
  const options = { also: ["orders:special"] };
  assert.equal(status(await ask(READ, someone(["orders:read"]), options)), 403);
  assert.equal(status(await ask(READ, someone(["orders:special"]), options)), 403);
  assert.equal(status(await ask(READ, someone(["orders:read", "orders:special"]), options)), 0);
  assert.equal(status(await ask(undefined, someone([]), options, "unlisted")), 403);
  assert.equal(status(await ask(undefined, someone(["orders:special"]), options, "unlisted")), 0);
});

test("without scopes there is nothing to check", async () => {
  for (const security of [undefined, [], [[]], [[{ scheme: oauth, scopes: [] }]]]) assert.equal(status(await ask(security, undefined)), 0);
  for (const listed of ["path", "method"] as const) assert.equal(status(await ask(undefined, undefined, { also: ["x"] }, listed)), 0);
});

test("a name that cannot stand in a header is asked for and not told", async () => {
  const outcome = await ask([[{ scheme: key, scopes: ['the "boss"'] }]], someone([], ["key"]));
  assert.equal(outcome?.kind === "refusal" && outcome.problem.headers?.["www-authenticate"], 'Bearer realm="api", error="insufficient_scope"');
});

test("mistakes in the options are misfits", () => {
  assert.match(misfits(scope, { also: ["two words"] }, { security: READ }).join(), /not a scope/);
  assert.match(misfits(scope, { also: ["x"] }, { security: [] }, { public: "price list, agreed" }).join(), /strangers may come in/);
  assert.match(misfits(scope, { alsoo: [] }).join(), /unknown option/);
});

test("more can be asked for by method and tag, and what the contract asks for stands everywhere", async () => {
  const options = { also: ["orders:special"], methods: ["POST"] };
  assert.equal(status(await ask(READ, someone(["orders:read"]), options)), 0);
  assert.equal(status(await ask(READ, someone(["orders:special"]), options)), 403);
  assert.equal(status(await ask(READ, someone(["orders:read"]), { also: ["orders:special"], methods: ["GET"] })), 403);
  assert.equal(status(await ask(undefined, someone([]), options, "unlisted")), 403);
});
