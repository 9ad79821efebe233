/** XML readers: libxml2 in its thread: what it reads, what it refuses, and what becomes of those who keep it. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openXmlReaders, tryXsd, type XmlOutcome, type XmlReaders } from "../../src/xml/xml-readers.ts";

const SCHEMA = { key: "order", files: [{ name: "order.xsd", text: xsd('<xs:include schemaLocation="types/count.xsd"/><xs:element name="order"><xs:complexType><xs:sequence><xs:element name="count" type="Count"/></xs:sequence></xs:complexType></xs:element>') }, { name: "types/count.xsd", text: xsd('<xs:simpleType name="Count"><xs:restriction base="xs:integer"><xs:maxInclusive value="5"/></xs:restriction></xs:simpleType>') }] };

function xsd(content: string): string {
  return `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${content}</xs:schema>`;
}

const opened: XmlReaders[] = [];
function open(options: Parameters<typeof openXmlReaders>[0] = {}): XmlReaders {
  const readers = openXmlReaders(options);
  opened.push(readers);
  return readers;
}
after(() => {
  for (const readers of opened) readers.close();
});

const ordinary = open({ schemas: [SCHEMA] });
const said = (outcome: XmlOutcome): string => ("canonical" in outcome ? outcome.canonical : "wrong" in outcome ? outcome.wrong : outcome.failed);
const read = async (text: string | Uint8Array, schema?: string, readers = ordinary, milliseconds = 20_000): Promise<string> => said(await readers.read(typeof text === "string" ? Buffer.from(text) : text, schema, milliseconds));

test("what is well-formed comes out in its canonical form", async () => {
  assert.equal(await read('<?xml version="1.0"?>\n<a b=\'1\'><!-- x -->y&amp;&#65;<![CDATA[<]]><c/></a>'), '<a b="1">y&amp;A&lt;<c></c></a>');
});

test("what is not, does not; nor does what has a DOCTYPE, although it should have been refused before", async () => {
  for (const text of ["<a>", "<a></b>", "<a b=1/>", "<a b='1' b='2'/>", "<a>&undefined;</a>", "<p:a/>", "<a/><b/>", "<a>\u0001</a>", "<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"]) assert.equal(await read(text), "syntax", text);
});

test("a schema is held, with the files that it includes", async () => {
  assert.equal(await read("<order><count>5</count></order>", "order"), "<order><count>5</count></order>");
  assert.equal(await read("<order><count>6</count></order>", "order"), "schema");
  const outcome = await ordinary.read(Buffer.from("<order>\n<count>6</count>\n<other/></order>"), "order", 20_000);
  assert.ok("wrong" in outcome);
  assert.ok(outcome.lines.includes(2));
  assert.equal(await read("<order/>", "unknown"), "syntax");
});

test("schemas are tried at start-up, and those that cannot be used are named", () => {
  const broken = { key: "broken", files: [{ name: "a.xsd", text: xsd('<xs:element name="a" type="none"/>') }] };
  const outside = { key: "outside", files: [{ name: "a.xsd", text: xsd('<xs:include schemaLocation="../../../../etc/passwd"/><xs:element name="a" type="None"/>') }] };
  const none = { key: "none", files: [{ name: "a.xsd", text: "<a" }] };
  const wrong = tryXsd([SCHEMA, broken, outside, none]);
  assert.deepEqual([...wrong.keys()], ["broken", "outside", "none"]);
  assert.match(wrong.get("broken") ?? "", /none/);
});

test("who keeps the thread is cut off, and the next one is read by another", async () => {
  const readers = open();
  const large = `<a>${"<b c='d'/>".repeat(300_000)}</a>`;
  assert.equal(await read("<a/>", undefined, readers), "<a></a>", "the thread has started");
  const [first, second] = await Promise.all([read(large, undefined, readers, 5), read("<b/>", undefined, readers)]);
  assert.deepEqual([first, second], ["late", "<b></b>"]);
});

test("who would wait beyond his time is told so, and so is whoever comes when too many wait", async () => {
  const readers = open({ waiting: 2 });
  const outcomes = await Promise.all([read("<a/>", undefined, readers), read("<b/>", undefined, readers, 0), read("<c/>", undefined, readers), read("<d/>", undefined, readers)]);
  assert.deepEqual(outcomes, ["<a></a>", "late", "<c></c>", "busy"]);
});

test("memory has an end, which costs the one text alone", async () => {
  const readers = open({ memoryBytes: 33_554_432 });
  assert.equal(await read(`<a>${"<b c='d'/>".repeat(400_000)}</a>`, undefined, readers), "memory");
  assert.equal(await read("<a/>", undefined, readers), "<a></a>");
});

test("a closed reader reads no more", async () => {
  const readers = open();
  const waiting = [read("<a/>", undefined, readers), read("<b/>", undefined, readers)];
  readers.close();
  assert.ok((await Promise.all(waiting)).every((outcome) => outcome === "broken"));
});
