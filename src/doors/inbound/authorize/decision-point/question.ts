/**
 * Question: what the decision point is asked about one exchange, in the words of AuthZEN (section 5).
 *
 * Every value that is sent is named in the policy, as rules name values, and checked at start-up like them. What the
 * policy does not name is not sent: the point learns who wants to do what with what, and nothing else of the request.
 */
import type { Json, JsonObject, Known, Problem, Site } from "../../../../guard.ts";
import { compileValue } from "../../../../policy/expression/compile-expression.ts";
import type { Mention, Vocabulary } from "../../../../policy/expression/examine.ts";
import { type Kind, toJson } from "../../../../policy/expression/kind.ts";
import { isReadable, valuesReader, vocabularyOf } from "../known-values.ts";

/** Questions about one request: the ids of a list. */
export const QUESTIONS_MAX = 100;

type Unasked = { readonly wrong: string } | { readonly refusal: Problem };
type Found = { readonly value: Json } | Unasked;
type Read = (exchange: Known) => Found;

/** The body of the request to the point, or why there is none. `many`: so many decisions are wanted, else one. */
export type Question = { readonly text: string; readonly many: number | undefined };

export interface QuestionOptions {
  readonly subject: { readonly type: string; readonly id: string; readonly properties: ReadonlyMap<string, string> };
  readonly action: string | undefined;
  readonly resource: { readonly type: string; readonly id: string; readonly ids: string | undefined; readonly properties: ReadonlyMap<string, string> };
  /** Becomes AuthZEN's `context`. */
  readonly surroundings: ReadonlyMap<string, string>;
}

export interface CompiledQuestion {
  readonly ask: (exchange: Known) => Question | Unasked;
  readonly mentions: readonly Mention[];
}

const ANY: readonly Kind[] = ["string", "int", "double", "bool", "strings", "ints", "doubles", "bools", "timestamp"];

/** undefined after misfits were reported. */
export function compileQuestion({ subject, action, resource, surroundings }: QuestionOptions, site: Site): CompiledQuestion | undefined {
  const desk = new Desk(site);
  const { ids, id: one } = resource;
  const parts = {
    subject: desk.read("subject.id", subject.id, ["string"]),
    ofSubject: desk.readAll("subject.properties", subject.properties),
    resource: ids === undefined ? desk.read("resource.id", one, ["string", "int"]) : desk.read("resource.ids", ids, ["strings", "ints"]),
    ofResource: desk.readAll("resource.properties", resource.properties),
    surroundings: desk.readAll("context", surroundings),
  };
  if (desk.wrong) return undefined;

  const ask = (exchange: Known): Question | Unasked => {
    const said: Record<string, Json> = {};
    for (const [part, read] of Object.entries(parts)) {
      const found = read(exchange);
      if (!("value" in found)) return found;
      said[part] = found.value;
    }
    const asked = {
      subject: { type: subject.type, id: said["subject"] ?? null, ...namedProperties(said["ofSubject"]) },
      action: { name: action ?? exchange.request.method },
      ...(surroundings.size === 0 ? {} : { "context": said["surroundings"] ?? null }),
    };
    return write(asked, said["resource"] ?? null, (id) => ({ type: resource.type, id: typeof id === "number" ? String(id) : id, ...namedProperties(said["ofResource"]) }));
  };
  return { ask, mentions: desk.mentions };
}

function write(asked: JsonObject, which: Json, about: (id: Json) => JsonObject): Question | Unasked {
  if (!Array.isArray(which)) return { text: JSON.stringify({ ...asked, resource: about(which) }), many: undefined };
  const ids = [...new Set(which as readonly Json[])];
  if (ids.length === 0 || ids.length > QUESTIONS_MAX) return { wrong: `resource.ids: ${ids.length}, and 1 to ${QUESTIONS_MAX} are asked about` };
  const evaluations = ids.map((id) => ({ resource: about(id) }));
  return { text: JSON.stringify({ ...asked, evaluations, options: { evaluations_semantic: "deny_on_first_deny" } }), many: ids.length };
}

function namedProperties(found: Json | undefined): { readonly properties?: Json } {
  return found === undefined || found === null ? {} : { properties: found };
}

/** Compiles the values of a question, and remembers whether any of them was a misfit. */
class Desk {
  wrong = false;
  readonly mentions: Mention[] = [];
  readonly #site: Site;
  readonly #vocabulary: Vocabulary;

  constructor(site: Site) {
    this.#site = site;
    this.#vocabulary = vocabularyOf(site);
  }

  read(place: string, text: string, kinds: readonly Kind[]): Read {
    const compiled = compileValue(text, this.#vocabulary, kinds);
    if ("wrong" in compiled) {
      this.wrong = true;
      this.#site.report(`${place}: ${JSON.stringify(text)}: ${compiled.wrong}`, compiled.allowed);
      return () => ({ value: null });
    }
    const { mentions, evaluate } = compiled;
    this.mentions.push(...mentions);
    const readValues = valuesReader(mentions, this.#site);
    return (exchange) => {
      const values = readValues(exchange);
      if (!isReadable(values)) return "refusal" in values ? values : { wrong: `${place}: unreadable: ${values.unreadable}` };
      const value = evaluate(values);
      return typeof value === "object" && "failed" in value ? { wrong: `${place}: failed: ${value.failed}` } : { value: toJson(value) };
    };
  }

  /** All of them as one object; null where there are none. */
  readAll(place: string, texts: ReadonlyMap<string, string>): Read {
    const reads = [...texts].map(([name, text]) => [name, this.read(`${place}.${name}`, text, ANY)] as const);
    if (reads.length === 0) return () => ({ value: null });
    return (exchange) => {
      const all: [string, Json][] = [];
      for (const [name, read] of reads) {
        const found = read(exchange);
        if (!("value" in found)) return found;
        all.push([name, found.value]);
      }
      return { value: Object.fromEntries(all) };
    };
  }
}
