/** XML options: how large an XML text may be, how long it may take, and which schema of the policy's own it is held to. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { XmlBounds } from "../contract/media/xml/scan.ts";
import { count, duration, optional, or, type Shape, type Site, size, text } from "../guard.ts";
import { openXmlReaders, tryXsd, type XmlReaders } from "../xml/xml-readers.ts";
import type { XsdFiles } from "../xml/xml-thread.ts";

export interface XmlOptions {
  readonly schema: string | undefined;
  readonly depth: number;
  readonly elements: number;
  readonly attributes: number;
  readonly texts: number;
  readonly deadline: number;
  readonly memory: number;
}

export const xmlOptions: { readonly [K in keyof XmlOptions]: Shape<XmlOptions[K]> } = {
  schema: optional(text("File of an XML Schema (XSD 1.0) that texts are held to, beside what the contract says; files that it includes stand in its folder or below.", { example: "./order.xsd" })),
  depth: or(count("Levels of elements within each other.", { min: 1, max: 250 }), 64),
  elements: or(count("Elements of one text.", { min: 1, max: 1_000_000 }), 10_000),
  attributes: or(count("Attributes of one element.", { min: 0, max: 1_000 }), 64),
  texts: or(size("Bytes of one text between two tags, or of one attribute.", { min: "1B", max: "10MiB" }), "1MiB"),
  deadline: or(duration("Longest time for one text, waiting included.", { min: "10ms", max: "60s" }), "2s"),
  memory: or(size("Memory that the parser may have.", { min: "16MiB", max: "2GiB" }), "256MiB"),
};

/** How texts are read at one operation. */
export interface XmlReading {
  readonly bounds: XmlBounds;
  readonly readers: XmlReaders;
  /** Key of the policy's own schema. */
  readonly schema: string | undefined;
  readonly milliseconds: number;
}

/** One thread for all operations with the same schema, and one for those without. */
export function openXmlReading({ schema, depth, elements, attributes, texts, deadline, memory }: XmlOptions, { folder, share, report }: Pick<Site, "folder" | "share" | "report">): XmlReading {
  const found = schema === undefined ? undefined : readXsd(path.resolve(folder, schema));
  if (found !== undefined && "wrong" in found) report(`schema: ${found.wrong}`, "a readable file");
  const xsd = found === undefined || "wrong" in found ? undefined : found;
  const { readers, wrong } = share(`xml ${memory} ${xsd?.key ?? ""}`, () => {
    const schemas = xsd === undefined ? [] : [xsd];
    const readers = openXmlReaders({ schemas, memoryBytes: memory });
    const wrong = schemas.length === 0 ? undefined : tryXsd(schemas, memory).get(xsd?.key ?? "");
    return { value: { readers, wrong }, close: () => readers.close() };
  });
  if (wrong !== undefined) report(`schema: this is no XML Schema that can be used: ${wrong}`, "XSD 1.0");
  return { bounds: { depth, elements, attributes, textBytes: texts }, readers, schema: xsd?.key, milliseconds: deadline };
}

const XSD_FILES_MAX = 100;
const XSD_BYTES_MAX = 10_485_760;
/** One attribute of one element, found by its name. */
const LOCATION = /\bschemaLocation\s*=\s*(?:"([^"<]{1,500})"|'([^'<]{1,500})')/g;

/** A schema and all that it includes and imports, by the names under which it does so: nothing else can be read later. */
function readXsd(file: string): XsdFiles | { readonly wrong: string } {
  const folder = path.dirname(file);
  const files = new Map<string, string>();
  const names = [path.basename(file)];
  let bytes = 0;
  for (const name of names) {
    if (files.has(name)) continue;
    if (files.size === XSD_FILES_MAX || name.startsWith("..") || path.isAbsolute(name) || /^[a-z][a-z0-9+.-]*:/i.test(name)) return { wrong: `the schema refers to "${name.slice(0, 100)}", which is not in its folder` };
    try {
      const read = readFileSync(path.join(folder, name), "utf8");
      bytes += read.length;
      if (bytes > XSD_BYTES_MAX) return { wrong: "the schema is too large" };
      files.set(name, read);
    } catch {
      return { wrong: `the file ${name.slice(0, 100)} cannot be read` };
    }
    const locations = [...(files.get(name) ?? "").matchAll(LOCATION)].map((match) => match[1] ?? match[2] ?? "");
    names.push(...locations.map((location) => path.posix.join(path.posix.dirname(name), location)));
  }
  const list = [...files].map(([name, text]) => ({ name, text }));
  return { key: createHash("sha256").update(JSON.stringify(list)).digest("hex"), files: list };
}
