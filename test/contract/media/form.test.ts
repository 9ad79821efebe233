/** Form: members read as the contract encodes them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../src/contract/json-value.ts";
import { decoderOf, type Media, outcome, readOne } from "./media-desk.ts";

const FORM = "application/x-www-form-urlencoded";
const object = (properties: Media, more: Media = {}): Media => ({ schema: { type: "object", properties, ...more } });
const text = { type: "string" };
const integer = { type: "integer" };
const texts = { type: "array", items: text };

const CASES: readonly (readonly [title: string, media: Media, body: string, expected: Json, openapi?: string])[] = [
  ["texts, numbers and flags are read as their types", object({ a: text, b: integer, c: { type: "boolean" }, d: { type: "number" } }), "a=1&b=1&c=true&d=1.5", { a: "1", b: 1, c: true, d: 1.5 }],
  ["a number that is written in another way is none", object({ a: integer }), "a=0x10", ["/a type"]],
  ["a number that a double would change is none", object({ a: { type: "number" } }), "a=9007199254740993", ["/a type"]],
  ["a name twice is a list where the contract has one", object({ a: texts }), "a=1&a=2", { a: ["1", "2"] }],
  ["a list of one is a list", object({ a: { type: "array", items: integer } }), "a=7", { a: [7] }],
  ["a name twice is refused where it is no list", object({ a: text }), "a=1&a=2", ["/a unique"]],
  ["a name that nobody knows is a text, once", object({ a: text }), "a=1&z=2", { a: "1", z: "2" }],
  ["a name that nobody knows, twice, is refused", object({ a: text }), "z=1&z=2", ["/z unique"]],
  ["other members are read by additionalProperties", object({}, { additionalProperties: integer }), "x=1&y=2", { x: 1, y: 2 }],
  ["lists among them, too", object({}, { additionalProperties: texts }), "x=1&x=2&y=3", { x: ["1", "2"], y: ["3"] }],
  ["a member named __proto__ is refused", object({ a: text }), "__proto__=1", [" prototype"]],
  ["a member named toString is one like any other", object({ a: text }), "toString=1", { toString: "1" }],
  ["an object is a JSON text", object({ a: { type: "object", properties: { b: integer } } }), `a=${encodeURIComponent('{"b":1}')}`, { a: { b: 1 } }],
  ["JSON with two readings is refused", object({ a: { type: "object" } }), `a=${encodeURIComponent('{"b":1,"b":2}')}`, ["/a/b contentMediaType"]],
  ["a list of objects is one JSON text for each", object({ a: { type: "array", items: { type: "object" } } }), "a=%7B%7D&a=%7B%22b%22:1%7D", { a: [{}, { b: 1 }] }],
  ["what is wrong in the second item is told there", object({ a: { type: "array", items: { type: "object" } } }), "a=%7B%7D&a=%7B", ["/a/1 contentMediaType"]],
  ["text or object: what is no object is text", object({ a: { type: ["string", "object"] } }), "a=b", { a: "b" }],
  ["text or list: once is text, twice is a list", object({ a: { type: ["string", "array"], items: text } }), "a=b", { a: "b" }],
  ["text or list, twice", object({ a: { type: ["string", "array"], items: text } }), "a=b&a=c", { a: ["b", "c"] }],
  ["the schema chooses among the readings", object({ a: { type: ["integer", "string"], minLength: 3, maximum: 5 } }), "a=123", { a: "123" }],
  ["each member by itself", object({ a: { type: ["integer", "string"], maximum: 5 }, b: { type: ["integer", "string"], maximum: 5 } }), "a=4&b=44", { a: 4, b: "44" }],
  ["and all together where a member is described in two places", { schema: { allOf: [{ type: "object", properties: { a: { type: ["integer", "string"] } } }, { properties: { a: { type: "string" } } }] } }, "a=4", { a: "4" }],
  ["null is four letters where null may stand", object({ a: { type: ["null", "integer"] } }), "a=null", { a: null }],
  ["nullable text keeps its letters when the schema says more", object({ a: { type: "string", nullable: true, minLength: 1 } }), "a=null", { a: null }, "3.0.3"],
  ["content type JSON makes JSON of a text", { ...object({ a: {} }), encoding: { a: { contentType: "application/json" } } }, "a=%5B1%5D", { a: [1] }],
  ["content type JSON of a list: the whole list in one text", { ...object({ a: { type: "array", items: integer } }), encoding: { a: { contentType: "application/json" } } }, "a=%5B1,2%5D", { a: [1, 2] }],
  ["style form, not exploded: commas", { ...object({ a: texts }), encoding: { a: { style: "form", explode: false } } }, "a=1,2%2C3", { a: ["1", "2,3"] }],
  ["style deepObject", { ...object({ a: { type: "object", properties: { b: integer, c: text } } }), encoding: { a: { style: "deepObject", explode: true } } }, "a[b]=1&a%5Bc%5D=x", { a: { b: 1, c: "x" } }],
  ["an exploded object travels under the names of its members", { ...object({ a: { type: "object", properties: { b: integer, c: text } }, d: text }), encoding: { a: { explode: true } } }, "b=1&d=x", { a: { b: 1 }, d: "x" }],
  ["style pipeDelimited", { ...object({ a: texts }), encoding: { a: { style: "pipeDelimited", explode: false } } }, "a=1|2", { a: ["1", "2"] }],
  ["an undeclared field of a deepObject is told by its place", { ...object({ a: { type: "object", properties: { b: integer } } }), encoding: { a: { style: "deepObject" } } }, "a[b]=x", ["/a/b type"]],
  ["without a schema every name is a text, once", {}, "a=1&b=2", { a: "1", b: "2" }],
  ["with an open one, too", { schema: {} }, "a=1&b=2", { a: "1", b: "2" }],
  ["without a schema a name twice is refused", {}, "a=1&a=2", ["/a unique"]],
];
for (const [title, media, body, expected, openapi] of CASES) {
  test(`${title}: ${body}`, (t) => {
    const value = outcome(decoderOf(t, FORM, media, openapi)(body));
    assert.deepEqual(value, expected);
    assert.ok(typeof value !== "object" || Object.getPrototypeOf(value) === Object.prototype || Array.isArray(value));
  });
}

test("all fields that are wrong are told at once", (t) => {
  assert.deepEqual(outcome(decoderOf(t, FORM, object({ a: integer, b: integer, c: text }))("a=x&b=y&c=1&c=2")), ["/a type", "/b type", "/c unique"]);
});

test("a text that is no form is told without its value", (t) => {
  assert.deepEqual(outcome(decoderOf(t, FORM, object({ a: text }))("a;b")), [" syntax"]);
});

test("as many members as the bound, and not one more; a thousand items of a list, and not one more", (t) => {
  const decode = decoderOf(t, FORM, object({ a: texts }));
  assert.deepEqual(outcome(decode("x=1&y=2", FORM, { members: 2 })), { x: "1", y: "2" });
  assert.deepEqual(outcome(decode("x=1&y=2", FORM, { members: 1 })), [" size"]);
  const list = (count: number): string => Array.from({ length: count }, () => "a=1").join("&");
  assert.equal((outcome(decode(list(1_000))) as { a: string[] }).a.length, 1_000);
  assert.deepEqual(outcome(decode(list(1_001))), ["/a maxItems"]);
});

const UNREAD: readonly (readonly [why: string, media: Media, says: RegExp])[] = [
  ["a schema that is no object", { schema: { type: "string", minLength: 1 } }, /a form is an object/],
  ["an object whose content type is an image", { ...object({ a: { type: "object" } }), encoding: { a: { contentType: "image/png" } } }, /the field "a" is no text, and image\/png cannot be checked within a form/],
  ["a style that forms do not have", { ...object({ a: text }), encoding: { a: { style: "matrix" } } }, /the field "a": the style "matrix" does not exist/],
  ["lists in a deepObject", { ...object({ a: { type: "object", properties: { b: texts } } }), encoding: { a: { style: "deepObject" } } }, /deepObject/],
];
for (const [why, media, says] of UNREAD) {
  test(`${why} cannot be checked, and says so`, (t) => {
    const { type, down } = readOne(t, FORM, media);
    assert.equal(type.kind, "unsupported");
    assert.equal(down.length, 1);
    assert.match(down[0] ?? "", says);
  });
}
