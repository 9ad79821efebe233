/** Tar: headers, however they come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Entry } from "../../../../../src/doors/inbound/validate/upload/entry.ts";
import { TAR_DESCRIPTION_BYTES_MAX, TarReader } from "../../../../../src/doors/inbound/validate/upload/tar.ts";
import { pax, tar } from "./archives.ts";

function read(bytes: Buffer, cuts: readonly number[] = []): readonly string[] {
  const told: string[] = [];
  const reader = new TarReader(({ name, kind, bytes: size }: Entry) => {
    told.push(`${name} ${kind} ${size}`);
    return name === "bad" ? "is bad" : undefined;
  });
  const places = [0, ...[...cuts].sort((one, other) => one - other), bytes.length];
  for (const [index, from] of places.entries()) reader.push(bytes.subarray(from, places[index + 1] ?? bytes.length));
  return [...told, reader.end() ?? "end"];
}

const SOUND = tar([
  { name: "a", content: "x".repeat(513) },
  { name: "d/", flag: "5" },
  { name: "x", flag: "x", content: pax("mtime", "1") + pax("path", "long/name") },
  { name: "short", content: "1" },
  { name: "x", flag: "L", content: "longer/name\0" },
  { name: "short", content: "" },
  { name: "old", content: "2", flag: "\0" },
]);

test("entries come out with their names, kinds and sizes", () => {
  assert.deepEqual(read(SOUND), ["a file 513", "d/ folder 0", "long/name file 1", "longer/name file 0", "old file 1", "end"]);
});

test("however it is cut, the same comes out", () => {
  const whole = read(SOUND);
  for (const step of [1, 7, 511, 512, 513]) assert.deepEqual(read(SOUND, Array.from({ length: Math.ceil(SOUND.length / step) }, (_, at) => at * step)), whole, String(step));
  fc.assert(fc.property(fc.array(fc.nat(SOUND.length), { maxLength: 12 }), (cuts) => assert.deepEqual(read(SOUND, cuts), whole)));
});

test("the first thing that is wrong stays what is wrong", () => {
  const bytes = tar([{ name: "bad" }, { name: "b" }]);
  assert.deepEqual(read(bytes), ["bad file 0", "is bad"]);
  assert.deepEqual(read(bytes, [512, 600]), ["bad file 0", "is bad"]);
});

test("a header that is damaged anywhere is none", () => {
  const header = tar([{ name: "a", content: "x" }]);
  for (let at = 0; at < 512; at++) {
    const copy = Buffer.from(header);
    copy[at] = (copy[at] ?? 0) ^ 1;
    // The blank behind the sum is the one octet that does not count.
    if (at !== 155 && at !== 154) assert.deepEqual(read(copy), ["is a tar archive that cannot be read"], String(at));
  }
});

test("zeros alone may stand behind the end", () => {
  assert.deepEqual(read(Buffer.concat([SOUND, Buffer.alloc(4_096)])), read(SOUND));
  assert.equal(read(Buffer.concat([SOUND, tar([{ name: "b" }])])).at(-1), "holds something behind its end");
  assert.equal(read(tar([{ name: "a" }], { end: false })).at(-1), "is a tar archive that cannot be read");
  assert.equal(read(Buffer.alloc(0)).at(-1), "is a tar archive that cannot be read");
});

test("a description as long as the bound, and not one byte longer", () => {
  const name = (bytes: number): string => `${"n".repeat(bytes - 1)}\0`;
  assert.equal(read(tar([{ name: "x", flag: "L", content: name(TAR_DESCRIPTION_BYTES_MAX) }, { name: "s" }])).at(-1), "end");
  assert.match(read(tar([{ name: "x", flag: "L", content: name(TAR_DESCRIPTION_BYTES_MAX + 1) }, { name: "s" }])).at(-1) ?? "", /too long/);
});

const RECORDS: readonly (readonly [text: string, fine: boolean])[] = [
  [pax("path", "p"), true],
  [pax("path", "p=q"), true],
  [pax("a", ""), true],
  ["5 =b\n", false],
  ["path=p\n", false],
  ["0 a=b\n", false],
  ["06 a=b\n", false],
  ["7 a=b\n", false],
  ["5 a=b\n", false],
  ["6 a=bx", false],
  [`${pax("a", "b")}6 a`, false],
];
for (const [text, fine] of RECORDS) {
  test(`the record ${JSON.stringify(text)} is ${fine ? "read" : "refused"}`, () => assert.equal(read(tar([{ name: "x", flag: "x", content: text }, { name: "s" }])).at(-1), fine ? "end" : "is a tar archive that cannot be read"));
}

test("what is no file has no content", () => {
  for (const flag of ["1", "2", "3", "5"]) assert.equal(read(tar([{ name: "a", flag, content: "x" }])).at(-1), "is a tar archive that cannot be read", flag);
});
