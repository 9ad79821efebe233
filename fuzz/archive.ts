/**
 * Archive: no archive, however damaged, makes its reader throw; what is accepted leads nowhere outside and is no larger than it may
 * be; and however a tar is cut, the same is said of it.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import * as fc from "fast-check";
import { EntryJudge } from "../src/doors/inbound/validate/upload/entry.ts";
import { TarReader } from "../src/doors/inbound/validate/upload/tar.ts";
import { endsAsZip, readZip } from "../src/doors/inbound/validate/upload/zip.ts";
import { pax, tar, zip } from "../test/doors/inbound/validate/upload/archives.ts";

const BOUNDS = { entries: 8, unpackedBytes: 10_000, ratio: 100, levels: 0 };

const NAME: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("a", "a/b", "a/", "../a", "a/../b", "/a", "C:/a", "a\\b", "a\0b", "", ".", "..", "a//b", "A", "a.zip", "\u202ea", "\u00e9"),
  fc.string({ unit: "grapheme", maxLength: 6 }),
);
const FILES = fc.array(fc.record({ name: NAME, content: fc.string({ maxLength: 12 }), streamed: fc.boolean() }), { maxLength: 6 });
const TAR_FILES = fc.array(fc.record({ name: NAME, content: fc.oneof(fc.string({ maxLength: 12 }), NAME.map((name) => pax("path", name))), flag: fc.constantFrom("0", "0", "0", "1", "2", "5", "L", "x", "g", "3") }), { maxLength: 6 });
/** Octets that are put in the place of others. */
const DAMAGE = fc.array(fc.tuple(fc.nat(2_000), fc.uint8Array({ maxLength: 4 })), { maxLength: 4 });

export function run(iterations: number, seed: number): void {
  fc.assert(fc.property(FILES, DAMAGE, zipHolds), { numRuns: iterations, seed });
  fc.assert(fc.property(TAR_FILES, DAMAGE, fc.array(fc.nat(4_000), { maxLength: 6 }), tarHolds), { numRuns: iterations, seed });
}

function damage(bytes: Buffer, places: readonly (readonly [number, Uint8Array])[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, octets] of places) copy.set(octets.subarray(0, Math.max(0, copy.length - at)), Math.min(at, copy.length));
  return copy;
}

function zipHolds(files: readonly { readonly name: string; readonly content: string; readonly streamed: boolean }[], places: readonly (readonly [number, Uint8Array])[]): void {
  const bytes = damage(zip(files), places);
  const entries = readZip(bytes, BOUNDS.entries);
  if ("wrong" in entries) return ok(entries.wrong.length > 0);
  ok(entries.length === 0 || endsAsZip(bytes), "what is read as an archive is known as one");
  ok(entries.length <= BOUNDS.entries);
  // No two contents share a byte, so that they cannot be more than the archive.
  ok(entries.reduce((sum, { packedBytes = 0 }) => sum + packedBytes, 0) <= bytes.length);
  const judge = new EntryJudge(BOUNDS);
  if (entries.every((entry) => judge.add(entry) === undefined)) for (const { name } of entries) stays(name);
}

function stays(name: string): void {
  ok(!name.split("/").includes("..") && !name.startsWith("/") && !name.includes("\\") && !name.includes("\0"), `${JSON.stringify(name)} leads outside`);
}

function tarHolds(files: readonly { readonly name: string; readonly content: string; readonly flag: string }[], places: readonly (readonly [number, Uint8Array])[], cuts: readonly number[]): void {
  const bytes = damage(tar(files), places);
  const read = (ends: readonly number[]): unknown => {
    const names: string[] = [];
    const judge = new EntryJudge(BOUNDS);
    const reader = new TarReader((entry) => {
      const wrong = judge.add(entry);
      if (wrong === undefined) names.push(entry.name);
      return wrong;
    });
    const places = [0, ...ends.map((end) => Math.min(end, bytes.length)).sort((one, other) => one - other), bytes.length];
    for (const [index, from] of places.entries()) reader.push(bytes.subarray(from, places[index + 1] ?? bytes.length));
    for (const name of names) stays(name);
    return [names, reader.end()];
  };
  deepStrictEqual(read(cuts), read([]), "the cuts matter");
}

if (import.meta.main) run(Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? Date.now()));
