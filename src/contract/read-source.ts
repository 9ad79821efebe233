/**
 * Read source: the text of one file becomes a value, JSON or YAML, or misfits that say why not.
 *
 * What the text is decides, not only the name of the file. Readers of YAML disagree about duplicate keys, merge keys,
 * tags and aliases, so a contract that leans on them may mean one thing here and another in the API: all are misfits.
 */
import { isAlias, LineCounter, parseDocument, type Document, type ErrorCode, visit, isPair, isScalar, isNode } from "yaml";
import { countMembers, type JsonOutline, outlineJson } from "./json-outline.ts";
import { readPointer, writePointer } from "./json-pointer.ts";
import type { Json } from "./json-value.ts";
import type { Misfit, Place } from "./misfit.ts";

/** How often one anchor may stand, repeated by aliases and aliases of aliases ("billion laughs"). */
export const ALIASES = 1_000;
/** How deep a document may nest: the walks over it are recursive. */
export const DEPTH_LEVELS = 512;

/** Places of one file that are no YAML, told one by one. */
export const BROKEN_TOLD_MAX = 5;

const TOO_DEEP = `nested deeper than ${DEPTH_LEVELS} levels`;

export interface Source {
  readonly value: Json;
  /** Line and column of a pointer (or of its deepest ancestor that exists), both from 1. Worked out when asked. */
  readonly position: (pointer: string) => { readonly line: number; readonly column: number };
}

export function readSource(text: string, file: string): Source | { readonly wrong: readonly Misfit[] } {
  if (/^[\s]{0,1000}[{[]/.test(text)) {
    try {
      return readJson(text, JSON.parse(text) as Json, file); // what JSON.parse gives is Json by definition
    } catch (fault) {
      if (file.endsWith(".json")) return { wrong: [refuse(file, explainJson(text, fault))] };
    }
  }
  try {
    return readYaml(text, file);
  } catch (fault) {
    return { wrong: [refuse(file, { message: `this cannot be read as YAML: ${firstLine(fault)}` })] };
  }
}

interface Finding {
  readonly message: string;
  readonly allowed?: string;
  readonly pointer?: string;
  readonly line?: number;
  readonly column?: number;
}

function refuse(file: string, { message, allowed, pointer = "", ...position }: Finding): Misfit {
  const place: Place = { file, pointer, ...position };
  return { level: "error", place, message, ...(allowed === undefined ? {} : { allowed }) };
}

function readJson(text: string, value: Json, file: string): Source | { readonly wrong: readonly Misfit[] } {
  const survey = surveyTree(value);
  if (survey.wrong !== undefined) return { wrong: [refuse(file, { message: survey.wrong })] };
  let outline: JsonOutline | undefined;
  let lines: LineCounter | undefined;
  const position = (pointer: string): { line: number; column: number } => {
    outline ??= outlineJson(text);
    lines ??= countLines(text);
    return clampPosition(lines.linePos(outline.locate(readPointer(pointer) ?? [])));
  };
  if (countMembers(text) === survey.members) return { value, position };
  const twice = outlineJson(text).duplicates();
  return {
    wrong: twice.map((path) => {
      const pointer = writePointer(path);
      return refuse(file, { message: `the name "${path.at(-1) ?? ""}" stands twice in this object`, pointer, ...position(pointer) });
    }),
  };
}

function readYaml(text: string, file: string): Source | { readonly wrong: readonly Misfit[] } {
  const lines = new LineCounter();
  const document = composeYaml(text, lines);
  const findings: Finding[] = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    ...explainYaml(code, message),
    ...clampPosition(lines.linePos(pos[0])),
  }));
  findings.push(...seekMergeKeys(text, document, lines));
  if (findings.length > 0) return { wrong: tellFirst(findings).map((finding) => refuse(file, finding)) };
  const value = document.toJS({ maxAliasCount: ALIASES }) as Json; // surveyed below: YAML knows more than JSON
  const wrong = surveyGraph(value);
  if (wrong !== undefined) return { wrong: [refuse(file, { message: wrong })] };
  return { value, position: (pointer) => clampPosition(lines.linePos(locateYaml(document, readPointer(pointer) ?? []))) };
}

/** Of what is broken the first places matter: the others mostly come of them. */
function tellFirst(findings: readonly Finding[]): readonly Finding[] {
  const [next] = findings.slice(BROKEN_TOLD_MAX);
  if (next === undefined) return findings;
  return [...findings.slice(0, BROKEN_TOLD_MAX), { ...next, message: `and ${findings.length - BROKEN_TOLD_MAX} more places from here on: mend the first ones` }];
}

function composeYaml(text: string, lineCounter: LineCounter): Document {
  return parseDocument(text, {
    lineCounter,
    version: "1.2",
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    uniqueKeys: true,
    strict: true,
    prettyErrors: false,
    logLevel: "error",
  });
}

function explainYaml(code: ErrorCode, message: string): Finding {
  if (code === "DUPLICATE_KEY") return { message: "this key stands twice in its mapping" };
  if (code === "TAG_RESOLVE_FAILED") return { message: `${message}: tags are not used in contracts` };
  if (code === "MULTIPLE_DOCS") return { message: "more than one YAML document in this file" };
  return { message: `this is no valid YAML: ${message}` };
}

/** `<<` is a merge key in YAML 1.1 and an ordinary key in 1.2: a `security` behind it would be seen by some only. */
function seekMergeKeys(text: string, document: Document, lines: LineCounter): readonly Finding[] {
  if (!text.includes("<<")) return [];
  const found: Finding[] = [];
  visit(document, {
    Pair(_, { key }) {
      if (!isScalar(key) || key.value !== "<<" || key.type !== "PLAIN") return;
      const message = "merge keys (<<) belong to YAML 1.1 and are read differently by different readers";
      found.push({ message, allowed: "the keys written out, or $ref", ...clampPosition(lines.linePos(key.range?.[0] ?? 0)) });
    },
  });
  return found;
}

function locateYaml(document: Document, path: readonly string[]): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    const child = childOf(node, key);
    if (child === undefined) break;
    const shown = isPair(child) ? child.key : child;
    if (isNode(shown)) offset = shown.range?.[0] ?? offset;
    node = isPair(child) ? child.value : child;
  }
  return offset;
}

function childOf(node: unknown, key: string): unknown {
  if (typeof node !== "object" || node === null || !("items" in node) || !Array.isArray(node.items)) return undefined;
  const items: readonly unknown[] = node.items;
  return items.some(isPair) ? items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key) : items[Number(key)];
}

interface Survey {
  /** Members of all objects together. */
  readonly members: number;
  readonly wrong?: string;
}

/** What JSON.parse gives is a tree of JSON: only its depth is in question. */
function surveyTree(value: Json): Survey {
  let members = 0;
  const visitValue = (item: Json, depth: number): boolean => {
    if (typeof item !== "object" || item === null) return true;
    if (depth > DEPTH_LEVELS) return false;
    const children: readonly Json[] = Array.isArray(item) ? item : Object.values(item);
    if (!Array.isArray(item)) members += children.length;
    return children.every((child) => visitValue(child, depth + 1));
  };
  return visitValue(value, 0) ? { members } : { members, wrong: TOO_DEEP };
}

/** What YAML gives may be a graph, and hold what JSON cannot write. Answers what is wrong. */
function surveyGraph(value: unknown): string | undefined {
  // Heights, not depths: through aliases one value stands at many depths.
  const heights = new Map<object, number>();
  const open = new Set<object>();
  const measure = (item: unknown, depth: number): number | string => {
    if (typeof item === "number" && !Number.isFinite(item)) return "a number that JSON cannot write (infinite, or none)";
    if (item === null || typeof item === "string" || typeof item === "number" || typeof item === "boolean") return 0;
    if (typeof item !== "object") return "a value that JSON cannot write";
    if (open.has(item)) return "an alias that leads back into its own anchor";
    let height = heights.get(item) ?? 0;
    if (height === 0) {
      if (depth > DEPTH_LEVELS) return TOO_DEEP;
      open.add(item);
      for (const child of Object.values(item)) {
        const below = measure(child, depth + 1);
        if (typeof below === "string") return below;
        height = Math.max(height, below);
      }
      open.delete(item);
      heights.set(item, (height += 1));
    }
    return depth + height > DEPTH_LEVELS ? TOO_DEEP : height;
  };
  const height = measure(value, 0);
  return typeof height === "string" ? height : undefined;
}

/** V8 says "... at position 12 (line 1 column 13)" and may quote the text: only the position is taken. */
function explainJson(text: string, fault: unknown): Finding {
  const message = "this is no valid JSON";
  const said = firstLine(fault);
  const position = /at position ([0-9]{1,12})/.exec(said)?.[1];
  const offset = position === undefined ? text.length : Number(position);
  return { message, ...clampPosition(countLines(text).linePos(offset)) };
}

function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let index = text.indexOf("\n"); index !== -1; index = text.indexOf("\n", index + 1)) lines.addNewLine(index + 1);
  return lines;
}

function clampPosition({ line, col }: { readonly line: number; readonly col: number }): { line: number; column: number } {
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function firstLine(fault: unknown): string {
  return (fault instanceof Error ? fault.message : String(fault)).split("\n", 1)[0] ?? "";
}
