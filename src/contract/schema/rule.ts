/**
 * Rule: what a keyword becomes; and a Node: what a schema becomes.
 *
 * Three readings of one thing. `test` is the fast yes or no. `mark` is the same answer, and writes down what it looked
 * at: only schemas with `unevaluated...` keywords ask for it. `tell` explains a no, and is silent on a yes.
 */
import type { Ask } from "../glance/ask.ts";
import type { Json, JsonObject } from "../json-value.ts";
import type { Findings, Path } from "./findings.ts";
import type { Seen } from "./seen.ts";

export interface Rule<Value extends Json = Json> {
  readonly test: (value: Value) => boolean;
  /** Absent where nothing is looked at: then `test` answers. What was written down after a no does not count. */
  readonly mark?: (value: Value, seen: Seen) => boolean;
  readonly tell: (value: Value, path: Path | undefined, findings: Findings) => void;
  /** The same as `test`, for whoever has the bytes of a value and not the value. Absent: only the value can tell. */
  readonly asks?: Ask | undefined;
}

export interface Node extends Rule {
  readonly mark: (value: Json, seen: Seen) => boolean;
  /** True where it is certain without following references that nothing is ever refused. */
  readonly open: boolean;
}

/** Comes after all others, because it needs to know what they looked at. */
export interface LateRule<Value extends Json> {
  readonly mark: (value: Value, seen: Seen) => boolean;
  readonly tell: (value: Value, path: Path | undefined, findings: Findings, seen: Seen) => void;
}

export type TypeName = "null" | "boolean" | "number" | "integer" | "string" | "array" | "object";

/** The rules of one schema, apart by the type of value that they concern. */
export interface Rules {
  /** Undefined allows all. */
  types: ReadonlySet<TypeName> | undefined;
  readonly any: Rule[];
  readonly strings: Rule<string>[];
  readonly numbers: Rule<number>[];
  readonly arrays: Rule<readonly Json[]>[];
  readonly objects: Rule<JsonObject>[];
  readonly lateArrays: LateRule<readonly Json[]>[];
  readonly lateObjects: LateRule<JsonObject>[];
}

export function emptyRules(): Rules {
  return { types: undefined, any: [], strings: [], numbers: [], arrays: [], objects: [], lateArrays: [], lateObjects: [] };
}

/** A rule that looks at nothing below its value. */
export function assertion<Value extends Json>(keyword: string, message: string, test: (value: Value) => boolean, asks?: Ask): Rule<Value> {
  return {
    test,
    asks,
    tell: (value, path, findings) => {
      if (!test(value)) findings.add(path, keyword, message);
    },
  };
}

/** The test of what never refuses: recognised, and left out where rules are combined. */
export const ALWAYS = (): boolean => true;

export const OPEN: Node = { test: ALWAYS, mark: ALWAYS, tell: () => undefined, open: true };

/** Refuses everything, and says why. */
export function shut(keyword: string, message: string): Node {
  const no = (): boolean => false;
  return { test: no, mark: no, tell: (_value, path, findings) => findings.add(path, keyword, message), asks: { kind: "all", rules: { ...emptyRules(), types: new Set() } }, open: false };
}
