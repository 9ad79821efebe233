/**
 * Route: the trie agrees with a matcher that tries every template in turn, on any set of templates and any path.
 *
 * The reference shares nothing with the trie: it makes a regular expression of each template and compares ranks.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import * as fc from "fast-check";
import { buildRouter, type RouteEntry } from "../src/contract/route.ts";

const PIECES: readonly string[] = ["a", "b", "ab", "a.b", "{x}", "{x}", "a{x}", "{x}b", "{x}bb", "{x}.{y}", "a{x}.{y}b", "{x}a{y}", ""];
const TEXTS: readonly string[] = ["a", "b", "ab", "a.b", "ab.b", "aa.bb", "abb", "a%2Eb", "%2Ca", ".", "a.", ".b", "c", ";a", "a;b", "aaab", ""];

const TEMPLATES: fc.Arbitrary<readonly string[]> = fc.array(
  fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4 }).map((pieces) => {
    let count = 0;
    return `/${pieces.join("/")}`.replace(/\{[xy]\}/g, () => `{n${count++}}`);
  }),
  { minLength: 1, maxLength: 24 },
);

const SEGMENTS: fc.Arbitrary<readonly string[]> = fc.array(fc.constantFrom(...TEXTS), { minLength: 1, maxLength: 4 });

export function run(iterations: number, seed: number): void {
  fc.assert(
    fc.property(TEMPLATES, fc.array(SEGMENTS, { minLength: 1, maxLength: 8 }), fc.constantFrom("GET", "HEAD", "get"), holds),
    { numRuns: iterations, seed },
  );
}

function holds(templates: readonly string[], paths: readonly (readonly string[])[], method: string): void {
  const entries = templates.map(
    (template, index): RouteEntry<number> => ({ template, methods: new Map([["GET", index]]), place: { file: "f", pointer: "" } }),
  );
  const { router, refused } = buildRouter(entries);
  const listed = entries.filter((_, index) => refused.every(({ entry }) => entry !== index)).map(({ template }) => template);
  checkRefused(templates, listed);
  for (const segments of paths) {
    const expected = matchEach(listed, segments);
    const route = router.find(method, segments);
    const got = route === undefined ? undefined : { path: route.path, values: route.kind === "found" ? route.values : undefined };
    const want = expected && { path: expected.path, values: method === "GET" ? expected.values : undefined };
    deepStrictEqual(got, want, `${method} /${segments.join("/")}`);
  }
}

/** Left out are malformed templates and the later ones of equal shape; no listed two are alike. */
function checkRefused(templates: readonly string[], listed: readonly string[]): void {
  const shapes = listed.map(shapeOf);
  deepStrictEqual(new Set(shapes).size, shapes.length);
  for (const template of templates) ok(/\/.*\/\/|^\/\//.test(template) || template.includes("//") || shapes.includes(shapeOf(template)));
}

function shapeOf(template: string): string {
  return template.replace(/\{n\d+\}/g, "{}");
}

function matchEach(templates: readonly string[], segments: readonly string[]): { path: string; values: string[] } | undefined {
  let best: { path: string; values: string[]; rank: readonly string[] } | undefined;
  for (const path of templates) {
    const values = matchOne(path, segments);
    const rank = path.slice(1).split("/").map(rankOf);
    if (values !== undefined && (best === undefined || compareRanks(rank, best.rank) < 0)) best = { path, values, rank };
  }
  return best && { path: best.path, values: best.values };
}

function matchOne(template: string, segments: readonly string[]): string[] | undefined {
  const pieces = template.slice(1).split("/");
  if (pieces.length !== segments.length) return undefined;
  const values: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    const pattern = piece.split(/\{n\d+\}/).map((literal) => literal.replaceAll(".", "\\."));
    // A unit is a character or a whole triplet, so that no triplet is cut.
    const match = new RegExp(`^${pattern.join("((?:%[0-9A-F]{2}|[^%;])+?)")}$`).exec(segments[index] ?? "");
    if (match === null) return undefined;
    values.push(...match.slice(1));
  }
  return values;
}

/** Sorts as text: literal before affix, more literal text first, bare expressions last. */
function rankOf(piece: string): string {
  const shape = shapeOf(piece);
  const literal = shape.replaceAll("{}", "");
  if (literal === shape) return "0";
  return literal === "" ? "2" : `1 ${String(99 - literal.length).padStart(2, "0")} ${shape}`;
}

function compareRanks(one: readonly string[], other: readonly string[]): number {
  for (const [index, rank] of one.entries()) {
    const against = other[index] ?? "";
    if (rank !== against) return rank < against ? -1 : 1;
  }
  return 0;
}

if (import.meta.main) run(Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? Date.now()));
