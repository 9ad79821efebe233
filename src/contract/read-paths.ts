/**
 * Read paths: every method of every path, each with an id of its own.
 */
import { readBasePath } from "./base-path.ts";
import type { Routed } from "./find.ts";
import { join } from "./json-pointer.ts";
import { isJsonObject } from "./json-value.ts";
import type { Spot } from "./library.ts";
import { type Dialect, isSince, METHODS } from "./object-table.ts";
import { type Entry, type PathEntry, readOperation } from "./read-operation.ts";
import { type Node, openScope, type Reading } from "./reading.ts";

export interface Paths {
  /** In the order of the document. */
  readonly routed: readonly Routed[];
  /** Templates without any method, with their base path. */
  readonly empty: readonly string[];
}

/** Reads all operations. */
export function readPaths(reading: Reading, basePath: string | undefined): Paths {
  const { document } = reading;
  const { paths } = document.value;
  if (!isJsonObject(paths)) return { routed: [], empty: [] };
  const empty: string[] = [];
  const ids = new Map<string, Node>();
  const read = Object.keys(paths)
    .filter((template) => !template.startsWith("x-"))
    .flatMap((template) => {
      const nodes = readItem(reading, { file: document.file, pointer: join(document.pointer, "paths", template) });
      const entries = listEntries(reading, { template, nodes }, ids);
      if (entries.length === 0) empty.push(readEmpty(reading, { template, nodes }, basePath));
      return entries.map((entry) => {
        const scope = openScope(reading, entry.id);
        if (nodes.length > 1) scope.refuse(nodes[0] ?? document, "fields beside the $ref of a path have no defined meaning");
        return readOperation(scope, entry, basePath);
      });
    });
  const methods = Map.groupBy(read, ({ operation }) => operation.path);
  const routed = read.map(({ operation, matrix }) => {
    const allow = (methods.get(operation.path) ?? []).map((other) => other.operation.method).sort();
    return { operation: { ...operation, allow }, matrix };
  });
  return { routed, empty };
}

/** With no operation to take down, a fault that may have been one (`gte: ...`) stops everything. */
function readEmpty({ document, faults, library, report }: Reading, { template, nodes }: PathEntry, basePath: string | undefined): string {
  for (const { spot, message, allowed, documentation } of nodes.flatMap((node) => faults(node, "pathItem"))) {
    if (!documentation) report({ level: "error", place: library.place(spot), message, ...(allowed === undefined ? {} : { allowed }) });
  }
  return (basePath ?? readBasePath([...nodes, document]).path) + template;
}

/**
 * The path item, behind its reference where it has one. An item that cannot be read may hold any method, and its
 * requests would fall to other templates that match: so nothing starts.
 */
function readItem(reading: Reading, spot: Spot): readonly Node[] {
  const { library, report } = reading;
  const refuse = (message: string): readonly Node[] => {
    report({ level: "error", place: library.place(spot), message });
    return [];
  };
  if (!lastKey(spot).startsWith("/")) return refuse("a path begins with a slash");
  const nodes: Node[] = [];
  let at: Spot = spot;
  for (;;) {
    const value = library.at(at);
    if (!isJsonObject(value)) return refuse("a path leads to an object with methods");
    const reference = value["$ref"];
    const meant = Object.keys(value).some((name) => name !== "$ref" && name !== "summary" && name !== "description" && !name.startsWith("x-"));
    if (reference === undefined || meant) nodes.push({ file: at.file, pointer: at.pointer, value });
    if (reference === undefined) return nodes;
    if (typeof reference !== "string") return refuse("the $ref of a path is a text");
    const found = library.resolve(reference, at);
    if ("wrong" in found) return refuse(found.wrong);
    if (nodes.some((node) => node.file === found.file && node.pointer === found.pointer)) return refuse(`the reference "${reference}" leads back to itself`);
    at = found;
  }
}

function listEntries(reading: Reading, path: PathEntry, ids: Map<string, Node>): readonly Entry[] {
  const { library, dialect } = reading;
  const found = new Map<string, Node>();
  for (const node of path.nodes) {
    const more = isSince(dialect, "3.2") ? node.value["additionalOperations"] : undefined;
    const fixed = Object.keys(node.value).filter((name) => isMethod(name, dialect));
    const spots = [
      ...fixed.map((name) => [name.toUpperCase(), join(node.pointer, name)] as const),
      ...(isJsonObject(more) ? Object.keys(more).filter((name) => !name.startsWith("x-")) : []).map((name) => [name, join(node.pointer, "additionalOperations", name)] as const),
    ];
    for (const [method, pointer] of spots) {
      const value = library.at({ file: node.file, pointer });
      if (!found.has(method)) found.set(method, { file: node.file, pointer, value: isJsonObject(value) ? value : {} });
    }
  }
  return [...found].map(([method, node]) => ({ path, method, node, id: chooseId(reading, ids, node, `${method} ${path.template}`) }));
}

/** The operationId where it is still free, else another name: the policy must be able to tell operations apart. */
function chooseId(reading: Reading, ids: Map<string, Node>, node: Node, generated: string): string {
  const given = node.value["operationId"];
  const wanted = typeof given === "string" && given !== "" ? given : generated;
  const first = ids.get(wanted);
  let id = first === undefined ? wanted : generated;
  while (ids.has(id)) id += " (again)";
  ids.set(id, node);
  if (first !== undefined) {
    // A guard that the policy posts at this name would stand at one of them only: both are down.
    for (const [name, place, other] of [[id, node, first] as const, [wanted, first, node] as const]) {
      openScope(reading, name).refuse(place, `the operationId "${wanted}" stands at more than one operation: here and at ${other.pointer}`);
    }
  }
  return id;
}

function isMethod(name: string, dialect: Dialect): boolean {
  const since = METHODS.get(name);
  return since !== undefined && isSince(dialect, since);
}

function lastKey({ pointer }: Spot): string {
  return pointer.slice(pointer.lastIndexOf("/") + 1).replaceAll("~1", "/");
}
