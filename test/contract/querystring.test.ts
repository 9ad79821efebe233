/** Querystring: a parameter that is the whole query string, as a form. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Parameter } from "../../src/contract/operation.ts";
import { readTarget } from "../../src/contract/target.ts";
import { documentOf, downOf, OK, readDocument, told } from "./read-document.ts";

const FORM = "application/x-www-form-urlencoded";
const SEARCH = {
  type: "object",
  properties: { from: { type: "integer" }, to: { type: "integer" }, tag: { type: "array", items: { enum: ["a", "b"] } }, near: { type: "object", properties: { x: { type: "number" }, y: { type: "number" } }, required: ["x", "y"] } },
  dependentRequired: { from: ["to"] },
  additionalProperties: false,
};

function parameterOf(t: TestContext, more: object = {}, schema: object = SEARCH): Parameter {
  const parameter = { name: "search", in: "querystring", content: { [FORM]: { schema, ...(schema === SEARCH ? { encoding: { near: { style: "deepObject", explode: true } } } : {}) } }, ...more };
  const { operations, misfits } = readDocument(t, documentOf({ paths: { "/a": { get: { operationId: "get", parameters: [parameter], responses: { 200: OK } } } } }, "3.2.0"));
  assert.deepEqual(told(misfits), []);
  return operations[0]?.parameters[0] ?? assert.fail("no parameter");
}

function read(parameter: Parameter, search: string): unknown {
  const target = readTarget(`/a?${search}`);
  assert.ok("query" in target, JSON.stringify(target));
  const outcome = parameter.read(target.query);
  return "value" in outcome ? outcome.value : outcome.findings.map(({ pointer, message }) => `${pointer} ${message}`);
}

test("the pairs are one value, each member as its encoding says", (t) => {
  const parameter = parameterOf(t);
  assert.deepEqual([parameter.in, parameter.name, parameter.required], ["query", "search", false]);
  assert.deepEqual(read(parameter, "from=1&to=2&tag=a&tag=b&near[x]=1.5&near%5By%5D=2"), { from: 1, to: 2, tag: ["a", "b"], near: { x: 1.5, y: 2 } });
  assert.equal(parameterOf(t, { required: true }).required, true);
});

test("what the schema does not take is told by its place", (t) => {
  const parameter = parameterOf(t);
  for (const [search, pointer] of [["from=1", ""], ["to=x", "/to"], ["tag=c", "/tag/0"], ["near[x]=1", "/near"], ["debug=1", "/debug"], ["to=1&to=2", "/to"], ["near=1", "/near"], ["__proto__=1", ""], ["a%2Bb=1", "/a+b"]] as const) {
    const told = read(parameter, search);
    assert.ok(Array.isArray(told) && told.length > 0 && String(told[0]).startsWith(`${pointer} `), `${search}: ${JSON.stringify(told)}`);
  }
});

test("a plus sign is a blank in a value, as in any form", (t) => {
  const parameter = parameterOf(t, {}, { type: "object", properties: { q: { type: "string" } } });
  assert.deepEqual(read(parameter, "q=a+b%2Bc%26d"), { q: "a b+c&d" });
});

test("a name is read as the form that reaches the API has it", (t) => {
  const parameter = parameterOf(t, {}, { type: "object", additionalProperties: { type: "string" } });
  assert.deepEqual(read(parameter, "a%2Bb=1"), { "a+b": "1" });
  assert.deepEqual(read(parameter, "a+b=1"), { "a b": "1" });
});

const WRONG: readonly (readonly [string, readonly object[], RegExp])[] = [
  ["another media type", [{ name: "a", in: "querystring", content: { "application/json": {} } }], /only be checked as a form/],
  ["two media types", [{ name: "a", in: "querystring", content: { [FORM]: {}, "application/json": {} } }], /only be checked as a form/],
  ["a schema that is no object", [{ name: "a", in: "querystring", content: { [FORM]: { schema: { type: "array" } } } }], /a form is an object/],
  ["another one beside it", [{ name: "a", in: "querystring", content: { [FORM]: {} } }, { name: "b", in: "querystring", content: { [FORM]: {} } }], /stands beside others/],
  ["a parameter of the query beside it", [{ name: "a", in: "querystring", content: { [FORM]: {} } }, { name: "b", in: "query", schema: {} }], /stands beside others/],
];
for (const [title, parameters, message] of WRONG) {
  test(`a whole query string with ${title} is a misfit`, (t) => {
    const contract = readDocument(t, documentOf({ paths: { "/a": { get: { operationId: "get", parameters, responses: { 200: OK } } } } }, "3.2.0"));
    assert.deepEqual(downOf(contract), ["get"]);
    assert.match(told(contract.misfits, "operation").join("\n"), message);
  });
}

test("its texts are looked at as the schema says", (t) => {
  const { leaf, sketch } = parameterOf(t, {}, { type: "object", properties: { q: { type: "string" }, n: { type: "integer" } }, additionalProperties: false });
  assert.equal(leaf?.members.get("q")?.text, "text");
  assert.ok(leaf?.members.get("n")?.idle);
  assert.deepEqual(sketch?.names, ["q", "n"]);
});
