import assert from "node:assert/strict";
import { after, test } from "node:test";
import { xmlDecoder } from "../../../../src/contract/media/xml/value.ts";
import type { DeclaredAnswer, MediaType } from "../../../../src/contract/operation.ts";
import { answerXml } from "../../../../src/doors/outbound/verify/answer-xml.ts";
import { type Given, post, type Posting, type Sent } from "../../../walk.ts";
import { assertSilent, broken, CANARY, late, media, refusal, said, schema, untouched } from "../../samples.ts";

const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
});

function share<T>(_key: string, make: () => { readonly value: T; readonly close?: () => void }): T {
  const { value, close } = make();
  if (close !== undefined) closing.push(close);
  return value;
}

const BROKEN = "502 answer-breaks-contract";
const XML = [["content-type", "application/xml"]] as const;
const one = schema((value) => JSON.stringify(value) === '{"a":"1"}');
const type = (validator: MediaType["validator"]): MediaType => ({ ...media("application/xml", "xml", validator), fromXml: xmlDecoder(undefined, undefined) });
const order: DeclaredAnswer = { media: [type(one), media("application/json", "json")], headers: [] };

function postXml(answers: Record<string, DeclaredAnswer>, more: Partial<Posting> = {}): (answer: NonNullable<Given["answer"]>, given?: Given) => Promise<Sent> {
  const walk = post({ guard: answerXml, operation: { answers: new Map(Object.entries(answers)) }, site: { share }, ...more });
  return (answer, given = {}) => walk({ ...given, answer: { fields: XML, ...answer } });
}

const plain = postXml({ 200: order, default: { media: [type(schema(() => false))], headers: [] } });

test("an answer that fits its schema leaves, and its value is kept for the guards behind", async () => {
  for (const content of [late("<r><a>1</a></r>"), late("<r><a>1</a></r>", 15)]) {
    const sent = await plain({ content });
    assert.equal(said(sent), "passes");
    assert.deepEqual(sent.exchange.answer.content.value, { a: "1" });
  }
});

test("an answer that does not fit stays in; the caller hears nothing of it, the operator the places", async () => {
  const sent = await plain({ body: `<r><a>${CANARY}</a></r>` });
  assert.equal(said(sent), BROKEN);
  assertSilent(sent.outcome);
  assert.deepEqual(refusal(sent.outcome).because, { status: 200, rule: "the content does not fit its schema", findings: [{ pointer: "/a", keyword: "const", message: "must be as declared" }], more: 0 });
});

test("the schema of the status decides", async () => {
  assert.equal(said(await plain({ status: 404, body: "<r><a>1</a></r>" })), BROKEN);
});

test("an answer that would lead its readers outside stays in", async () => {
  for (const body of ['<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r><a>1</a></r>', "<r><a>1", "<?x?><r><a>1</a></r>"]) assert.equal(said(await plain({ body })), BROKEN);
});

test("an answer larger than is held, broken off, or without its content", async () => {
  const bounded = postXml({ 200: order }, { options: { size: "14B" } });
  assert.equal(said(await bounded({ content: late("<r><a>1</a></r>") })), BROKEN);
  assert.equal(said(await plain({ content: broken() })), "502 api-broke-off");
  assert.equal(said(await plain({ content: late("") })), BROKEN);
});

test("elements have a bound of their own, larger than that of requests", async () => {
  const many = `<r>${"<a>1</a>".repeat(20_000)}</r>`;
  const anything = { 200: { media: [type(schema(() => true))], headers: [] } };
  assert.equal(said(await postXml(anything)({ body: many })), "passes");
  assert.equal(said(await postXml(anything, { options: { elements: 20_000 } })({ body: many })), BROKEN);
});

test("what takes too long stays in", async () => {
  const readers = { read: async () => ({ failed: "late" }), close: () => undefined };
  const walk = postXml({ 200: order }, { site: { share: <T>() => ({ readers, wrong: undefined }) as T } });
  const sent = await walk({ body: "<r><a>1</a></r>" });
  assert.equal(said(sent), BROKEN);
  assert.equal(refusal(sent.outcome).because?.["rule"], "the content could not be read (xml-unavailable)");
});

test("a part of an answer cannot be judged", async () => {
  assert.equal(said(await plain({ status: 206, body: "<r>" }, { fields: [["range", "bytes=0-2"]] })), BROKEN);
});

test("XML of which the contract says nothing streams through, and what is no XML is left alone", async () => {
  const { content, opened } = untouched();
  const bare = postXml({ 200: { media: [type(undefined), media("application/json", "json")], headers: [] }, 201: order });
  assert.equal(said(await bare({ content })), "passes");
  for (const contentType of ["application/json", "text/html", "nonsense"]) assert.equal(said(await plain({ content, fields: [["content-type", contentType]] })), "passes");
  assert.equal(said(await plain({ content }, { method: "HEAD" })), "passes");
  assert.equal(said(await plain({ content, status: 500 })), "passes");
  assert.equal(said(await plain({ content, from: "door" })), "passes");
  assert.equal(said(await plain({ content: untouched(0).content })), "passes");
  assert.equal(opened(), false);
});

test("where no answer is XML there is nothing to check", async () => {
  const { content, opened } = untouched();
  const none = postXml({ 200: { media: [media("application/json", "json")], headers: [] } }, { options: { schema: "none.xsd" } });
  assert.equal(said(await none({ content })), "passes");
  assert.equal(opened(), false);
});

test("in observe mode the answer leaves and the finding is witnessed", async () => {
  const { outcome, exchange } = await postXml({ 200: order }, { mode: "observe" })({ body: "<r/>" });
  assert.equal(outcome, undefined);
  assert.deepEqual(exchange.observed.map(({ problem }) => problem.type), ["answer-breaks-contract"]);
});
