import assert from "node:assert/strict";
import { test } from "node:test";
import { Decider, KEPT_CHARACTERS_MAX, UNDER_WAY_EACH_MAX, UNDER_WAY_MAX } from "../../../../../src/doors/inbound/authorize/decision-point/decider.ts";
import { type Decision, PERMITTED } from "../../../../../src/doors/inbound/authorize/decision-point/read-decision.ts";

/** A point that answers only when it is told to. */
function slowPoint(): { readonly point: ConstructorParameters<typeof Decider>[0]["point"]; readonly answers: ((decision: Decision) => void)[] } {
  const answers: ((decision: Decision) => void)[] = [];
  return { answers, point: { ask: () => new Promise<Decision>((resolve) => void answers.push(resolve)), close: () => undefined } };
}

const asking = (text: string): { readonly text: string; readonly many: undefined } => ({ text, many: undefined });

test("so many different questions are under way, and no more", async () => {
  const { point, answers } = slowPoint();
  const decider = new Decider({ point, keepMilliseconds: 0, decisionsMax: 10 });
  const pending = Array.from({ length: UNDER_WAY_MAX }, async (_, at) => decider.decide(asking(`q${at}`), `caller ${at % 8}`, 1));
  assert.deepEqual(decider.decide(asking("one more"), "anne", 1), { unavailable: "too many questions are under way" });
  assert.ok(decider.decide(asking("q0"), "anne", 1) instanceof Promise, "an equal question joins");
  for (const answer of answers) answer(PERMITTED);
  assert.ok((await Promise.all(pending)).every((decision) => decision === PERMITTED));
  assert.ok(decider.decide(asking("one more"), "anne", 1) instanceof Promise, "there is room again");
});

test("who has his part of the questions under way leaves the others theirs", async () => {
  const { point, answers } = slowPoint();
  const decider = new Decider({ point, keepMilliseconds: 0, decisionsMax: 10 });
  const pending = Array.from({ length: UNDER_WAY_EACH_MAX }, async (_, at) => decider.decide(asking(`q${at}`), "greedy", 1));
  const refused = { unavailable: "too many questions of this caller are under way" };
  assert.deepEqual(decider.decide(asking("one more"), "greedy", 1), refused);
  assert.ok(decider.decide(asking("q0"), "greedy", 1) instanceof Promise, "an equal question joins");
  assert.ok(decider.decide(asking("hers"), "anne", 1) instanceof Promise);
  answers[0]?.(PERMITTED);
  await pending[0];
  assert.ok(decider.decide(asking("one more"), "greedy", 1) instanceof Promise, "one has ended, one may begin");
  assert.deepEqual(decider.decide(asking("another"), "greedy", 1), refused);
});

test("a longer question than is kept is asked each time", async () => {
  for (const [length, kept] of [[KEPT_CHARACTERS_MAX, true], [KEPT_CHARACTERS_MAX + 1, false]] as const) {
    const { point, answers } = slowPoint();
    const decider = new Decider({ point, keepMilliseconds: 1_000, decisionsMax: 10 });
    const text = "x".repeat(length);
    const first = decider.decide(asking(text), "anne", 1);
    answers[0]?.(PERMITTED);
    await first;
    assert.equal(decider.decide(asking(text), "anne", 1) === PERMITTED, kept);
  }
});

/** A point that says yes at once, and counts. */
function quickPoint(decision: Decision = PERMITTED): { readonly point: ConstructorParameters<typeof Decider>[0]["point"]; readonly asked: string[] } {
  const asked: string[] = [];
  return { asked, point: { ask: ({ text }) => Promise.resolve(decision).finally(() => void asked.push(text)), close: () => undefined } };
}

test("a decision counts until its time is over, also where the clock goes backwards", async () => {
  const { point, asked } = quickPoint();
  const decider = new Decider({ point, keepMilliseconds: 1_000, decisionsMax: 10 });
  await decider.decide(asking("q"), "anne", 10_000);
  assert.equal(decider.decide(asking("q"), "anne", 10_999), PERMITTED);
  assert.equal(decider.decide(asking("q"), "anne", 9_001), PERMITTED);
  await decider.decide(asking("q"), "anne", 11_000);
  assert.equal(asked.length, 2);
  await decider.decide(asking("q"), "anne", 10_000);
  assert.equal(asked.length, 3);
});

test("nothing is kept where nothing is to be, and an outage never is", async () => {
  const none = quickPoint();
  const forgetful = new Decider({ point: none.point, keepMilliseconds: 0, decisionsMax: 10 });
  for (let round = 0; round < 3; round++) await forgetful.decide(asking("q"), "anne", 1);
  assert.equal(none.asked.length, 3);
  const down = quickPoint({ unavailable: "down" });
  const decider = new Decider({ point: down.point, keepMilliseconds: 1_000, decisionsMax: 10 });
  for (let round = 0; round < 3; round++) assert.deepEqual(await decider.decide(asking("q"), "anne", 1), { unavailable: "down" });
  assert.equal(down.asked.length, 3);
});

test("so many decisions are kept and no more, and one that is made anew takes its own place", async () => {
  const { point, asked } = quickPoint();
  const decider = new Decider({ point, keepMilliseconds: 1_000, decisionsMax: 2 });
  for (const text of ["a", "b"]) await decider.decide(asking(text), "anne", 1);
  for (const text of ["a", "b"]) assert.equal(decider.decide(asking(text), "anne", 1), PERMITTED);
  await decider.decide(asking("b"), "anne", 2_000);
  assert.equal(decider.decide(asking("a"), "anne", 1), PERMITTED, "b made no other room than its own");
  await decider.decide(asking("c"), "anne", 2_000);
  assert.deepEqual(asked, ["a", "b", "b", "c"]);
  assert.equal(decider.decide(asking("b"), "anne", 2_000), PERMITTED);
  await decider.decide(asking("a"), "anne", 2_000);
  assert.deepEqual(asked, ["a", "b", "b", "c", "a"]);
});
