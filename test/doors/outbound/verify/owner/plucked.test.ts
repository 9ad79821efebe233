/** Owner behind answer-body: where the bytes were found sound, the owners are looked up in them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UNNOTED } from "../../../../../src/contract/glance/glance-text.ts";
import type { JsonObject } from "../../../../../src/contract/json-value.ts";
import { answerBody } from "../../../../../src/doors/outbound/verify/answer-body.ts";
import { owner } from "../../../../../src/doors/outbound/verify/owner.ts";
import { Content } from "../../../../../src/exchange/content.ts";
import { compile } from "../../../../contract/schema/desk.ts";
import { post, principal, type Given } from "../../../../walk.ts";
import { media, refusal, said } from "../../../samples.ts";

const name = { type: ["string", "integer", "null"] };
const account: JsonObject = { type: "object", properties: { id: { type: "string" }, customerId: name, others: { type: "array", items: name } } };
const list: JsonObject = { type: "array", items: { anyOf: [account, { type: "null" }] } };
const ann = principal({ subject: "ann" });

interface Result {
  readonly said: string;
  readonly text: string;
  readonly wasPlucked: boolean;
  readonly value: () => unknown;
  readonly outcome: unknown;
}

/** @param vouched whether the bytes still count as found sound; else a value is made of them */
async function pass(text: string, vouched: boolean, options: JsonObject = { field: "[*].customerId" }): Promise<Result> {
  const answers = new Map([["200", { media: [media("application/json", "json", compile(list).validator)], headers: [] }]]);
  const content = Content.holding(Buffer.from(text));
  const given: Given = { principal: ann, answer: { fields: [["content-type", "application/json"]], content } };
  const verified = await post({ guard: answerBody, operation: { answers } })(given);
  assert.deepEqual([verified.outcome, content.vouched], [undefined, true]);
  if (!vouched) content.vouch(undefined, UNNOTED);
  const sent = await post({ guard: owner, options, operation: { answers } })(given);
  const { content: left } = sent.exchange.answer;
  const bytes = await left.read();
  return { said: said(sent), text: bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : "", wasPlucked: content.vouched, value: () => left.value, outcome: sent.outcome ?? sent.exchange.observed.map(({ problem }) => problem.because) };
}

const items = ['{"id":"a","customerId":"ann"}', '{"id":"b","customerId":"bob"}', '{"id":"c", "customerId":"ann"}', '{"id":"d","others":["eve","ann"]}', '{"id":"e","customerId":""}', "null", '{"id":"f","customerId":7}'];

test("with and without a value the same leaves, for the same reasons", async () => {
  const forms: readonly (readonly [string, JsonObject])[] = [
    [`[${items.slice(0, 3).join(", ")}]`, {}],
    [`[${items.join(",\n")}]`, { unowned: "hide" }],
    [`[${items.join(",")}]`, {}],
    [`[${items.join(",")}]`, { field: ["[*].customerId", "[*].others[?]"], unowned: "hide" }],
    ["[]", {}],
    [` [ ${items[0]} ] `, {}],
  ];
  for (const [text, options] of forms) {
    const [bytes, value] = [await pass(text, true, { field: "[*].customerId", ...options }), await pass(text, false, { field: "[*].customerId", ...options })];
    assert.deepEqual([bytes.wasPlucked, value.wasPlucked], [true, false], text);
    assert.deepEqual([bytes.said, bytes.text, bytes.outcome], [value.said, value.text, value.outcome], text);
  }
});

test("guards behind get the whole of what is left, and none of what was plucked", async () => {
  const { said: verdict, text, value } = await pass(`[${items.slice(0, 3).join(",")}]`, true);
  assert.deepEqual([verdict, text], ["passes", `[${items[0]},${items[2]}]`]);
  assert.deepEqual(value(), [{ id: "a", customerId: "ann" }, { id: "c", customerId: "ann" }]);
});

test("an owner that cannot be read keeps all of it in", async () => {
  const { outcome } = await pass(`[${items[0]},${items[4]}]`, true);
  assert.match(JSON.stringify(refusal(outcome as Parameters<typeof refusal>[0])), /owner-unreadable/);
});
