import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { DeclaredAnswer, Operation } from "../../../../src/contract/operation.ts";
import { answerBody } from "../../../../src/doors/outbound/verify/answer-body.ts";
import { ANSWER_FINDINGS_MAX } from "../../../../src/doors/outbound/verify/broken-answer.ts";
import { framingOf } from "../../../../src/contract/media/sequence/framing.ts";
import { Content } from "../../../../src/exchange/content.ts";
import type { Problem } from "../../../../src/exchange/problem.ts";
import { type Given, post, type Sent } from "../../../walk.ts";
import { assertSilent, broken, CANARY, late, media, parameter, refusal, said, schema, untouched } from "../../samples.ts";

const one = schema((value) => typeof value === "object" && value !== null && "a" in value && value.a === 1);
const order: DeclaredAnswer = { media: [media("application/json", "json", one)], headers: [] };
const BROKEN = "502 answer-breaks-contract";

type AnswerGiven = NonNullable<Given["answer"]>;

/** Sends past an operation with these answers; the API answers 200 with JSON unless it is said otherwise. */
function send(declared: Record<string, DeclaredAnswer>, answer: AnswerGiven, given: Given = {}, particulars: Partial<Operation> = {}, options: Record<string, string> = {}): Promise<Sent> {
  const walk = post({ guard: answerBody, options, operation: { answers: new Map(Object.entries(declared)), ...particulars } });
  return walk({ ...given, answer: { fields: [["content-type", "application/json"]], ...answer } });
}

test("an answer that fits its schema leaves, and its value is kept for the guards behind", async () => {
  const sent = await send({ 200: order }, { body: '{"a":1}' });
  assert.equal(said(sent), "passes");
  assert.deepEqual(sent.exchange.answer.content.value, { a: 1 });
});

test("an answer that does not fit stays in; the caller hears nothing of it, the operator the places", async () => {
  const sent = await send({ 200: order }, { body: JSON.stringify({ a: CANARY }) });
  assert.equal(said(sent), BROKEN);
  assertSilent(sent.outcome);
  assert.equal(refusal(sent.outcome).extra, undefined);
  assert.deepEqual(refusal(sent.outcome).because, { status: 200, rule: "the content does not fit its schema", findings: [{ pointer: "/a", keyword: "const", message: "must be as declared" }], more: 0 });
});

test("the schema of the status decides: exact, range, default", async () => {
  const never: DeclaredAnswer = { media: [media("application/json", "json", schema(() => false))], headers: [] };
  assert.equal(said(await send({ 404: order, "4xx": never, default: never }, { status: 404, body: '{"a":1}' })), "passes");
  assert.equal(said(await send({ "4xx": order, default: never }, { status: 404, body: '{"a":1}' })), "passes");
  assert.equal(said(await send({ default: never }, { status: 404, body: '{"a":1}' })), BROKEN);
});

test("an answer that comes late is judged when it is here", async () => {
  assert.equal(said(await send({ 200: order }, { content: late('{"a":1}') })), "passes");
  const sent = await send({ 200: order }, { content: late(`{"a":"${CANARY}"}`) });
  assert.equal(said(sent), BROKEN);
  assertSilent(sent.outcome);
  const off = await send({ 200: order }, { content: broken() });
  assert.equal(said(off), "502 api-broke-off");
});

test("an answer larger than is held stays in", async () => {
  const text = '"1234567"';
  const texts = { 200: { media: [media("application/json", "json")], headers: [] } };
  assert.equal(said(await send(texts, { content: late(text) }, {}, {}, { size: "9B" })), "passes");
  const sent = await send(texts, { content: late(text) }, {}, {}, { size: "8B" });
  assert.equal(said(sent), BROKEN);
  assert.equal(refusal(sent.outcome).because?.["rule"], "the content could not be read (content-too-large)");
  const { content, opened } = untouched(9);
  assert.equal(said(await send(texts, { content }, {}, {}, { size: "8B" })), BROKEN);
  assert.equal(opened(), false, "announced too long: not even begun");
});

test("a content type that is not declared, is none or is two does not leave", async () => {
  for (const fields of [[["content-type", "text/html"]], [["content-type", "nonsense"]], [], [["content-type", "application/json"], ["content-type", "application/json"]], [["content-type", "application/json; charset=utf-16"]]] as const) {
    assert.equal(said(await send({ 200: order }, { fields, body: '{"a":1}' })), BROKEN);
  }
  assert.equal(said(await send({ 200: order }, { fields: [["content-type", "application/json; charset=utf-8"]], body: '{"a":1}' })), "passes");
});

test("what is compressed, though it was asked for as it is, cannot be judged and does not leave", async () => {
  const opaque = { 200: { media: [media("image/*", "opaque")], headers: [] } };
  const coded = [["content-encoding", "gzip"]] as const;
  assert.equal(said(await send({ 200: order }, { fields: [["content-type", "application/json"], ...coded], body: gzipSync('{"a":1}') })), BROKEN);
  assert.equal(said(await send(opaque, { fields: [["content-type", "image/svg+xml"], ...coded], body: "x" })), BROKEN);
});

test("content where none is declared does not leave, announced or not", async () => {
  const bare = { 200: { media: [], headers: [] } };
  assert.equal(said(await send(bare, {})), "passes");
  assert.equal(said(await send(bare, { content: late("") })), "passes");
  for (const content of [late("x"), late("x", 1), late("\u00e9"), late(Uint8Array.of(0xff))]) assert.equal(said(await send(bare, { content })), BROKEN);
  assert.equal(said(await send({}, { body: "{}" })), BROKEN, "nor where no answer is");
});

test("a success without its declared content breaks the contract, a terse error does not", async () => {
  assert.equal(said(await send({ 200: order }, { body: "" })), BROKEN);
  assert.equal(said(await send({ 200: order }, { content: late("") })), BROKEN);
  for (const [status, verdict] of [[299, BROKEN], [300, "passes"], [404, "passes"]] as const) assert.equal(said(await send({ default: order }, { status, body: "" })), verdict);
});

test("204, 304 and answers to HEAD have no content, whatever is declared", async () => {
  const { content, opened } = untouched();
  assert.equal(said(await send({ 204: order }, { status: 204, content })), "passes");
  assert.equal(said(await send({ 200: order }, { content }, { method: "HEAD" })), "passes");
  assert.equal(said(await send({ default: order }, { status: 304, content }, { fields: [["if-none-match", '"x"']] })), "passes");
  assert.equal(opened(), false);
});

test("opaque content and text without a rule stream through unread", async () => {
  const { content, opened } = untouched();
  const declared = { 200: { media: [media("image/*", "opaque"), media("text/csv", "text")], headers: [] } };
  assert.equal(said(await send(declared, { content, fields: [["content-type", "image/x-own"]] })), "passes");
  assert.equal(said(await send(declared, { content, fields: [["content-type", "text/csv"]] })), "passes");
  assert.equal(opened(), false);
});

test("opaque content begins as content of its type does", async () => {
  const declared = { 200: { media: [media("image/*", "opaque")], headers: [] } };
  const fields = [["content-type", "image/gif"]] as const;
  const large = `GIF89a${"x".repeat(3_000)}`;
  const sent = await send(declared, { fields, content: late(large) }, {}, {}, { size: "16B" });
  assert.equal(said(sent), "passes", "what is not held has no bound");
  assert.equal(Buffer.from((await sent.exchange.answer.content.read()) as Uint8Array).toString(), large);
  const page = await send(declared, { fields, content: late(`<html>${CANARY}`) });
  assert.equal(said(page), BROKEN);
  assertSilent(page.outcome);
});

test("text with a rule is UTF-8 and judged", async () => {
  const declared = { 200: { media: [media("text/plain", "text", schema((value) => value === "ok"))], headers: [] } };
  const fields = [["content-type", "text/plain"]] as const;
  assert.equal(said(await send(declared, { fields, body: "ok" })), "passes");
  assert.equal(said(await send(declared, { fields, body: "no" })), BROKEN);
  assert.equal(said(await send(declared, { fields, body: Uint8Array.of(0xff) })), BROKEN);
});

test("JSON with two readings does not leave", async () => {
  const any = { 200: { media: [media("application/json", "json")], headers: [] } };
  for (const body of ['{"a":1,"a":2}', '{"a":9007199254740993}', "{", "NaN"]) assert.equal(said(await send(any, { body })), BROKEN, body);
  assert.equal(said(await send(any, { body: '{"a":9007199254740993}' }, {}, {}, { numbers: "rounded" })), "passes");
  assertSilent((await send(any, { body: `{"a":"${CANARY}",` })).outcome);
});

test("a part of something that has to be judged as a whole does not leave; a part of an image does", async () => {
  const range = { fields: [["range", "bytes=0-1"]] } as const;
  assert.equal(said(await send({ 200: order }, { status: 206, body: '{"a":1}' }, range)), BROKEN);
  const image = { 200: { media: [media("image/*", "opaque")], headers: [] }, default: order };
  assert.equal(said(await send(image, { status: 206, fields: [["content-type", "image/png"]], body: "x" }, range)), "passes");
  assert.equal(said(await send(image, { status: 206, fields: [["content-type", "multipart/byteranges"]], body: "x" }, range)), BROKEN);
});

test("declared header fields are there and as declared; others are nobody's business here", async () => {
  const { read } = parameter("x", "header");
  const declared = (required: boolean): Record<string, DeclaredAnswer> => ({ 200: { media: [], headers: [{ name: "x-limit", required, read }] } });
  assert.equal(said(await send(declared(true), { fields: [["x-limit", "good"], ["x-other", CANARY]] })), "passes");
  assert.equal(said(await send(declared(false), { fields: [] })), "passes");
  assert.equal(said(await send(declared(true), { fields: [] })), BROKEN);
  const sent = await send(declared(false), { fields: [["x-limit", CANARY]] });
  assert.equal(said(sent), BROKEN);
  assertSilent(sent.outcome);
  assert.deepEqual(refusal(sent.outcome).because?.["findings"], [{ pointer: "/x-limit", keyword: "const", message: "must be good" }]);
  assert.equal(said(await send(declared(true), { fields: [["x-limit", "good"], ["x-limit", "good"]] })), BROKEN, "joined: good, good");
  assert.equal(said(await send({ 200: { media: [], headers: [{ name: "x", required: false, read: () => ({ findings: [] }) }] } }, { fields: [["x", "1"]] })), BROKEN);
});

test("304 has no header fields of the default answer, 412 and 416 are errors like any other", async () => {
  const { read } = parameter("x", "header");
  const declared = { 200: order, default: { ...order, headers: [{ name: "x-limit", required: true, read }] } };
  assert.equal(said(await send(declared, { status: 304 }, { fields: [["if-none-match", '"x"']] })), "passes");
  assert.equal(said(await send(declared, { status: 412 }, { fields: [["if-match", '"x"']] })), BROKEN);
  assert.equal(said(await send(declared, { status: 416 }, { fields: [["range", "bytes=9-"]] })), BROKEN);
  assert.equal(said(await send({ 200: order }, { status: 416, body: "" }, { fields: [["range", "bytes=9-"]] })), "passes");
});

test("it stands everywhere without being named", () => assert.equal(answerBody.standing, true));

test("each Set-Cookie stands for itself", async () => {
  const { read } = parameter("x", "header");
  const declared = { 200: { media: [], headers: [{ name: "set-cookie", required: true, read }] } };
  assert.equal(said(await send(declared, { fields: [["set-cookie", "good"], ["set-cookie", "good"]] })), "passes");
  assert.equal(said(await send(declared, { fields: [["set-cookie", "good"], ["set-cookie", "bad"]] })), BROKEN);
});

test("failures, what the doors say themselves, and what the contract does not list are not verified", async () => {
  const { content, opened } = untouched();
  for (const status of [500, 599]) assert.equal(said(await send({ default: order }, { status, content })), "passes");
  assert.equal(said(await send({ 200: order }, { content, from: "door" })), "passes");
  assert.equal(said(await send({}, { content }, {}, { listed: "unlisted" })), "passes");
  assert.equal(opened(), false);
});

test("a validator that breaks keeps the answer in, and one that refuses without a reason too", async () => {
  const breaking = { check: () => assert.fail(CANARY), explain: () => [], open: false };
  const silent = { check: () => false, explain: () => [], open: false };
  for (const [validator, verdict] of [[breaking, "500 guard-broken"], [silent, BROKEN]] as const) {
    const declared = { 200: { media: [media("application/json", "json", validator)], headers: [] } };
    assert.equal(said(await send(declared, { body: "{}" })), verdict);
    assert.equal(said(await send(declared, { content: late("{}") })), verdict);
  }
});

test("the record keeps a bounded list of findings", async () => {
  const validator = { check: () => false, explain: () => Array.from({ length: ANSWER_FINDINGS_MAX + 1 }, () => ({ pointer: "", keyword: "x", message: "no" })), open: false };
  const { outcome } = await send({ 200: { media: [media("application/json", "json", validator)], headers: [] } }, { body: "{}" });
  const findings = refusal(outcome).because?.["findings"];
  assert.equal(Array.isArray(findings) ? findings.length : 0, ANSWER_FINDINGS_MAX);
  assert.equal(refusal(outcome).because?.["more"], 1);
});

test("in observe mode the answer leaves whole and the finding is witnessed", async () => {
  const walk = post({ guard: answerBody, mode: "observe", operation: { answers: new Map([["200", order]]) } });
  const { outcome, exchange } = await walk({ answer: { fields: [["content-type", "application/json"]], content: late("{}") } });
  assert.equal(outcome, undefined);
  assert.deepEqual(exchange.observed.map(({ problem }) => problem.type), ["answer-breaks-contract"]);
  assert.equal(Buffer.from((await exchange.answer.content.read()) as Uint8Array).toString(), "{}");
});

test("content of a type that is declared and cannot be checked does not leave", async () => {
  const unread = { 200: { media: [media("application/xml", "unsupported")], headers: [] } };
  assert.equal(said(await send(unread, { fields: [["content-type", "application/xml"]], body: "<a/>" })), BROKEN);
});

const LINES = "application/x-ndjson";
const stream = { 200: { media: [{ ...media(LINES, "sequence"), items: { framing: framingOf(LINES) ?? assert.fail(), validator: one } }], headers: [] } };
const lines = { fields: [["content-type", LINES]] } as const;

/** What leaves of an answer, and what ends it. */
function leaving({ exchange }: Sent): { readonly left: string; readonly fault: Problem | undefined } {
  const got: { left: string; fault: Problem | undefined } = { left: "", fault: undefined };
  exchange.answer.content.stream({ data: (chunk) => (got.left += Buffer.from(chunk).toString()).length > 0, end: () => undefined, fail: (why) => void (got.fault = why) });
  return got;
}

/** Chunks that come at once when they are asked for, of a length that nobody knows. */
function streamed(...chunks: readonly string[]): Content {
  return new Content(
    {
      open(sink) {
        for (const chunk of chunks) sink.data(Buffer.from(chunk));
        sink.end();
      },
    },
    undefined,
  );
}

test("a stream is not held: its items leave as they fit, and the first that does not ends it", async () => {
  const good = await send(stream, { ...lines, content: streamed('{"a":1}\n{"a"', ":1}\n") });
  assert.equal(said(good), "passes");
  assert.deepEqual(leaving(good), { left: '{"a":1}\n{"a":1}\n', fault: undefined });
  const bad = await send(stream, { ...lines, content: streamed('{"a":1}\n', `{"a":"${CANARY}"}\n{"a":1}\n`) });
  assert.equal(said(bad), "passes", "nothing is known yet");
  const { left, fault } = leaving(bad);
  assert.equal(left, '{"a":1}\n');
  assert.equal(fault?.type, "answer-breaks-contract");
  assert.deepEqual(fault.because, { status: 200, rule: "an item does not fit its schema", findings: [{ pointer: "/1/a", keyword: "const", message: "must be as declared" }], more: 0 });
});

test("a stream that is here already is judged before anything leaves", async () => {
  assert.equal(said(await send(stream, { ...lines, body: '{"a":1}\n{"a":1}' })), "passes");
  const sent = await send(stream, { ...lines, body: `{"a":1}\n{"a":"${CANARY}"}\n` });
  assert.equal(said(sent), BROKEN);
  assertSilent(sent.outcome);
});

test("an item longer than the bound ends a stream, and a part of one does not leave", async () => {
  const sent = await send(stream, { ...lines, content: streamed('{"a":1}\n', '{"a":1 }\n') }, {}, {}, { item: "8B" });
  assert.equal(leaving(sent).left, '{"a":1}\n');
  assert.equal(leaving(await send(stream, { ...lines, content: streamed('{"a":1}\n') }, {}, {}, { item: "8B" })).fault, undefined);
  assert.equal(said(await send(stream, { ...lines, status: 206, content: streamed("1") }, { fields: [["range", "bytes=0-1"]] })), BROKEN);
});

test("in observe mode a stream leaves whole, and its first fault is witnessed once", async () => {
  const walk = post({ guard: answerBody, mode: "observe", site: { mode: "observe" }, operation: { answers: new Map(Object.entries(stream)) } });
  const sent = await walk({ answer: { ...lines, content: streamed('{"a":1}\n', '{"a":2}\n', '{"a":3}\n') } });
  assert.equal(leaving(sent).left, '{"a":1}\n{"a":2}\n{"a":3}\n');
  assert.deepEqual(sent.exchange.observed.map(({ problem }) => problem.type), ["answer-breaks-contract"]);
  const late = await walk({ answer: { ...lines, content: streamed('{"a":1}\n', '{"a":2}') } });
  assert.equal(leaving(late).left, '{"a":1}\n{"a":2}');
  assert.equal(late.exchange.observed.length, 1);
});

test("what the API says may hold control characters, unless the policy says otherwise", async () => {
  const any = { 200: { media: [media("application/json", "json")], headers: [] } };
  assert.equal(said(await send(any, { body: '{"a":"\\u0000"}' })), "passes");
  assert.equal(said(await send(any, { body: '{"a":"\\u0000"}' }, {}, {}, { controls: "refused" })), BROKEN);
});
