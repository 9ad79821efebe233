/** Multipart: members out of parts, as the contract encodes them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../../src/contract/json-value.ts";
import { decoderOf, type Media, outcome, readOne } from "../media-desk.ts";

const RANGE = "multipart/form-data";
const TYPE = `${RANGE}; boundary=b`;
const PNG = "\x89PNG\r\n\x1a\n0123";

/** `disposition` behind the name; `type` undefined: the part says nothing. */
interface PartText {
  readonly name: string;
  readonly content: string;
  readonly filename?: string;
  readonly type?: string;
  readonly fields?: readonly string[];
}

function body(...parts: readonly PartText[]): Buffer {
  const text = parts.map(({ name, content, filename, type, fields = [] }) => {
    const lines = [`content-disposition: form-data; name="${name}"${filename === undefined ? "" : `; filename="${filename}"`}`, ...(type === undefined ? [] : [`content-type: ${type}`]), ...fields];
    return `--b\r\n${lines.join("\r\n")}\r\n\r\n${content}\r\n`;
  });
  return Buffer.from(`${text.join("")}--b--\r\n`, "latin1");
}

const object = (properties: Media, more: Media = {}): Media => ({ schema: { type: "object", properties, ...more } });
const text = { type: "string" };
const integer = { type: "integer" };
const binary = { type: "string", format: "binary" };
const html = { type: "string", contentMediaType: "text/html" };
const part = (name: string, content: string, more: Partial<PartText> = {}): PartText => ({ name, content, ...more });
const file = (name: string, content: string, more: Partial<PartText> = {}): PartText => ({ name, content, filename: "f.bin", type: "application/octet-stream", ...more });

const CASES: readonly (readonly [title: string, media: Media, parts: readonly PartText[], expected: Json])[] = [
  ["texts, numbers and flags are read as their types", object({ a: text, b: integer, c: { type: "boolean" } }), [part("a", "1"), part("b", "1"), part("c", "true", { type: "text/plain" })], { a: "1", b: 1, c: true }],
  ["a text of several lines", object({ a: text }), [part("a", "1\r\n2")], { a: "1\r\n2" }],
  ["UTF-8", object({ a: text }), [part("a", "\xc3\xa9", { type: "text/plain; charset=utf-8" })], { a: "\u00e9" }],
  ["what is not UTF-8", object({ a: text }), [part("a", "\xe9")], ["/a encoding"]],
  ["a control character", object({ a: text }), [part("a", "\x1b[2J")], ["/a encoding"]],
  ["a number in another notation", object({ a: integer }), [part("a", "0x1")], ["/a type"]],
  ["a name twice is refused where it is no list", object({ a: text }), [part("a", "1"), part("a", "2")], ["/a unique"]],
  ["a name twice is a list where the contract has one", object({ a: { type: "array", items: integer } }), [part("a", "1"), part("a", "2")], { a: [1, 2] }],
  ["what is wrong in the second item is told there", object({ a: { type: "array", items: integer } }), [part("a", "1"), part("a", "x")], ["/a/1 type"]],
  ["a name that nobody knows is a text", object({}), [part("z", "1")], { z: "1" }],
  ["a file of a name that nobody knows is refused", object({}), [file("z", "1")], ["/z contentMediaType"]],
  ["a member named __proto__ is refused", object({}), [part("__proto__", "1")], [" prototype"]],
  ["an object is JSON", object({ a: { type: "object" } }), [part("a", '{"b":1}', { type: "application/json" })], { a: { b: 1 } }],
  ["an object in a part that says nothing is JSON", object({ a: { type: "object" } }), [part("a", '{"b":1}')], { a: { b: 1 } }],
  ["an object in a part that says it is text is refused", object({ a: { type: "object" } }), [part("a", '{"b":1}', { type: "text/plain" })], ["/a contentMediaType"]],
  ["JSON with two readings is refused", object({ a: { type: "object" } }), [part("a", '{"b":1,"b":2}')], ["/a/b contentMediaType"]],
  ["a list of objects, one part for each", object({ a: { type: "array", items: { type: "object" } } }), [part("a", "{}"), part("a", '{"b":1}')], { a: [{}, { b: 1 }] }],
  ["a list of objects in one part of JSON", object({ a: { type: "array", items: { type: "object" } } }), [part("a", '[{"b":1}]', { type: "application/json" })], { a: [{ b: 1 }] }],
  ["text that says it is JSON is JSON", object({ a: text }), [part("a", '"x"', { type: "application/json" })], { a: "x" }],
  ["text of a type that is neither is refused", object({ a: text }), [part("a", "x", { type: "application/octet-stream" })], ["/a contentMediaType"]],
  ["a text that says it is a file is refused", object({ a: text }), [file("a", "x", { type: "text/plain" })], ["/a contentMediaType"]],
  ["a file", object({ a: binary }), [file("a", "\0\xff\r\n")], { a: "" }],
  ["a file without a name of its own", object({ a: binary }), [part("a", "\0")], { a: "" }],
  ["files in a list", object({ a: { type: "array", items: binary } }), [file("a", "1"), file("a", "2")], { a: ["", ""] }],
  ["a file whose length the schema bounds", object({ a: { ...binary, maxLength: 3 } }), [file("a", "\xff\0\0")], { a: "\u00ff\0\0" }],
  ["an image that is one", { ...object({ a: binary }), encoding: { a: { contentType: "image/png, image/jpeg" } } }, [file("a", PNG, { type: "image/png" })], { a: "" }],
  ["an image of another type than declared", { ...object({ a: binary }), encoding: { a: { contentType: "image/png" } } }, [file("a", "GIF89a", { type: "image/gif" })], ["/a contentMediaType"]],
  ["an image by a range", { ...object({ a: binary }), encoding: { a: { contentType: "image/*" } } }, [file("a", "GIF89a", { type: "image/gif" })], { a: "" }],
  ["a page that says it is an image", object({ a: binary }), [file("a", "<script>", { type: "image/png" })], ["/a contentMediaType"]],
  ["bytes that the schema calls an image", object({ a: { type: "string", contentMediaType: "image/png" } }), [file("a", "<script>")], ["/a contentMediaType"]],
  ["HTML is a text", object({ a: html }), [part("a", "<b>x</b>")], { a: "<b>x</b>" }],
  ["HTML that says so is a text", object({ a: html }), [part("a", "<b>x</b>", { type: "text/html" })], { a: "<b>x</b>" }],
  ["HTML that is no UTF-8 is no text, and for want of a name no file", object({ a: html }), [part("a", "<b>\xff</b>")], ["/a encoding"]],
  ["nor is what says that it is something else", object({ a: html }), [part("a", "<b>x</b>", { type: "image/png" })], ["/a contentMediaType"]],
  ["HTML under the name of a file is a file, whose length the schema bounds", object({ a: { ...html, maxLength: 9 } }), [file("a", "<b>x</b>", { type: "text/html" })], { a: "<b>x</b>" }],
  ["so is any other text", object({ a: { type: "string", contentMediaType: "text/markdown" } }), [part("a", "# x")], { a: "# x" }],
  ["HTML in base64 is a text of letters", object({ a: { ...html, contentEncoding: "base64" } }), [part("a", "PGI+")], { a: "PGI+" }],
  ["a file by its declared type alone", { ...object({ a: { type: "string" } }), encoding: { a: { contentType: "application/pdf" } } }, [file("a", "%PDF-1.7", { type: "application/pdf" })], { a: "" }],
  ["an untyped member may be a file", object({ a: {} }), [file("a", "\0")], { a: "" }],
  ["or a text", object({ a: {} }), [part("a", "x")], { a: "x" }],
  ["base64 in a text is a text", object({ a: { type: "string", contentMediaType: "image/png", contentEncoding: "base64" } }), [part("a", "iVBO")], { a: "iVBO" }],
  ["a declared header field", { ...object({ a: binary }), encoding: { a: { headers: { "X-Own": { required: true, schema: integer } } } } }, [file("a", "1", { fields: ["x-own: 7"] })], { a: "" }],
  ["a declared header field of another value", { ...object({ a: binary }), encoding: { a: { headers: { "X-Own": { schema: integer } } } } }, [file("a", "1", { fields: ["x-own: seven"] })], ["/a header"]],
  ["a required header field that is missing", { ...object({ a: binary }), encoding: { a: { headers: { "X-Own": { required: true, schema: integer } } } } }, [file("a", "1")], ["/a required"]],
  ["a header field that is not declared", object({ a: binary }), [file("a", "1", { fields: ["x-own: 7"] })], ["/a undeclared"]],
  ["a length that is right", object({ a: text }), [part("a", "123", { fields: ["content-length: 3"] })], { a: "123" }],
  ["a length that is not", object({ a: text }), [part("a", "123", { fields: ["content-length: 2"] })], [" syntax"]],
  ["a charset that is UTF-8", object({}), [part("_charset_", "UTF-8"), part("a", "1")], { _charset_: "UTF-8", a: "1" }],
  ["a charset that is not", object({}), [part("_charset_", "utf-7"), part("a", "1")], [" encoding"]],
  ["style deepObject", { ...object({ a: { type: "object", properties: { b: integer } } }), encoding: { a: { style: "deepObject" } } }, [part("a[b]", "1")], { a: { b: 1 } }],
  ["style form, not exploded", { ...object({ a: { type: "array", items: text } }), encoding: { a: { style: "form", explode: false } } }, [part("a", "1,2%2C")], { a: ["1", "2%2C"] }],
  ["a file is no styled text", { ...object({ a: { type: "array", items: text } }), encoding: { a: { style: "form" } } }, [file("a", "1")], ["/a contentMediaType"]],
  ["without a schema texts and files, once each", {}, [part("a", "1"), file("b", "2")], { a: "1", b: "" }],
  ["without a schema a name twice is refused", {}, [part("a", "1"), file("a", "2")], ["/a unique"]],
  ["all parts that are wrong are told at once", object({ a: integer, b: integer }), [part("a", "x"), part("b", "y")], ["/a type", "/b type"]],
];
for (const [title, media, parts, expected] of CASES) {
  test(title, (t) => {
    const decoded = decoderOf(t, RANGE, media)(body(...parts), TYPE);
    assert.deepEqual(outcome(decoded), expected);
  });
}

test("files are kept with their names, types and bytes, and are empty texts for the guards behind", (t) => {
  const decoded = decoderOf(t, RANGE, object({ a: { ...binary, maxLength: 9 }, "b/c": { type: "array", items: binary }, d: text }))(body(file("a", "\0\xff"), file("b/c", "1"), part("b/c", "2"), part("d", "x")), TYPE);
  assert.ok("value" in decoded);
  assert.deepEqual(decoded.plain, { a: "", "b/c": ["", ""], d: "x" });
  assert.deepEqual(
    decoded.files?.map(({ pointer, filename, type, bytes }) => [pointer, filename, type, Buffer.from(bytes).toString("latin1")]),
    [["/a", "f.bin", "application/octet-stream", "\0\xff"], ["/b~1c/0", "f.bin", "application/octet-stream", "1"], ["/b~1c/1", undefined, "application/octet-stream", "2"]],
  );
});

test("without a boundary that could part it a body is not read", (t) => {
  const decode = decoderOf(t, RANGE, {});
  const given = body(part("a", "1"));
  for (const type of [RANGE, `${RANGE}; boundary="a b"`, `${RANGE}; boundary="${"b".repeat(71)}"`]) assert.deepEqual(outcome(decode(given, type)), [" syntax"]);
  assert.deepEqual(outcome(decode(given, `${RANGE}; boundary="b"`)), { a: "1" });
});

test("as many parts and bytes of a part as the bounds, and not one more", (t) => {
  const decode = decoderOf(t, RANGE, {});
  const given = body(part("a", "12"), part("b", "3"));
  assert.deepEqual(outcome(decode(given, TYPE, { parts: 2, partBytes: 2, members: 2 })), { a: "12", b: "3" });
  assert.deepEqual(outcome(decode(given, TYPE, { parts: 1 })), [" syntax"]);
  assert.deepEqual(outcome(decode(given, TYPE, { partBytes: 1 })), [" syntax"]);
  assert.deepEqual(outcome(decode(given, TYPE, { members: 1 })), [" size"]);
  assert.deepEqual(outcome(decode(given, TYPE, { stringBytes: 1 })), ["/a encoding"]);
});

const UNREAD: readonly (readonly [why: string, media: Media, says: RegExp])[] = [
  ["a schema that is no object", { schema: { type: "array" } }, /a form is an object/],
  ["an object whose content type is an image", { ...object({ a: { type: "object" } }), encoding: { a: { contentType: "image/png" } } }, /the part "a" is no file, and image\/png/],
];
for (const [why, media, says] of UNREAD) {
  test(`${why} cannot be checked, and says so`, (t) => {
    const { type, down } = readOne(t, RANGE, media);
    assert.equal(type.kind, "unsupported");
    assert.match(down.join(), says);
  });
}
