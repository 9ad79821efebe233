import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../src/doors/explain.ts";
import { makePlan, type Plan } from "../../src/doors/plan.ts";
import { count, defineGuard, fields, or } from "../../src/guard.ts";
import { identityOf } from "../../src/policy/identity.ts";
import type { Posting } from "../../src/policy/postings.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { operation } from "../walk.ts";

const limit = defineGuard({ name: "limit", stage: "throttle", risks: ["API4:2023"], options: fields({ burst: count("", { min: 1, max: 9 }), cost: or(count("", { min: 1, max: 9 }), 1) }), compile: () => () => undefined });
const cover = defineGuard({ name: "cover", stage: "seal", risks: ["API8:2023"], standing: true, options: fields({}), compile: () => () => undefined });
const idle = defineGuard({ name: "idle", stage: "screen", risks: ["API8:2023"], standing: true, options: fields({}), compile: () => undefined });
const guards = [cover, limit, idle];

function planOf(postings: readonly Partial<Posting>[], down?: string): Plan {
  const list = postings.map((posting): Posting => ({ guard: idle, options: {}, mode: "enforce", waived: undefined, source: "standing", pointer: "", ...posting }));
  const site = {
    contract: { title: "", version: "", dialect: "3.1", file: "", operations: [], misfits: [], files: [], extensions: {} },
    operation: operation({ security: [[{ scheme: { name: "tokens", type: "oauth2", place: { file: "", pointer: "" } }, scopes: ["a", "b"] }], []] }),
    public: "agreed 2026-11-20",
    store: memoryStore(),
    database: undefined,
    folder: "/",
    external: [],
    identity: identityOf(undefined, new Map()),
    random: (bytes: number) => new Uint8Array(bytes),
    share: <T>(_key: string, make: () => { readonly value: T }): T => make().value,
    complain: (pointer: string, message: string) => assert.fail(`${pointer}: ${message}`),
    accuse: (message: string) => assert.fail(message),
    down,
  } as const;
  return makePlan(list, site);
}

const locate = (pointer: string): { file: string; pointer: string; line: number } => ({ file: "policy.yaml", pointer, line: 7 });

test("guards are told in the order in which an exchange meets them, with who posted them and where", () => {
  const plan = planOf([{ guard: cover }, { guard: limit, options: { burst: 3 }, source: "everywhere", pointer: "/everywhere/limit", mode: "observe" }, { guard: idle }]);
  const explanation = explain(plan, guards, locate);
  assert.deepEqual(
    explanation.guards.map(({ guard, door, stage, effect, source, place }) => [guard, door, stage, effect, source, place?.line]),
    [
      ["idle", "inbound", "screen", "nothing to check", "standing", undefined],
      ["limit", "inbound", "throttle", "observed", "everywhere", 7],
      ["cover", "outbound", "seal", "enforced", "standing", undefined],
    ],
  );
});

test("options are told as written, and the defaults that nobody wrote beside them", () => {
  const [limited] = explain(planOf([{ guard: limit, options: { burst: 3 }, pointer: "/x" }]), guards, locate).guards;
  assert.deepEqual([limited?.options, limited?.defaults], [{ burst: 3 }, { cost: 1 }]);
  const [both] = explain(planOf([{ guard: limit, options: { burst: 3, cost: 2 }, pointer: "/x" }]), guards, locate).guards;
  assert.deepEqual(both?.defaults, {});
});

test("a waived guard is told with its reason and without options", () => {
  const [waived] = explain(planOf([{ guard: limit, waived: "agreed 2026-11-20", source: "operation", pointer: "/x" }]), guards, locate).guards;
  assert.deepEqual([waived?.effect, waived?.reason, waived?.defaults], ["waived", "agreed 2026-11-20", {}]);
});

test("what the contract asks for and what the policy opens are told, too", () => {
  const explanation = explain(planOf([]), guards, locate);
  assert.deepEqual(explanation.security, [[{ scheme: "tokens", scopes: ["a", "b"] }], []]);
  assert.equal(explanation.public, "agreed 2026-11-20");
});

test("at an operation that is refused whole no guard is said to check anything", () => {
  const explanation = explain(planOf([{ guard: cover }], "a schema that cannot be understood"), guards, locate);
  assert.equal(explanation.down, "a schema that cannot be understood");
  assert.deepEqual(explanation.guards.map(({ effect }) => effect), ["down"]);
});

test("a guard of several stages is told where it has something to do; where it has nothing to do anywhere, once", () => {
  const shape = fields({ at: or(count("", { min: 0, max: 3 }), 3) });
  const check = (): undefined => undefined;
  const several = defineGuard({ name: "several", stage: "verify", risks: ["API1:2023"], options: shape, compile: ({ at }) => (at > 1 ? check : undefined), elsewhere: { prepare: ({ at }) => (at > 0 ? check : undefined), disclose: ({ at }) => (at > 2 ? check : undefined) } });
  const told = (at: number): readonly string[] => explain(planOf([{ guard: several, options: { at }, pointer: "/x" }]), [several], locate).guards.map(({ stage, effect }) => `${stage} ${effect}`);
  assert.deepEqual(told(3), ["prepare enforced", "verify enforced", "disclose enforced"]);
  assert.deepEqual(told(1), ["prepare enforced"]);
  assert.deepEqual(told(0), ["verify nothing to check"]);
});
