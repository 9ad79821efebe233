/**
 * Find: the way from a method and a path to an operation.
 *
 * A path that cannot be routed as it is written still keeps its place, down, in a wider form: without it, its requests
 * would fall to other templates that match, and so to other guards than its author meant.
 */
import { bareOf, Family, memberOf, type SaidFields } from "./family.ts";
import type { Misfit, Report } from "./misfit.ts";
import type { Operation, RawPair } from "./operation.ts";
import { buildRouter, type RouteEntry } from "./route.ts";

/** What the contract says about a request. */
export type Match =
  /** `values` are the raw texts of the path parameters, in the order of `operation.pathNames`. */
  | { readonly kind: "operation"; readonly operation: Operation; readonly values: readonly string[] }
  /** The path is listed, the method is not. `path` is that of its operations. */
  | { readonly kind: "method"; readonly path: string; readonly allow: readonly string[] }
  | { readonly kind: "path" };

/** `query` and `fields`: what tells operations of one path apart, where the contract has such (see family.ts). */
export type Find = (method: string, segments: readonly string[], query?: readonly RawPair[], fields?: SaidFields) => Match;

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
  const groups = [...Map.groupBy(operations, ({ operation }) => (memberOf(operation) === undefined ? operation.path : bareOf(operation.path)))];
  const entries = [...groups, ...empty.map((template) => [template, []] as const)].map(([template, group]) => makeEntry(template, group));
  const { refused } = buildRouter(entries);
  for (const { entry, misfit } of refused) {
    for (const found of entries[entry]?.methods.values() ?? []) for (const operation of found instanceof Family ? found.operations : [found]) report(attribute(misfit, operation));
  }
  const whole = new Set(refused.map(({ entry }) => entries[entry]));
  const routed = [...entries.filter((entry) => !whole.has(entry)), ...[...whole].flatMap((entry) => (entry === undefined ? [] : [widen(entry)]))];
  const { router } = buildRouter(routed);
  // What is known of a path is known by the path of one of its operations.
  const paths = new Map(routed.map(({ template, methods }) => [template, [...methods.values()].map((one) => (one instanceof Family ? one.first?.path : one.path))[0]]));
  return (method, segments, query, fields) => {
    const route = router.find(method, segments);
    if (route === undefined) return UNKNOWN;
    if (route.kind !== "found") return { ...route, path: paths.get(route.path) ?? route.path };
    const { entry, values } = route;
    const operation = entry instanceof Family ? entry.choose(query, fields) : entry;
    return operation === undefined ? UNKNOWN : { kind: "operation", operation, values };
  };
}

type Listed = Operation | Family;

function makeEntry(template: string, group: readonly Routed[]): RouteEntry<Listed> {
  const byMethod = Map.groupBy(group, ({ operation }) => operation.method);
  const methods = new Map([...byMethod].map(([method, routed]): [string, Listed] => [method, combine(routed.map(({ operation }) => operation))]));
  const matrix = new Set(group.flatMap((routed) => routed.matrix));
  return { template, methods, matrix, place: group[0]?.operation.place ?? { file: "", pointer: "" } };
}

/** A path without a fragment is the one for whatever none of the others is for. */
function combine(operations: readonly Operation[]): Listed {
  const [first, ...others] = operations;
  const told = operations.some((operation) => memberOf(operation) !== undefined);
  if (first === undefined || (others.length === 0 && !told)) return first ?? new Family([]);
  return new Family(operations.map((operation) => memberOf(operation) ?? { operation, marks: [] }));
}

/** `/a/{b}{c}?d` covers no more than `/a/{0}` does. */
function widen(entry: RouteEntry<Listed>): RouteEntry<Listed> {
  const [path = ""] = entry.template.split(/[?#]/, 1);
  const template = path.split("/").map((segment, index) => (/[{}]/.test(segment) ? `{${index}}` : segment)).join("/");
  return { ...entry, template };
}

function attribute(misfit: Misfit, { id, place }: Operation): Misfit {
  return { ...misfit, place, operation: id };
}
