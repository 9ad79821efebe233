/** Own words: a right that nobody keeps where it is written does not start. */
import assert from "node:assert/strict";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { readContract } from "../../src/contract/read.ts";
import { documentOf, OK, readDocument, told } from "./read-document.ts";
import { writeFiles } from "./temporary-files.ts";

const RIGHT = { "x-sallyport-read": "things:secret" };
const BODY = { type: "object", properties: { a: { type: "string", ...RIGHT } } };

interface Parts {
  readonly operation?: object;
  readonly answer?: object;
  readonly sent?: object;
  readonly components?: object;
}

function errors(t: TestContext, { operation = {}, answer, sent, components = {} }: Parts): readonly string[] {
  const requestBody = sent === undefined ? {} : { requestBody: { content: { "application/json": { schema: sent } } } };
  const responses = { 200: answer === undefined ? OK : { ...OK, content: { "application/json": { schema: answer } } } };
  return told(readDocument(t, documentOf({ paths: { "/things": { post: { operationId: "post", responses, ...requestBody, ...operation } } }, components })).misfits, "error");
}

test("a right at a member of a body is kept, wherever the schemas lead", (t) => {
  for (const schema of [BODY, { allOf: [BODY] }, { oneOf: [{ type: "array", items: BODY }] }, { type: "object", additionalProperties: BODY }, { type: "object", properties: { if: BODY, not: BODY, parameters: BODY, headers: BODY, example: BODY } }, { $ref: "#/components/schemas/Thing" }, { $defs: { A: BODY }, $ref: "#/$defs/A" }]) {
    assert.deepEqual(errors(t, { answer: schema, sent: schema, components: { schemas: { Thing: BODY } } }), [], JSON.stringify(schema));
  }
});

test("a word that the house does not know stops everything, wherever it stands", (t) => {
  const word = { "x-sallyport-raed": "things:secret" };
  const places: readonly Parts[] = [
    { answer: { type: "object", properties: { a: word } } },
    { sent: { $ref: "#/components/schemas/Thing" }, components: { schemas: { Thing: { allOf: [word] } } } },
    { operation: word },
    { components: { schemas: { Unused: word } } },
    { answer: { not: word } },
    { operation: { parameters: [{ name: "q", in: "query", schema: {}, ...word }] } },
  ];
  for (const parts of places) assert.match(errors(t, parts).join("\n"), /^error \S*x-sallyport-raed: x-sallyport-raed is no word of this house$/, JSON.stringify(parts));
  assert.match(errors(t, { answer: { properties: { a: { "X-Sallyport-Read": "x" } } } })[0] ?? "", /X-Sallyport-Read is no word/, "case counts, and is noticed");
});

test("a right where nobody keeps it stops everything", (t) => {
  const places: readonly Parts[] = [
    { operation: RIGHT },
    { operation: { responses: { 200: { ...OK, ...RIGHT } } } },
    { operation: { parameters: [{ name: "q", in: "query", schema: { type: "string", ...RIGHT } }] } },
    { operation: { parameters: [{ name: "q", in: "query", content: { "application/json": { schema: BODY } } }] } },
    { operation: { parameters: [{ $ref: "#/components/parameters/Q" }] }, components: { parameters: { Q: { name: "q", in: "query", schema: { type: "string", ...RIGHT } } } } },
    { operation: { responses: { 200: { ...OK, headers: { "x-a": { schema: { type: "string", ...RIGHT } } } } } } },
    { operation: { callbacks: { done: { "{$request.body#/url}": { post: { responses: { 200: OK }, requestBody: { content: { "application/json": { schema: BODY } } } } } } } } },
    { answer: { not: BODY } },
    { answer: { if: BODY } },
    { answer: { type: "array", contains: BODY } },
    { answer: { type: "object", propertyNames: { ...RIGHT } } },
  ];
  for (const parts of places) assert.match(errors(t, parts).join("\n"), /^error \S*x-sallyport-read: x-sallyport-read is kept by nobody where it stands$/, JSON.stringify(parts));
});

test("a schema that a parameter shares with a body is looked at as the parameter's, too", (t) => {
  const shared = { schemas: { Filter: BODY } };
  const filter = { $ref: "#/components/schemas/Filter" };
  assert.deepEqual(errors(t, { answer: filter, components: shared }), []);
  const both = errors(t, { answer: filter, operation: { parameters: [{ name: "filter", in: "query", style: "deepObject", schema: filter }] }, components: shared });
  assert.deepEqual(both, ["error /components/schemas/Filter/properties/a/x-sallyport-read: x-sallyport-read is kept by nobody where it stands"]);
});

test("values may hold what they will, and so may names of members", (t) => {
  const answer = { type: "object", properties: { "x-sallyport-raed": { type: "string" } }, example: { "x-sallyport-raed": 1 }, default: { "x-sallyport-raed": 1 }, enum: [{ "x-sallyport-raed": 1 }], "x-other": { "x-sallyport-raed": 1 } };
  assert.deepEqual(errors(t, { answer, operation: { requestBody: { content: { "application/json": { schema: {}, examples: { one: { value: { "x-sallyport-raed": 1 } } } } } } } }), []);
});

test("other files of the contract are looked at, too", (t) => {
  const document = documentOf({ paths: { "/things": { get: { operationId: "get", responses: { 200: { ...OK, content: { "application/json": { schema: { $ref: "./thing.json" } } } } } } } } });
  const read = (schema: object): readonly string[] => told(readContract(path.join(writeFiles(t, { "openapi.json": JSON.stringify(document), "thing.json": JSON.stringify(schema) }), "openapi.json")).misfits, "error");
  assert.deepEqual(read(BODY), []);
  assert.match(read({ properties: { a: { "x-sallyport-raed": "x" } } })[0] ?? "", /no word of this house/);
});
