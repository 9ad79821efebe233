/** Embedded files: files in base64, in texts of a body. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../../../src/contract/json-value.ts";
import { findEmbedded, mayEmbed } from "../../../../../src/doors/inbound/validate/upload/embedded-files.ts";
import { sound } from "../../../../contract/schema/desk.ts";

const PNG = Buffer.from("89504e470d0a1a0a0000000d", "hex");
const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes as string).toString("base64");
const png = { type: "string", contentEncoding: "base64", contentMediaType: "image/png" } as const;

/** Pointers of files, and what is wrong with others. */
function found(schema: Json, value: Json, dialect: "3.0" | "3.1" = "3.1"): readonly string[] {
  const { leaf } = sound(schema, { dialect });
  assert.ok(leaf !== undefined);
  const { files, findings } = findEmbedded(value, leaf);
  return [...files.map(({ pointer, type, bytes }) => `${pointer} ${type} ${bytes.byteLength}`), ...findings.map(({ pointer, message }) => `${pointer} ${message}`)];
}

test("a file is found wherever the contract has one", () => {
  const holder = { type: "object", properties: { picture: png, more: { type: "array", items: png }, first: { type: "array", prefixItems: [{ type: "string" }, png] }, others: { type: "object", additionalProperties: png }, name: { type: "string" } } };
  const text = base64(PNG);
  assert.deepEqual(found(holder, { picture: text, more: [text], first: ["a", text], others: { "a/b": text }, name: text }), ["/picture image/png 12", "/more/0 image/png 12", "/first/1 image/png 12", "/others/a~1b image/png 12"]);
  assert.deepEqual(found({ $defs: { tree: { type: "object", properties: { picture: png, left: { $ref: "#/$defs/tree" } } } }, $ref: "#/$defs/tree" }, { left: { left: { picture: text } } }), ["/left/left/picture image/png 12"]);
  assert.deepEqual(found({ allOf: [{ type: "string", contentEncoding: "base64" }, { contentMediaType: "Image/PNG; x=y" }] }, text), [" image/png 12"]);
});

test("before contentEncoding there was the format byte", () => {
  assert.deepEqual(found({ type: "string", format: "byte" }, base64("MZ"), "3.0"), ["  2"]);
  assert.deepEqual(found({ type: "string" }, base64("MZ")), []);
  assert.deepEqual(found({ type: "string", contentEncoding: "quoted-printable" }, base64("MZ")), []);
});

test("what is of a type that is known by its beginning begins so, in base64 as it is written", () => {
  const wrong = [" does not begin as content of its type does"];
  assert.deepEqual(found(png, base64("<script>")), wrong);
  assert.deepEqual(found(png, base64(PNG.subarray(1))), wrong);
  for (const text of ["iVBOR!w0KGgo", "iVBORw0KGgo=\n", " iVBORw0KGgo=", "data:image/png;base64,iVBORw0KGgo=", "iVBORw0KGgoA=", "iVBORw0KG", "iVBORw0KGgo==="]) assert.deepEqual(found(png, text), [" is not in base64"], text);
  for (const text of ["iVBORw0KGgo=", "iVBORw0KGgo", "iVBORw0KGgoAAA"]) assert.deepEqual(found(png, text).map((one) => one.slice(0, 10)), [" image/png"], text);
});

test("of other types nothing is asked, and what lenient readers read is what is looked at", () => {
  assert.deepEqual(found({ type: "string", contentEncoding: "base64", contentMediaType: "application/json" }, "eyJmb28iOi%iYmFyIn0K"), [" application/json 14"]);
  assert.deepEqual(found({ type: "string", contentEncoding: "base64" }, "TV!o="), ["  2"]);
  assert.deepEqual(found({ type: "string", contentEncoding: "base64url" }, "_-8"), ["  2"]);
  assert.deepEqual(found(png, ""), [], "no file at all");
});

test("where it may be something else, what is no such file is that", () => {
  const either = { anyOf: [png, { type: "string", format: "uri" }] };
  assert.deepEqual(found(either, "https://a.example/b.png"), []);
  assert.deepEqual(found(either, base64("<script>")), []);
  assert.deepEqual(found(either, base64(PNG)), [" image/png 12"]);
  const both = { oneOf: [png, { type: "string", contentEncoding: "base64", contentMediaType: "image/gif" }] };
  assert.deepEqual(found(both, base64("GIF89a")), [" image/png 6"]);
  assert.deepEqual(found(both, base64("BM")), [" does not begin as content of its type does"]);
  assert.deepEqual(found({ type: ["string", "null"], contentEncoding: "base64", contentMediaType: "image/png" }, null), []);
});

test("a contract without files is not looked through", () => {
  const may = (schema: Json): boolean => mayEmbed(sound(schema).leaf ?? assert.fail("no leaf"));
  assert.ok(may({ type: "object", properties: { a: { type: "array", items: png } } }));
  assert.ok(!may({ type: "object", properties: { a: { type: "string" } }, additionalProperties: false }));
  assert.ok(!may({ $defs: { tree: { type: "object", properties: { left: { $ref: "#/$defs/tree" } } } }, $ref: "#/$defs/tree" }));
  assert.ok(!may({}));
});
