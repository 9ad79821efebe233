/** Sequences: owner and properties take from JSON Lines and records what is not for the caller, item by item, as it comes. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../../src/contract/json-value.ts";
import { properties } from "../../../src/doors/outbound/disclose/properties.ts";
import { owner } from "../../../src/doors/outbound/verify/owner.ts";
import { Content } from "../../../src/exchange/content.ts";
import type { Problem } from "../../../src/exchange/problem.ts";
import type { Guard } from "../../../src/guard.ts";
import { documentOf, readDocument } from "../../contract/read-document.ts";
import { misfits, post, principal, type Sent } from "../../walk.ts";
import { said } from "../samples.ts";

const item = { type: "object", properties: { id: { type: "string" }, customerId: { type: ["string", "null"] }, risk: { type: "integer", "x-sallyport-read": "internal" } } };

function operationOf(t: TestContext, type: string, schema: JsonObject = item): ReturnType<typeof readDocument>["operations"][number] {
  const document = documentOf({ paths: { "/feed": { get: { operationId: "feed", responses: { 200: { description: "x", content: { [type]: { itemSchema: schema } } } } } } } }, "3.2.0");
  return readDocument(t, document).operations[0] ?? assert.fail("no operation");
}

interface Flown {
  readonly sent: Sent;
  /** What left, and in how many pieces. */
  readonly pieces: readonly string[];
  readonly fault: Problem | undefined;
}

/** Lets the answer flow in these pieces, and takes what leaves. */
async function flow(t: TestContext, guard: Guard, options: JsonObject, pieces: readonly string[], { type = "application/x-ndjson", mode = "enforce", scopes = [] as string[] }: { type?: string; mode?: "enforce" | "observe"; scopes?: string[] } = {}): Promise<Flown> {
  const content = new Content(
    {
      open: (sink) =>
        void setImmediate(() => {
          for (const piece of pieces) sink.data(Buffer.from(piece));
          sink.end();
        }),
    },
    undefined,
  );
  const sent = await post({ guard, options, mode, operation: operationOf(t, type) })({ principal: principal({ subject: "ann", scopes: new Set(scopes) }), answer: { content, fields: [["content-type", type], ["content-length", "100"], ["etag", "1"]] } });
  const left: string[] = [];
  const fault = await new Promise<Problem | undefined>((resolve) =>
    sent.exchange.answer.content.stream({ data: (chunk) => left.push(Buffer.from(chunk).toString()) > 0, end: () => resolve(undefined), fail: resolve }),
  );
  return { sent, pieces: left, fault };
}

const lines = ['{"id":"a", "customerId":"ann"}\n', '{"id":"b","customerId":"bob"}\n', '{"id":"c","customerId":"ann"}\n'];
const own = { field: "[*].customerId" };

test("foreign items are dropped as they come, and one's own go on at once, byte by byte", async (t) => {
  const { sent, pieces, fault } = await flow(t, owner, own, [lines[0] ?? "", "\n", (lines[1] ?? "").slice(0, 9), (lines[1] ?? "").slice(9), lines[2] ?? ""]);
  assert.equal(fault, undefined);
  assert.deepEqual(pieces, [lines[0], "\n", lines[2]]);
  assert.deepEqual([sent.exchange.answer.fields.one("content-length"), sent.exchange.answer.fields.one("etag")], [undefined, undefined]);
  assert.deepEqual(sent.exchange.observed.map(({ problem }) => [problem.type, problem.because?.["cut"], problem.because?.["left"]]), [["foreign-items", 1, 2]]);
});

test("a last line without its end is an item, too", async (t) => {
  assert.deepEqual((await flow(t, owner, own, ['{"customerId":"bob"}'])).pieces, []);
  assert.deepEqual((await flow(t, owner, own, ['{"customerId":"ann"}'])).pieces, ['{"customerId":"ann"}']);
});

test("an item whose owner cannot be read breaks the answer off; what has left before was the caller's own", async (t) => {
  for (const bad of ['{"id":"x"}\n', '{"customerId":"bob","customerId":"ann"}\n', "{\n", '{"customerId":null}\n']) {
    const { pieces, fault } = await flow(t, owner, own, [lines[0] ?? "", bad, lines[2] ?? ""]);
    assert.equal(fault?.type, "owner-unreadable", bad);
    assert.deepEqual(pieces, [lines[0]]);
  }
  const hidden = await flow(t, owner, { ...own, unowned: "hide" }, [lines[0] ?? "", '{"customerId":null}\n', lines[2] ?? ""]);
  assert.deepEqual(hidden.pieces, [lines[0], lines[2]]);
});

test("records with separators are told apart, too", async (t) => {
  const records = lines.map((line) => `\x1e${line}`);
  assert.deepEqual((await flow(t, owner, own, [records.join("")], { type: "application/json-seq" })).pieces.join(""), `${records[0]}${records[2]}`);
});

test("of each item the hidden members are cut out", async (t) => {
  const risky = '{"id":"a","risk":7,"customerId":"ann"}\n';
  assert.equal((await flow(t, properties, {}, [risky, risky])).pieces.join(""), '{"id":"a","customerId":"ann"}\n{"id":"a","customerId":"ann"}\n');
  assert.equal((await flow(t, properties, {}, [risky], { scopes: ["internal"] })).pieces.join(""), risky);
  const extra = '{"id":"a","more":1}\n';
  assert.equal((await flow(t, properties, { undeclared: { answered: "remove" } }, [extra])).pieces.join(""), '{"id":"a"}\n');
  assert.equal((await flow(t, properties, { undeclared: { answered: "refuse" } }, [extra])).fault?.type, "answer-breaks-contract");
  assert.equal((await flow(t, properties, { read: { "[*].id": "ids" } }, [risky])).pieces.join(""), '{"customerId":"ann"}\n');
});

test("in observe mode everything goes on as it came, what cannot be read too", async (t) => {
  for (const [guard, options] of [[owner, own], [properties, {}]] as const) {
    const { pieces, fault } = await flow(t, guard, options, [lines[1] ?? "", "{\n", lines[2] ?? ""], { mode: "observe" });
    assert.equal(fault, undefined);
    assert.equal(pieces.join(""), `${lines[1]}{\n${lines[2]}`);
  }
  const { sent } = await flow(t, owner, own, [lines[1] ?? ""], { mode: "observe" });
  assert.deepEqual(sent.exchange.observed.map(({ problem }) => problem.type), ["foreign-items"]);
});

test("a sequence that is here already is cut at once", async (t) => {
  const walk = post({ guard: owner, options: own, operation: operationOf(t, "application/jsonl") });
  const sent = await walk({ principal: principal({ subject: "ann" }), answer: { fields: [["content-type", "application/jsonl"]], body: lines.join("") } });
  assert.equal(Buffer.from((await sent.exchange.answer.content.read()) as Uint8Array).toString(), `${lines[0]}${lines[2]}`);
  const bad = await walk({ principal: principal({ subject: "ann" }), answer: { fields: [["content-type", "application/jsonl"]], body: "{}\n" } });
  assert.equal(said(bad), "502 owner-unreadable");
});

test("what does not fit does not start", (t) => {
  const wrong = (guard: Guard, options: JsonObject, type = "application/x-ndjson", schema: JsonObject = item): string => misfits(guard, options, operationOf(t, type, schema))[0] ?? "";
  assert.equal(wrong(owner, own), "");
  assert.match(wrong(owner, { field: "customerId" }), /of each item, no field is named.*\[\*\]/);
  assert.match(wrong(owner, { field: "[*].custmerId" }), /of each item, the value has no member "custmerId"/);
  assert.match(wrong(owner, { field: "[*].rows[*].customerId" }, "application/x-ndjson", { type: "object", properties: { rows: { type: "array", items: item } } }), /have none inside them/);
  assert.match(wrong(properties, {}, "text/event-stream", { type: "object", properties: { data: { type: "string", "x-sallyport-read": "x" } } }), /text\/event-stream cannot be taken out/);
});
