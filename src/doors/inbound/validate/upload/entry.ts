/**
 * Entry: one file within an archive, as its archive describes it, and the rules for all of them.
 *
 * Who unpacks an archive writes where its names say ("zip slip"), as much as its sizes say, and follows the links in it. None
 * of that is found by looking at the archive as a file.
 */

export interface Entry {
  readonly name: string;
  readonly kind: "file" | "folder" | "link" | "other";
  /** Bytes in the archive; undefined where they are not packed one by one. */
  readonly packedBytes: number | undefined;
  readonly bytes: number;
  /** Whether its content can be read only with a password. */
  readonly isSecret?: boolean;
}

export interface ArchiveBounds {
  readonly entries: number;
  readonly unpackedBytes: number;
  /** Unpacked bytes for each packed one. */
  readonly ratio: number;
  /** Archives within archives. */
  readonly levels: number;
}

/** Longest path within an archive. */
export const ENTRY_NAME_BYTES_MAX = 1_024;
/** Below this nothing is a bomb, however well it packs. */
export const RATIO_BYTES_MIN = 1_048_576;

const PACKED = /\.(?:zip|jar|war|ear|apk|docx|xlsx|pptx|odt|ods|odp|epub|gz|tgz|bz2|tbz2|xz|txz|zst|7z|rar|tar|cab|iso)$/i;

/** What is wrong with a list of entries as a whole. Linear; never throws. */
export class EntryJudge {
  readonly #bounds: ArchiveBounds;
  readonly #names = new Set<string>();
  #bytes = 0;

  constructor(bounds: ArchiveBounds) {
    this.#bounds = bounds;
  }

  /** Judges one more entry. */
  add({ name, kind, packedBytes, bytes }: Entry): string | undefined {
    const { entries, unpackedBytes, ratio, levels } = this.#bounds;
    if (this.#names.size >= entries) return "holds too many files";
    const wrong = pathFault(name);
    if (wrong !== undefined) return wrong;
    // Two files of one name, as file systems compare them: some unpack the first, some the last.
    const key = name.normalize("NFC").toLowerCase().replace(/\/$/, "");
    if (this.#names.has(key)) return "holds two files of one name";
    this.#names.add(key);
    if (kind === "link") return "holds a link";
    if (kind === "other") return "holds something that is neither file nor folder";
    this.#bytes += bytes;
    if (this.#bytes > unpackedBytes) return "unpacks to too much";
    if (packedBytes !== undefined && bytes > RATIO_BYTES_MIN && bytes > packedBytes * ratio) return "is packed more tightly than files are";
    return levels < 1 && PACKED.test(name) ? "holds another archive" : undefined;
  }
}

/** A path has to stay where it is unpacked, on every system. */
function pathFault(name: string): string | undefined {
  if (name === "" || Buffer.byteLength(name) > ENTRY_NAME_BYTES_MAX) return "holds a file whose name is too long, or none";
  if (/[\p{C}\p{Zl}\p{Zp}\\]/u.test(name)) return "holds a file with a name that cannot be read";
  const parts = name.split("/");
  const leads = name.startsWith("/") || /^[A-Za-z]:/.test(name) || parts.some((part, at) => part === ".." || part === "." || (part === "" && at < parts.length - 1));
  return leads ? "holds a file whose name leads out of it" : undefined;
}
