/**
 * Read operation: one method of one path becomes an Operation.
 *
 * An operation with a misfit stays in the list, down: taken out, its requests would fall to the next template that
 * matches (`/orders/{id}` for `/orders/export`), with other guards than its own.
 */
import { readAnswers } from "./answers.ts";
import { readBasePath } from "./base-path.ts";
import { readContent, tellUnread } from "./content.ts";
import { join } from "./json-pointer.ts";
import type { Json } from "./json-value.ts";
import { METHODS } from "./object-table.ts";
import type { Operation, RequestBody } from "./operation.ts";
import { readParameters } from "./parameters.ts";
import { type Node, refuseFaults, type Scope, take } from "./reading.ts";
import { readSecurity } from "./security.ts";

/** A path. `nodes` are two where the item is a reference with neighbours. */
export interface PathEntry {
  readonly template: string;
  readonly nodes: readonly Node[];
}

/** What is known of an operation before it is read. */
export interface Entry {
  readonly path: PathEntry;
  /** As it is sent: upper case for the fixed methods. */
  readonly method: string;
  /** The empty object stands in for an operation that is none. */
  readonly node: Node;
  /** Unique in the contract. */
  readonly id: string;
}

export interface ReadOperation {
  /** `allow` is left to the caller, who sees all operations. */
  readonly operation: Omit<Operation, "allow">;
  /** Names of the path parameters in the matrix style. */
  readonly matrix: readonly string[];
}

/** Reads one operation. */
export function readOperation(scope: Scope, { path, method, node, id }: Entry, basePath: string | undefined): ReadOperation {
  const { reading } = scope;
  refuseItemFaults(scope, path);
  refuseFaults(scope, reading.faults(node, "operation"));
  const { value } = node;
  const base = basePath ?? chooseBasePath(scope, path, node);
  const { parameters, pathNames, matrix } = readParameters(scope, node, path);
  const operation: Omit<Operation, "allow"> = {
    listed: "operation",
    id,
    method,
    path: base + path.template,
    tags: Array.isArray(value["tags"]) ? (value["tags"] as readonly Json[]).filter((tag) => typeof tag === "string") : [],
    summary: typeof value["summary"] === "string" ? value["summary"] : undefined,
    deprecated: value["deprecated"] === true,
    pathNames,
    parameters,
    body: readBody(scope, node),
    answers: readAnswers(scope, node),
    security: readSecurity(scope, node),
    place: reading.library.place(node),
  };
  return { operation, matrix };
}

/** What is wrong with the path itself concerns all of its operations; what is wrong inside another one does not. */
function refuseItemFaults(scope: Scope, { nodes }: PathEntry): void {
  for (const item of nodes) {
    const faults = scope.reading.faults(item, "pathItem").filter(({ spot }) => {
      const [, step = "", below] = spot.pointer.slice(item.pointer.length).split("/");
      return !METHODS.has(step) && !(step === "additionalOperations" && below !== undefined);
    });
    refuseFaults(scope, faults);
  }
}

function chooseBasePath(scope: Scope, { nodes }: PathEntry, operation: Node): string {
  const { library, document, report } = scope.reading;
  const { path, problems } = readBasePath([operation, ...nodes, document]);
  for (const { spot, message, grave } of problems) {
    if (grave) scope.refuse(spot, message);
    else report({ level: "warning", place: library.place(spot), message });
  }
  return path;
}

function readBody(scope: Scope, operation: Node): RequestBody | undefined {
  if (!Object.hasOwn(operation.value, "requestBody")) return undefined;
  const spot = { file: operation.file, pointer: join(operation.pointer, "requestBody") };
  const node = take(scope, spot, "requestBody");
  if (node === undefined) return undefined;
  const media = readContent(scope, node, "request");
  tellUnread(scope, media, "request", media.some(({ kind }) => kind !== "unsupported"));
  return { required: node.value["required"] === true, media };
}
