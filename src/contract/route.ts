/**
 * Route: finds the path template, and in it the method, that a request is for.
 *
 * A trie with one level per segment. At every level literal text comes before expressions with literal text around
 * them, and those before bare expressions; where the first choice leads nowhere below, the next is tried, so nothing
 * that is listed is out of reach. A path is chosen before its method is looked at ("concrete before templated"), so
 * a method that only a later template lists is not listed: HEAD is not GET, and `get` is no method at all.
 *
 * A segment with a raw `;` matches literal text, or an expression that is declared in the matrix style, and nothing
 * else: many servers cut `;...` off before they route, so `/admin;x` would reach `/admin` under the rules of
 * `/{page}`.
 *
 * Bound: a node of the trie is reached by one way only, so a search visits each node at most once, and there are
 * never more than the segments of all templates together, whatever a caller sends.
 */
import type { Misfit, Place } from "./misfit.ts";
import { type Affix, captureAffix, readTemplate, type Template, type TemplateSegment } from "./template.ts";

export interface RouteEntry<T> {
  /** A path template with its base path in front. */
  readonly template: string;
  /** By method, in upper case. */
  readonly methods: ReadonlyMap<string, T>;
  /** Names of the path parameters in the matrix style: only their texts begin with `;`. */
  readonly matrix?: ReadonlySet<string>;
  readonly place: Place;
}

export type Route<T> =
  /** `values` are the raw texts of the template's expressions, from left to right. */
  | { readonly kind: "found"; readonly entry: T; readonly path: string; readonly values: readonly string[] }
  /** The path is listed, the method is not. `allow` holds the methods that are, in the order of the contract. */
  | { readonly kind: "method"; readonly path: string; readonly allow: readonly string[] };

export interface Router<T> {
  /** `segments` as in Target: canonical. Undefined where no path is listed. Never throws. */
  readonly find: (method: string, segments: readonly string[]) => Route<T> | undefined;
  /** How many nodes the trie has: the most that one search can visit. */
  readonly nodes: number;
}

export interface RefusedRoute {
  /** Index among the entries. */
  readonly entry: number;
  readonly misfit: Misfit;
}

/** Builds a router. A malformed template, or one with the shape of an earlier one, is left out and reported. */
export function buildRouter<T>(entries: readonly RouteEntry<T>[]): { readonly router: Router<T>; readonly refused: readonly RefusedRoute[] } {
  const router = new Trie<T>();
  const refused: RefusedRoute[] = [];
  for (const [index, entry] of entries.entries()) {
    const template = readTemplate(entry.template);
    const wrong = "wrong" in template ? template.wrong : router.add(template, entry);
    if (wrong === undefined) continue;
    refused.push({ entry: index, misfit: { level: "operation", place: entry.place, message: `path ${entry.template}: ${wrong}` } });
  }
  return { router, refused };
}

interface AffixChild<T> {
  readonly affix: Affix;
  readonly shape: string;
  /** One per expression: whether it is in the matrix style. */
  readonly matrix: readonly boolean[];
  readonly node: Node<T>;
}

interface Leaf<T> {
  readonly entry: RouteEntry<T>;
  readonly allow: readonly string[];
}

class Node<T> {
  readonly literals: Map<string, Node<T>> = new Map();
  /** Those with more literal text first. */
  readonly affixes: AffixChild<T>[] = [];
  bare: Node<T> | undefined = undefined;
  matrix: Node<T> | undefined = undefined;
  leaf: Leaf<T> | undefined = undefined;
}

class Trie<T> implements Router<T> {
  readonly #root: Node<T> = new Node();
  nodes = 1;

  find(method: string, segments: readonly string[]): Route<T> | undefined {
    const values: string[] = [];
    const leaf = search(this.#root, segments, 0, values);
    if (leaf === undefined) return undefined;
    const path = leaf.entry.template;
    const entry = leaf.entry.methods.get(method);
    return entry === undefined ? { kind: "method", path, allow: leaf.allow } : { kind: "found", entry, path, values };
  }

  /** Answers what stands in the way, or undefined. */
  add(template: Template, entry: RouteEntry<T>): string | undefined {
    let node = this.#root;
    for (const segment of template.segments) node = this.#descend(node, segment, entry.matrix ?? NO_NAMES);
    if (node.leaf !== undefined) {
      const { template: other, place } = node.leaf.entry;
      return `matches the same requests as ${other} (${place.file}${place.line === undefined ? "" : `:${place.line}`}, ${place.pointer})`;
    }
    node.leaf = { entry, allow: [...entry.methods.keys()] };
    return undefined;
  }

  #descend(node: Node<T>, segment: TemplateSegment, matrix: ReadonlySet<string>): Node<T> {
    if (segment.kind === "affix") return this.#descendAffix(node, segment, matrix);
    if (segment.kind === "expression") {
      const key = matrix.has(segment.name) ? "matrix" : "bare";
      return (node[key] ??= this.#create());
    }
    const known = node.literals.get(segment.text);
    if (known !== undefined) return known;
    const created = this.#create();
    node.literals.set(segment.text, created);
    return created;
  }

  #descendAffix(node: Node<T>, affix: Affix, names: ReadonlySet<string>): Node<T> {
    const matrix = affix.names.map((name) => names.has(name));
    const shape = affix.literals.map((literal, index) => `${literal}${matrix[index] === true ? "{;}" : "{}"}`).join("");
    const known = node.affixes.find((child) => child.shape === shape);
    if (known !== undefined) return known.node;
    const created = this.#create();
    node.affixes.push({ affix, shape, matrix, node: created });
    node.affixes.sort(compareAffixes);
    return created;
  }

  #create(): Node<T> {
    this.nodes++;
    return new Node();
  }
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** More literal text first; then by code units, so that the order in the document never matters. */
function compareAffixes(one: { affix: Affix; shape: string }, other: { affix: Affix; shape: string }): number {
  return other.affix.literals.join("").length - one.affix.literals.join("").length || (one.shape < other.shape ? -1 : 1);
}

/** Depth first, in order of precedence. `values` holds what the expressions on the way took. */
function search<T>(node: Node<T>, segments: readonly string[], at: number, values: string[]): Leaf<T> | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.leaf;
  const literal = node.literals.get(segment);
  if (literal !== undefined) {
    const leaf = search(literal, segments, at + 1, values);
    if (leaf !== undefined) return leaf;
  }
  // An empty segment is the end of `/a/`, and nobody's value.
  if (segment === "") return undefined;
  if (node.affixes.length > 0) {
    const leaf = searchAffixes(node, segments, at, values);
    if (leaf !== undefined) return leaf;
  }
  const child = segment.includes(";") ? (segment.startsWith(";") ? node.matrix : undefined) : node.bare;
  if (child === undefined) return undefined;
  values.push(segment);
  const leaf = search(child, segments, at + 1, values);
  if (leaf === undefined) values.pop();
  return leaf;
}

function searchAffixes<T>(node: Node<T>, segments: readonly string[], at: number, values: string[]): Leaf<T> | undefined {
  for (const child of node.affixes) {
    const captured = captureAffix(segments[at] ?? "", child.affix);
    if (captured === undefined || !captured.every((text, index) => suitsStyle(text, child.matrix[index] === true))) continue;
    values.push(...captured);
    const leaf = search(child.node, segments, at + 1, values);
    if (leaf !== undefined) return leaf;
    values.length -= captured.length;
  }
  return undefined;
}

function suitsStyle(text: string, matrix: boolean): boolean {
  return matrix ? text.startsWith(";") : !text.includes(";");
}
