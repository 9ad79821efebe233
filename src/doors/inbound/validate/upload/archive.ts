/**
 * Archive: looks into an archive for what it would do to whoever unpacks it.
 *
 * A zip is read by its list alone; a tar by its headers; what is compressed as a whole is unpacked piece by piece, up to the
 * bounds, and not kept.
 */
import { formatsOf, SIGNATURE_BYTES } from "../../../../contract/media/signature.ts";
import { type Coding, unpack } from "../../../../exchange/unpack.ts";
import { type ArchiveBounds, EntryJudge, RATIO_BYTES_MIN } from "./entry.ts";
import { TarReader } from "./tar.ts";
import { endsAsZip, readZip } from "./zip.ts";

/** What is wrong, as the rest of a sentence. `unreadable`: nothing is known of what is inside. */
export type ArchiveFault = { readonly wrong: string; readonly unreadable?: true };

const PACKED: ReadonlyMap<string, Coding> = new Map([["gzip", "gzip"], ["zstd", "zstd"]]);
const UNREADABLE: ReadonlySet<string> = new Set(["bzip2", "xz", "7z", "rar"]);
const ARCHIVES: ReadonlySet<string> = new Set(["zip", "tar", ...PACKED.keys(), ...UNREADABLE]);

/** The format of an archive, by its first bytes; undefined for what is none. */
export function archiveFormat(head: Uint8Array): string | undefined {
  return formatsOf(head.subarray(0, SIGNATURE_BYTES)).find((format) => ARCHIVES.has(format));
}

/** Looks into a file that may be an archive. */
export function archiveFault(bytes: Uint8Array, bounds: ArchiveBounds): ArchiveFault | undefined | Promise<ArchiveFault | undefined> {
  const format = archiveFormat(bytes);
  if (format !== "zip" && endsAsZip(bytes)) return { wrong: "is a zip archive and something else at once" };
  if (format === undefined) return undefined;
  if (UNREADABLE.has(format)) return { wrong: "is an archive that cannot be looked into", unreadable: true };
  if (format === "zip") return zipFault(bytes, bounds);
  if (format === "tar") return tell(tarFault(bytes, bounds));
  return unpackedFault(PACKED.get(format) ?? "gzip", bytes, bounds);
}

function tell(wrong: string | undefined): ArchiveFault | undefined {
  return wrong === undefined ? undefined : { wrong };
}

function zipFault(bytes: Uint8Array, bounds: ArchiveBounds): ArchiveFault | undefined {
  const entries = readZip(bytes, bounds.entries);
  if ("wrong" in entries) return entries;
  const judge = new EntryJudge(bounds);
  for (const entry of entries) {
    const wrong = judge.add(entry);
    if (wrong !== undefined) return { wrong };
  }
  // Nobody who looks through files behind the API will see more of it, either.
  return entries.some(({ isSecret }) => isSecret === true) ? { wrong: "holds encrypted files", unreadable: true } : undefined;
}

function tarFault(bytes: Uint8Array, bounds: ArchiveBounds): string | undefined {
  const judge = new EntryJudge(bounds);
  const reader = new TarReader((entry) => judge.add(entry));
  return reader.push(bytes) ?? reader.end();
}

/** A tar that is compressed is one archive, another archive within is one more. */
async function unpackedFault(coding: Coding, packed: Uint8Array, bounds: ArchiveBounds): Promise<ArchiveFault | undefined> {
  const inside = new Inside(packed.byteLength, bounds);
  const outcome = await unpack(coding, packed, (piece) => inside.take(piece));
  if (outcome === "broken") return { wrong: "is an archive that cannot be read" };
  return tell(outcome === "stopped" ? (inside.wrong ?? "unpacks to too much") : inside.end());
}

class Inside {
  wrong: string | undefined;
  readonly #packedBytes: number;
  readonly #bounds: ArchiveBounds;
  #bytes = 0;
  #head: Buffer = Buffer.alloc(0);
  #tar: TarReader | undefined;
  #known = false;

  constructor(packedBytes: number, bounds: ArchiveBounds) {
    this.#packedBytes = packedBytes;
    this.#bounds = bounds;
  }

  take(piece: Buffer): boolean {
    this.#bytes += piece.length;
    if (this.#bytes > this.#bounds.unpackedBytes) this.wrong = "unpacks to too much";
    else if (this.#bytes > RATIO_BYTES_MIN && this.#bytes > this.#packedBytes * this.#bounds.ratio) this.wrong = "is packed more tightly than files are";
    else this.wrong = this.#known ? this.#tar?.push(piece) : this.#begin(piece, SIGNATURE_BYTES);
    return this.wrong === undefined;
  }

  end(): string | undefined {
    if (!this.#known) this.wrong = this.#begin(Buffer.alloc(0), 0);
    return this.wrong ?? this.#tar?.end();
  }

  /** What is inside shows in its first bytes. */
  #begin(piece: Buffer, bytes: number): string | undefined {
    this.#head = Buffer.concat([this.#head, piece]);
    if (this.#head.length < bytes) return undefined;
    this.#known = true;
    const format = archiveFormat(this.#head);
    if (format === "tar") {
      const judge = new EntryJudge(this.#bounds);
      this.#tar = new TarReader((entry) => judge.add(entry));
      return this.#tar.push(this.#head);
    }
    return format !== undefined && this.#bounds.levels < 1 ? "holds another archive" : undefined;
  }
}
