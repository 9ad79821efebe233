/** Content: how far each media type of a body can be checked. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { MediaType } from "../../src/contract/operation.ts";
import type { ReadContract } from "../../src/contract/read.ts";
import { documentOf, downOf, OK, readDocument, told } from "./read-document.ts";

const ORDER = { type: "object", properties: { id: { type: "integer" } } };

function read(t: TestContext, content: object, openapi = "3.1.0"): ReadContract {
  return readDocument(t, documentOf({ paths: { "/a": { post: { operationId: "post", requestBody: { content }, responses: { 200: OK } } } } }, openapi));
}

/** "range kind" of each, with a star where there is a validator. */
function kinds(media: readonly MediaType[] | undefined): readonly string[] {
  return (media ?? []).map(({ range, kind, validator }) => `${range} ${kind}${validator === undefined ? "" : "*"}`);
}

const KINDS: readonly (readonly [key: string, media: object, kinds: readonly string[], openapi?: string])[] = [
  ["application/json", { schema: ORDER }, ["application/json json*"]],
  ["application/json", {}, ["application/json json"]],
  ["Application/JSON; charset=utf-8", { schema: ORDER }, ["application/json json*"]],
  ["application/problem+json", { schema: ORDER }, ["application/problem+json json*"]],
  ["application/*+json", { schema: ORDER }, ["application/*+json json*"]],
  ["text/json", { schema: ORDER }, ["text/json json*"]],
  ["text/plain", { schema: { type: "string", maxLength: 5 } }, ["text/plain text*"]],
  ["text/plain", {}, ["text/plain text"]],
  ["text/plain", { schema: { type: "integer" } }, ["text/plain text*"]],
  ["text/csv", { schema: {} }, ["text/csv text"]],
  ["application/x-www-form-urlencoded", { schema: ORDER }, ["application/x-www-form-urlencoded form*"]],
  ["application/x-www-form-urlencoded", {}, ["application/x-www-form-urlencoded form"]],
  ["application/x-www-form-urlencoded", { schema: { type: "string" } }, ["application/x-www-form-urlencoded form"]],
  ["multipart/form-data", { schema: ORDER }, ["multipart/form-data multipart*"]],
  ["multipart/form-data", {}, ["multipart/form-data multipart"]],
  ["application/octet-stream", { schema: { type: "string", maxLength: 5 } }, ["application/octet-stream bytes*"]],
  ["application/octet-stream", { schema: { type: "string", format: "uuid" } }, ["application/octet-stream bytes*"]],
  ["text/event-stream", {}, ["text/event-stream sequence"]],
  ["application/x-ndjson", { schema: ORDER }, ["application/x-ndjson sequence*"]],
  ["application/jsonl", { itemSchema: ORDER }, ["application/jsonl sequence*"], "3.2.0"],
  ["image/*", {}, ["image/* opaque"]],
  ["image/png", { schema: { type: "string", format: "binary" } }, ["image/png opaque"], "3.0.3"],
  ["application/octet-stream", { schema: { type: "string", contentMediaType: "application/zip" } }, ["application/octet-stream opaque"]],
  ["application/octet-stream", { schema: {} }, ["application/octet-stream opaque"]],
  ["application/xml", {}, ["application/xml xml"]],
  ["application/xml", { schema: ORDER }, ["application/xml xml*"]],
  ["text/xml", { schema: ORDER }, ["text/xml xml*"]],
  ["application/soap+xml", { schema: { type: "string" } }, ["application/soap+xml xml"]],
  ["application/pdf", { schema: { $ref: "#/components/schemas/file" } }, ["application/pdf opaque"]],
  ["*/*", {}, ["*/* opaque"]],
  ["*/*", { schema: ORDER }, ["application/json json*", "application/*+json json*"]],
  ["application/*", { schema: ORDER }, ["application/json json*", "application/*+json json*"]],
];
for (const [key, media, expected, openapi] of KINDS) {
  test(`${key} with ${JSON.stringify(media)} is ${expected.join(" and ")}`, (t) => {
    const contract = readDocument(
      t,
      documentOf({ paths: { "/a": { post: { operationId: "post", requestBody: { content: { [key]: media } }, responses: { 200: OK } } } }, components: { schemas: { file: { type: "string" } } } }, openapi),
    );
    assert.deepEqual(kinds(contract.operations[0]?.body?.media), expected);
    assert.deepEqual(downOf(contract), []);
  });
}

const UNREAD: readonly (readonly [key: string, media: object, openapi?: string])[] = [
  ["application/xml", { schema: { type: "object", properties: { a: { type: "object", xml: { attribute: true } } } } }],
  ["application/x-www-form-urlencoded", { schema: { type: "string", minLength: 1 } }],
  ["multipart/form-data", { schema: { type: "string", minLength: 1 } }],
  ["multipart/mixed", { schema: ORDER }],
  ["application/json", { itemSchema: ORDER }, "3.2.0"],
  ["text/html", { schema: ORDER }],
  ["application/octet-stream", { schema: ORDER }],
];
for (const [key, media, openapi] of UNREAD) {
  test(`${key} with ${JSON.stringify(media)} cannot be checked, and says so`, (t) => {
    const contract = read(t, { [key]: media }, openapi);
    assert.deepEqual(kinds(contract.operations[0]?.body?.media), [`${key} unsupported`]);
    const misfit = contract.misfits.find(({ level }) => level === "operation");
    assert.equal(misfit?.operation, "post");
    assert.equal(misfit.unread, "request");
    assert.match(misfit.message, new RegExp(`${key.replaceAll("*", "\\*")} cannot be checked(?: \\(.*\\))?: take away its schema, or say \`body: {|one value`));
  });
}

test("Beside a type that can be checked, one that cannot is a warning and stays unsupported", (t) => {
  const contract = read(t, { "application/json": { schema: ORDER }, "text/html": { schema: ORDER } });
  assert.deepEqual(kinds(contract.operations[0]?.body?.media), ["application/json json*", "text/html unsupported"]);
  assert.deepEqual(told(contract.misfits), ["warning /paths/~1a/post/requestBody/content/text~1html: the content of text/html cannot be checked: request bodies of this type are refused, others are not"]);
});

test("What is written counts before what a range is narrowed to", (t) => {
  const contract = read(t, { "*/*": { schema: ORDER }, "application/json": { schema: { type: "string" } } });
  const media = contract.operations[0]?.body?.media ?? [];
  assert.deepEqual(kinds(media), ["application/json json*", "application/*+json json*"]);
  assert.notEqual(media[0]?.validator, media[1]?.validator);
  assert.deepEqual(downOf(contract), []);
});

test("One type twice with one schema is one, with two it is a misfit", (t) => {
  const twice = (other: object): ReadContract => read(t, { "application/json": { schema: ORDER }, "application/json;v=2": { schema: other } });
  assert.deepEqual(kinds(twice(ORDER).operations[0]?.body?.media), ["application/json json*"]);
  assert.deepEqual(downOf(twice(ORDER)), []);
  assert.deepEqual(downOf(twice({ type: "string" })), ["post"]);
});

test("A key that is no media type is a warning, and matches nothing", (t) => {
  const contract = read(t, { json: { schema: ORDER }, "application/json": {} });
  assert.deepEqual(kinds(contract.operations[0]?.body?.media), ["application/json json"]);
  assert.match(told(contract.misfits).join(), /^warning .*"json" is no media type/);
});

test("A schema that cannot be used takes the operation down, and its body is not open", (t) => {
  const contract = read(t, { "application/json": { schema: { $ref: "#/none" } } });
  assert.deepEqual(kinds(contract.operations[0]?.body?.media), ["application/json unsupported"]);
  assert.deepEqual(downOf(contract), ["post"]);
});

test("In 3.2 a media type may be a reference", (t) => {
  const paths = { "/a": { post: { operationId: "post", requestBody: { content: { "application/json": { $ref: "#/components/mediaTypes/order" } } }, responses: { 200: OK } } } };
  const contract = readDocument(t, documentOf({ paths, components: { mediaTypes: { order: { schema: ORDER } } } }, "3.2.0"));
  assert.deepEqual(kinds(contract.operations[0]?.body?.media), ["application/json json*"]);
  assert.deepEqual(told(contract.misfits), []);
});
