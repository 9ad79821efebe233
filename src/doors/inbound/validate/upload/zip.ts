/**
 * Zip: the list of files that a zip archive ends with, read without unpacking anything (APPNOTE.TXT 6.3.10).
 *
 * There are two descriptions of each file, one in the list and one before its content, and readers believe one or the other;
 * so they have to agree. Files may overlap, so that a few bytes are unpacked a million times; so they must not. And there may
 * be something before, between or behind: then it is two things at once, and is taken for whichever suits.
 */
import type { Entry } from "./entry.ts";

type Wrong = { readonly wrong: string };

const END = 0x06054b50;
const END_BYTES = 22;
const COMMENT_BYTES_MAX = 65_535;
const LISTED = 0x02014b50;
const LISTED_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const WIDE_EXTRA = 0x0001;

const DESCRIPTION = 0x08074b50;
/** By the length of a description behind a content: the bytes of a size in it. */
const DESCRIPTIONS: ReadonlyMap<number, 4 | 8> = new Map([[12, 4], [16, 4], [20, 8], [24, 8]]);
/** The flag of it. */
const DESCRIBED_BEHIND = 8;
/** Flags of contents that are encrypted, strongly, with what describes them. */
const ENCRYPTED = 0x1 | 0x40 | 0x2000;
/** In the place of a method: AES, and the method elsewhere. */
const AES_METHOD = 99;

const MORE: Wrong = { wrong: "holds more than its list of files" };
const TWO_WAYS: Wrong = { wrong: "describes a file in two ways" };
const BROKEN: Wrong = { wrong: "is a zip archive that cannot be read" };

/** The offset of the record with which the list ends; undefined where there is none. */
function findEnd(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - END_BYTES - COMMENT_BYTES_MAX);
  for (let at = view.byteLength - END_BYTES; at >= first; at--) {
    if (view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  return undefined;
}

/** Whether some reader would take this for a zip archive, whatever it begins like. */
export function endsAsZip(bytes: Uint8Array): boolean {
  if (bytes.byteLength < END_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) return false;
  const [count, size] = [view.getUint16(end + 10, true), view.getUint32(end + 12, true)];
  return count > 0 && size >= LISTED_BYTES && size <= end && view.getUint32(end - size, true) === LISTED;
}

/** Every entry, or what is wrong with the archive. @param entriesMax more than these are not read */
export function readZip(bytes: Uint8Array, entriesMax: number): readonly Entry[] | Wrong {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.byteLength < END_BYTES ? undefined : findEnd(view);
  if (end === undefined) return BROKEN;
  const [disk, listDisk, here, count] = [4, 6, 8, 10].map((offset) => view.getUint16(end + offset, true));
  const [size, start] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  if (disk !== 0 || listDisk !== 0 || here !== count) return { wrong: "is a zip archive in several volumes" };
  // The wide form of the list is for archives that no body here is as large as.
  if (count === undefined || start === 0xffffffff || count === 0xffff || start + size !== end) return BROKEN;
  if (count > entriesMax) return { wrong: "holds too many files" };
  return new ZipList(bytes, view, start, end).read(count);
}

interface Listed extends Entry {
  readonly from: number;
  readonly rawName: Buffer;
  readonly flags: number;
  /** How it is packed. */
  readonly method: number;
  readonly next: number;
}

class ZipList {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #start: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, view: DataView, start: number, end: number) {
    this.#bytes = bytes;
    this.#view = view;
    this.#start = start;
    this.#end = end;
  }

  read(count: number): readonly Entry[] | Wrong {
    const entries: Listed[] = [];
    let at = this.#start;
    for (let index = 0; index < count; index++) {
      const entry = this.#listed(at);
      if (entry === undefined) return BROKEN;
      entries.push(entry);
      at = entry.next;
    }
    return at === this.#end ? (this.#contents(entries) ?? entries) : BROKEN;
  }

  /** One entry of the list. */
  #listed(at: number): Listed | undefined {
    const view = this.#view;
    if (at + LISTED_BYTES > this.#end || view.getUint32(at, true) !== LISTED) return undefined;
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const [packedBytes, bytes, attributes, from] = [20, 24, 38, 42].map((offset) => view.getUint32(at + offset, true));
    if (nameBytes === undefined || extraBytes === undefined || commentBytes === undefined || packedBytes === undefined || bytes === undefined || attributes === undefined || from === undefined) return undefined;
    const next = at + LISTED_BYTES + nameBytes + extraBytes + commentBytes;
    if (next > this.#end || [packedBytes, bytes, from].includes(0xffffffff) || this.#isWide(at + LISTED_BYTES + nameBytes, extraBytes)) return undefined;
    const rawName = this.#slice(at + LISTED_BYTES, nameBytes);
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const isUnix = view.getUint8(at + 5) === 3;
    return { name: rawName.toString("utf8"), kind: kindOf(rawName, isUnix ? attributes >>> 28 : 0), packedBytes, bytes, isSecret: (flags & ENCRYPTED) !== 0 || method === AES_METHOD, from, rawName, flags, method, next };
  }

  #isWide(from: number, length: number): boolean {
    for (let at = from; at + 4 <= from + length; at += 4 + this.#view.getUint16(at + 2, true)) if (this.#view.getUint16(at, true) === WIDE_EXTRA) return true;
    return false;
  }

  #slice(from: number, length: number): Buffer {
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + from, length);
  }

  /** The descriptions before the contents say the same as the list, and everything before the list is content, once. */
  #contents(entries: readonly Listed[]): Wrong | undefined {
    const inPlace = [...entries].sort((one, other) => one.from - other.from);
    let at = 0;
    for (const [index, entry] of inPlace.entries()) {
      const next = inPlace[index + 1]?.from ?? this.#start;
      if (entry.from < at) return { wrong: "holds files that overlap" };
      if (entry.from !== at) return MORE;
      const end = this.#local(entry);
      if (end === undefined) return TWO_WAYS;
      if (end > next) return { wrong: "holds files that overlap" };
      const wrong = this.#behind(entry, end, next - end);
      if (wrong !== undefined) return wrong;
      at = next;
    }
    return at === this.#start ? undefined : MORE;
  }

  /** Behind a content whose size was not known ahead stands one more description, of sizes in 32 or 64 bits, marked or not. */
  #behind({ flags, packedBytes, bytes }: Listed, at: number, length: number): Wrong | undefined {
    if ((flags & DESCRIBED_BEHIND) === 0) return length === 0 ? undefined : MORE;
    const sizeBytes = DESCRIPTIONS.get(length);
    if (sizeBytes === undefined) return MORE;
    const view = this.#view;
    const first = at + length - 2 * sizeBytes;
    const [packed, unpacked] = [first, first + sizeBytes].map((from) => (sizeBytes === 4 ? view.getUint32(from, true) : Number(view.getBigUint64(from, true))));
    const isMarked = length % 8 !== 0 || view.getUint32(at, true) === DESCRIPTION;
    return isMarked && packed === packedBytes && unpacked === bytes ? undefined : TWO_WAYS;
  }

  /** Where the content of an entry ends; undefined where what stands before it does not agree with the list. */
  #local({ from, rawName, packedBytes = 0, bytes, flags, method }: Listed): number | undefined {
    const view = this.#view;
    if (from + LOCAL_BYTES > this.#start || view.getUint32(from, true) !== LOCAL) return undefined;
    const [nameBytes, extraBytes] = [view.getUint16(from + 26, true), view.getUint16(from + 28, true)];
    const start = from + LOCAL_BYTES + nameBytes + extraBytes;
    if (start > this.#start || !this.#slice(from + LOCAL_BYTES, nameBytes).equals(rawName) || view.getUint16(from + 6, true) !== flags || view.getUint16(from + 8, true) !== method) return undefined;
    const [localPacked, localBytes] = [view.getUint32(from + 18, true), view.getUint32(from + 22, true)];
    const unknown = (flags & DESCRIBED_BEHIND) !== 0 && localPacked === 0 && localBytes === 0;
    return unknown || (localPacked === packedBytes && localBytes === bytes) ? start + packedBytes : undefined;
  }
}

/** The upper four bits of a Unix mode. */
function kindOf(rawName: Buffer, mode: number): Entry["kind"] {
  if (mode === 0xa) return "link";
  if (rawName.at(-1) === 0x2f) return "folder";
  return mode === 0 || mode === 0x8 ? "file" : mode === 0x4 ? "folder" : "other";
}
