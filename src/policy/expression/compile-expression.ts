/**
 * Compile expression: a text in the Common Expression Language becomes a function, or a sentence about why not.
 *
 * The language is for people who write policies: no loops, no side effects, every name checked at start-up, every
 * evaluation bounded. This is the only file that evaluates with the library; who uses it gives a vocabulary and gets
 * `evaluate`, so that another library could take its place. See https://cel.dev and the language definition there.
 */
import type * as Cel from "@marcbachmann/cel-js";
import { bring } from "../../bring.ts";
import { examine, type Mention, type Vocabulary, type Wrong } from "./examine.ts";
import { isValue, type Kind, LIST_ITEMS_MAX, type Value, writeKind } from "./kind.ts";
import { registerFunctions } from "./own-functions.ts";

/** Characters of an expression. */
export const EXPRESSION_CHARACTERS_MAX = 2_000;
/** Parts of its tree, and how deep they may stand in one another. */
export const NODES_MAX = 500;
export const DEPTH_MAX = 32;
const ARGUMENTS_MAX = 8;

/** There is no value. `failed` is a word for the record, and holds no value of anybody's. */
export interface Failure {
  readonly failed: string;
}

export interface Expression<T extends Value> {
  /** What it names, each once. */
  readonly mentions: readonly Mention[];
  /**
   * Never throws.
   *
   * @param values one for each mention, in their order; undefined: it is not there, which only `has()` can take
   */
  readonly evaluate: (values: readonly (Value | undefined)[]) => T | Failure;
}

/** An expression that is true or false. */
export function compileCondition(text: string, vocabulary: Vocabulary): Expression<boolean> | Wrong {
  const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
  return compileExpression(text, vocabulary, { kinds: ["bool"], is: isBoolean, wanted: "a rule says true or false" });
}

/** An expression of any kind that `kinds` names. */
export function compileValue(text: string, vocabulary: Vocabulary, kinds: readonly Kind[]): Expression<Value> | Wrong {
  return compileExpression(text, vocabulary, { kinds, is: isValue, wanted: `what is wanted is ${kinds.map(writeKind).join(" or ")}` });
}

interface Wanted<T extends Value> {
  readonly kinds: readonly Kind[];
  readonly is: (value: unknown) => value is T;
  readonly wanted: string;
}

function compileExpression<T extends Value>(text: string, vocabulary: Vocabulary, wanted: Wanted<T>): Expression<T> | Wrong {
  if (text.length > EXPRESSION_CHARACTERS_MAX) return { wrong: "it is too long", allowed: `${EXPRESSION_CHARACTERS_MAX} characters` };
  try {
    return compile(text, vocabulary, wanted);
  } catch (fault) {
    return describe(fault, text);
  }
}

function compile<T extends Value>(text: string, vocabulary: Vocabulary, { kinds, is, wanted }: Wanted<T>): Expression<T> | Wrong {
  const { Environment } = bring<typeof Cel>("@marcbachmann/cel-js");
  const limits = { maxAstNodes: NODES_MAX, maxDepth: DEPTH_MAX, maxListElements: LIST_ITEMS_MAX, maxMapEntries: LIST_ITEMS_MAX, maxCallArguments: ARGUMENTS_MAX };
  const environment = new Environment({ limits });
  registerFunctions(environment);
  const records = registerVocabulary(environment, vocabulary);
  const parsed = environment.parse(text);
  const mentions = examine(parsed.ast, vocabulary);
  if ("wrong" in mentions) return mentions;
  const { valid, type, error } = parsed.check();
  if (!valid) return describe(error, text);
  if (!kinds.some((kind) => writeKind(kind) === type)) return { wrong: `it is a ${type ?? "riddle"}, and ${wanted}` };
  return { mentions, evaluate: evaluatorOf(parsed, mentions, records, is) };
}

/** Records are classes with typed fields: what is not a field of theirs does not exist for the type checker either. */
type Records = ReadonlyMap<string, Record<string, unknown>>;

function registerVocabulary(environment: Cel.Environment, vocabulary: Vocabulary): Records {
  const records = new Map<string, Record<string, unknown>>();
  for (const [record, names] of vocabulary) {
    const kinds = [...names].flatMap(([name, kind]) => (typeof kind === "string" && name !== "constructor" ? [[name, writeKind(kind)] as const] : []));
    if (record === "") for (const [name, kind] of kinds) environment.registerVariable(name, kind);
    else {
      class Held {
        [name: string]: unknown;
      }
      // Without a prototype, so that no name means what objects inherit.
      const fields: Record<string, string> = Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(kinds));
      environment.registerType(`sallyport.${record}`, { ctor: Held, fields });
      environment.registerVariable(record, `sallyport.${record}`);
      records.set(record, new Held());
    }
  }
  return records;
}

type Parsed = ReturnType<Cel.Environment["parse"]>;

/** Evaluation waits for nothing, so one set of objects serves for all: each field that is read is written before. */
function evaluatorOf<T extends Value>(parsed: Parsed, mentions: readonly Mention[], records: Records, is: Wanted<T>["is"]): Expression<T>["evaluate"] {
  const variables: Record<string, unknown> = Object.fromEntries(records);
  const places = mentions.map(({ record, name }) => ({ holder: records.get(record) ?? variables, name }));
  return (values) => {
    for (let at = 0; at < places.length; at++) {
      const place = places[at];
      if (place !== undefined) place.holder[place.name] = values[at];
    }
    try {
      const outcome: unknown = parsed(variables);
      return is(outcome) ? outcome : { failed: "not a value" };
    } catch (fault) {
      return { failed: codeOf(fault) };
    }
  };
}

/** The library's own word; its messages may hold values. */
function codeOf(fault: unknown): string {
  return fault instanceof Error && "code" in fault && typeof fault.code === "string" ? fault.code : "fault";
}

/** For the operator at start-up, who wrote the expression: nothing of a caller is in it. */
function describe(fault: unknown, text: string): Wrong {
  if (!(fault instanceof Error)) return { wrong: "it cannot be understood" };
  const { summary, range } = fault as Partial<Cel.ParseError>;
  if (summary === undefined) return { wrong: "it cannot be understood" };
  const words = `${summary.charAt(0).toLowerCase()}${summary.slice(1)}`;
  const piece = range === undefined ? "" : text.slice(range.start, range.end);
  return { wrong: `${words}${range === undefined ? "" : `, at character ${range.start + 1}${piece === "" ? "" : ` (${piece.slice(0, 60)})`}`}` };
}
