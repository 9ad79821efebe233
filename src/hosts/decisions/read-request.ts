/**
 * Read request: what another program asks, in the words of AuthZEN (sections 5, 6.1 and 7.1).
 *
 * Members that are not known are ignored, as the specification wants; those that are must be what it says. What one
 * question of several lacks makes that one a no, and leaves the others alone.
 */
import { isJsonObject, type Json, type JsonObject } from "../../contract/json-value.ts";

export const QUESTIONS_MAX = 100;

export interface AskedQuestion {
  readonly subject: Entity;
  readonly action: string;
  readonly resource: Entity;
}

export interface Entity {
  readonly type: string;
  readonly id: string;
  readonly properties: JsonObject;
}

export type Semantic = (typeof SEMANTICS)[number];
const SEMANTICS = ["execute_all", "deny_on_first_deny", "permit_on_first_permit"] as const;

type Wrong = { readonly wrong: string };

/** One question, or several with how they hang together. */
export type AskedAll = { readonly one: AskedQuestion } | { readonly all: readonly (AskedQuestion | Wrong)[]; readonly semantic: Semantic } | Wrong;

const NAME_CHARACTERS_MAX = 2_000;

/** @param several whether `evaluations` counts (AuthZEN, section 7) */
export function readRequest(body: Json, several: boolean): AskedAll {
  if (!isJsonObject(body)) return { wrong: "the body is no object" };
  const { evaluations } = body;
  if (several && evaluations !== undefined && !Array.isArray(evaluations)) return { wrong: "evaluations is no list" };
  const list: readonly Json[] = several && Array.isArray(evaluations) ? evaluations : [];
  if (list.length === 0) {
    const one = readQuestion(body);
    return "wrong" in one ? one : { one };
  }
  if (list.length > QUESTIONS_MAX) return { wrong: `evaluations has more than ${QUESTIONS_MAX} items` };
  const semantic = readSemantic(body["options"]);
  if (semantic === undefined) return { wrong: `options.evaluations_semantic is none of ${SEMANTICS.join(", ")}` };
  const all = list.map((item): AskedQuestion | Wrong => (isJsonObject(item) ? readQuestion({ ...body, ...item }) : { wrong: "the question is no object" }));
  return { all, semantic };
}

function readSemantic(options: Json | undefined): Semantic | undefined {
  if (options === undefined) return "execute_all";
  const semantic = isJsonObject(options) ? options["evaluations_semantic"] : null;
  return semantic === undefined ? "execute_all" : SEMANTICS.find((one) => one === semantic);
}

function readQuestion({ subject, action, resource }: JsonObject): AskedQuestion | Wrong {
  const who = readEntity(subject);
  const what = readEntity(resource);
  if (who === undefined) return { wrong: "subject has no type and id" };
  if (!isJsonObject(action) || !isName(action["name"])) return { wrong: "action has no name" };
  if (what === undefined) return { wrong: "resource has no type and id" };
  return { subject: who, action: action["name"], resource: what };
}

function readEntity(given: Json | undefined): Entity | undefined {
  if (!isJsonObject(given)) return undefined;
  const { type, id, properties = {} } = given;
  return isName(type) && isName(id) && isJsonObject(properties) ? { type, id, properties } : undefined;
}

function isName(given: Json | undefined): given is string {
  return typeof given === "string" && given.length > 0 && given.length <= NAME_CHARACTERS_MAX;
}
