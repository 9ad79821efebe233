/**
 * Tar: the headers of a tar archive as its bytes come (POSIX.1-2017, pax, "ustar Interchange Format").
 *
 * Contents are passed over. Long names of GNU and names of pax stand in entries of their own, and are put together here as
 * whoever unpacks does. What an archive says in another way, binary sizes among it, is not read.
 */
import type { Entry } from "./entry.ts";

const BLOCK = 512;
/** Bytes of an entry that only describes the next one. */
export const TAR_DESCRIPTION_BYTES_MAX = 8_192;

/** What pax says of an entry that bears on where it is unpacked and how large it is. */
const PER_ENTRY: ReadonlySet<string> = new Set(["path", "linkpath", "size"]);
const KINDS: ReadonlyMap<string, Entry["kind"]> = new Map([["0", "file"], ["\0", "file"], ["7", "file"], ["5", "folder"], ["1", "link"], ["2", "link"]]);

/** Takes the bytes of an archive in pieces; `entry` is told each file, and answers what is wrong with it. Never throws. */
export class TarReader {
  readonly #entry: (entry: Entry) => string | undefined;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of content still to come, padding included. */
  #skip = 0;
  #description: { readonly kind: "L" | "x" | "g"; readonly chunks: Buffer[]; bytes: number; padding: number } | undefined;
  #nextName: string | undefined;
  #nextBytes: number | undefined;
  #ended = false;
  #wrong: string | undefined;

  constructor(entry: (entry: Entry) => string | undefined) {
    this.#entry = entry;
  }

  /** @returns what is wrong, from then on and for good */
  push(chunk: Uint8Array): string | undefined {
    if (this.#wrong !== undefined) return this.#wrong;
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = this.#rest.length === 0 ? fresh : Buffer.concat([this.#rest, fresh]);
    let at = 0;
    while (this.#wrong === undefined && at < bytes.length) {
      const next = this.#step(bytes, at);
      if (next === at) break;
      at = next;
    }
    this.#rest = bytes.subarray(at);
    return this.#wrong;
  }

  /** @returns what is wrong with the whole */
  end(): string | undefined {
    if (this.#wrong === undefined && !this.#ended) this.#wrong = "is a tar archive that cannot be read";
    return this.#wrong;
  }

  #fail(wrong: string, at: number): number {
    this.#wrong = wrong;
    return at;
  }

  #step(bytes: Buffer, at: number): number {
    if (this.#description !== undefined) return this.#describe(bytes, at);
    if (this.#skip > 0) {
      const step = Math.min(this.#skip, bytes.length - at);
      this.#skip -= step;
      return at + step;
    }
    if (bytes.length - at < BLOCK) return at;
    const block = bytes.subarray(at, at + BLOCK);
    const isEmpty = block.every((byte) => byte === 0);
    // Behind its end an archive is filled up with zeros; more of it would be another archive, for some.
    if (this.#ended || isEmpty) {
      this.#ended = true;
      return isEmpty ? at + BLOCK : this.#fail("holds something behind its end", at);
    }
    return this.#header(block, at);
  }

  #header(block: Buffer, at: number): number {
    const size = readOctal(block, 124, 12);
    if (size === undefined || readOctal(block, 148, 8) !== checksum(block)) return this.#fail("is a tar archive that cannot be read", at);
    const flag = String.fromCharCode(block[156] ?? 0);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (flag === "L" || flag === "x" || flag === "g") {
      if (size > TAR_DESCRIPTION_BYTES_MAX || size === 0) return this.#fail("holds a file whose name is too long, or none", at);
      this.#description = { kind: flag, chunks: [], bytes: size, padding };
      return at + BLOCK;
    }
    const kind = KINDS.get(flag) ?? "other";
    const bytes = this.#nextBytes ?? size;
    const wrong = bytes === size ? this.#entry({ name: this.#nextName ?? nameOf(block), kind, packedBytes: undefined, bytes }) : "is a tar archive that cannot be read";
    this.#nextName = this.#nextBytes = undefined;
    if (wrong !== undefined) return this.#fail(wrong, at);
    this.#skip = kind === "file" ? size + padding : 0;
    return kind !== "file" && size > 0 ? this.#fail("is a tar archive that cannot be read", at) : at + BLOCK;
  }

  #describe(bytes: Buffer, at: number): number {
    const description = this.#description;
    if (description === undefined) return at;
    const step = Math.min(description.bytes, bytes.length - at);
    description.chunks.push(bytes.subarray(at, at + step));
    description.bytes -= step;
    if (description.bytes > 0) return at + step;
    this.#description = undefined;
    this.#skip = description.padding;
    const text = Buffer.concat(description.chunks).toString("utf8");
    if (description.kind === "L") this.#nextName = cut(text);
    else if (!this.#readPax(text, description.kind === "g")) return this.#fail("is a tar archive that cannot be read", at);
    return at + step;
  }

  /** `length key=value\n`, one behind the other. @param everywhere it is said of all entries: names and sizes cannot be */
  #readPax(text: string, everywhere: boolean): boolean {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) {
      const blank = bytes.indexOf(0x20, at);
      const length = /^[1-9][0-9]{0,4}$/.test(bytes.toString("latin1", at, Math.max(at, blank))) ? Number(bytes.toString("latin1", at, blank)) : 0;
      const record = bytes.toString("utf8", blank + 1, at + length - 1);
      const equals = record.indexOf("=");
      if (length < blank - at + 3 || at + length > bytes.length || bytes[at + length - 1] !== 0x0a || equals < 1) return false;
      const key = record.slice(0, equals);
      const value = record.slice(equals + 1);
      if (everywhere && PER_ENTRY.has(key)) return false;
      if (key === "path") this.#nextName = value;
      if (key === "size") this.#nextBytes = /^[0-9]{1,12}$/.test(value) ? Number(value) : -1;
      at += length;
    }
    return true;
  }
}

function nameOf(block: Buffer): string {
  const name = cut(block.toString("utf8", 0, 100));
  const prefix = block.toString("latin1", 257, 263) === "ustar\0" ? cut(block.toString("utf8", 345, 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function cut(text: string): string {
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

function readOctal(block: Buffer, from: number, length: number): number | undefined {
  const text = cut(block.toString("latin1", from, from + length)).trim();
  return /^[0-7]{1,11}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/** The sum of all bytes, with blanks in the place of the sum itself. */
function checksum(block: Buffer): number {
  let sum = 0;
  for (const [at, byte] of block.entries()) sum += at >= 148 && at < 156 ? 0x20 : byte;
  return sum;
}
