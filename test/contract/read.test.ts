/** Read: documents of all versions, operations with their names, paths and faults. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { readContract } from "../../src/contract/read.ts";
import { documentOf, downOf, OK, readDocument, readText, told } from "./read-document.ts";
import { writeFiles } from "./temporary-files.ts";

const GET = { responses: { 200: OK } };

function ids(t: TestContext, paths: object, openapi?: string): readonly string[] {
  return readDocument(t, documentOf({ paths }, openapi)).operations.map(({ id }) => id);
}

test("A document becomes a contract with its title, version, dialect, files and extensions", (t) => {
  const contract = readDocument(t, { ...documentOf({ paths: {}, "x-note": { a: 1 } }, "3.0.4") });
  const { title, version, dialect, operations, misfits, extensions } = contract;
  assert.deepEqual({ title, version, dialect, operations, misfits, extensions }, { title: "T", version: "1", dialect: "3.0", operations: [], misfits: [], extensions: { "x-note": { a: 1 } } });
  assert.deepEqual(contract.files, [contract.file]);
});

const REFUSED: readonly (readonly [title: string, text: string, message: RegExp])[] = [
  ["Swagger 2.0", "swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths: {}\n", /^error \/swagger: Swagger 2\.0 is not understood/],
  ["A version to come", "openapi: 4.0.0\n", /^error \/openapi: this version/],
  ["A version that is a number", "openapi: 3.1\n", /in quotes$/],
  ["Something else", "hello: world\n", /^error : this is not an OpenAPI document/],
  ["A list", "- 1\n", /this is not an OpenAPI document/],
  ["An empty file", "", /this is not an OpenAPI document/],
  ["Broken YAML", "a: 'b", /no valid YAML/],
  ["A document whose paths are a list", "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: []\n", /error \/paths: "paths" is not what it has to be/],
  ["A document whose security is an object", "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\nsecurity: {}\n", /error \/security/],
];
for (const [title, text, message] of REFUSED) {
  test(`${title} is an error with a sentence, and has no operations`, (t) => {
    const contract = readText(t, text);
    assert.match(told(contract.misfits, "error").join("\n"), message);
    assert.deepEqual(contract.operations, []);
    assert.deepEqual(contract.find("GET", ["a"]), { kind: "path" });
  });
}

test("A file that is not there is an error", () => {
  assert.match(told(readContract("/nowhere/openapi.yaml").misfits).join(), /^error : there is no such file/);
});

test("Operations have their operationId, or method and path", (t) => {
  assert.deepEqual(ids(t, { "/a": { get: { operationId: "one", ...GET }, put: GET, "x-any": {} }, "/b": { post: { operationId: "", ...GET } }, "x-c": {} }), ["one", "PUT /a", "POST /b"]);
});

test("The generated name has the path as it is written, without the base", (t) => {
  const [operation] = readDocument(t, documentOf({ servers: [{ url: "/v1" }], paths: { "/a/{b}": { get: GET } } })).operations;
  assert.deepEqual([operation?.id, operation?.path], ["GET /a/{b}", "/v1/a/{b}"]);
});

test("Two operations with one operationId are both down, and still have names of their own", (t) => {
  const contract = readDocument(t, documentOf({ paths: { "/a": { get: { operationId: "same", ...GET } }, "/b": { get: { operationId: "same", ...GET }, put: { operationId: "GET /b", ...GET } } } }));
  assert.deepEqual(contract.operations.map(({ id }) => id), ["same", "GET /b", "PUT /b"]);
  assert.deepEqual(downOf(contract), ["GET /b", "PUT /b", "same"]);
});

test("What an operation says about itself is kept", (t) => {
  const [operation] = readDocument(t, documentOf({ paths: { "/a": { get: { tags: ["t"], summary: "s", deprecated: true, ...GET }, delete: GET } } })).operations;
  const { listed, method, tags, summary, deprecated, allow, place } = operation ?? assert.fail("none");
  assert.deepEqual({ listed, method, tags, summary, deprecated, allow, pointer: place.pointer }, { listed: "operation", method: "GET", tags: ["t"], summary: "s", deprecated: true, allow: ["DELETE", "GET"], pointer: "/paths/~1a/get" });
});

test("In 3.2 there are query and additional operations, before it they are misfits", (t) => {
  const paths = { "/a": { query: GET, get: GET, additionalOperations: { COPY: GET, "x-no": {} } } };
  assert.deepEqual(ids(t, paths, "3.2.0"), ["QUERY /a", "GET /a", "COPY /a"]);
  const contract = readDocument(t, documentOf({ paths }));
  assert.deepEqual(contract.operations.map(({ id }) => id), ["GET /a"]);
  assert.deepEqual(downOf(contract), ["GET /a"]);
});

test("Webhooks and callbacks are no operations and no misfits", (t) => {
  const callbacks = { made: { "{$request.body#/url}": { post: GET } } };
  const contract = readDocument(t, documentOf({ webhooks: { hook: { post: GET } }, paths: { "/a": { get: { ...GET, callbacks } } } }));
  assert.deepEqual(contract.operations.map(({ id }) => id), ["GET /a"]);
  assert.deepEqual(told(contract.misfits), []);
});

test("A path leads to its operation with the raw texts of its parameters", (t) => {
  const id = { name: "id", in: "path", required: true, schema: { type: "string" } };
  const contract = readDocument(t, documentOf({ servers: [{ url: "/v1" }], paths: { "/a/{id}": { parameters: [id], get: GET } } }));
  const found = contract.find("GET", ["v1", "a", "x%20y"]);
  assert.ok(found.kind === "operation" && found.operation === contract.operations[0]);
  assert.deepEqual(found.values, ["x%20y"]);
  assert.deepEqual(contract.find("PUT", ["v1", "a", "b"]), { kind: "method", path: "/v1/a/{id}", allow: ["GET"] });
  assert.deepEqual(contract.find("GET", ["a", "b"]), { kind: "path" });
});

test("An unknown field takes down its operation alone, with file, line and column", (t) => {
  const text = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\npaths:\n  /a:\n    get:\n      securty: []\n      responses: {200: {description: ok}}\n    put:\n      responses: {200: {description: ok}}\n';
  const contract = readText(t, text);
  assert.deepEqual(downOf(contract), ["GET /a"]);
  const [misfit] = contract.misfits;
  assert.deepEqual([path.basename(misfit?.place.file ?? ""), misfit?.place.line, misfit?.place.column, misfit?.operation], ["openapi.yaml", 6, 7, "GET /a"]);
});

test("With strict the same is an error", (t) => {
  const document = documentOf({ paths: { "/a": { get: { ...GET, securty: [] } } } });
  assert.deepEqual(told(readDocument(t, document, { strict: true }).misfits), ['error /paths/~1a/get/securty: the field "securty" is not known here']);
  assert.equal(readDocument(t, document).misfits[0]?.level, "operation");
});

test("An unknown field of a path takes down all of its operations", (t) => {
  assert.deepEqual(downOf(readDocument(t, documentOf({ paths: { "/a": { parametrs: [], get: GET, put: GET }, "/b": { get: GET } } }))), ["GET /a", "PUT /a"]);
});

test("An operation that is none stays listed, down, so that its requests do not fall to another template", (t) => {
  const id = { name: "id", in: "path", required: true, schema: { type: "string" } };
  const contract = readDocument(t, documentOf({ paths: { "/a/{id}": { parameters: [id], get: GET }, "/a/export": { get: null } } }));
  assert.deepEqual(downOf(contract), ["GET /a/export"]);
  const found = contract.find("GET", ["a", "export"]);
  assert.equal(found.kind === "operation" && found.operation.id, "GET /a/export");
});

test("A path that cannot be routed keeps its place, down", (t) => {
  const id = { name: "id", in: "path", required: true, schema: { type: "string" } };
  const contract = readDocument(t, documentOf({ paths: { "/a/{id}": { parameters: [id], get: GET }, "/a/export?format=csv": { get: GET } } }));
  assert.deepEqual(downOf(contract), ["GET /a/export?format=csv"]);
  const found = contract.find("GET", ["a", "export"]);
  assert.equal(found.kind === "operation" && found.operation.id, "GET /a/export?format=csv");
});

test("A path without methods is listed all the same", (t) => {
  const id = { name: "id", in: "path", required: true, schema: { type: "string" } };
  const contract = readDocument(t, documentOf({ servers: [{ url: "/v1" }], paths: { "/a/{id}": { parameters: [id], get: GET }, "/a/export": { summary: "not for you" } } }));
  assert.deepEqual(contract.find("GET", ["v1", "a", "export"]), { kind: "method", path: "/v1/a/export", allow: [] });
  assert.deepEqual(told(contract.misfits), []);
});

test("A path without methods and with a field that may have been one stops everything", (t) => {
  assert.deepEqual(told(readDocument(t, documentOf({ paths: { "/a": { gte: GET } } })).misfits), ['error /paths/~1a/gte: the field "gte" is not known here']);
});

test("Two templates of one shape leave the first standing", (t) => {
  const named = (name: string): object => ({ parameters: [{ name, in: "path", required: true, schema: { type: "string" } }], get: GET });
  const contract = readDocument(t, documentOf({ paths: { "/a/{b}": named("b"), "/a/{c}": named("c") } }));
  assert.deepEqual(downOf(contract), ["GET /a/{c}"]);
  const found = contract.find("GET", ["a", "x"]);
  assert.equal(found.kind === "operation" && found.operation.id, "GET /a/{b}");
});

const FAULTY_PATHS: readonly (readonly [title: string, item: unknown, message: RegExp])[] = [
  ["that is no object", null, /a path leads to an object/],
  ["whose reference leads nowhere", { $ref: "#/none" }, /leads nowhere/],
  ["whose reference leads to a text", { $ref: "#/info/title" }, /a path leads to an object/],
  ["whose reference is no text", { $ref: 1 }, /\$ref of a path is a text/],
  ["whose reference leads over the network", { $ref: "https://example.com/a.json" }, /over the network/],
  ["whose reference leads to itself", { $ref: "#/paths/~1a", get: GET }, /leads back to itself/],
];
for (const [title, item, message] of FAULTY_PATHS) {
  test(`A path ${title} may hold any method: nothing starts`, (t) => {
    assert.match(told(readDocument(t, documentOf({ paths: { "/a": item } })).misfits, "error").join(), message);
  });
}

test("A path without a slash in front is an error", (t) => {
  assert.match(told(readDocument(t, documentOf({ paths: { "a/b": { get: GET } } })).misfits, "error").join(), /begins with a slash/);
});

test("A path item may stand in another file, with references of its own", (t) => {
  const folder = writeFiles(t, { "openapi.yaml": JSON.stringify(documentOf({ paths: { "/a/{id}": { $ref: "paths/a.yaml" }, "/b": { $ref: "#/components/pathItems/b" } }, components: { pathItems: { b: { get: GET } } } })) });
  mkdirSync(path.join(folder, "paths"));
  writeFileSync(path.join(folder, "paths/a.yaml"), "parameters:\n  - $ref: parts.yaml#/id\nget:\n  responses:\n    200: {$ref: 'parts.yaml#/ok'}\nput:\n  responses: {200: {description: ok, contnt: {}}}\n");
  writeFileSync(path.join(folder, "paths/parts.yaml"), "id: {name: id, in: path, required: true, schema: {type: string}}\nok: {description: ok}\n");
  const contract = readContract(path.join(folder, "openapi.yaml"));
  assert.deepEqual(contract.operations.map(({ id, parameters }) => [id, parameters.length]), [["GET /a/{id}", 1], ["PUT /a/{id}", 1], ["GET /b", 0]]);
  assert.deepEqual(downOf(contract), ["PUT /a/{id}"]);
  assert.equal(contract.misfits[0]?.place.file, path.join(folder, "paths/a.yaml"));
  assert.equal(contract.misfits[0].place.line, 7);
  assert.equal(contract.files.length, 3);
});

test("Fields beside the reference of a path are not lost: all its operations are down", (t) => {
  const paths = { "/a": { $ref: "#/components/pathItems/a", put: GET, summary: "for people" }, "/b": { $ref: "#/components/pathItems/a", summary: "for people" } };
  const contract = readDocument(t, documentOf({ paths: { "/a": paths["/a"] }, components: { pathItems: { a: { get: GET } } } }));
  assert.deepEqual(contract.operations.map(({ id }) => id), ["PUT /a", "GET /a"]);
  assert.deepEqual(downOf(contract), ["GET /a", "PUT /a"]);
  assert.deepEqual(downOf(readDocument(t, documentOf({ paths: { "/b": paths["/b"] }, components: { pathItems: { a: { get: GET } } } }))), []);
});

test("What is wrong with documentation alone is a warning", (t) => {
  const contract = readDocument(t, { openapi: "3.1.0", info: { title: "T" }, tags: [{}], overlays: {}, paths: { "/a": { get: { ...GET, externalDocs: {} } } } });
  assert.deepEqual(told(contract.misfits).map((line) => line.split(" ", 1)[0]), ["warning", "warning", "warning", "warning"]);
  assert.deepEqual(downOf(contract), []);
});

test("A body may be required, may be absent, and its reference may lead nowhere", (t) => {
  const post = (requestBody: object): object => ({ post: { requestBody, ...GET } });
  const content = { "application/json": {} };
  const contract = readDocument(t, documentOf({ paths: { "/a": post({ required: true, content }), "/b": post({ content }), "/c": { post: GET }, "/d": post({ $ref: "#/none" }), "/e": post({ required: "yes", content }) } }));
  assert.deepEqual(contract.operations.map(({ body }) => body?.required), [true, false, undefined, undefined, false]);
  assert.deepEqual(downOf(contract), ["POST /d", "POST /e"]);
});

test("A missing title is a warning and a numeric version is taken as text", (t) => {
  const contract = readText(t, "openapi: 3.1.0\ninfo: {version: 2}\npaths: {}\n");
  assert.deepEqual([contract.title, contract.version], ["", "2"]);
  assert.equal(told(contract.misfits, "warning").length, 2);
});
