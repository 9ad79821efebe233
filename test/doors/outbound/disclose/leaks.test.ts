/** Leaks: what an answer must not give away is covered, kept back or written down. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../../src/contract/json-value.ts";
import { leaks } from "../../../../src/doors/outbound/disclose/leaks.ts";
import { Content } from "../../../../src/exchange/content.ts";
import { type Given, misfits, post, type Sent } from "../../../walk.ts";
import { assertSilent, broken, late, refusal, said, untouched } from "../../samples.ts";

const CARD = "4111111111111111";
const JSON_TYPE = [["content-type", "application/json"]] as const;

function send(body: string, options: Json = {}, answer: Given["answer"] = {}, given: Given = {}, mode: "enforce" | "observe" = "enforce"): Promise<Sent> {
  return post({ guard: leaks, options, mode, site: { mode } })({ ...given, answer: { fields: JSON_TYPE, body, ...answer } });
}

function bodyOf({ exchange }: Sent): string {
  const bytes = exchange.answer.content.read();
  assert.ok(bytes instanceof Uint8Array);
  return Buffer.from(bytes).toString();
}

test("an answer that gives nothing away leaves as it is", async () => {
  const sent = await send('{"id":1}');
  assert.equal(said(sent), "passes");
  assert.equal(bodyOf(sent), '{"id":1}');
  assert.deepEqual(sent.exchange.observed, []);
});

test("a message of a database keeps the answer from leaving, and is told to nobody", async () => {
  const sent = await send('{"m":"ORA-00942: table CUSTOMERS does not exist"}');
  assert.equal(said(sent), "502 answer-leaks");
  assert.equal(refusal(sent.outcome).blame, "api");
  assert.deepEqual(refusal(sent.outcome).because, { leaks: [{ rule: "database-error", count: 1 }] });
  assertSilent(sent.outcome, "CUSTOMERS");
});

test("escapes that JSON does not need hide nothing, and what is covered is covered with them", async () => {
  const trace = JSON.stringify({ m: "Error: x\n    at foo (/srv/app/index.js:1:2)\n    at bar (node:internal/x:1:2)" });
  assert.equal(said(await send(trace)), "502 answer-leaks");
  assert.equal(said(await send(trace.replaceAll("/", "\\/"))), "502 answer-leaks");
  assert.equal(said(await send('{"m":"\\u003c?php echo $x; ?>"}')), "502 answer-leaks");
  const covered = await send(`{"a":"\\/","card":"\\u0034${CARD.slice(1)}","b":"c"}`);
  assert.equal(said(covered), "passes");
  assert.equal(bodyOf(covered), `{"a":"\\/","card":"${"*".repeat(21)}","b":"c"}`);
  const pardoned = await send(`{"card":"\\u0034${CARD.slice(1)}"}`, { allow: { "/card": { rules: "card", reason: "this operation shows it" } } });
  assert.equal(bodyOf(pardoned), `{"card":"\\u0034${CARD.slice(1)}"}`);
});

test("the number of a card is covered in its place and length, as a text and as a number", async () => {
  const text = await send(`{"card":"${CARD}","n":${CARD}}`);
  assert.equal(said(text), "passes");
  assert.equal(bodyOf(text), `{"card":"${"*".repeat(16)}","n":0${" ".repeat(15)}}`);
  assert.deepEqual(JSON.parse(bodyOf(text)), { card: "*".repeat(16), n: 0 });
  assert.deepEqual(text.exchange.observed.map(({ guard, problem }) => [guard, problem.because]), [["leaks", { leaks: [{ rule: "card", count: 2 }] }]]);
});

test("what is only watched leaves, and is written down", async () => {
  const sent = await send('{"host":"10.1.2.3"}');
  assert.equal(bodyOf(sent), '{"host":"10.1.2.3"}');
  assert.equal(sent.exchange.observed.length, 1);
});

test("a policy holds a rule more strictly, or less with a reason", async () => {
  const reason = "test numbers of the provider, agreed 2026-11-20";
  assert.equal(said(await send(`{"a":"${CARD}"}`, { rules: { card: { mode: "refuse" } } })), "502 answer-leaks");
  assert.equal(bodyOf(await send(`{"a":"${CARD}"}`, { rules: { card: { mode: "observe", reason } } })), `{"a":"${CARD}"}`);
  assert.match(misfits(leaks, { rules: { card: { mode: "observe" } } })[0] ?? "", /less strict than redact/);
});

test("a field that is there to carry it may, with a reason, and no other field", async () => {
  const allow = { "/cards/*/number": { rules: "card", reason: "the issuer's own portal" } };
  const body = `{"cards":[{"number":"${CARD}"},{"number":"5555555555554444"}],"note":"4012888888881881"}`;
  const sent = await send(body, { allow });
  assert.equal(bodyOf(sent), body.replace("4012888888881881", "*".repeat(16)));
  assert.match(misfits(leaks, { allow: { note: { rules: "card", reason: "because it is so" } } })[0] ?? "", /names no field/);
});

test("streams, pictures and answers without a body are not held", async () => {
  for (const type of ["text/event-stream", "application/x-ndjson", "image/png", "application/octet-stream"]) {
    const { content, opened } = untouched();
    assert.equal(said(await send("", {}, { fields: [["content-type", type]], content })), "passes");
    assert.equal(opened(), false, type);
  }
  const { content, opened } = untouched(5);
  assert.equal(said(await send("", {}, { content }, { method: "HEAD" })), "passes");
  assert.equal(opened(), false);
  assert.equal(said(await send("ORA-00942", {}, { from: "door" })), "passes", "what the doors say themselves is their own");
});

test("an answer without a type is taken for text, as browsers take it", async () => {
  assert.equal(said(await send("ORA-00942: x", {}, { fields: [] })), "502 answer-leaks");
});

test("what cannot be looked through does not leave", async () => {
  assert.equal(said(await send("x", {}, { fields: [...JSON_TYPE, ["content-encoding", "gzip"]] })), "502 answer-leaks");
  assert.equal(said(await send("a".repeat(1_024), { size: "1KiB" })), "passes");
  assert.equal(said(await send("", { size: "1KiB" }, { content: late("a".repeat(1_025)) })), "502 answer-leaks");
});

test("an answer that comes late is held until it is looked through, and one that breaks off is the API's fault", async () => {
  assert.equal(said(await send("", {}, { content: late(`{"m":"ORA-00942: x"}`) })), "502 answer-leaks");
  assert.equal(said(await send("", {}, { content: broken() })), "502 api-broke-off");
});

test("in observe mode nothing is kept back and nothing is covered", async () => {
  const sent = await send(`{"a":"${CARD}"}`, {}, {}, {}, "observe");
  assert.equal(said(sent), "passes");
  assert.equal(bodyOf(sent), `{"a":"${CARD}"}`);
  assert.equal(sent.exchange.observed.length, 1);
});

test("bytes that are no UTF-8 are gone through like any", async () => {
  const content = Content.holding(Buffer.concat([Buffer.from([0xff, 0x22]), Buffer.from(CARD), Buffer.from([0x22])]));
  assert.equal(bodyOf(await send("", {}, { content })).includes(CARD), false);
});
