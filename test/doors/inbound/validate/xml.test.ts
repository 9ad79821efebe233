import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Json, JsonObject } from "../../../../src/contract/json-value.ts";
import { xmlDecoder } from "../../../../src/contract/media/xml/value.ts";
import type { MediaType, RequestBody } from "../../../../src/contract/operation.ts";
import { xml } from "../../../../src/doors/inbound/validate/xml.ts";
import { Content } from "../../../../src/exchange/content.ts";
import { type Given, misfits, post, type Posting, type Sent } from "../../../walk.ts";
import { assertSilent, broken, CANARY, late, media, refusal, said, schema, untouched } from "../../samples.ts";

/** Threads that tests have opened, closed at the end. */
const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
});

function share<T>(_key: string, make: () => { readonly value: T; readonly close?: () => void }): T {
  const { value, close } = make();
  if (close !== undefined) closing.push(close);
  return value;
}

const one = schema((value) => JSON.stringify(value) === '{"a":"1"}');
const type = (range: string, validator = one): MediaType => ({ ...media(range, "xml", validator), fromXml: xmlDecoder(undefined, undefined) });
const orders: RequestBody = { required: true, media: [type("application/xml"), media("application/json", "json"), media("image/*", "opaque")] };

function postXml(options: JsonObject = {}, more: Partial<Posting> = {}): (given: Given) => Promise<Sent> {
  const { site = {}, operation = {}, ...rest } = more;
  return post({ guard: xml, options, operation: { method: "POST", body: orders, ...operation }, site: { share, ...site }, ...rest });
}

const plain = postXml();
const as = (body: string | Uint8Array, contentType = "application/xml"): Given => ({ body, fields: [["content-type", contentType]] });
const errors = ({ outcome }: Sent): unknown => refusal(outcome).extra?.["errors"];

test("XML that fits its schema passes, and its value is kept for the guards behind", async () => {
  for (const content of [Content.holding(Buffer.from("<r><a>1</a></r>")), late("<r><a>1</a></r>")]) {
    const sent = await plain({ content, fields: [["content-type", "application/xml; charset=utf-8"]] });
    assert.equal(said(sent), "passes");
    assert.deepEqual(sent.exchange.content.value, { a: "1" });
  }
});

test("XML that does not fit is refused with places and rules, never with what was sent", async () => {
  const sent = await plain(as(`<r><a>${CANARY}</a></r>`));
  assert.equal(said(sent), "400 request-invalid");
  assert.deepEqual(errors(sent), [{ in: "body", pointer: "/a", message: "must be as declared" }]);
  assertSilent(sent.outcome);
  assert.equal(said(await plain(as(`<r>${CANARY}`))), "400 request-invalid");
  assertSilent((await plain(as(`<r>${CANARY}`))).outcome);
});

const LAUGHS = `<!DOCTYPE l [<!ENTITY a0 "ha">${Array.from({ length: 9 }, (_, at) => `<!ENTITY a${at + 1} "${`&a${at};`.repeat(10)}">`).join("")}]><l>&a9;</l>`;
const ATTACKS: readonly (readonly [title: string, text: string, message: RegExp])[] = [
  ["billion laughs", LAUGHS, /DOCTYPE/],
  ["quadratic blow-up", `<!DOCTYPE q [<!ENTITY a "${"x".repeat(50_000)}">]><q>${"&a;".repeat(50_000)}</q>`, /DOCTYPE/],
  ["a file as an entity", '<!DOCTYPE f [<!ENTITY a SYSTEM "file:///etc/passwd">]><f>&a;</f>', /DOCTYPE/],
  ["a URL as an entity", '<!DOCTYPE f [<!ENTITY a SYSTEM "http://127.0.0.1:1/">]><f>&a;</f>', /DOCTYPE/],
  ["a parameter entity", '<!DOCTYPE f [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x.dtd">%a;]><f/>', /DOCTYPE/],
  ["an external subset", '<!DOCTYPE f SYSTEM "http://127.0.0.1:1/x.dtd"><f/>', /DOCTYPE/],
  ["an entity out of nowhere", "<r><a>&x;</a></r>", /well-formed/],
  ["an inclusion", '<r xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="file:///etc/passwd" parse="text"/></r>', /inclusion/],
  ["the place of a schema", '<r xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:noNamespaceSchemaLocation="http://127.0.0.1:1/x.xsd"/>', /place of a schema/],
  ["a stylesheet", '<?xml-stylesheet href="http://127.0.0.1:1/x.xsl"?><r/>', /instruction/],
  ["two hundred thousand levels", "<a>".repeat(200_000), /nested/],
  ["a hundred thousand attributes", `<r ${Array.from({ length: 100_000 }, (_, at) => `a${at}="1"`).join(" ")}/>`, /too much/],
  ["a hundred thousand elements", `<r>${"<a/>".repeat(100_000)}</r>`, /too much/],
  ["UTF-7", '<?xml version="1.0" encoding="UTF-7"?><r>+ADw-a+AD4-</r>', /UTF-8/],
];
for (const [title, text, message] of ATTACKS) {
  test(`${title} is refused`, async () => {
    const sent = await plain(as(text));
    assert.equal(said(sent), "400 request-invalid");
    assert.match(JSON.stringify(errors(sent)), message);
  });
}

test("each bound is an option: at it XML passes, one beyond it does not", async () => {
  const anything = { operation: { body: { required: true, media: [type("application/xml", schema(() => true))] } } };
  const cases: readonly (readonly [options: JsonObject, fits: string, beyond: string])[] = [
    [{ depth: 2 }, "<a><b/></a>", "<a><b><c/></b></a>"],
    [{ elements: 2 }, "<a><b/></a>", "<a><b/><b/></a>"],
    [{ attributes: 1 }, '<a b="1"/>', '<a b="1" c="1"/>'],
    [{ texts: "3B" }, "<a>123</a>", "<a>1234</a>"],
  ];
  for (const [options, fits, beyond] of cases) {
    const walk = postXml(options, anything);
    assert.equal(said(await walk(as(fits))), "passes", fits);
    assert.equal(said(await walk(as(beyond))), "400 request-invalid", beyond);
  }
});

test("who keeps the parser is cut off with 503, and the operator learns why", async () => {
  const walk = postXml({ deadline: "10ms", elements: 1_000_000 }, { operation: { body: { required: true, media: [type("application/xml", schema(() => true))] } } });
  const sent = await walk(as(`<a>${"<b c='d'/>".repeat(300_000)}</a>`));
  assert.equal(said(sent), "503 xml-unavailable");
  assert.deepEqual([refusal(sent.outcome).because, refusal(sent.outcome).blame], [{ reason: "late" }, "sallyport"]);
});

const folder = mkdtempSync(path.join(tmpdir(), "sallyport-xsd-"));
after(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: string): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:o="urn:o" targetNamespace="urn:o" elementFormDefault="qualified">${content}</xs:schema>`);
};
write("order.xsd", '<xs:include schemaLocation="parts/count.xsd"/><xs:element name="order"><xs:complexType><xs:sequence><xs:element name="count" type="o:Count"/></xs:sequence></xs:complexType></xs:element>');
write("parts/count.xsd", '<xs:simpleType name="Count"><xs:restriction base="xs:integer"><xs:maxInclusive value="5"/></xs:restriction></xs:simpleType>');
write("broken.xsd", '<xs:element name="order" type="o:None"/>');
write("climbs.xsd", '<xs:include schemaLocation="../elsewhere.xsd"/><xs:element name="order"/>');
const bare: RequestBody = { required: true, media: [{ ...media("application/soap+xml", "xml"), fromXml: xmlDecoder(undefined, undefined) }] };

test("a schema of the policy's own is held beside the contract", async () => {
  const walk = postXml({ schema: "order.xsd" }, { site: { folder }, operation: { body: bare } });
  assert.equal(said(await walk(as('<order xmlns="urn:o"><count>5</count></order>', "application/soap+xml"))), "passes");
  for (const [text, message] of [['<order xmlns="urn:o">\n<count>6</count></order>', /does not fit its XML schema, in line 2/], ['<order xmlns="urn:p"><count>5</count></order>', /does not fit its XML schema/], ['<order xmlns="urn:o"/>', /does not fit its XML schema/]] as const) {
    const sent = await walk(as(text, "application/soap+xml"));
    assert.equal(said(sent), "400 request-invalid");
    assert.match(JSON.stringify(errors(sent)), message);
  }
  assertSilent((await walk(as(`<order xmlns="urn:o"><count>${CANARY}</count></order>`, "application/soap+xml"))).outcome);
});

test("a schema that cannot be used is told at start-up", () => {
  const wrong = (name: string): string => misfits(xml, { schema: name }, { body: bare }, { folder, share }).join();
  assert.equal(wrong("order.xsd"), "");
  assert.match(wrong("none.xsd"), /none\.xsd cannot be read/);
  assert.match(wrong("broken.xsd"), /no XML Schema that can be used.*None/);
  assert.match(wrong("climbs.xsd"), /is not in its folder/);
});

test("XML of which the contract says nothing is read all the same, also under a wildcard", async () => {
  const open = postXml({}, { operation: { body: { required: true, media: [media("*/*", "opaque")] } } });
  assert.equal(said(await open(as("<r/>"))), "passes");
  for (const contentType of ["application/xml", "text/xml", "image/svg+xml"]) assert.equal(said(await open(as(LAUGHS, contentType))), "400 request-invalid");
  assert.equal(said(await plain(as(LAUGHS, "image/svg+xml"))), "400 request-invalid");
  const unlisted = postXml({}, { operation: { listed: "unlisted", body: undefined } });
  assert.equal(said(await unlisted(as(LAUGHS))), "400 request-invalid");
});

test("what is no XML is left alone, unread", async () => {
  for (const contentType of ["application/json", "image/png", "text/html", "nonsense"]) {
    const { content, opened } = untouched();
    assert.equal(said(await plain({ content, fields: [["content-type", contentType]] })), "passes");
    assert.equal(opened(), false);
  }
  const { content, opened } = untouched();
  const none = postXml({}, { operation: { body: { required: true, media: [media("application/json", "json")] } } });
  assert.equal(said(await none({ content, fields: [["content-type", "application/xml"]] })), "passes", "body refuses it");
  assert.equal(opened(), false);
});

test("a body that turns out to be empty, breaks off or is too large", async () => {
  assert.equal(said(await plain({ content: late(""), fields: [["content-type", "application/xml"]] })), "400 request-invalid");
  assert.equal(said(await plain({ content: broken(), fields: [["content-type", "application/xml"]] })), "502 api-broke-off");
  const bounded = late("<r><a>1</a></r>");
  bounded.bound(5);
  assert.equal(said(await plain({ content: bounded, fields: [["content-type", "application/xml"]] })), "413 content-too-large");
  const optional = postXml({}, { operation: { body: { ...orders, required: false } } });
  assert.equal(said(await optional({ content: late(""), fields: [["content-type", "application/xml"]] })), "passes");
});

test("what is still coded is not XML", async () => {
  const sent = await plain({ body: gzipSync("<r/>"), fields: [["content-type", "application/xml"], ["content-encoding", "gzip"]] });
  assert.equal(said(sent), "400 request-invalid");
});

test("in observe mode the refusal is witnessed", async () => {
  const { outcome, exchange } = await postXml({}, { mode: "observe" })(as(LAUGHS));
  assert.equal(outcome, undefined);
  assert.deepEqual(exchange.observed.map(({ problem }) => problem.type), ["request-invalid"]);
});

test("a stranger's XML is judged like anybody's, and no store is asked", async () => {
  assert.equal(xml.standing, true);
  assert.equal(said(await plain(as("<r><a>1</a></r>"))), "passes");
});

test("a thread that ends is told as such, and replaced", async () => {
  const failing: readonly (readonly [failed: Json, status: string])[] = [["broken", "503 xml-unavailable"], ["busy", "503 xml-unavailable"]];
  for (const [failed, status] of failing) {
    const readers = { read: async () => ({ failed }), close: () => undefined };
    const walk = postXml({}, { site: { share: <T>() => ({ readers, wrong: undefined }) as T } });
    assert.equal(said(await walk(as("<r/>"))), status);
  }
});
