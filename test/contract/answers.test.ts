/** Answers: what the contract says about each status. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ReadContract } from "../../src/contract/read.ts";
import { documentOf, downOf, OK, readDocument, told } from "./read-document.ts";

const ORDER = { type: "object", properties: { id: { type: "integer" } } };

function read(t: TestContext, responses: object, components: object = {}): ReadContract {
  return readDocument(t, documentOf({ paths: { "/a": { get: { operationId: "get", responses } } }, components }));
}

test("Statuses, ranges and the default are kept in lower case", (t) => {
  const contract = read(t, { 200: OK, "4XX": OK, default: OK });
  assert.deepEqual([...(contract.operations[0]?.answers.keys() ?? [])], ["200", "4xx", "default"]);
  assert.deepEqual(told(contract.misfits), []);
});

test("Keys that are no status are a warning and declare nothing", (t) => {
  const contract = read(t, { 200: OK, 600: OK, "2xx": OK, ok: OK, "20": OK, "x-note": 1 });
  assert.deepEqual([...(contract.operations[0]?.answers.keys() ?? [])], ["200"]);
  assert.deepEqual(told(contract.misfits).map((line) => line.split(":")[0]), ["warning /paths/~1a/get/responses/20", "warning /paths/~1a/get/responses/600", "warning /paths/~1a/get/responses/2xx", "warning /paths/~1a/get/responses/ok"]);
});

test("An answer behind a reference is read with its header fields", (t) => {
  const made = { description: "made", headers: { Location: { required: true, schema: { type: "string" } }, "X-Left": { $ref: "#/components/headers/left" }, "Content-Type": { schema: { type: "integer" } } } };
  const contract = read(t, { 201: { $ref: "#/components/responses/made" } }, { responses: { made }, headers: { left: { schema: { type: "integer" } } } });
  const answer = contract.operations[0]?.answers.get("201");
  assert.deepEqual(answer?.headers.map(({ name, required }) => [name, required]), [["location", true], ["x-left", false]]);
  assert.deepEqual(answer.headers[1]?.read("12"), { value: 12 });
  assert.ok("findings" in (answer.headers[1]?.read("twelve") ?? {}));
  assert.deepEqual(told(contract.misfits), []);
});

test("An answer whose reference leads nowhere takes the operation down", (t) => {
  const contract = read(t, { 200: OK, 404: { $ref: "#/components/responses/none" } });
  assert.deepEqual(downOf(contract), ["get"]);
});

test("A faulty component takes down every operation that uses it, and no other", (t) => {
  const get = (operationId: string, name: string): object => ({ get: { operationId, responses: { 200: { $ref: `#/components/responses/${name}` } } } });
  const components = { responses: { bad: { description: "", contnt: {} }, good: OK, unused: { headrs: {} } } };
  const contract = readDocument(t, documentOf({ paths: { "/a": get("a", "bad"), "/b": get("b", "bad"), "/c": get("c", "good") }, components }));
  assert.deepEqual(downOf(contract), ["a", "b"]);
  assert.deepEqual(told(contract.misfits, "warning").map((line) => line.split(":")[0]), ["warning /components/responses/unused", "warning /components/responses/unused/headrs"]);
});

test("An answer that cannot be checked takes the operation down only when no good answer is left", (t) => {
  const packed = { description: "", content: { "application/msgpack": { schema: ORDER } } };
  const json = { description: "", content: { "application/json": { schema: ORDER } } };
  assert.deepEqual(downOf(read(t, { 200: json, 404: packed })), []);
  assert.deepEqual(downOf(read(t, { 204: OK, default: packed })), []);
  assert.deepEqual(downOf(read(t, { 200: packed, 404: json })), ["get"]);
  assert.equal(read(t, { 200: packed }).misfits.find(({ level }) => level === "operation")?.unread, "answer");
  assert.match(told(read(t, { 200: json, 404: packed }).misfits).join(), /^warning .*answers of this type are refused/);
});

test("A header with a broken schema takes the operation down", (t) => {
  assert.deepEqual(downOf(read(t, { 200: { description: "", headers: { "X-A": { schema: { $ref: "#/none" } } } } })), ["get"]);
  assert.deepEqual(downOf(read(t, { 200: { description: "", headers: { "X-A": {} } } })), ["get"]);
});
