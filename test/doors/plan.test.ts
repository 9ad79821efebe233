import assert from "node:assert/strict";
import { test } from "node:test";
import { makePlan, type Plan } from "../../src/doors/plan.ts";
import { defineGuard, fields, flag, or, type Site } from "../../src/guard.ts";
import type { Posting } from "../../src/policy/postings.ts";
import { operation, siteOf } from "../walk.ts";

const seen: Pick<Site, "mode" | "optionsOf">[] = [];
const both = defineGuard({
  name: "both",
  stage: "verify",
  risks: ["API1:2023"],
  options: fields({ asks: or(flag(""), true) }),
  compile(_options, { mode, optionsOf }) {
    seen.push({ ...(mode === undefined ? {} : { mode }), ...(optionsOf === undefined ? {} : { optionsOf }) });
    return () => undefined;
  },
  elsewhere: { prepare: ({ asks }) => (asks ? () => undefined : undefined), disclose: () => () => undefined },
});
const cover = defineGuard({ name: "cover", stage: "seal", risks: ["API8:2023"], options: fields({}), compile: () => () => undefined });

function planOf(postings: readonly Partial<Posting>[], down?: string): Plan {
  const list = postings.map((posting): Posting => ({ guard: both, options: {}, mode: "enforce", waived: undefined, source: "everywhere", pointer: "/everywhere/both", ...posting }));
  return makePlan(list, { ...siteOf({ guard: both }), operation: operation(), complain: assert.fail, accuse: assert.fail, down });
}

test("a guard of several stages has a step at each, in the order of the stages", () => {
  const { inbound, outbound, guards, sealFrom } = planOf([{ guard: cover }, { guard: both }]);
  assert.deepEqual(inbound.map(({ guard, stage }) => `${guard} ${stage}`), ["both prepare"]);
  assert.deepEqual(outbound.map(({ guard, stage }) => `${guard} ${stage}`), ["both verify", "both disclose", "cover seal"]);
  assert.equal(sealFrom, 2);
  assert.deepEqual(guards.map(({ stage, checks }) => `${stage} ${checks}`), ["prepare true", "verify true", "disclose true", "seal true"]);
});

test("on the way out each stage has its guards as they are listed, on the way in its own first", () => {
  const own = (stage: "prepare" | "disclose"): typeof cover => defineGuard({ name: stage, stage, risks: ["API8:2023"], options: fields({}), compile: () => () => undefined });
  const { inbound, outbound } = planOf([{ guard: both }, { guard: own("prepare") }, { guard: own("disclose") }]);
  assert.deepEqual(inbound.map(({ guard }) => guard), ["prepare", "both"]);
  assert.deepEqual(outbound.map(({ guard }) => guard), ["both", "both", "disclose"]);
});

test("where it has nothing to do at a stage, that stands in the plan too", () => {
  const { inbound, guards } = planOf([{ options: { asks: false } }]);
  assert.deepEqual(inbound, []);
  assert.deepEqual(guards.map(({ stage, checks }) => `${stage} ${checks}`), ["prepare false", "verify true", "disclose true"]);
});

test("waived, it is told once, at its own stage", () => {
  assert.deepEqual(planOf([{ waived: "agreed 2026-11-20" }]).guards.map(({ stage, waived }) => `${stage} ${waived}`), ["verify agreed 2026-11-20"]);
});

test("at an operation that is down none of its stages is compiled but those that need no schema", () => {
  assert.deepEqual(planOf([{}, { guard: cover }], "broken").outbound.map(({ guard }) => guard), ["cover"]);
});

test("a guard is told its mode, and the options of another posting as they are written", () => {
  seen.length = 0;
  planOf([{ mode: "observe" }, { guard: cover, options: {} }]);
  assert.equal(seen[0]?.mode, "observe");
  assert.deepEqual(["cover", "both", "nobody"].map((name) => seen[0]?.optionsOf?.(name)), [[{}], [{}], []]);
  seen.length = 0;
  planOf([{}, { guard: cover, waived: "agreed 2026-11-20" }]);
  assert.deepEqual(seen[0]?.optionsOf?.("cover"), []);
});
