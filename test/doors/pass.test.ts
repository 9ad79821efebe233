import assert from "node:assert/strict";
import { test } from "node:test";
import { pass, type Step } from "../../src/doors/pass.ts";
import type { Outcome } from "../../src/exchange/decision.ts";
import type { Stage } from "../../src/exchange/exchange.ts";
import { problem } from "../../src/exchange/problem.ts";
import { post, principal } from "../walk.ts";
import { defineGuard } from "../../src/guard.ts";
import { fields } from "../../src/policy/shape.ts";

const no = problem("test-refusal", 403, "No");
const open = defineGuard({ name: "open", stage: "screen", risks: ["API1:2023"], options: fields({}), compile: () => undefined });

async function exchange(): Promise<Parameters<typeof pass>[1]> {
  return (await post({ guard: open })()).exchange;
}

function step(check: (...of: never[]) => unknown, stage: Stage = "throttle", mode: Step["mode"] = "enforce"): Step {
  // What a check may answer is checked at run time too: these tests answer what the types forbid.
  return { guard: "probe", stage, mode, check: check as Step["check"] };
}

function refusal(outcome: Outcome): { guard: string; type: string; status: number } {
  assert.equal(outcome?.kind, "refusal");
  return { guard: outcome.guard, type: outcome.problem.type, status: outcome.problem.status };
}

test("an exchange passes when every check answers undefined, without waiting", async () => {
  const seen: string[] = [];
  const outcome = pass([step(() => void seen.push("one")), step(() => void seen.push("two"))], await exchange());
  assert.equal(outcome, undefined);
  assert.deepEqual(seen, ["one", "two"]);
});

test("the first problem ends the walk, at once or late", async () => {
  for (const check of [() => no(), () => Promise.resolve(no())]) {
    const seen: string[] = [];
    const outcome = await pass([step(check), step(() => void seen.push("after"))], await exchange());
    assert.deepEqual(refusal(outcome), { guard: "probe", type: "test-refusal", status: 403 });
    assert.deepEqual(seen, []);
  }
});

test("after a late pass the walk goes on where it was", async () => {
  const seen: string[] = [];
  const outcome = await pass([step(() => Promise.resolve(undefined)), step(() => void seen.push("after")), step(() => no())], await exchange());
  assert.equal(refusal(outcome).type, "test-refusal");
  assert.deepEqual(seen, ["after"]);
});

test("a check that throws or rejects refuses with 500, and the words stay inside", async () => {
  const broken = [
    () => {
      throw new Error("disk on fire");
    },
    () => Promise.reject(new Error("disk on fire")),
  ];
  for (const check of broken) {
    const outcome = await pass([step(check)], await exchange());
    assert.deepEqual(refusal(outcome), { guard: "probe", type: "guard-broken", status: 500 });
    assert.ok(outcome?.kind === "refusal");
    assert.equal(outcome.problem.detail, undefined);
    assert.match(JSON.stringify(outcome.problem.because), /disk on fire/);
  }
});

test("whatever is neither nothing nor a problem refuses, at once and late", async () => {
  // oxlint-disable-next-line unicorn/no-thenable -- a promise of somebody else's making is what is tested
  const foreign = { then: (resolve: (value: unknown) => void) => resolve(undefined) };
  for (const answer of [true, false, null, 0, "", [], {}, foreign, new Error("no"), { kind: "pass" }, Symbol("x")]) {
    assert.deepEqual(refusal(await pass([step(() => answer)], await exchange())), { guard: "probe", type: "guard-broken", status: 500 });
    if (answer !== foreign) assert.equal(refusal(await pass([step(() => Promise.resolve(answer))], await exchange())).type, "guard-broken");
  }
});

test("only authenticate may answer with somebody", async () => {
  const somebody = principal();
  const known = await exchange();
  assert.equal(await pass([step(() => somebody, "authenticate")], known), undefined);
  assert.equal(known.principal, somebody);
  for (const stage of ["screen", "throttle", "authorize", "validate", "prepare", "verify", "disclose", "seal"] as const) {
    const stranger = await exchange();
    assert.equal(refusal(await pass([step(() => somebody, stage)], stranger)).type, "guard-broken");
    assert.equal(stranger.principal, undefined);
  }
});

test("two credentials at once are refused", async () => {
  const outcome = await pass([step(() => principal(), "authenticate"), step(() => principal({ id: "b" }), "authenticate")], await exchange());
  assert.deepEqual(refusal(outcome), { guard: "probe", type: "several-credentials", status: 400 });
});

test("only screen may answer for itself", async () => {
  const reply = { kind: "reply", status: 204, headers: {} };
  const outcome = await pass([step(() => reply, "screen")], await exchange());
  assert.ok(outcome?.kind === "replied");
  assert.equal(outcome.reply.status, 204);
  assert.equal(refusal(await pass([step(() => reply, "authorize")], await exchange())).type, "guard-broken");
});

test("in observe mode a refusal is witnessed and not obeyed, a fault too", async () => {
  const watched = await exchange();
  const seen: string[] = [];
  const steps = [
    step(() => no(), "throttle", "observe"),
    step(() => Promise.reject(new Error("x")), "throttle", "observe"),
    step(() => void seen.push("after")),
  ];
  assert.equal(await pass(steps, watched), undefined);
  assert.deepEqual(watched.observed.map(({ problem: { type } }) => type), ["test-refusal", "guard-broken"]);
  assert.deepEqual(seen, ["after"]);
});

test("the walk can begin in the middle: seal alone, for the house's own answers", async () => {
  const seen: string[] = [];
  await pass([step(() => void seen.push("verify"), "verify"), step(() => void seen.push("seal"), "seal")], await exchange(), 1);
  assert.deepEqual(seen, ["seal"]);
});
