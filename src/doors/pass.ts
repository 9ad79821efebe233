/**
 * Pass: the walk through one door.
 *
 * A synchronous loop that waits only when a check answers with a promise. This is the one place in which a throw or a
 * rejection inside a check is caught, and it refuses: no door falls open. A verdict is obeyed only if it is exactly
 * what the stage may answer; `true`, `false`, `null` and look-alikes refuse.
 */
import type { Outcome, Refusal } from "../exchange/decision.ts";
import type { Exchange, Stage } from "../exchange/exchange.ts";
import type { Principal } from "../exchange/principal.ts";
import { type Problem, problem } from "../exchange/problem.ts";
import type { Check } from "../policy/definition.ts";
import type { Join } from "./join.ts";

/** A posted guard at one operation. */
export interface Step {
  readonly guard: string;
  readonly stage: Stage;
  /** `observe`: its refusals are witnessed and not obeyed. */
  readonly mode: "enforce" | "observe";
  readonly check: Check<Stage>;
  /** For authenticate, where the contract asks for several credentials at once. */
  readonly join?: Join;
}

const guardBroken = problem("guard-broken", 500, "The request could not be checked");
const severalCredentials = problem("several-credentials", 400, "More than one credential");

/** Walks from step `from` on. undefined: every step let the exchange pass. Never throws, never rejects. */
export function pass(steps: readonly Step[], exchange: Exchange, from = 0): Outcome | Promise<Outcome> {
  for (let at = from; at < steps.length; at++) {
    const step = steps[at];
    if (step === undefined) break;
    let verdict: unknown;
    try {
      verdict = step.check(exchange);
    } catch (fault) {
      verdict = breakdown(fault);
    }
    if (verdict === undefined) continue;
    if (verdict instanceof Promise) return resume(verdict, steps, exchange, at);
    const outcome = heed(verdict, step, exchange);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

async function resume(late: Promise<unknown>, steps: readonly Step[], exchange: Exchange, at: number): Promise<Outcome> {
  const step = steps[at];
  if (step === undefined) return undefined;
  const verdict = await late.catch(breakdown);
  const outcome = verdict === undefined ? undefined : heed(verdict, step, exchange);
  return outcome ?? pass(steps, exchange, at + 1);
}

function heed(verdict: unknown, step: Step, exchange: Exchange): Outcome {
  switch (brandOf(verdict)) {
    case "problem":
      return refuse(verdict as Problem, step, exchange);
    case "principal":
      if (step.stage !== "authenticate") break;
      return admit(verdict as Principal, step, exchange);
    case "reply":
      if (step.stage !== "screen") break;
      return { kind: "replied", guard: step.guard, stage: step.stage, reply: verdict as never };
    default:
  }
  return refuse(guardBroken({ because: { fault: `answered with ${describe(verdict)}` } }), step, exchange);
}

/** Two credentials at once: which one would decide? Unless both were asked for, nobody can say, so nobody passes. */
function admit(found: Principal, step: Step, exchange: Exchange): Refusal | undefined {
  const who = exchange.principal === undefined ? found : step.join?.(exchange.principal, found);
  if (who === undefined) return refuse(severalCredentials(), step, exchange);
  exchange.principal = who;
  return undefined;
}

function refuse(problem: Problem, { guard, stage, mode }: Step, exchange: Exchange): Refusal | undefined {
  const refusal: Refusal = { kind: "refusal", guard, stage, problem };
  if (mode === "enforce") return refusal;
  exchange.observed.push(refusal);
  return undefined;
}

function brandOf(verdict: unknown): unknown {
  return typeof verdict === "object" && verdict !== null && "kind" in verdict ? verdict.kind : undefined;
}

/** The name and message of a fault are for the operator; its stack may hold values, so it stays out of the record. */
function breakdown(fault: unknown): Problem {
  const words = fault instanceof Error ? `${fault.name}: ${fault.message}` : describe(fault);
  return guardBroken({ because: { fault: words.slice(0, 300) } });
}

function describe(verdict: unknown): string {
  if (verdict === null) return "null";
  if (Array.isArray(verdict)) return "a list";
  return typeof verdict === "boolean" ? String(verdict) : `a ${typeof verdict}`;
}
