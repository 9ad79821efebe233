/** Lint: what OpenAPI's objects may hold, version by version. */
import assert from "node:assert/strict";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { Json } from "../../src/contract/json-value.ts";
import { type Fault, lint } from "../../src/contract/lint.ts";
import type { Dialect } from "../../src/contract/object-table.ts";
import { openLibrary } from "../../src/contract/open-library.ts";
import { writeFiles } from "./temporary-files.ts";

function lintValue(t: TestContext, kind: string, value: Json, dialect: Dialect = "3.1", whole = true): readonly Fault[] {
  const library = openLibrary(path.join(writeFiles(t, { "a.json": JSON.stringify(value) }), "a.json"));
  assert.ok(!("wrong" in library));
  return lint({ file: library.root, pointer: "" }, kind, { library, dialect, whole });
}

/** "pointer: message" of each, those in documentation in brackets. */
function told(faults: readonly Fault[]): readonly string[] {
  return faults.map(({ spot, message, documentation }) => (documentation ? `(${spot.pointer}: ${message})` : `${spot.pointer}: ${message}`));
}

const OK = { description: "ok" };
const DOCUMENT = { openapi: "3.1.0", info: { title: "T", version: "1" }, paths: { "/a": { get: { responses: { 200: OK, "4XX": OK, default: OK } } } } };

test("A sound document has no faults, in every dialect", (t) => {
  for (const dialect of ["3.0", "3.1", "3.2"] as const) assert.deepEqual(lintValue(t, "document", DOCUMENT, dialect), []);
});

const CASES: readonly (readonly [title: string, kind: string, value: Json, faults: readonly string[], dialect?: Dialect])[] = [
  ["An unknown field is named with its place", "operation", { securty: [], responses: { 200: OK } }, ['/securty: the field "securty" is not known here']],
  ["Extensions are free", "operation", { "x-any": [1], responses: { "x-more": 1, 200: OK } }, []],
  ["A field of a later version is named as such", "pathItem", { query: { responses: { 200: OK } } }, ['/query: the field "query" belongs to OpenAPI 3.2']],
  ["A field of its own version is known", "pathItem", { query: { responses: { 200: OK } } }, [], "3.2"],
  ["A wrong type is said without its content", "operation", { parameters: "secret", responses: { 200: OK } }, ["/parameters: a text stands here"]],
  ["Nothing is not an object", "pathItem", { get: null }, ["/get: nothing (null) stands here"]],
  ["A missing field is named", "parameter", { in: "query", schema: {} }, [': the field "name" is missing']],
  ["A number for a text is told to be quoted", "info", { title: "T", version: 1.0 }, ["/version: a number stands here"]],
  ["Faults in documentation are marked as such", "operation", { tags: [1], externalDocs: {}, responses: { 200: OK } }, ["(/tags/0: a number stands here)", '(/externalDocs: the field "url" is missing)']],
  ["paths are required in 3.0", "document", { openapi: "3.0.0", info: { title: "T", version: "1" } }, [': the field "paths" is missing'], "3.0"],
  ["One container is required from 3.1 on", "document", { openapi: "3.1.0", info: { title: "T", version: "1" } }, [": one of paths, components, webhooks must be there"]],
  ["responses are required in 3.0", "operation", {}, ['(: the field "responses" is missing)'], "3.0"],
  ["responses are not required from 3.1 on", "operation", {}, []],
  ["A response needs a description before 3.2", "response", {}, ['(: the field "description" is missing)']],
  ["A response needs no description in 3.2", "response", {}, [], "3.2"],
  ["A status key has to be one", "responses", { 99: OK, "2xx": OK, 200: OK }, ['(/99: "99" is not a name that can stand here)', '(/2xx: "2xx" is not a name that can stand here)']],
  ["A path begins with a slash", "paths", { "a/b": {} }, ['(/a~1b: "a/b" is not a name that can stand here)']],
  ["A component's name has a syntax", "components", { schemas: { "a b": {} } }, ['(/schemas: "a b" is no name for a component)']],
  ["example and examples exclude each other", "mediaType", { example: 1, examples: {} }, ['(/examples: "example" and "examples" exclude each other)']],
  ["A licence has an identifier or a URL", "licence", { name: "A", identifier: "A", url: "u" }, ['(/url: "identifier" and "url" exclude each other)']],
  ["schema and content exclude each other", "parameter", { name: "a", in: "query", schema: {}, content: { "a/b": {} } }, ['/schema: "content" and "schema" exclude each other']],
  ["schema or content must be there", "header", {}, [': one of "schema" and "content" must be there']],
  ["content has exactly one media type", "parameter", { name: "a", in: "query", content: { "a/b": {}, "a/c": {} } }, ["/content: exactly one media type must be there"]],
  ["A parameter has a place that exists", "parameter", { name: "a", in: "body", schema: {} }, ['/in: "body" is no place of a parameter']],
  ["A path parameter is required", "parameter", { name: "a", in: "path", schema: {} }, ["(: a path parameter is always required)"]],
  ["allowReserved belongs to queries", "parameter", { name: "a", in: "header", allowReserved: true, schema: {} }, ["(/allowReserved: allowReserved cannot stand here)"]],
  ["A header has no allowReserved", "header", { allowReserved: true, schema: {} }, ['/allowReserved: the field "allowReserved" is not known here']],
  ["The name of a header is a token", "response", { description: "", headers: { "a b": { schema: {} } } }, ['/headers: "a b" is no name of a header field']],
  ["The name of a path parameter has no braces", "parameter", { name: "a{b}", in: "path", required: true, schema: {} }, ['/name: "a{b}" cannot be the name of a path parameter']],
  ["A querystring parameter has content", "parameter", { name: "a", in: "querystring", schema: {} }, ["/schema: a querystring parameter has content, not a schema"], "3.2"],
  ["querystring and query exclude each other", "operation", { parameters: [{ name: "a", in: "querystring", content: { "a/b": {} } }, { name: "b", in: "query", schema: {} }] }, ["/parameters: querystring and query parameters exclude each other"], "3.2"],
  ["An additional operation is no fixed method", "pathItem", { additionalOperations: { POST: {}, COPY: {}, "A B": {} } }, ["/additionalOperations: POST has a field of its own", '/additionalOperations: "A B" is no name of a method'], "3.2"],
  ["A scheme has a known type", "securityScheme", { type: "apikey" }, ['/type: "apikey" is no type of a security scheme']],
  ["mutualTLS came with 3.1", "securityScheme", { type: "mutualTLS" }, ['/type: "mutualTLS" is no type of a security scheme'], "3.0"],
  ["A scheme says what it needs", "securityScheme", { type: "apiKey", in: "body" }, [': the field "name" is missing', '/in: "body" is no place of a key']],
  ["A requirement lists scopes", "requirement", { "x-key": [], a: "b", c: [1] }, ["/a: a text stands here", "/c/0: a number stands here"]],
  ["A variable of a server has values", "serverVariable", { enum: [], default: "a" }, ["(/enum: the list of values is empty)"]],
  ["Neighbours of a reference are named", "operation", { requestBody: { $ref: "#", required: true, description: "d" }, responses: { 200: OK } }, ['(/requestBody/required: "required" is ignored beside $ref)']],
  ["A reference that leads nowhere is named", "operation", { requestBody: { $ref: "#/none" } }, ['/requestBody: the reference "#/none" leads nowhere']],
  ["A media type may be a reference in 3.2", "requestBody", { content: { "a/b": { $ref: "#/content/c~1d" }, "c/d": {} } }, [], "3.2"],
  ["A media type is no reference before 3.2", "requestBody", { content: { "a/b": { $ref: "#/content/c~1d" }, "c/d": {} } }, ['/content/a~1b/$ref: the field "$ref" is not known here']],
  ["A schema is an object, or a boolean", "components", { schemas: { a: true, b: null, c: { properties: { d: 0 } } } }, ["/schemas/b: nothing (null) stands here", "/schemas/c/properties/d: a number stands here"]],
  ["A schema is no boolean in 3.0", "components", { schemas: { a: true, b: { additionalProperties: false } } }, ["/schemas/a: a boolean stands here"], "3.0"],
  ["A member named like those of every object is as unknown as others", "operation", JSON.parse('{"__proto__": 1, "toString": 2}') as Json, ['/__proto__: the field "__proto__" is not known here', '/toString: the field "toString" is not known here']],
];
for (const [title, kind, value, faults, dialect] of CASES) {
  test(title, (t) => assert.deepEqual(told(lintValue(t, kind, value, dialect)), faults));
}

test("Looking only at what is enforced leaves documentation and schemas alone", (t) => {
  const value = { tags: 1, callbacks: 1, responses: { 200: { description: 1, content: { "a/b": { schema: { xml: 1 }, examples: 1 } } } }, parameters: 1 };
  assert.deepEqual(told(lintValue(t, "operation", value, "3.1", false)), ["/parameters: a number stands here"]);
});

test("What would be right is named", (t) => {
  const [fault] = lintValue(t, "server", { uri: "/" });
  assert.equal(fault?.allowed, "url, description, variables, and names that begin with x-");
});
