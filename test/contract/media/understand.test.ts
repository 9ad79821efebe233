/** Understand: what a media type and its schema make of a body. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isJsonRange, isNarrowed, isXml } from "../../../src/contract/media/understand.ts";
import { type Media, readOne } from "./media-desk.ts";

const ORDER = { type: "object", properties: { id: { type: "integer" } } };

test("JSON, XML and ranges of anything are told by their names", () => {
  for (const range of ["application/json", "text/json", "application/hal+json", "application/*+json"]) assert.equal(isJsonRange(range), true, range);
  for (const range of ["application/jsonl", "application/json-seq", "text/plain", "application/xml"]) assert.equal(isJsonRange(range), false, range);
  for (const range of ["application/xml", "text/xml", "image/svg+xml", "application/soap+xml"]) assert.equal(isXml(range), true, range);
  for (const range of ["application/xhtml", "text/html", "application/xml-dtd"]) assert.equal(isXml(range), false, range);
  assert.deepEqual(["*/*", "application/*", "image/*", "application/json"].map(isNarrowed), [true, true, false, false]);
});

/** Kind, whether it is judged, decoded, framed, made of XML; and the formats that it has to begin as. */
const CASES: readonly (readonly [range: string, media: Media, expected: string])[] = [
  ["text/plain", { schema: { type: "string", maxLength: 1 } }, "text judged"],
  ["text/plain", { schema: { type: ["string"] , maxLength: 1 } }, "text judged"],
  ["text/plain", { schema: { type: "integer" } }, "text judged decoded"],
  ["text/plain", { schema: { type: "array", items: { type: "string" } } }, "unsupported"],
  ["text/plain", { schema: { type: ["string", "object"] } }, "unsupported"],
  ["text/plain", { schema: {} }, "text"],
  ["text/xml", { schema: { type: "string" } }, "xml xml"],
  ["text/xml", { schema: {} }, "xml xml"],
  ["text/xml", { schema: ORDER }, "xml judged xml"],
  ["image/png", { schema: { type: "string", format: "binary" } }, "opaque"],
  ["image/png", { schema: { type: ["string"], format: "binary" } }, "opaque"],
  ["image/png", { schema: { type: ["string", "null"] } }, "unsupported"],
  ["image/png", { schema: { type: "string", minLength: 1 } }, "bytes judged decoded"],
  ["application/octet-stream", { schema: { type: "string", contentMediaType: "image/PNG" } }, "opaque png"],
  ["application/octet-stream", { schema: { type: "string", contentMediaType: "image/png", contentEncoding: "base64" } }, "opaque"],
  ["application/octet-stream", { schema: { type: "string", contentMediaType: "image/png", minLength: 1 } }, "bytes judged decoded png"],
  ["application/octet-stream", { schema: ORDER }, "unsupported"],
  ["text/event-stream", { schema: {} }, "sequence decoded framed"],
  ["application/jsonl", { schema: { type: "array", items: ORDER, description: "x" } }, "sequence judged decoded framed"],
  ["application/jsonl", { schema: { type: "array" } }, "json judged decoded"],
  ["application/jsonl", { schema: { type: ["array", "null"], items: ORDER } }, "json judged decoded"],
  ["application/merge-patch+json", { schema: ORDER }, "json judged"],
  ["application/json-patch+json", {}, "json judged"],
  ["application/x-www-form-urlencoded", { schema: {} }, "form judged decoded"],
  ["multipart/form-data", { schema: {} }, "multipart judged decoded"],
  ["multipart/form-data", { schema: { properties: { a: {} } } }, "multipart judged decoded"],
];
for (const [range, media, expected] of CASES) {
  test(`${range} with ${JSON.stringify(media)} is ${expected}`, (t) => {
    const { kind, validator, decode, items, fromXml, formats } = readOne(t, range, media).type;
    const told = [kind, ...(validator === undefined ? [] : ["judged"]), ...(decode === undefined ? [] : ["decoded"]), ...(items === undefined ? [] : ["framed"]), ...(fromXml === undefined ? [] : ["xml"]), ...(formats ?? [])];
    assert.equal(told.join(" "), expected);
  });
}
