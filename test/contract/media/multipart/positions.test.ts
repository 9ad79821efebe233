/** Positions: parts without names, each at its place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../../src/contract/json-value.ts";
import { decoderOf, type Media, outcome, readOne } from "../media-desk.ts";

const RANGE = "multipart/mixed";
const TYPE = `${RANGE}; boundary=b`;
const PNG = "\x89PNG\r\n\x1a\n0123";

type PartText = readonly [fields: readonly string[], content: string];

function body(...parts: readonly PartText[]): Buffer {
  return Buffer.from(`${parts.map(([fields, content]) => `--b\r\n${fields.map((line) => `${line}\r\n`).join("")}\r\n${content}\r\n`).join("")}--b--\r\n`, "latin1");
}

const text = { type: "string" };
const order = { type: "object", properties: { id: { type: "integer" } }, required: ["id"], additionalProperties: false };
const list = (schema: Media, more: Media = {}): Media => ({ schema: { type: "array", ...schema }, ...more });
const json = (content: string): PartText => [["Content-Type: application/json"], content];
const png: PartText = [["Content-Type: image/png", 'Content-Disposition: attachment; filename="a.png"', "Content-ID: <a@b>"], PNG];
const photo = list({ prefixItems: [order, {}], items: false }, { prefixEncoding: [{ contentType: "application/json" }, { contentType: "image/png" }] });

const CASES: readonly (readonly [title: string, media: Media, parts: readonly PartText[], expected: Json])[] = [
  ["each part is read as what stands at its place", photo, [json('{"id":1}'), png], [{ id: 1 }, ""]],
  ["a part of another type is refused", photo, [json('{"id":1}'), [["Content-Type: image/gif"], "GIF89a"]], ["/1 contentMediaType"]],
  ["a file that is none is refused", photo, [json('{"id":1}'), [["Content-Type: image/png"], "<script>"]], ["/1 contentMediaType"]],
  ["parts in the wrong order are refused", photo, [png, json('{"id":1}')], ["/0 contentMediaType"]],
  ["a file where the contract has a text is refused", list({ items: text }), [[['Content-Disposition: attachment; filename="a"'], "x"]], ["/0 contentMediaType"]],
  ["numbers and texts are read as their types", list({ items: { type: ["integer", "string"] } }), [[[], "1"], [[], "a"]], [1, "a"]],
  ["items go on behind what has a place of its own", list({ prefixItems: [text], items: order }), [[[], "a"], json('{"id":1}'), json('{"id":2}')], ["a", { id: 1 }, { id: 2 }]],
  ["two members of one name are refused", list({ items: order }), [json('{"id":1,"id":2}')], ["/0/id contentMediaType"]],
  ["a file has the first place, and texts all others", list({ prefixItems: [{ type: "string", format: "binary" }], items: text }), [png, [[], "a"]], ["", "a"]],
  ["itemEncoding says which types the others may be of", list({ items: {} }, { itemEncoding: { contentType: "text/plain" } }), [[["Content-Type: text/plain"], "a"], [["Content-Type: text/html"], "a"]], ["/1 contentMediaType"]],
  ["without a schema each part is a text or a file", { itemEncoding: { contentType: "*/*" } }, [[["Content-Type: text/plain"], "a"], png], ["a", ""]],
  ["a schema of each item", { itemSchema: order }, [json('{"id":1}')], [{ id: 1 }]],
];

for (const [title, media, parts, expected] of CASES) {
  test(`positions: ${title}`, (t) => {
    assert.deepEqual(outcome(decoderOf(t, RANGE, media, "3.2.0")(body(...parts), TYPE)), expected);
  });
}

test("the schema of a list of parts judges how many there are, and what each is", (t) => {
  const { type } = readOne(t, RANGE, photo, "3.2.0");
  assert.deepEqual([[{ id: 1 }, ""], [{ id: "1" }, ""], [{ id: 1 }, "", ""]].map((value) => type.validator?.check(value)), [true, false, false]);
});

test("a part without a name has a head with one reading, or none", (t) => {
  const decode = decoderOf(t, "multipart/related", list({ items: text }), "3.2.0");
  const at = (...fields: readonly string[]): Json => outcome(decode(body([fields, "a"]), 'multipart/related; boundary=b; type="text/plain"; start="<a@b>"'));
  assert.deepEqual([at(), at("Content-ID: <a@b>", "Content-Disposition: inline", "Content-Transfer-Encoding: 8bit")], [["a"], ["a"]]);
  const refused = [
    'Content-Disposition: form-data; name="a"', 'Content-Disposition: attachment; name="a"', "Content-Disposition: attachment; filename*=utf-8''a", "Content-Disposition: attachmentx", "Content-ID: a@b", "Content-ID: <a\u00ff@b>",
    "Content-Transfer-Encoding: base64", "Content-Type: multipart/mixed; boundary=c", "Content-Type: text/plain; charset=utf-16", "X-Other: 1",
  ];
  for (const line of refused) assert.match(JSON.stringify(at(line)), /syntax|undeclared/, line);
});

test("what cannot be checked of a list of parts is not silent", (t) => {
  const down = (media: Media): string => readOne(t, RANGE, media, "3.2.0").down.join();
  assert.match(down({ schema: order }), /its parts have no names/);
  assert.match(down(list({ items: text }, { encoding: { a: {} } })), /encoding names members/);
  assert.match(readOne(t, "multipart/form-data", { schema: { type: "object" }, itemEncoding: { contentType: "image/png" } }, "3.2.0").down.join(), /has a name/);
  assert.match(down(list({ items: {} }, { itemEncoding: { contentType: "multipart/mixed", itemEncoding: {} } })), /parts within parts/);
});
