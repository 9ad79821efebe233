import assert from "node:assert/strict";
import { test } from "node:test";
import { Decider, KEPT_CHARACTERS_MAX, UNDER_WAY_MAX } from "../../../../../src/doors/inbound/authorize/decision-point/decider.ts";
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
  const pending = Array.from({ length: UNDER_WAY_MAX }, async (_, at) => decider.decide(asking(`q${at}`), 1));
  assert.deepEqual(decider.decide(asking("one more"), 1), { unavailable: "too many questions are under way" });
  assert.ok(decider.decide(asking("q0"), 1) instanceof Promise, "an equal question joins");
  for (const answer of answers) answer(PERMITTED);
  assert.ok((await Promise.all(pending)).every((decision) => decision === PERMITTED));
  assert.ok(decider.decide(asking("one more"), 1) instanceof Promise, "there is room again");
});

test("a longer question than is kept is asked each time", async () => {
  for (const [length, kept] of [[KEPT_CHARACTERS_MAX, true], [KEPT_CHARACTERS_MAX + 1, false]] as const) {
    const { point, answers } = slowPoint();
    const decider = new Decider({ point, keepMilliseconds: 1_000, decisionsMax: 10 });
    const text = "x".repeat(length);
    const first = decider.decide(asking(text), 1);
    answers[0]?.(PERMITTED);
    await first;
    assert.equal(decider.decide(asking(text), 1) === PERMITTED, kept);
  }
});
