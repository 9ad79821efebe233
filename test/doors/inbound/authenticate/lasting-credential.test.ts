import assert from "node:assert/strict";
import { test } from "node:test";
import type { MediaType, Operation } from "../../../../src/contract/operation.ts";
import { follow, lastingOf } from "../../../../src/doors/inbound/authenticate/lasting-credential.ts";
import type { Follower } from "../../../../src/guard.ts";
import { operation } from "../../../walk.ts";
import { media } from "../../samples.ts";

const POSTED: ReadonlySet<string> = new Set(["answer-body"]);

function lasts(particulars: Partial<Operation>, posted: ReadonlySet<string> | undefined = POSTED, protocol?: string): boolean {
  return lastingOf({ operation: operation(particulars), posted })({ protocol });
}

const answering = (...types: readonly MediaType[]): Partial<Operation> => ({ answers: new Map([["200", { media: types, headers: [] }]]) });

test("R38: whatever may flow for ever is followed: what is switched, sequences, and what nobody said is none", () => {
  const bounded = answering(media("application/json", "json"), media("application/octet-stream", "opaque"));
  assert.equal(lasts(bounded), false);
  assert.equal(lasts({}), false);
  assert.equal(lasts(bounded, POSTED, "websocket"), true);
  assert.equal(lasts(answering(media("text/event-stream", "sequence"))), true);
  for (const range of ["*/*", "text/*", "application/*"]) assert.equal(lasts(answering(media(range, "opaque"))), true, range);
  assert.equal(lasts({ ...bounded, listed: "unlisted" }), true, "nobody says what it answers");
  assert.equal(lasts(bounded, new Set()), true, "nobody holds it to what the contract says");
});

test("R38: it lasts while it counts; whoever cannot say says no, and is asked again", async () => {
  const followers: Follower[] = [];
  const late = (answer: boolean): Promise<boolean> => Promise.resolve(answer);
  const answers: (() => boolean | Promise<boolean>)[] = [() => true, () => late(true), () => Promise.reject(new Error("away")), () => late(true), () => true, () => false];
  follow({ follow: (one) => void followers.push(one) }, () => answers.shift()?.() ?? false);
  const heard: unknown[] = [];
  for (let now = 0; now < 6; now++) {
    heard.push(followers[0]?.lasts?.(now));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(heard, [true, true, true, false, true, false]);
});
