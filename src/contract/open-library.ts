/**
 * Open library: reads the root file of a contract, and the files that it refers to as they are asked for.
 *
 * References stay on this machine and inside the root file's folder. A contract often comes from elsewhere (a build, a
 * vendor): with `$ref: ../../etc/passwd`, or a symbolic link that leads out, its messages would quote other files; and
 * with a URL, starting the gateway would call an address of the author's choice.
 */
import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve as resolvePath, sep } from "node:path";
import { isJsonObject, type Json } from "./json-value.ts";
import { follow, readPointer } from "./json-pointer.ts";
import type { Library, Resolved, Spot } from "./library.ts";
import { type Misfit, writeMisfit } from "./misfit.ts";
import { readSource, type Source } from "./read-source.ts";

/** Bytes of one file. */
export const FILE_BYTES: number = 64 * 1024 * 1024;
/** Files of one contract. */
export const FILES = 1_000;
/** References that lead from one to the next. */
export const REFERENCES = 64;

type Loaded = Source | { readonly wrong: readonly Misfit[] };

/** Opens the contract in `file`. Answers misfits of level `error` where it cannot be read at all. */
export function openLibrary(file: string): Library | { readonly wrong: readonly Misfit[] } {
  const root = resolvePath(file);
  const shelf = new Shelf(root);
  const loaded = shelf.load(root);
  if ("wrong" in loaded) return loaded;
  return {
    root,
    get files() {
      return shelf.files();
    },
    at: ({ file: name, pointer }) => shelf.at(name, pointer),
    place: (spot) => ({ file: spot.file, pointer: spot.pointer, ...shelf.position(spot) }),
    resolve: (reference, from) => resolveChain(shelf, reference, from),
  };
}

/** A reference and nothing else: its neighbours, if any, are for people. In a schema of OpenAPI 3.1 others count. */
export function isReference(value: Json | undefined): value is { readonly $ref: string } {
  if (!isJsonObject(value) || typeof value["$ref"] !== "string" || !Object.hasOwn(value, "$ref")) return false;
  return Object.keys(value).every((key) => key === "$ref" || key === "summary" || key === "description" || key.startsWith("x-"));
}

class Shelf {
  readonly #root: string;
  readonly #loaded = new Map<string, Loaded>();
  /** Names by true path: a file that is reached under two names is read once. */
  readonly #names = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  files(): readonly string[] {
    return [...this.#loaded.keys()];
  }

  /** The name under which a file is kept, or why it is not to be read. */
  admit(file: string): { readonly name: string } | { readonly wrong: string } {
    if (this.#loaded.has(file)) return { name: file };
    try {
      const folder = realpathSync(dirname(this.#root));
      const real = realpathSync(file);
      const inside = real.startsWith(folder.endsWith(sep) ? folder : folder + sep);
      if (!inside) return { wrong: `${file} lies outside the contract's folder ${folder}` };
      return { name: this.#names.get(real) ?? file };
    } catch {
      return { wrong: isPresent(file) ? `${file} cannot be opened` : `there is no file ${file}` };
    }
  }

  load(file: string): Loaded {
    let loaded = this.#loaded.get(file);
    if (loaded !== undefined) return loaded;
    if (this.#loaded.size >= FILES) return refuse(file, `the contract has more than ${FILES} files`);
    loaded = readFile(file);
    this.#loaded.set(file, loaded);
    try {
      this.#names.set(realpathSync(file), file);
    } catch {
      // It is gone, or never was: what was read, or the misfit that says so, stands.
    }
    return loaded;
  }

  at(file: string, pointer: string): Json | undefined {
    const loaded = this.#loaded.get(file);
    const keys = readPointer(pointer);
    return loaded === undefined || "wrong" in loaded || keys === undefined ? undefined : follow(loaded.value, keys);
  }

  position({ file, pointer }: Spot): { readonly line?: number; readonly column?: number } {
    const loaded = this.#loaded.get(file);
    return loaded === undefined || "wrong" in loaded ? {} : loaded.position(pointer);
  }
}

function resolveChain(shelf: Shelf, reference: string, from: Spot): Resolved | { readonly wrong: string } {
  const seen = new Set<string>();
  let next = reference;
  let stand = from;
  for (let count = 0; count < REFERENCES; count += 1) {
    const found = resolveOnce(shelf, next, stand);
    if ("wrong" in found || !isReference(found.value)) return found;
    const key = `${found.file}#${found.pointer}`;
    if (seen.has(key)) return { wrong: `the reference "${reference}" leads back to itself` };
    seen.add(key);
    next = found.value.$ref;
    stand = found;
  }
  return { wrong: `the reference "${reference}" passes through more than ${REFERENCES} others` };
}

function resolveOnce(shelf: Shelf, reference: string, from: Spot): Resolved | { readonly wrong: string } {
  const hash = reference.indexOf("#");
  const path = hash === -1 ? reference : reference.slice(0, hash);
  const target = path === "" ? { name: from.file } : locateFile(shelf, path, from.file);
  if ("wrong" in target) return { wrong: `the reference "${reference}" cannot be followed: ${target.wrong}` };
  const pointer = hash === -1 ? "" : decode(reference.slice(hash + 1));
  if (pointer === undefined || readPointer(pointer) === undefined) {
    return { wrong: `the reference "${reference}" does not end in a JSON Pointer such as #/components/schemas/Order` };
  }
  const loaded = shelf.load(target.name);
  if ("wrong" in loaded) return { wrong: `the reference "${reference}" leads to a file that cannot be read: ${describe(loaded.wrong)}` };
  const value = shelf.at(target.name, pointer);
  if (value === undefined) return { wrong: `the reference "${reference}" leads nowhere` };
  return { file: target.name, pointer, value };
}

function locateFile(shelf: Shelf, path: string, from: string): { readonly name: string } | { readonly wrong: string } {
  if (/^[a-z][a-z0-9+.-]*:/i.test(path) || path.startsWith("//")) return { wrong: "nothing is fetched over the network; keep a copy beside the contract" };
  if (path.includes("?")) return { wrong: "a file name has no query" };
  const decoded = decode(path);
  if (decoded === undefined || decoded.includes("\0")) return { wrong: "it is not well percent-encoded" };
  return shelf.admit(resolvePath(dirname(from), decoded));
}

function describe(wrong: readonly Misfit[]): string {
  const [first] = wrong;
  return first === undefined ? "" : writeMisfit(first);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function readFile(file: string): Loaded {
  try {
    const facts = statSync(file);
    // A pipe or a device would keep the reader waiting for ever.
    if (!facts.isFile()) return refuse(file, "this is not a file");
    if (facts.size > FILE_BYTES) return refuse(file, `this file is larger than ${FILE_BYTES} bytes`);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
    return readSource(text, file);
  } catch (fault) {
    return refuse(file, fault instanceof TypeError ? "this file is not UTF-8" : explainFault(fault));
  }
}

function explainFault(fault: unknown): string {
  const code = fault instanceof Error && "code" in fault ? String(fault.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return "there is no such file";
  return code === "EACCES" || code === "EPERM" ? "this file may not be read" : "this file cannot be read";
}

function refuse(file: string, message: string): { readonly wrong: readonly Misfit[] } {
  return { wrong: [{ level: "error", place: { file, pointer: "" }, message }] };
}

function isPresent(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}
