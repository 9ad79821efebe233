/** Free texts: which fields of an operation have to be looked through. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../src/contract/json-value.ts";
import { leafOf } from "../../src/contract/kinds/kind.ts";
import { FREE_TEXTS_MAX, freeTextsOf } from "../../src/doors/free-texts.ts";
import { compile } from "../contract/schema/desk.ts";
import { operation } from "../walk.ts";
import { media, parameter } from "./samples.ts";

function fieldsOf(schema: Json): readonly string[] {
  const validator = compile(schema).validator;
  return freeTextsOf(operation({ body: { required: false, media: [media("application/json", "json", validator)] } }))?.fields ?? [];
}

test("texts without a bound are named as a policy names them, and nothing else", () => {
  const schema = { type: "object", properties: { note: { type: "string" }, name: { type: "string", maxLength: 64 }, code: { type: "string", pattern: "^[a-z]+$" }, "a/b": { type: "array", items: { type: "object", properties: { text: { type: "string" } }, additionalProperties: false } } }, additionalProperties: false } as const;
  assert.deepEqual(fieldsOf(schema), ["/note", "/a~1b/*/text"]);
  assert.deepEqual(fieldsOf({ type: "object", additionalProperties: { type: "integer" } }), ["/*"], "its names are the caller's words");
  assert.deepEqual(fieldsOf({ type: "string" }), ["/"]);
  assert.deepEqual(fieldsOf({ type: "object", properties: { id: { type: "integer" } }, additionalProperties: false }), []);
});

test("where members that no schema names do not come in, nothing of them is told", () => {
  const validator = compile({ type: "object", properties: { id: { type: "integer" }, inside: { type: "object", properties: { note: { type: "string" } } }, free: { type: "object" } } }).validator;
  const posted = operation({ body: { required: false, media: [media("application/json", "json", validator)] } });
  assert.deepEqual(freeTextsOf(posted)?.fields.filter((field) => !field.startsWith("/free")), ["/inside/note", "/inside/*", "/*"]);
  assert.deepEqual(freeTextsOf(posted, true)?.fields.filter((field) => !field.startsWith("/free")), ["/inside/note"]);
  assert.ok(freeTextsOf(posted, true)?.fields.some((field) => field.startsWith("/free/*")), "of an object without names nothing can be told apart");
});

test("parameters are named with their place, and an operation without free texts is not named at all", () => {
  assert.deepEqual(freeTextsOf(operation({ parameters: [parameter("q", "query", { leaf: leafOf("text") }), parameter("id", "path", { leaf: leafOf("none") })] })), { operation: "listOrders", fields: ["query/q"], more: 0 });
  assert.equal(freeTextsOf(operation({ parameters: [parameter("id", "path", { leaf: leafOf("short") })] })), undefined);
});

test("a recursive schema is told once, and of many fields as many as the bound", () => {
  assert.deepEqual(fieldsOf({ $defs: { node: { type: "object", properties: { text: { type: "string" }, next: { $ref: "#/$defs/node" } }, additionalProperties: false } }, $ref: "#/$defs/node" }), ["/text", "/next/text"]);
  const properties = Object.fromEntries(Array.from({ length: FREE_TEXTS_MAX + 3 }, (_, index) => [`f${index}`, { type: "string" }]));
  const validator = compile({ type: "object", properties, additionalProperties: false }).validator;
  const told = freeTextsOf(operation({ body: { required: false, media: [media("application/json", "json", validator)] } }));
  assert.deepEqual([told?.fields.length, told?.more], [FREE_TEXTS_MAX, 3]);
});
