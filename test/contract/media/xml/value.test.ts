/** Value: XML as the value that a schema describes, by the `xml` objects of the schema. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../../src/contract/json-value.ts";
import { readCanonical } from "../../../../src/contract/media/xml/element.ts";
import { documentOf, OK, readDocument } from "../../read-document.ts";
import { type Media, outcome, readOne } from "../media-desk.ts";

const text = { type: "string" };
const integer = { type: "integer" };
const object = (properties: Media, more: Media = {}): Media => ({ type: "object", properties, ...more });
const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

const CASES: readonly (readonly [title: string, schema: Media, xml: string, expected: Json, openapi?: string])[] = [
  ["members are elements of their names", object({ a: text, b: integer, c: { type: "boolean" } }), "<r><b>1</b><a>x</a><c>true</c></r>", { a: "x", b: 1, c: true }],
  ["numbers stand in white space, texts keep theirs", object({ a: text, b: integer }), "<r><a> x </a><b>\n 1 </b></r>", { a: " x ", b: 1 }],
  ["a number in another notation", object({ b: integer }), "<r><b>0x1</b></r>", ["/b type"]],
  ["white space between elements is none", object({ a: text }), "<r>\n <a>x</a>\n</r>", { a: "x" }],
  ["text between elements is refused", object({ a: text }), "<r>hm<a>x</a></r>", [" text"]],
  ["a member of another name", object({ a: { ...text, xml: { name: "A" } } }), "<r><A>x</A></r>", { a: "x" }],
  ["an element that has the name of such a member", object({ a: { ...text, xml: { name: "A" } } }), "<r><a>x</a></r>", ["/a element"]],
  ["an attribute", object({ a: { ...integer, xml: { attribute: true } } }), '<r a="7"></r>', { a: 7 }],
  ["an element in the place of an attribute", object({ a: { ...integer, xml: { attribute: true } } }), "<r><a>7</a></r>", ["/a element"]],
  ["an attribute in the place of an element", object({ a: integer }), '<r a="7"></r>', { "@a": "7" }],
  ["an element twice", object({ a: text }), "<r><a>x</a><a>y</a></r>", ["/a unique"]],
  ["an empty element is an empty text", object({ a: text }), "<r><a></a></r>", { a: "" }],
  ["and no number", object({ a: integer }), "<r><a></a></r>", ["/a type"]],
  ["xsi:nil is null", object({ a: { type: ["integer", "null"] } }), `<r ${XSI}><a xsi:nil="true"></a></r>`, { a: null }],
  ["nil with something in it", object({ a: { type: ["integer", "null"] } }), `<r ${XSI}><a xsi:nil="true">1</a></r>`, ["/a nil"]],
  ["elements within a text", object({ a: text }), "<r><a>x<b></b></a></r>", ["/a type"]],
  ["attributes of a text", object({ a: text }), '<r><a b="1">x</a></r>', ["/a type"]],
  ["a list without an element around it", object({ a: { type: "array", items: integer } }), "<r><a>1</a><a>2</a></r>", { a: [1, 2] }],
  ["a list of one", object({ a: { type: "array", items: integer } }), "<r><a>1</a></r>", { a: [1] }],
  ["its items may have a name of their own", object({ a: { type: "array", items: { ...integer, xml: { name: "i" } } } }), "<r><i>1</i><i>2</i></r>", { a: [1, 2] }],
  ["or the list has", object({ a: { type: "array", items: integer, xml: { name: "i" } } }), "<r><i>1</i></r>", { a: [1] }],
  ["what is wrong in the second item is told there", object({ a: { type: "array", items: integer } }), "<r><a>1</a><a>x</a></r>", ["/a/1 type"]],
  ["a wrapped list, called twice the same", object({ a: { type: "array", items: integer, xml: { wrapped: true } } }), "<r><a><a>1</a><a>2</a></a></r>", { a: [1, 2] }],
  ["a wrapped list whose items have a name", object({ a: { type: "array", items: { ...integer, xml: { name: "i" } }, xml: { name: "as", wrapped: true } } }), "<r><as><i>1</i></as></r>", { a: [1] }],
  ["a wrapped list with something else in it", object({ a: { type: "array", items: { ...integer, xml: { name: "i" } }, xml: { wrapped: true } } }), "<r><a><j>1</j></a></r>", ["/a/0 element"]],
  ["an empty wrapped list", object({ a: { type: "array", items: integer, xml: { wrapped: true } } }), "<r><a></a></r>", { a: [] }],
  ["a wrapped list twice", object({ a: { type: "array", items: integer, xml: { wrapped: true } } }), "<r><a></a><a></a></r>", ["/a unique"]],
  ["a list at the root", { type: "array", items: object({ a: integer }) }, "<rs><r><a>1</a></r><r><a>2</a></r></rs>", [{ a: 1 }, { a: 2 }]],
  ["a text at the root", text, "<r>x</r>", "x"],
  ["objects in objects", object({ a: object({ b: object({ c: integer }) }) }), "<r><a><b><c>1</c></b></a></r>", { a: { b: { c: 1 } } }],
  ["a namespace", object({ a: text }, { xml: { name: "r", namespace: "urn:x" } }), '<r xmlns="urn:x"><a>x</a></r>', { a: "x" }],
  ["by a prefix, whichever", object({ a: text }, { xml: { name: "r", namespace: "urn:x", prefix: "p" } }), '<q:r xmlns:q="urn:x"><a>x</a></q:r>', { a: "x" }],
  ["another namespace", object({ a: text }, { xml: { name: "r", namespace: "urn:x" } }), '<r xmlns="urn:y"><a>x</a></r>', [" root"]],
  ["an element of a foreign namespace", object({ a: text }), '<r xmlns:y="urn:y"><y:a>x</y:a></r>', ["/a element"]],
  ["a member of a namespace of its own", object({ a: { ...text, xml: { namespace: "urn:y" } } }), '<r xmlns:y="urn:y"><y:a>x</y:a></r>', { a: "x" }],
  ["an attribute of a namespace", object({ a: { ...text, xml: { attribute: true, namespace: "urn:y" } } }), '<r xmlns:y="urn:y" y:a="x"></r>', { a: "x" }],
  ["the root by its name", object({ a: text }, { xml: { name: "order" } }), "<other><a>x</a></other>", [" root"]],
  ["what nobody declared", object({ a: text }), '<r><z b="1"><y>1</y><y>2</y></z></r>', { z: { "@b": "1", y: ["1", "2"] } }],
  ["what nobody declared, twice", object({ a: text }), "<r><z>1</z><z>2</z></r>", ["/z unique"]],
  ["a map", object({}, { additionalProperties: integer }), "<r><x>1</x><y>2</y></r>", { x: 1, y: 2 }],
  ["a member named __proto__", object({}), "<r><__proto__>1</__proto__></r>", ["/__proto__ element"]],
  ["xsi:type is an attribute like any other", object({ a: text }), `<r ${XSI} xsi:type="x"><a>x</a></r>`, { "@type": "x", a: "x" }],
  ["the place of a schema", object({ a: text }), `<r ${XSI} xsi:schemaLocation="urn:x http://x/x.xsd"><a>x</a></r>`, [" include"]],
  ["an inclusion", object({ a: text }), '<r><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"></xi:include></r>', [" include"]],
  ["the language of a text says nothing of it", object({ a: text }), '<r xml:lang="en"><a>x</a></r>', { a: "x" }],
  ["a default namespace that the contract has as an attribute", object({ xmlns: { ...text, xml: { attribute: true } } }), '<r xmlns="urn:x"></r>', { xmlns: "urn:x" }],
  ["several types: the schema chooses", object({ a: { type: ["integer", "string"], maxLength: 3, maximum: 5 } }), "<r><a>123</a></r>", { a: "123" }],
  ["text or object", object({ a: { type: ["string", "object"] } }), "<r><a>x</a></r>", { a: "x" }],
  ["parts of allOf", { allOf: [object({ a: integer }), object({ b: { allOf: [text, { xml: { name: "B" } }] } })] }, "<r><a>1</a><B>x</B></r>", { a: 1, b: "x" }],
  ["3.2: a text beside attributes", object({ v: { ...integer, xml: { nodeType: "text" } }, unit: { ...text, xml: { nodeType: "attribute" } } }), '<r unit="kg">7</r>', { v: 7, unit: "kg" }, "3.2.0"],
  ["3.2: a list with an element around it", object({ a: { type: "array", items: { ...integer, xml: { name: "i" } }, xml: { nodeType: "element" } } }), "<r><a><i>1</i></a></r>", { a: [1] }, "3.2.0"],
];
for (const [title, schema, xml, expected, openapi] of CASES) {
  test(`${title}: ${xml.slice(0, 80)}`, (t) => {
    const { type, down } = readOne(t, "application/xml", { schema }, openapi);
    assert.deepEqual([type.kind, down], ["xml", []]);
    const root = readCanonical(xml) ?? assert.fail("no canonical form");
    const value = outcome(type.fromXml?.(root) ?? assert.fail("there is no decoder"));
    assert.deepEqual(value, expected);
  });
}

test("the root of a component has its name, and one that leads back to itself is read as deep as it goes", (t) => {
  const node = { type: "object", properties: { name: text, next: { $ref: "#/components/schemas/Node" } }, additionalProperties: false };
  const contract = readDocument(t, documentOf({ paths: { "/a": { post: { operationId: "post", requestBody: { content: { "text/xml": { schema: { $ref: "#/components/schemas/Node" } } } }, responses: { 200: OK } } } }, components: { schemas: { Node: node } } }));
  const [type] = contract.operations[0]?.body?.media ?? [];
  const read = (xml: string): Json => outcome(type?.fromXml?.(readCanonical(xml) ?? assert.fail()) ?? assert.fail());
  assert.deepEqual(read("<Node><name>a</name><next><next><name>b</name></next></next></Node>"), { name: "a", next: { next: { name: "b" } } });
  assert.deepEqual(read("<Other></Other>"), [" root"]);
});

test("what is no element and more than a text cannot be checked, and says so", (t) => {
  const { type, down } = readOne(t, "application/xml", { schema: object({ a: object({}, { xml: { attribute: true } }) }) });
  assert.equal(type.kind, "unsupported");
  assert.match(down.join(), /the member "a" is more than a text, and no element/);
});

test("without a schema all of it is read, as nobody described it", (t) => {
  const { type } = readOne(t, "text/xml", {});
  assert.deepEqual(outcome(type.fromXml?.(readCanonical('<r a="1"><b>x</b><b><c></c>y</b></r>') ?? assert.fail()) ?? assert.fail()), { "@a": "1", b: ["x", { c: "", "#text": "y" }] });
  assert.equal(type.validator, undefined);
});

test("a soap envelope by its namespaces", (t) => {
  const SOAP = "http://www.w3.org/2003/05/soap-envelope";
  const in12 = (schema: Media, name: string): Media => ({ ...schema, xml: { name, namespace: SOAP } });
  const envelope = in12(object({ body: in12(object({ order: object({ count: integer }, { xml: { name: "CreateOrder", namespace: "urn:orders" }, additionalProperties: false }) }, { additionalProperties: false }), "Body") }, { required: ["body"], additionalProperties: false }), "Envelope");
  const { type } = readOne(t, "application/soap+xml", { schema: envelope });
  const read = (xml: string): Json => {
    const decoded = type.fromXml?.(readCanonical(xml) ?? assert.fail()) ?? assert.fail();
    return "value" in decoded ? (type.validator?.explain(decoded.value) ?? []).map(({ pointer, keyword }) => `${pointer} ${keyword}`) : outcome(decoded);
  };
  const good = `<s:Envelope xmlns:s="${SOAP}"><s:Body><o:CreateOrder xmlns:o="urn:orders"><o:count>2</o:count></o:CreateOrder></s:Body></s:Envelope>`;
  assert.deepEqual(read(good), []);
  assert.deepEqual(read(good.replaceAll("CreateOrder", "DeleteOrder")), ["/body/DeleteOrder additionalProperties"]);
  assert.deepEqual(read(good.replaceAll("urn:orders", "urn:other")), ["/body/CreateOrder additionalProperties"]);
  assert.deepEqual(read(good.replaceAll(SOAP, "http://schemas.xmlsoap.org/soap/envelope/")), [" root"]);
});
