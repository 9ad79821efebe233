/**
 * Find: the way from a method and a path to an operation.
 *
 * A path that cannot be routed as it is written still keeps its place, down, in a wider form: without it, its requests
 * would fall to other templates that match, and so to other guards than its author meant.
 */
import type { Misfit, Report } from "./misfit.ts";
import type { Operation } from "./operation.ts";
import { buildRouter, type RouteEntry } from "./route.ts";

/** What the contract says about a request. */
export type Match =
  /** `values` are the raw texts of the path parameters, in the order of `operation.pathNames`. */
  | { readonly kind: "operation"; readonly operation: Operation; readonly values: readonly string[] }
  /** The path is listed, the method is not. `path` is that of its operations. */
  | { readonly kind: "method"; readonly path: string; readonly allow: readonly string[] }
  | { readonly kind: "path" };

export type Find = (method: string, segments: readonly string[]) => Match;

/** An operation, and which of its path parameters are in the matrix style. */
export interface Routed {
  readonly operation: Operation;
  readonly matrix: readonly string[];
}

const UNKNOWN: Match = { kind: "path" };

/**
 * Reports the paths that cannot be routed, for each of their operations. `empty` are templates without any method: they
 * are listed, so their requests are not those of a wider template.
 */
export function buildFind(operations: readonly Routed[], empty: readonly string[], report: Report): Find {
  const groups = [...Map.groupBy(operations, ({ operation }) => operation.path)];
  const entries = [...groups, ...empty.map((template) => [template, []] as const)].map(([template, group]) => makeEntry(template, group));
  const { refused } = buildRouter(entries);
  for (const { entry, misfit } of refused) {
    for (const operation of entries[entry]?.methods.values() ?? []) report(attribute(misfit, operation));
  }
  const whole = new Set(refused.map(({ entry }) => entries[entry]));
  const routed = [...entries.filter((entry) => !whole.has(entry)), ...[...whole].flatMap((entry) => (entry === undefined ? [] : [widen(entry)]))];
  const { router } = buildRouter(routed);
  return (method, segments) => {
    const route = router.find(method, segments);
    if (route === undefined) return UNKNOWN;
    return route.kind === "found" ? { kind: "operation", operation: route.entry, values: route.values } : route;
  };
}

function makeEntry(template: string, group: readonly Routed[]): RouteEntry<Operation> {
  const methods = new Map(group.map(({ operation }) => [operation.method, operation]));
  const matrix = new Set(group.flatMap((routed) => routed.matrix));
  const [first] = methods.values();
  return { template, methods, matrix, place: first?.place ?? { file: "", pointer: "" } };
}

/** `/a/{b}{c}?d` covers no more than `/a/{0}` does. */
function widen(entry: RouteEntry<Operation>): RouteEntry<Operation> {
  const [path = ""] = entry.template.split(/[?#]/, 1);
  const template = path.split("/").map((segment, index) => (/[{}]/.test(segment) ? `{${index}}` : segment)).join("/");
  return { ...entry, template };
}

function attribute(misfit: Misfit, { id, place }: Operation): Misfit {
  return { ...misfit, place, operation: id };
}
