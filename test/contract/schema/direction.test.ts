import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../src/contract/json-value.ts";
import type { Validator } from "../../../src/contract/operation.ts";
import { compileAt, compileIn, libraryOf } from "./desk.ts";

function both(document: Json, pointer = "/body"): { readonly request: Validator; readonly answer: Validator } {
  const library = libraryOf({ "openapi.json": document });
  const request = compileIn(library, pointer, { direction: "request" }).validator;
  const answer = compileIn(library, pointer, { direction: "answer" }).validator;
  assert.ok(request !== undefined && answer !== undefined);
  return { request, answer };
}

const account = {
  type: "object", required: ["id", "password", "name"], additionalProperties: false,
  properties: { id: { type: "string", readOnly: true }, password: { type: "string", writeOnly: true }, name: { type: "string" } },
};

test("a read-only member may not be sent, and is not asked for; in an answer it is ordinary", () => {
  const { request, answer } = both({ body: account });
  assert.equal(request.check({ password: "p", name: "n" }), true);
  assert.equal(request.check({ id: "1", password: "p", name: "n" }), false);
  assert.deepEqual(request.explain({ id: "1", password: "p", name: "n" }), [{ pointer: "/id", keyword: "readOnly", message: "is read-only and may not be sent" }]);
  assert.equal(answer.check({ id: "1", name: "n" }), true);
  assert.equal(answer.check({ name: "n" }), false);
});

test("a write-only member may not be in an answer", () => {
  const { answer } = both({ body: account });
  assert.deepEqual(answer.explain({ id: "1", password: "p", name: "n" }), [{ pointer: "/password", keyword: "writeOnly", message: "is write-only and may not be in an answer" }]);
});

test("it holds through references and allOf, wherever required stands", () => {
  const document = {
    id: { type: "string", readOnly: true },
    base: { properties: { id: { $ref: "#/id" } } },
    asking: { required: ["id", "name"] },
    body: { allOf: [{ $ref: "#/base" }, { $ref: "#/asking" }], required: ["id"], properties: { stamp: { allOf: [{ $ref: "#/id" }] } } },
  };
  const { request, answer } = both(document);
  assert.equal(request.check({ name: "n" }), true);
  assert.equal(request.check({}), false);
  assert.equal(request.check({ name: "n", id: "1" }), false);
  assert.equal(request.check({ name: "n", stamp: "1" }), false);
  assert.equal(answer.check({ name: "n" }), false);
  assert.equal(answer.check({ name: "n", id: "1", stamp: "1" }), true);
});

test("a shared schema keeps asking where the member is not read-only", () => {
  const document = { asking: { required: ["id"] }, body: { allOf: [{ $ref: "#/asking" }], properties: { id: { readOnly: true } } }, other: { $ref: "#/asking" } };
  const library = libraryOf({ "openapi.json": document });
  assert.equal(compileIn(library, "/body").validator?.check({}), true);
  assert.equal(compileIn(library, "/other").validator?.check({}), false);
});

test("it holds in nested objects and lists", () => {
  const { request } = both({ body: { type: "array", items: { $ref: "#/account" } }, account });
  assert.equal(request.check([{ password: "p", name: "n" }]), true);
  assert.equal(request.check([{ id: "1", password: "p", name: "n" }]), false);
});

test("under not and if nothing is turned around by it", () => {
  const { request } = both({ body: { properties: { id: { readOnly: true }, kind: {} }, not: { required: ["id", "kind"] } } });
  assert.equal(request.check({ kind: 1 }), true);
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  const chosen = both({ body: { properties: { id: { readOnly: true } }, if: { properties: { id: { readOnly: true } }, required: ["id"] }, then: { required: ["never"] } } });
  assert.equal(chosen.request.check({}), true);
});

test("mistakes below a member that this direction does not carry are told all the same", () => {
  const { validator, misfits } = compileAt({ "openapi.json": { properties: { id: { readOnly: true, typo: 1 } } } }, "");
  assert.equal(validator, undefined);
  assert.equal(misfits.length, 1);
});
