/**
 * Embedded files: files that stand in a text of a body, in base64, as the contract says.
 *
 * What stores or opens them decodes them first, most of it leniently: signs that base64 does not have are passed over. JSON
 * Schema leaves it open whether such a text is what it says (2020-12, Validation, section 8.1), so it is read as leniently here
 * and judged by what comes out; where the contract names a type whose content is known by its beginning, it has to be base64
 * and begin so. Where the text may be something else as well, what is no such file is that.
 */
import { writePointer } from "../../../../contract/json-pointer.ts";
import type { EmbeddedFile, Leaf } from "../../../../contract/kinds/kind.ts";
import type { FilePart } from "../../../../contract/media/decode.ts";
import { beginsAs, formatsOfType } from "../../../../contract/media/signature.ts";
import { type Finding, isJsonObject, type Json } from "../../../../guard.ts";

export interface Embedded {
  readonly files: readonly FilePart[];
  readonly findings: readonly Finding[];
}

export const NOTHING_EMBEDDED: Embedded = { files: [], findings: [] };

/** Whether a file may stand anywhere in it. */
export function mayEmbed(leaf: Leaf, seen: Set<Leaf> = new Set()): boolean {
  if (seen.has(leaf)) return false;
  seen.add(leaf);
  return leaf.file !== undefined || partsOf(leaf).some((part) => mayEmbed(part, seen));
}

function partsOf({ members, prefix, rest, items }: Leaf): readonly Leaf[] {
  return [...members.values(), ...prefix, rest, items].filter((part) => part !== undefined);
}

/** Takes the files out of a value that was held to its schema. */
export function findEmbedded(value: Json, leaf: Leaf): Embedded {
  const files: FilePart[] = [];
  const findings: Finding[] = [];
  const path: string[] = [];
  const walk = (below: Json, at: Leaf | undefined): void => {
    if (at === undefined) return;
    if (typeof below === "string") {
      if (at.file !== undefined && below !== "") take(below, at.file);
    } else if (Array.isArray(below)) {
      for (const [index, item] of (below as readonly Json[]).entries()) step(String(index), item, at.prefix[index] ?? at.items);
    } else if (isJsonObject(below)) {
      for (const [name, member] of Object.entries(below)) step(name, member, at.members.get(name) ?? at.rest);
    }
  };
  const step = (key: string, below: Json, at: Leaf | undefined): void => {
    path.push(key);
    walk(below, at);
    path.pop();
  };
  const take = (text: string, file: EmbeddedFile): void => {
    const pointer = writePointer(path);
    const bytes = Buffer.from(text, "base64");
    const wrong = wrongOf(text, bytes, file);
    if (wrong === undefined) files.push({ pointer, filename: undefined, type: file.types[0] ?? "", bytes });
    else if (file.always) findings.push({ pointer, ...wrong });
  };
  walk(value, leaf);
  return { files, findings };
}

const MALFORMED = { keyword: "contentEncoding", message: "is not in base64" } as const;
const MISLABELLED = { keyword: "contentMediaType", message: "does not begin as content of its type does" } as const;

function wrongOf(text: string, bytes: Uint8Array, { types }: EmbeddedFile): Pick<Finding, "keyword" | "message"> | undefined {
  const formats = types.map(formatsOfType);
  if (formats.length === 0 || formats.includes(undefined)) return undefined;
  if (!isBase64(text)) return MALFORMED;
  return formats.some((some) => some !== undefined && beginsAs(some, bytes)) ? undefined : MISLABELLED;
}

/** RFC 4648, sections 4 and 5; padding may be left out. One class and two optional signs: nothing to go back to. */
const BASE64 = /^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/;

function isBase64(text: string): boolean {
  if (!BASE64.test(text)) return false;
  const padding = text.indexOf("=");
  // A sign alone holds six bits of a byte.
  return padding === -1 ? text.length % 4 !== 1 : text.length % 4 === 0;
}
