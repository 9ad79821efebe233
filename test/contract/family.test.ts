/** Family: operations of one path, told apart by what their fragment names. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { RawPair } from "../../src/contract/operation.ts";
import type { ReadContract } from "../../src/contract/read.ts";
import { fieldsOf } from "../../src/exchange/fields.ts";
import { documentOf, downOf, OK, readDocument, told } from "./read-document.ts";

const inQuery = (name: string, schema: object = { type: "string" }): object => ({ name, in: "query", required: true, schema });
const inHeader = (name: string): object => ({ name, in: "header", required: true, schema: { type: "string" } });
const get = (operationId: string, ...parameters: readonly object[]): object => ({ get: { operationId, parameters, responses: { 200: OK } } });

function read(t: TestContext, paths: object): ReadContract {
  return readDocument(t, documentOf({ paths }));
}

function ask(contract: ReadContract, segments: readonly string[], query: readonly RawPair[] = [], fields: readonly string[] = []): string {
  const found = contract.find("GET", segments, query, fieldsOf([...fields]));
  return found.kind === "operation" ? found.operation.id : found.kind;
}

const ACTIONS = {
  "/#Action=Run": get("run", inQuery("Action"), inQuery("Task")),
  "/#Action=Stop": get("stop", inQuery("Action")),
  "/#Action=a b": get("blank", inQuery("Action")),
};

test("the value of a parameter tells operations apart, once and exactly", (t) => {
  const contract = read(t, ACTIONS);
  assert.deepEqual([downOf(contract), told(contract.misfits)], [[], []]);
  assert.equal(ask(contract, [""], [["Action", "Run"], ["Task", "1"]]), "run");
  assert.equal(ask(contract, [""], [["Task", "1"], ["Action", "Stop"]]), "stop");
  assert.equal(ask(contract, [""], [["Action", "a%20b"]]), "blank");
  for (const query of [[], [["Action", "run"]], [["action", "Run"]], [["Action", "Run"], ["Action", "Stop"]], [["Action", "Run"], ["Action", "Run"]], [["Action", ""]]] as const) assert.equal(ask(contract, [""], query), "path", JSON.stringify(query));
  assert.equal(contract.find("GET", [""]).kind, "path");
});

test("a header field does, by its name in any case", (t) => {
  const contract = read(t, { "/#X-Amz-Target=A.b": get("b", inHeader("X-Amz-Target")), "/#X-Amz-Target=A.c": get("c", inHeader("x-amz-target")) });
  assert.deepEqual(downOf(contract), []);
  assert.equal(ask(contract, [""], [], ["x-amz-target", "A.b"]), "b");
  assert.equal(ask(contract, [""], [], ["x-amz-target", "A.c"]), "c");
  for (const fields of [[], ["x-amz-target", "a.b"], ["x-amz-target", "A.b", "x-amz-target", "A.b"], ["x-amz-target", "A.b", "x-amz-target", "A.c"]]) assert.equal(ask(contract, [""], [], fields), "path");
});

test("that a parameter is there does, and what asks for more goes before what asks for less", (t) => {
  const contract = read(t, {
    "/tags/{id}": { parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }], ...get("all") },
    "/tags/{id}#keys": { parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }], ...get("some", inQuery("keys", { type: "array", items: { type: "string" } })) },
    "/tags/{id}#keys&deep=1": { parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }], ...get("deep", inQuery("keys", { type: "array", items: { type: "string" } }), inQuery("deep")) },
  });
  assert.deepEqual(downOf(contract), []);
  assert.equal(ask(contract, ["tags", "7"]), "all");
  assert.equal(ask(contract, ["tags", "7"], [["keys", "a"], ["keys", "b"]]), "some");
  assert.equal(ask(contract, ["tags", "7"], [["keys", "a"], ["deep", "1"]]), "deep");
  assert.equal(ask(contract, ["tags", "7"], [["keys", "a"], ["deep", "2"]]), "some");
  // Said twice it would otherwise be that of the path which asks for less, and so its guards'.
  assert.equal(ask(contract, ["tags", "7"], [["keys", "a"], ["deep", "1"], ["deep", "2"]]), "path");
  const found = contract.find("GET", ["tags", "7"]);
  assert.deepEqual(found.kind === "operation" ? found.values : [], ["7"]);
});

test("two that a request could belong to are none", (t) => {
  const contract = read(t, { "/#a": get("a", inQuery("a"), inQuery("b")), "/#b": get("b", inQuery("a"), inQuery("b")) });
  assert.equal(ask(contract, [""], [["a", "1"]]), "a");
  assert.equal(ask(contract, [""], [["a", "1"], ["b", "1"]]), "path");
});

test("a method that the path does not list is told by one of its paths", (t) => {
  const found = read(t, ACTIONS).find("DELETE", [""]);
  assert.deepEqual(found.kind === "method" ? [found.path, found.allow] : found.kind, ["/#Action=Run", ["GET"]]);
});

test("a fragment that names no parameter of the operation tells nothing apart, and says so", (t) => {
  for (const path of ["/a#Action=Run", "/a#", "/a#Action=Run&Other=1"]) {
    const contract = read(t, { [path]: get("run", ...(path.includes("Other") ? [inQuery("Action")] : [])) });
    assert.match(told(contract.misfits, "operation").join(), path === "/a#" ? /fragment|^$/ : /holds no fragment/, path);
  }
});

test("an operation of a family that is down takes no other one with it, and keeps its own requests", (t) => {
  const contract = read(t, { ...ACTIONS, "/#Action=Bad": get("bad", inQuery("Action"), { name: "x", in: "nowhere" }) });
  assert.deepEqual(downOf(contract), ["bad"]);
  assert.equal(ask(contract, [""], [["Action", "Bad"]]), "bad");
  assert.equal(ask(contract, [""], [["Action", "Run"]]), "run");
});
