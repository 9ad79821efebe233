/**
 * Samples: declared parameters, media types and bodies for tests of guards, without a contract's file behind them.
 */
import assert from "node:assert/strict";
import { TEXT_HINT } from "../../src/contract/hint.ts";
import type { Json } from "../../src/contract/json-value.ts";
import type { MediaType, Parameter, RawPair, Validator } from "../../src/contract/operation.ts";
import { Content } from "../../src/exchange/content.ts";
import type { Outcome } from "../../src/exchange/decision.ts";
import { type Problem, problem, publish } from "../../src/exchange/problem.ts";
import type { Sent } from "../walk.ts";

export const place = { file: "openapi.yaml", pointer: "" };

/** Something that a caller sent and that must not come back in any answer. */
export const CANARY = "canary-7f3a";

/** Takes the values that `fits` accepts. */
export function schema(fits: (value: Json) => boolean, message = "must be as declared"): Validator {
  return { check: fits, explain: () => [{ pointer: "/a", keyword: "const", message }], open: false };
}

export function parameter(name: string, where: Parameter["in"], particulars: Partial<Parameter> = {}): Parameter {
  return {
    name,
    in: where,
    required: false,
    claims: (claimed) => claimed === name,
    read: (raw) => (textOf(raw) === "good" ? { value: "good" } : { findings: [{ pointer: "", keyword: "const", message: "must be good" }] }),
    hint: TEXT_HINT,
    place,
    ...particulars,
  };
}

/** The one text of a parameter, wherever it travelled. */
export function textOf(raw: string | readonly RawPair[]): string | undefined {
  return typeof raw === "string" ? raw : raw[0]?.[1];
}

export function media(range: string, kind: MediaType["kind"], validator?: Validator): MediaType {
  return { range, kind, validator, place };
}

/** A body whose bytes are not here yet, and whose length nobody knows. */
export function late(body: string | Uint8Array, declared?: number): Content {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return new Content(
    {
      open: (sink) =>
        void setImmediate(() => {
          if (bytes.byteLength > 0) sink.data(bytes);
          sink.end();
        }),
    },
    declared,
  );
}

const brokeOff = problem("api-broke-off", 502, "The API broke off", "api");

/** A body that breaks off, and one that nobody must touch. */
export function broken(): Content {
  return new Content({ open: (sink) => sink.fail(brokeOff()) }, undefined);
}

export function untouched(declared?: number): { readonly content: Content; readonly opened: () => boolean } {
  let opened = false;
  return { content: new Content({ open: () => void (opened = true) }, declared), opened: () => opened };
}

/** "passes", or status and type of the refusal. */
export function said({ outcome }: Sent): string {
  if (outcome === undefined) return "passes";
  return outcome.kind === "refusal" ? `${outcome.problem.status} ${outcome.problem.type}` : "replied";
}

export function refusal(outcome: Outcome): Problem {
  assert.ok(outcome?.kind === "refusal", "expected a refusal");
  return outcome.problem;
}

/** What leaves the house of a refusal: body and fields, and in `record` what the operator sees. */
export function published(outcome: Outcome): { readonly body: string; readonly record: string } {
  const problem = refusal(outcome);
  return { body: publish(problem, "id") + JSON.stringify(problem.headers ?? {}), record: JSON.stringify(problem.because ?? {}) };
}

/** Neither the caller nor the record hears it. */
export function assertSilent(outcome: Outcome, secret: string = CANARY): void {
  const { body, record } = published(outcome);
  assert.ok(!body.includes(secret), `the answer repeats what was sent: ${body}`);
  assert.ok(!record.includes(secret), `the record repeats what was sent: ${record}`);
}
