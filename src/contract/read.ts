/**
 * Read: an OpenAPI document becomes a Contract: its operations, the way to find them, and what did not fit.
 *
 * Never throws for what a document says. What cannot be understood takes down the operation that it belongs to, or,
 * with `strict`, everything.
 */
import type { Contract } from "./contract.ts";
import { buildFind, type Find } from "./find.ts";
import { type Json, isJsonObject, type JsonObject } from "./json-value.ts";
import type { Library } from "./library.ts";
import { lint } from "./lint.ts";
import { type Misfit, type Report, sortMisfits } from "./misfit.ts";
import type { Dialect } from "./object-table.ts";
import { openLibrary } from "./open-library.ts";
import { findStrayWords } from "./own-words.ts";
import { readPaths } from "./read-paths.ts";
import { type Node, openReading } from "./reading.ts";

export interface ReadOptions {
  /** What would take down one operation stops everything. */
  readonly strict?: boolean;
  /** What stands in front of every path, instead of what the document says under `servers`: `""` or `/v1`. */
  readonly basePath?: string;
}

export type ReadContract = Contract & { readonly find: Find };

/** Reads the contract in `file`. Where nothing can be understood there are no operations, and a misfit of level `error`. */
export function readContract(file: string, options: ReadOptions = {}): ReadContract {
  const library = openLibrary(file);
  if ("wrong" in library) return emptyContract(file, library.wrong);
  const collected = collectMisfits(options.strict === true);
  const document = openDocument(library, collected.report);
  if (document === undefined) return emptyContract(library.root, collected.list());
  const { node, dialect } = document;
  const reading = openReading(library, dialect, node, collected.report);
  const { routed, empty } = readPaths(reading, options.basePath === undefined ? undefined : trimBasePath(options.basePath));
  const find = buildFind(routed, empty, collected.report);
  reportRest(library, dialect, collected);
  for (const misfit of findStrayWords(library)) collected.report(misfit);
  return {
    ...describeDocument(node.value, dialect, library),
    operations: routed.map(({ operation }) => operation),
    misfits: collected.list(),
    find,
  };
}

interface Collected {
  readonly report: Report;
  /** Whether something was said already about this place in these words, at whatever level. */
  readonly knows: (misfit: Misfit) => boolean;
  readonly list: () => readonly Misfit[];
}

function collectMisfits(strict: boolean): Collected {
  const found = new Map<string, Misfit>();
  const said = new Set<string>();
  const keyOf = ({ place, message }: Misfit): string => `${place.file}#${place.pointer} ${message}`;
  return {
    report(misfit) {
      const level = strict && misfit.level === "operation" ? "error" : misfit.level;
      said.add(keyOf(misfit));
      found.set(`${level} ${misfit.operation ?? ""} ${keyOf(misfit)}`, { ...misfit, level });
    },
    knows: (misfit) => said.has(keyOf(misfit)),
    list: () => sortMisfits([...found.values()]),
  };
}

/** The document and its dialect, or undefined after a misfit of level `error`. */
function openDocument(library: Library, report: Report): { readonly node: Node; readonly dialect: Dialect } | undefined {
  const spot = { file: library.root, pointer: "" };
  const refuse = (pointer: string, message: string, allowed = "OpenAPI 3.0, 3.1, 3.2"): undefined => {
    report({ level: "error", place: library.place({ ...spot, pointer }), message, allowed });
  };
  const value = library.at(spot);
  if (!isJsonObject(value)) return refuse("", "this is not an OpenAPI document");
  const { openapi, swagger } = value;
  if (swagger !== undefined) return refuse("/swagger", "Swagger 2.0 is not understood: convert the document to OpenAPI 3");
  if (openapi === undefined) return refuse("", 'this is not an OpenAPI document: the field "openapi" is missing');
  const dialect = /^(3\.[012])\.[0-9]+(?:-.*)?$/.exec(typeof openapi === "string" ? openapi : "")?.[1];
  if (dialect === undefined) return refuse("/openapi", `this version of OpenAPI is not understood${typeof openapi === "string" ? "" : ": write it in quotes"}`);
  for (const [name, list] of [["paths", false], ["components", false], ["security", true], ["servers", true]] as const) {
    const given = value[name];
    if (given !== undefined && (list ? !Array.isArray(given) : !isJsonObject(given))) refuse(`/${name}`, `"${name}" is not what it has to be`, list ? "a list" : "an object");
  }
  return { node: { ...spot, value }, dialect: dialect as Dialect }; // the pattern lets no other through
}

/** What the walk over the whole document finds beyond what the operations have said: nothing of it is in use. */
function reportRest(library: Library, dialect: Dialect, { report, knows }: Collected): void {
  for (const { spot, message, allowed } of lint({ file: library.root, pointer: "" }, "document", { library, dialect, whole: true })) {
    const misfit: Misfit = { level: "warning", place: library.place(spot), message, ...(allowed === undefined ? {} : { allowed }) };
    if (!knows(misfit)) report(misfit);
  }
}

function describeDocument(value: JsonObject, dialect: string, library: Library): Omit<Contract, "operations" | "misfits"> {
  const info = isJsonObject(value["info"]) ? value["info"] : {};
  const text = (name: string): string => (typeof info[name] === "string" ? info[name] : typeof info[name] === "number" ? String(info[name]) : "");
  return {
    title: text("title"),
    version: text("version"),
    dialect,
    file: library.root,
    files: library.files,
    extensions: extensionsOf(value),
    mentions: mentioning(library),
  };
}

function mentioning(library: Library): (prefix: string) => boolean {
  let names: Set<string> | undefined;
  return (prefix) => {
    if (names === undefined) {
      names = new Set();
      for (const file of library.files) collectExtensions(library.at({ file, pointer: "" }), names);
    }
    return [...names].some((name) => name.startsWith(prefix));
  };
}

function collectExtensions(value: Json | undefined, names: Set<string>): void {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) collectExtensions(item, names); // isArray forgets readonly
  if (!isJsonObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (name.startsWith("x-")) names.add(name);
    collectExtensions(member, names);
  }
}

function extensionsOf(value: JsonObject): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name.startsWith("x-")));
}

function trimBasePath(path: string): string {
  const segments = path.split("/").filter((segment) => segment !== "");
  return segments.map((segment) => `/${segment}`).join("");
}

function emptyContract(file: string, misfits: readonly Misfit[]): ReadContract {
  return {
    title: "",
    version: "",
    dialect: "",
    file,
    files: [file],
    extensions: {},
    operations: [],
    misfits: sortMisfits(misfits),
    find: buildFind([], [], () => undefined),
  };
}
