import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation, Scheme } from "../../src/contract/operation.ts";
import { credentials } from "../../src/doors/inbound/authenticate/credentials.ts";
import { scope } from "../../src/doors/inbound/authorize/scope.ts";
import { joinOf } from "../../src/doors/join.ts";
import { makePlan } from "../../src/doors/plan.ts";
import { pass } from "../../src/doors/pass.ts";
import type { Outcome } from "../../src/exchange/decision.ts";
import type { Exchange } from "../../src/exchange/exchange.ts";
import type { Principal } from "../../src/exchange/principal.ts";
import { defineGuard, type Guard } from "../../src/policy/definition.ts";
import { fields } from "../../src/policy/shape.ts";
import { exchangeOf, operation, principal, siteOf } from "../walk.ts";

const place = { file: "openapi.yaml", pointer: "" };
const scheme = (name: string, type: Scheme["type"] = "oauth2"): Scheme => ({ name, type, place });
const needs = (...names: readonly (readonly [name: string, ...scopes: string[]])[]): NonNullable<Operation["security"]>[number] => names.map(([name, ...scopes]) => ({ scheme: scheme(name), scopes }));

const ann = principal({ schemes: ["oauth"], field: "authorization", scopes: new Set(["read"]) });
const app = principal({ id: "keys#client:shop", party: "client", subject: "shop", schemes: ["key"], field: "x-key", scopes: new Set(["write"]), until: 5_000 });
const robot = principal({ id: "ca#client:robot", party: "client", subject: "robot", schemes: ["cert"], until: 3_000 });

test("two are taken together where an alternative asks for both, and the user speaks for the program", () => {
  const join = joinOf({ security: [needs(["oauth"]), needs(["key"], ["oauth"])] });
  for (const [one, other] of [[ann, app], [app, ann]] as const) {
    const both = join?.(one, other);
    assert.equal(both?.id, ann.id);
    assert.deepEqual(both.also?.map(({ id }) => id), [app.id]);
    assert.deepEqual([...both.scopes], ["read"], "what the key may do, its bearer may not");
    assert.deepEqual(both.schemes, ["oauth"]);
    assert.equal(both.until, 5_000, "both last no longer than the shorter of the two");
  }
});

test("of equals the one who was there first speaks, and three stay three", () => {
  const join = joinOf({ security: [needs(["key"], ["cert"], ["oauth"])] });
  const two = join?.(robot, app);
  assert.ok(two !== undefined);
  assert.equal(two.id, robot.id);
  const three = join?.(two, ann);
  assert.equal(three?.id, ann.id);
  assert.deepEqual(three.also?.map(({ id }) => id), [robot.id, app.id]);
  assert.equal(three.until, 3_000);
  assert.ok(three.also?.every(({ also = [] }) => also.length === 0));
});

test("two that nobody asked for together are nobody", () => {
  for (const security of [undefined, [], [[]], [needs(["oauth"]), needs(["key"])]]) assert.equal(joinOf({ security }), undefined);
  const join = joinOf({ security: [needs(["oauth"], ["cert"]), needs(["key"], ["cert"])] });
  assert.equal(join?.(ann, app), undefined);
  assert.notEqual(join?.(ann, robot), undefined);
});

test("two of the same kind are two, also where one of them is asked for with another", () => {
  const join = joinOf({ security: [needs(["oauth"], ["key"])] });
  assert.equal(join?.(ann, principal({ id: "x#user:eve", schemes: ["oauth"] })), undefined);
  assert.equal(join?.(ann, principal({ id: "x#user:eve", schemes: [] })), undefined);
  const both = join?.(ann, app);
  assert.ok(both !== undefined);
  assert.equal(join?.(both, principal({ id: "x#client:other", schemes: ["key"] })), undefined);
});

/** Guards that find whoever a test says, under the names of the schemes. */
function finder(name: string, found: Principal): Guard {
  return defineGuard({ name, stage: "authenticate", risks: ["API2:2023"], options: fields({}), establishes: (_, site) => ({ schemes: schemesAt(site.operation, found), challenges: [`${name} realm="api"`] }), compile: () => (exchange) => (exchange.request.fields.count(name) > 0 ? found : undefined) });
}

function schemesAt({ security = [] }: Pick<Operation, "security">, { schemes }: Principal): readonly string[] {
  return schemes.filter((name) => security.flat().some((need) => need.scheme.name === name));
}

const finders = [finder("bearer", ann), finder("x-key", app)];

interface Asked {
  readonly outcome: Outcome;
  readonly exchange: Exchange;
}

/** What the plan of an operation says to a request that carries these credentials. */
async function ask(security: Operation["security"], carried: readonly string[], waived?: string): Promise<Asked> {
  const at = operation({ security });
  const guards = [...finders, credentials, scope];
  const postings = guards.map((guard) => ({ guard, options: {}, mode: "enforce" as const, waived: guard === credentials ? waived : undefined, source: "everywhere" as const, pointer: "/everywhere" }));
  const plan = makePlan(postings, { ...siteOf({ guard: credentials }), operation: at, down: undefined, complain: (pointer, message) => assert.fail(`${pointer}: ${message}`), accuse: (message) => assert.fail(message) });
  const exchange = exchangeOf({ fields: carried.map((name) => [name, "x"] as const) }, at);
  return { outcome: await pass(plan.inbound, exchange), exchange };
}

function said({ outcome }: Asked): string {
  return outcome === undefined ? "passes" : outcome.kind === "refusal" ? `${outcome.problem.status} ${outcome.problem.type}` : "replied";
}

test("R35: at a door an OR of ANDs is what it says", async () => {
  const either = [needs(["oauth", "read"]), needs(["key", "write"])];
  const both = [needs(["oauth", "read"], ["key", "write"])];
  assert.equal(said(await ask(either, ["bearer"])), "passes");
  assert.equal(said(await ask(either, ["x-key"])), "passes");
  assert.equal(said(await ask(either, ["bearer", "x-key"])), "400 several-credentials");
  assert.equal(said(await ask(either, [])), "401 unauthenticated");
  assert.equal(said(await ask(both, ["bearer", "x-key"])), "passes");
  assert.equal(said(await ask(both, ["bearer"])), "401 unauthenticated");
  assert.equal(said(await ask(both, ["x-key"])), "401 unauthenticated");
  assert.equal(said(await ask([...both, ...either], ["bearer", "x-key"])), "passes");
});

test("R35: waiving credentials does not make two of them one", async () => {
  assert.equal(said(await ask([needs(["oauth"]), needs(["key"])], ["bearer", "x-key"], "a test of what is left")), "400 several-credentials");
});

test("R25: of two together each needs the scopes of its own scheme, and lends none", async () => {
  assert.equal(said(await ask([needs(["oauth", "write"], ["key", "read"])], ["bearer", "x-key"])), "403 scope-missing");
  assert.equal(said(await ask([needs(["oauth", "read", "write"], ["key"])], ["bearer", "x-key"])), "403 scope-missing");
  assert.equal(said(await ask([needs(["oauth"], ["key", "write", "read"])], ["bearer", "x-key"])), "403 scope-missing");
  assert.equal(said(await ask([needs(["oauth"], ["key", "write"])], ["bearer", "x-key"])), "passes");
});

test("R1: callers are asked for what this operation takes, and for nothing else", async () => {
  const challenges = async (security: Operation["security"]): Promise<string | undefined> => {
    const { outcome } = await ask(security, []);
    return outcome?.kind === "refusal" ? outcome.problem.headers?.["www-authenticate"] : undefined;
  };
  assert.equal(await challenges([needs(["oauth"])]), 'bearer realm="api"');
  assert.equal(await challenges([needs(["oauth"]), needs(["key"])]), 'bearer realm="api", x-key realm="api"');
});

