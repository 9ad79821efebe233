/** Zip: two descriptions of each file, which have to agree, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endsAsZip, readZip } from "../../../../../src/doors/inbound/validate/upload/zip.ts";
import { zip } from "./archives.ts";

const SOUND = zip([{ name: "a.txt", content: "hello" }, { name: "b/", content: "" }, { name: "c.txt", content: "world", streamed: true }]);
/** Offsets of the three records that a zip is made of. */
const LISTED = SOUND.indexOf(Buffer.from("PK\x01\x02"));
const END = SOUND.indexOf(Buffer.from("PK\x05\x06"));

function read(bytes: Uint8Array, most = 10): string {
  const entries = readZip(bytes, most);
  return "wrong" in entries ? entries.wrong : entries.map(({ name, kind, bytes, packedBytes }) => `${name} ${kind} ${bytes} ${packedBytes}`).join(", ");
}

const TOLD = read(SOUND);

function changed(at: number, write: (bytes: Buffer) => void): string {
  const copy = Buffer.from(SOUND);
  write(copy.subarray(at));
  return read(copy);
}

test("the entries are told as both descriptions have them", () => assert.equal(TOLD, "a.txt file 5 7, b/ folder 0 2, c.txt file 5 7"));

test("whichever single octet is another one, the archive is refused, or nothing of it that counts has changed", () => {
  // Versions, times, checksums, attributes of systems, comments' lengths of nothing: no reader decides by them what is where.
  const unread: number[] = [];
  for (let at = 0; at < SOUND.length; at++) {
    const copy = Buffer.from(SOUND);
    copy[at] = (copy[at] ?? 0) ^ 0xff;
    const entries = readZip(copy, 10);
    if ("wrong" in entries) continue;
    unread.push(at);
    const sizes = entries.map(({ name, bytes, packedBytes }) => `${name} ${bytes} ${packedBytes}`);
    assert.deepEqual(sizes, ["a.txt 5 7", "b/ 0 2", "c.txt 5 7"], `at ${at}`);
  }
  assert.ok(unread.filter((at) => at >= LISTED && at < END).length <= 3 * 24, "of the list most octets count");
  assert.deepEqual(unread.filter((at) => at >= END), [], "of the end all do");
});

test("each field of a description that another one repeats is held against it", () => {
  assert.match(changed(6, (bytes) => bytes.writeUInt16LE(0x801)), /two ways/, "flags");
  assert.match(changed(8, (bytes) => bytes.writeUInt16LE(0)), /two ways/, "method");
  assert.match(changed(18, (bytes) => bytes.writeUInt32LE(8)), /two ways/, "packed size");
  assert.match(changed(22, (bytes) => bytes.writeUInt32LE(6)), /two ways/, "size");
  assert.match(changed(26, (bytes) => bytes.writeUInt16LE(4)), /two ways/, "length of the name");
  assert.match(changed(30, (bytes) => bytes.writeUInt8(0x62)), /two ways/, "name");
  assert.match(changed(LISTED + 24, (bytes) => bytes.writeUInt32LE(0xffffffff)), /cannot be read/, "the mark of the wide form");
  assert.match(changed(LISTED + 20, (bytes) => bytes.writeUInt32LE(0xffffffff)), /cannot be read/);
  assert.match(changed(LISTED + 42, (bytes) => bytes.writeUInt32LE(0xffffffff)), /cannot be read/);
  assert.match(changed(LISTED + 28, (bytes) => bytes.writeUInt16LE(0xffff)), /cannot be read/, "a name longer than the list");
});

test("cut short anywhere, it is none", () => {
  for (let length = 0; length < SOUND.length; length++) {
    assert.match(read(SOUND.subarray(0, length)), /cannot be read/);
    assert.equal(endsAsZip(SOUND.subarray(0, length)), false);
  }
});

test("behind a content may stand what describes it, of the four lengths that there are, where its size was not known", () => {
  const gap = (bytes: number, streamed: boolean, sizes: readonly [number, number] = [7, 5]): string => {
    const one = zip([{ name: "a", content: "hello", streamed }]);
    const at = one.indexOf(Buffer.from("PK\x01\x02"));
    const start = at - (streamed ? 16 : 0);
    const behind = Buffer.alloc(bytes);
    const wide = bytes === 20 || bytes === 24;
    if (bytes >= 16 && bytes % 8 === 0) behind.writeUInt32LE(0x08074b50);
    if (bytes >= 12) behind.writeUInt32LE(sizes[0], bytes - (wide ? 16 : 8));
    if (bytes >= 12) behind.writeUInt32LE(sizes[1], bytes - (wide ? 8 : 4));
    const moved = Buffer.concat([one.subarray(0, start), behind, one.subarray(at)]);
    moved.writeUInt32LE(start + bytes, moved.length - 6);
    return read(moved);
  };
  for (const bytes of [12, 16, 20, 24]) assert.match(gap(bytes, true), /^a file 5 7$/, String(bytes));
  for (const bytes of [0, 1, 11, 13, 25]) assert.match(gap(bytes, true), /more than its list/, String(bytes));
  for (const bytes of [12, 16, 20, 24]) {
    assert.match(gap(bytes, true, [8, 5]), /two ways/, "another packed size");
    assert.match(gap(bytes, true, [7, 6]), /two ways/, "another size");
  }
  assert.match(gap(12, false), /more than its list/);
});

test("as many entries as are read, and not one more", () => {
  assert.equal(read(SOUND, 3), TOLD);
  assert.equal(read(SOUND, 2), "holds too many files");
});

test("kinds are those of the mode, where Unix has written it", () => {
  const kindOf = (attributes: number, system = 3): string => {
    const one = zip([{ name: "a", listed: { attributes } }]);
    one.writeUInt8(system, one.indexOf(Buffer.from("PK\x01\x02")) + 5);
    return read(one).split(" ")[1] ?? "";
  };
  assert.deepEqual([0, 0x81a40000, 0x41ed0000, 0xa1ff0000, 0x61ff0000, 0x11ff0000].map((mode) => kindOf(mode)), ["file", "file", "folder", "link", "other", "other"]);
  assert.equal(kindOf(0xa1ff0000, 0), "file", "elsewhere these bits are no mode");
});

test("what ends like an archive is known as one, whatever it begins like", () => {
  assert.equal(endsAsZip(SOUND), true);
  assert.equal(endsAsZip(Buffer.concat([Buffer.from("GIF89a"), SOUND])), true);
  assert.equal(endsAsZip(zip([])), false, "with nothing in it there is nothing to unpack");
  assert.equal(endsAsZip(zip([{ name: "a" }], { comment: "c".repeat(65_535) })), true);
  assert.equal(endsAsZip(Buffer.concat([SOUND, Buffer.from("x")])), false);
});
