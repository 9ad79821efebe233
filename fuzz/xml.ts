/**
 * XML: no text makes the scan throw or lets a DOCTYPE by; what libxml2 then reads comes out as a tree that says the same when
 * it is written again; and nothing makes the reading of a value throw.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import * as fc from "fast-check";
import { readCanonical, type XmlElement } from "../src/contract/media/xml/element.ts";
import { scanXml } from "../src/contract/media/xml/scan.ts";
import { xmlDecoder } from "../src/contract/media/xml/value.ts";
import { openXmlReaders, type XmlReaders } from "../src/xml/xml-readers.ts";

const BOUNDS = { depth: 64, elements: 1_000, attributes: 20, textBytes: 1_000 };

const PIECES: readonly string[] = [
  ..."<a> </a> <a/> <b> </b> <p:a> </p:a> <a|b='1'> <a|xmlns='u'> <a|xmlns:p='u'> <a|p:b='1'/> <a|b='>'/> <!--x--> <!-- --> <![CDATA[<]]> ]]> &amp; &lt; &#65; &#x0; &x; > ' \" = / <? ?> <?xml <!DOCTYPE|a> <!DOCTYPE <! <!ENTITY xmlns xml:lang='e' <xi:include/>".split(" ").map((piece) => piece.replaceAll("|", " ")),
  "<?xml version='1.0'?>",
  "<?xml version='1.0' encoding='utf-7'?>",
  "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
  "\n",
  "\r\n",
  "\0",
  "\u00e9",
  "\ufeff",
  "\u{1f600}",
  "__proto__",
];
const TEXT: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 16 }).map((pieces) => pieces.join("")),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => `<a>${pieces.join("")}</a>`),
  fc.string({ unit: "binary", maxLength: 20 }),
);

let readers: XmlReaders | undefined;

export async function run(iterations: number, seed: number): Promise<void> {
  readers ??= openXmlReaders();
  await fc.assert(fc.asyncProperty(TEXT, holds), { numRuns: iterations, seed });
}

const decode = xmlDecoder(undefined, undefined);

async function holds(text: string): Promise<void> {
  const bytes = Buffer.from(text);
  if (scanXml(bytes, BOUNDS) !== undefined) return;
  // Comments, CDATA and whole tags, in whose quotes anything may stand; a quote in a text opens nothing.
  const bare = text.replaceAll(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[^!?](?:[^>"']|"[^"]*"|'[^']*')*>/g, "");
  const outcome = await readers?.read(bytes, undefined, 20_000);
  if (outcome === undefined || !("canonical" in outcome)) return;
  ok(!/<!(?:DOCTYPE|ENTITY)/i.test(bare), "a DOCTYPE was let by");
  const root = readCanonical(outcome.canonical);
  ok(root !== undefined, "the canonical form cannot be read");
  deepStrictEqual(await again(root), root, "written again, it says something else");
  ok("value" in decode(root) || "findings" in decode(root));
}

/** Writes the tree in a way of its own and reads it through the parser once more. */
async function again(root: XmlElement): Promise<XmlElement | undefined> {
  const outcome = await readers?.read(Buffer.from(write(root)), undefined, 20_000);
  return outcome !== undefined && "canonical" in outcome ? readCanonical(outcome.canonical) : undefined;
}

function write({ name, namespace, attributes, children, text }: XmlElement): string {
  const own = attributes.map((one, index) => (one.namespace === "" ? ` ${one.name}="${escape(one.value)}"` : ` xmlns:n${index}="${escape(one.namespace)}" n${index}:${one.name}="${escape(one.value)}"`).replaceAll(/xmlns:n\d+="http:\/\/www\.w3\.org\/XML\/1998\/namespace" n\d+:/g, "xml:"));
  return `<${name} xmlns="${escape(namespace)}"${own.join("")}>${escape(text)}${children.map(write).join("")}</${name}>`;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"\r\n\t]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

if (import.meta.main) {
  await run(Number(process.argv[2] ?? 5_000), Number(process.argv[3] ?? Date.now()));
  readers?.close();
}
