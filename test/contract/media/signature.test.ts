/** Signature: contents begin as their types do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { beginsAs, formatsOf, formatsOfType, SIGNATURE_BYTES } from "../../../src/contract/media/signature.ts";

const SAMPLES: readonly (readonly [type: string, hex: string])[] = [
  ["image/png", "89504e470d0a1a0a0000000d49484452"],
  ["image/jpeg", "ffd8ffe000104a464946"],
  ["image/gif", "474946383961"],
  ["image/webp", "52494646aabbccdd57454250"],
  ["image/avif", "0000001c6674797061766966"],
  ["image/heic", "000000186674797068656963"],
  ["application/pdf", "255044462d312e37"],
  ["application/zip", "504b030414000000"],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "504b030414000600"],
  ["application/gzip", "1f8b0800000000000003"],
  ["application/x-7z-compressed", "377abcaf271c0004"],
  ["video/mp4", "000000206674797069736f6d"],
  ["audio/wav", "52494646aabbccdd57415645"],
  ["video/webm", "1a45dfa3"],
  ["font/woff2", "774f4632"],
];
for (const [type, hex] of SAMPLES) {
  test(`${type} is recognised, whole and not cut`, () => {
    const formats = formatsOfType(type) ?? assert.fail("the type is not known");
    const head = Buffer.from(hex, "hex");
    assert.equal(beginsAs(formats, head), true);
    assert.ok(formatsOf(head).includes(formats[0] ?? ""));
    assert.equal(beginsAs(formats, Buffer.from("<!DOCTYPE html><script>")), false);
    assert.equal(beginsAs(formats, Buffer.alloc(0)), false);
    assert.equal(beginsAs(formats, Buffer.concat([Buffer.from("x"), head])), false);
  });
}

test("no sample is taken for another one's type, but where one format holds the other", () => {
  const held = (type: string, other: string): boolean => formatsOfType(type)?.[0] === formatsOfType(other)?.[0] || (other === "video/mp4" && /avif|heic/.test(type));
  for (const [type, hex] of SAMPLES) {
    for (const [other] of SAMPLES) assert.equal(beginsAs(formatsOfType(other) ?? [], Buffer.from(hex, "hex")), held(type, other), `${type} as ${other}`);
  }
});

test("a tar archive shows itself at 257, within the bytes that are looked at", () => {
  const head = Buffer.alloc(SIGNATURE_BYTES);
  head.write("ustar", 257);
  assert.deepEqual(formatsOf(head), ["tar"]);
  assert.deepEqual(formatsOf(head.subarray(0, 261)), []);
});

test("types without a beginning of their own are not held to one, and names of objects are no types", () => {
  for (const type of ["application/octet-stream", "text/plain", "image/svg+xml", "constructor", "__proto__", ""]) assert.equal(formatsOfType(type), undefined);
  assert.deepEqual(formatsOf(Buffer.from("hello")), []);
});
