/**
 * Every form: a member that the contract does not know, in each writing of a body.
 *
 * Its schemas are silent about other members, as most are. With `undeclared: { sent: contract }` the API gets `isAdmin`, and binds
 * it to whatever it has of that name; by default it does not (CWE-915).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { twoDoors } from "../two-doors.ts";

const text = { type: "string" };
const note: JsonObject = { type: "object", properties: { note: text, inner: { type: "object", properties: { note: text } } } };
const root = { ...note, xml: { name: "root" } };
const JSON_PATCH = "application/json-patch+json";

const part = (head: string, body: string): string => `--x\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n--x--\r\n`;

/** The same body twice: with what the contract names, and with `isAdmin` beside it or in its place. */
const FORMS: readonly (readonly [title: string, type: string, media: JsonObject, good: string, bad: string])[] = [
  ["JSON", "application/json", { schema: note }, '{"note":"a"}', '{"note":"a","isAdmin":true}'],
  ["JSON, escaped", "application/json", { schema: note }, '{"note":"a"}', '{"note":"a","is\\u0041dmin":true}'],
  ["JSON, deeper", "application/json", { schema: note }, '{"inner":{"note":"a"}}', '{"inner":{"isAdmin":true}}'],
  ["JSON of a type of its own", "application/vnd.notes+json", { schema: note }, '{"note":"a"}', '{"isAdmin":true}'],
  ["a form", "application/x-www-form-urlencoded", { schema: note }, "note=a", "note=a&isAdmin=true"],
  ["an object in a form", "application/x-www-form-urlencoded", { schema: note, encoding: { inner: { style: "deepObject", explode: true } } }, "inner%5Bnote%5D=a", "inner%5BisAdmin%5D=true"],
  ["a part", "multipart/form-data; boundary=x", { schema: note }, part('name="note"', "a"), part('name="isAdmin"', "true")],
  ["JSON in a part", "multipart/form-data; boundary=x", { schema: note }, part('name="inner"\r\nContent-Type: application/json', '{"note":"a"}'), part('name="inner"\r\nContent-Type: application/json', '{"isAdmin":true}')],
  ["an element of XML", "application/xml", { schema: root }, "<root><note>a</note></root>", "<root><note>a</note><isAdmin>true</isAdmin></root>"],
  ["deeper in XML", "application/soap+xml", { schema: root }, "<root><inner><note>a</note></inner></root>", "<root><inner><isAdmin>true</isAdmin></inner></root>"],
  ["lines", "application/x-ndjson", { itemSchema: note }, '{"note":"a"}\n', '{"note":"a"}\n{"isAdmin":true}\n'],
  ["a sequence", "application/json-seq", { itemSchema: note }, '\u001e{"note":"a"}\n', '\u001e{"isAdmin":true}\n'],
  ["a merge patch", "application/merge-patch+json", { schema: note }, '{"note":"a"}', '{"isAdmin":true}'],
  ["a merge patch that takes away", "application/merge-patch+json", { schema: note }, '{"note":null}', '{"isAdmin":null}'],
  ["a patch", JSON_PATCH, { schema: note }, '[{"op":"add","path":"/note","value":"a"}]', '[{"op":"add","path":"/isAdmin","value":true}]'],
  ["a patch, escaped", JSON_PATCH, { schema: note }, '[{"op":"add","path":"/note","value":"a"}]', '[{"op":"add","path":"/is\\u0041dmin","value":true}]'],
  ["a patch of all", JSON_PATCH, { schema: note }, '[{"op":"replace","path":"","value":{"note":"a"}}]', '[{"op":"replace","path":"","value":{"isAdmin":true}}]'],
  ["a patch, deeper", JSON_PATCH, { schema: note }, '[{"op":"add","path":"/inner","value":{"note":"a"}}]', '[{"op":"add","path":"/inner","value":{"isAdmin":true}}]'],
];

const CONTRACT: JsonObject = {
  openapi: "3.2.0",
  info: { title: "notes", version: "1" },
  paths: Object.fromEntries(FORMS.map(([, type, media], at) => [`/forms/${at}`, { patch: { operationId: `form${at}`, security: [], requestBody: { required: true, content: { [type.replace(/;.*/, "")]: media } }, responses: { "200": { description: "Fine." } } } }])),
};

const ask = twoDoors(CONTRACT, { properties: { undeclared: { sent: "contract" } } });

for (const [at, [title, type, , good, bad]] of FORMS.entries()) {
  test(`${title}: a member that nobody declared comes in where the contract alone decides, and not by default`, async () => {
    const send = (door: "open" | "closed", body: string): Promise<number> => ask(door, `/forms/${at}`, { method: "PATCH", body, headers: { "content-type": type } });
    assert.equal(await send("closed", good), 200, "what is declared comes in");
    assert.deepEqual([await send("open", bad), await send("closed", bad)], [200, 400]);
  });
}
