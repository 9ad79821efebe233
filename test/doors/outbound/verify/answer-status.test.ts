import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeclaredAnswer, Operation } from "../../../../src/contract/operation.ts";
import { answerStatus } from "../../../../src/doors/outbound/verify/answer-status.ts";
import { type Given, misfits, post, type Sent } from "../../../walk.ts";
import { refusal, said } from "../../samples.ts";

const bare: DeclaredAnswer = { media: [], headers: [] };

function send(declared: readonly string[], status: number, given: Given = {}, particulars: Partial<Operation> = {}): Promise<Sent> {
  const answers = new Map(declared.map((key) => [key, bare]));
  return post({ guard: answerStatus, operation: { answers, ...particulars } })({ ...given, answer: { status, ...given.answer } });
}

const BROKEN = "502 answer-breaks-contract";

test("a declared status passes: exactly, by its range, or by the default", async () => {
  assert.equal(said(await send(["200"], 200)), "passes");
  assert.equal(said(await send(["2xx"], 299)), "passes");
  assert.equal(said(await send(["default"], 404)), "passes");
});

test("a status that is not declared does not leave, and the blame is the API's", async () => {
  for (const [declared, status] of [[["200"], 201], [["2xx"], 301], [["2xx"], 300], [["404"], 200], [["200"], 401]] as const) {
    const sent = await send(declared, status);
    assert.equal(said(sent), BROKEN, String(status));
    assert.equal(refusal(sent.outcome).blame, "api");
    assert.equal(refusal(sent.outcome).because?.["status"], status);
  }
});

test("what is no status of an answer does not leave, even by default", async () => {
  for (const status of [0, 100, 199, 600, 999]) assert.equal(said(await send(["default"], status)), BROKEN, String(status));
});

test("failures pass here, for they are replaced later", async () => {
  for (const status of [500, 503, 599]) assert.equal(said(await send(["200"], status)), "passes");
});

const asking = (...names: string[]): Given => ({ fields: names.map((name) => [name, '"x"'] as const) });

test("304 passes where a GET or HEAD asked with a condition, and only there", async () => {
  for (const field of ["if-none-match", "if-modified-since"]) {
    assert.equal(said(await send(["200"], 304, asking(field))), "passes");
    assert.equal(said(await send(["200"], 304, { ...asking(field), method: "HEAD" })), "passes");
    assert.equal(said(await send(["200"], 304, { ...asking(field), method: "POST" })), BROKEN);
  }
  assert.equal(said(await send(["200"], 304)), BROKEN);
  assert.equal(said(await send(["200"], 304, asking("if-match"))), BROKEN);
});

test("412 passes where the request set a condition, whatever its method", async () => {
  for (const field of ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"]) {
    assert.equal(said(await send(["200"], 412, { ...asking(field), method: "PUT" })), "passes");
  }
  assert.equal(said(await send(["200"], 412, { method: "PUT" })), BROKEN);
});

test("206 and 416 pass where a GET asked for a range", async () => {
  for (const status of [206, 416]) {
    assert.equal(said(await send(["200"], status, asking("range"))), "passes");
    assert.equal(said(await send(["200"], status)), BROKEN);
    assert.equal(said(await send(["200"], status, { ...asking("range"), method: "POST" })), BROKEN);
  }
  assert.equal(said(await send(["404"], 206, asking("range"))), BROKEN, "a part of nothing that is declared");
});

test("what the doors say themselves is not verified, nor what the contract does not list", async () => {
  assert.equal(said(await send([], 418, { answer: { from: "door" } }, { listed: "method" })), "passes");
  assert.equal(said(await send([], 418, {}, { listed: "unlisted" })), "passes");
  assert.equal(said(await send([], 200, {}, { listed: "method" })), BROKEN);
});

test("in observe mode the answer leaves and the finding is witnessed", async () => {
  const { outcome, exchange } = await post({ guard: answerStatus, mode: "observe", operation: { answers: new Map([["200", bare]]) } })({ answer: { status: 201 } });
  assert.equal(outcome, undefined);
  assert.deepEqual(exchange.observed.map(({ problem }) => problem.type), ["answer-breaks-contract"]);
});

test("an operation without any declared answer is a misfit", () => {
  assert.match(misfits(answerStatus, {}).join(), /declares no answer/);
  assert.deepEqual(misfits(answerStatus, {}, { answers: new Map([["default", bare]]) }), []);
});

test("it stands everywhere without being named", () => assert.equal(answerStatus.standing, true));
