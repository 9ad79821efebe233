/** Archive: what archives would do to whoever unpacks them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import zlib from "node:zlib";
import { archiveFault, archiveFormat } from "../../../../../src/doors/inbound/validate/upload/archive.ts";
import { type ArchiveBounds, ENTRY_NAME_BYTES_MAX } from "../../../../../src/doors/inbound/validate/upload/entry.ts";
import { pax, tar, type TarFile, zip, type ZipFile, type ZipShape } from "./archives.ts";

const BOUNDS: ArchiveBounds = { entries: 10, unpackedBytes: 8_388_608, ratio: 100, levels: 0 };

async function fault(bytes: Uint8Array, bounds: Partial<ArchiveBounds> = {}): Promise<string> {
  return (await archiveFault(bytes, { ...BOUNDS, ...bounds }))?.wrong ?? "fine";
}

const file = (name: string, more: Partial<ZipFile> = {}): ZipFile => ({ name, content: "hello", ...more });
const MUCH = Buffer.alloc(4_194_304);

const ZIPS: readonly (readonly [title: string, files: readonly ZipFile[], says: RegExp, shape?: ZipShape, bounds?: Partial<ArchiveBounds>])[] = [
  ["files and folders", [file("a/"), file("a/b.txt"), file("\u00e9.txt")], /^fine$/],
  ["an archive of nothing", [], /^fine$/],
  ["sizes that stand behind the contents", [file("a.txt", { streamed: true }), file("b.txt", { streamed: true })], /^fine$/],
  ["a comment at the end", [file("a.txt")], /^fine$/, { comment: "made by hand" }],
  ["a name that climbs", [file("../a.txt")], /leads out/],
  ["a name that climbs later", [file("a/../../b.txt")], /leads out/],
  ["a name from the root", [file("/etc/passwd")], /leads out/],
  ["a name of a drive", [file("C:/a.txt")], /leads out/],
  ["a name with backslashes", [file("..\\a.txt")], /cannot be read/],
  ["a name with a NUL", [file("a.txt\0.png")], /cannot be read/],
  ["an empty part of a name", [file("a//b.txt")], /leads out/],
  ["a name that is none", [file("")], /too long, or none/],
  ["a name as long as the bound", [file("n".repeat(ENTRY_NAME_BYTES_MAX))], /^fine$/],
  ["a longer one", [file("n".repeat(ENTRY_NAME_BYTES_MAX + 1))], /too long/],
  ["two files of one name", [file("a.txt"), file("b.txt"), file("A.TXT")], /one name/],
  ["a link", [file("a.txt", { listed: { attributes: 0xa1ff0000 } })], /a link/],
  ["a device", [file("a.txt", { listed: { attributes: 0x61ff0000 } })], /neither file nor folder/],
  ["a file by its mode", [file("a.txt", { listed: { attributes: 0x81a40000 } })], /^fine$/],
  ["an archive within", [file("a.zip")], /another archive/],
  ["an archive within, where one is allowed", [file("a.ZIP")], /^fine$/, {}, { levels: 1 }],
  ["as many files as the bound", [file("a"), file("b")], /^fine$/, {}, { entries: 2 }],
  ["one more", [file("a"), file("b"), file("c")], /too many/, {}, { entries: 2 }],
  ["as much as the bound once unpacked", [file("a"), file("b")], /^fine$/, {}, { unpackedBytes: 10 }],
  ["one byte more", [file("a"), file("b")], /too much/, {}, { unpackedBytes: 9 }],
  ["four megabytes of nothing", [file("a", { content: MUCH })], /tightly/],
  ["four megabytes of nothing, where that is allowed", [file("a", { content: MUCH })], /^fine$/, {}, { ratio: 5_000 }],
  ["a size that is not the true one", [file("a", { listed: { bytes: 6 } })], /two ways/],
  ["another name before the content", [file("a.php", { listed: { name: "a.txt" } })], /two ways/],
  ["one content for two files", [file("a"), file("b", { listed: { from: 0 } })], /overlap|two ways/],
  ["contents that overlap", [file("a", { listed: { packedBytes: 60 } }), file("b")], /two ways|overlap/],
  ["something before", [file("a")], /more than its list/, { before: Buffer.from("PK\x03\x04GIF") }],
  ["something between", [file("a")], /more than its list/, { between: Buffer.from("x") }],
  ["something behind", [file("a")], /cannot be read/, { behind: Buffer.from("x") }],
  ["a list that is elsewhere", [file("a")], /cannot be read/, { shift: 1 }],
  ["more files in the list than there are", [file("a")], /cannot be read/, { count: 2 }],
  ["fewer", [file("a"), file("b")], /cannot be read/, { count: 1 }],
  ["several volumes", [file("a")], /volumes/, { disks: 1 }],
  ["the wide form", [file("a", { listed: { extra: Buffer.from("0100080000000000000000ff", "hex") } })], /cannot be read/],
];
for (const [title, files, says, shape, bounds] of ZIPS) {
  test(`zip: ${title}`, async () => {
    const bytes = zip(files, shape);
    assert.match(await fault(shape?.before === undefined ? bytes : bytes, bounds), says);
  });
}

const entry = (name: string, more: Partial<TarFile> = {}): TarFile => ({ name, content: "hello", ...more });
const LONG = `${"n/".repeat(100)}a.txt`;

const TARS: readonly (readonly [title: string, files: readonly TarFile[], says: RegExp, bounds?: Partial<ArchiveBounds>])[] = [
  ["files and folders", [entry("a/", { flag: "5", content: "" }), entry("a/b.txt"), entry("c.txt", { prefix: "a" })], /^fine$/],
  ["a name that climbs", [entry("../a.txt")], /leads out/],
  ["a prefix that climbs", [entry("a.txt", { prefix: ".." })], /leads out/],
  ["a name from the root", [entry("/etc/passwd")], /leads out/],
  ["a link", [entry("a", { flag: "2", content: "" })], /a link/],
  ["a hard link", [entry("a", { flag: "1", content: "" })], /a link/],
  ["a device", [entry("a", { flag: "3", content: "" })], /neither file nor folder/],
  ["a long name of GNU", [{ name: "x", flag: "L", content: `${LONG}\0` }, entry("short")], /^fine$/],
  ["a long name of GNU that climbs", [{ name: "x", flag: "L", content: "../a\0" }, entry("short")], /leads out/],
  ["a name of pax that climbs", [{ name: "x", flag: "x", content: pax("path", "../a") }, entry("short")], /leads out/],
  ["other words of pax", [{ name: "x", flag: "x", content: pax("mtime", "1.5") + pax("comment", "a=b") }, entry("short")], /^fine$/],
  ["a size of pax that is another one", [{ name: "x", flag: "x", content: pax("size", "6") }, entry("short")], /cannot be read/],
  ["a size of pax that is the same", [{ name: "x", flag: "x", content: pax("size", "5") }, entry("short")], /^fine$/],
  ["pax that is none", [{ name: "x", flag: "x", content: "99 path=a\n" }, entry("short")], /cannot be read/],
  ["a comment for all", [{ name: "x", flag: "g", content: pax("comment", "0a1b") }, entry("a")], /^fine$/],
  ["a name for all", [{ name: "x", flag: "g", content: pax("path", "../a") }, entry("a")], /cannot be read/],
  ["a description that is too long", [{ name: "x", flag: "L", content: "n".repeat(8_193) }, entry("a")], /too long/],
  ["a description of nothing", [{ name: "x", flag: "L", content: "" }, entry("a")], /too long, or none/],
  ["two files of one name", [entry("a"), entry("A")], /one name/],
  ["an archive within", [entry("a.tgz")], /another archive/],
  ["too many files", [entry("a"), entry("b"), entry("c")], /too many/, { entries: 2 }],
  ["too much", [entry("a"), entry("b")], /too much/, { unpackedBytes: 9 }],
  ["a folder with content", [entry("a", { flag: "5" })], /cannot be read/],
];
for (const [title, files, says, bounds] of TARS) {
  test(`tar: ${title}`, async () => {
    const bytes = tar(files);
    assert.match(await fault(bytes, bounds), says);
    assert.match(await fault(zlib.gzipSync(bytes), { ...bounds, ratio: 10_000, unpackedBytes: bounds?.unpackedBytes === undefined ? BOUNDS.unpackedBytes : bounds.unpackedBytes + bytes.length }), bounds?.unpackedBytes === undefined ? says : /./);
  });
}

test("tar: damaged, cut short, without an end or with something behind it", async () => {
  const sound = tar([entry("a.txt"), entry("b.txt")]);
  const damaged = Buffer.from(sound);
  damaged[0] = 0x62;
  assert.match(await fault(damaged), /cannot be read/);
  assert.match(await fault(sound.subarray(0, 700)), /cannot be read/);
  assert.match(await fault(tar([entry("a.txt")], { end: false })), /cannot be read/);
  assert.match(await fault(Buffer.concat([sound, tar([entry("../c.txt")])])), /behind its end/);
});

test("what is compressed is looked into as far as the bounds go, and no farther", async () => {
  for (const pack of [zlib.gzipSync, zlib.zstdCompressSync]) {
    assert.equal(await fault(pack(Buffer.from("hello"))), "fine");
    assert.match(await fault(pack(MUCH)), /tightly/);
    assert.match(await fault(pack(MUCH), { ratio: 100_000, unpackedBytes: 4_194_303 }), /too much/);
    assert.equal(await fault(pack(MUCH), { ratio: 100_000, unpackedBytes: 4_194_304 }), "fine");
    assert.match(await fault(pack(zip([file("a")]))), /another archive/);
    assert.equal(await fault(pack(zip([file("a")])), { levels: 1 }), "fine");
    assert.match(await fault(pack(tar([entry("../a")]))), /leads out/);
    assert.match(await fault(pack(Buffer.from("hello")).subarray(0, -1)), /cannot be read/);
  }
  assert.match(await fault(Buffer.concat([zlib.gzipSync("hello"), Buffer.from("x")])), /cannot be read/, "something behind the end");
});

test("a gigabyte in a megabyte is not unpacked", async () => {
  let bomb = zlib.gzipSync(Buffer.alloc(64 * 1_048_576));
  bomb = Buffer.concat(Array.from({ length: 16 }, () => bomb));
  assert.match(await fault(bomb, { unpackedBytes: 268_435_456 }), /tightly/);
});

test("a picture that is an archive, too, is refused", async () => {
  assert.match(await fault(Buffer.concat([Buffer.from("GIF89a"), zip([file("a")])])), /something else at once/);
  assert.match(await fault(zip([file("a")], { before: Buffer.from("GIF89a"), comment: "!" })), /something else at once/);
  assert.equal(await fault(Buffer.from("GIF89a PK\x05\x06")), "fine");
});

test("files that only a password opens cannot be looked into, and their names are judged all the same", async () => {
  for (const secret of [{ flags: 0x1 }, { flags: 0x41 }, { flags: 0x2000 }, { method: 99 }]) {
    const sealed = { wrong: "holds encrypted files", unreadable: true };
    assert.deepEqual(await archiveFault(zip([{ name: "a.txt", content: "fine" }, { name: "b.txt", content: "?", ...secret }]), BOUNDS), sealed);
    assert.deepEqual(await archiveFault(zip([{ name: "b.txt", content: "?", ...secret }, { name: "../a.txt" }]), BOUNDS), await archiveFault(zip([{ name: "../a.txt" }]), BOUNDS));
  }
});

test("archives that cannot be looked into say so", async () => {
  for (const hex of ["377abcaf271c0004", "526172211a0700", "425a6839", "fd377a585a000004"]) {
    assert.deepEqual(await archiveFault(Buffer.from(hex, "hex"), BOUNDS), { wrong: "is an archive that cannot be looked into", unreadable: true });
  }
});

test("what is no archive is none", async () => {
  for (const text of ["", "PK", "hello", "%PDF-1.7"]) {
    assert.equal(archiveFormat(Buffer.from(text)), undefined);
    assert.equal(await fault(Buffer.from(text)), "fine");
  }
});
