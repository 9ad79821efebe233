/**
 * Levels: which levels of authorization a posting speaks about: the function, the object, or its properties.
 *
 * A rule is about the object only where it holds what the request names against the caller; else it says who may call at
 * all. Guards that are not known here are taken at the word of the risks that they answer.
 */
import { isJsonObject, type Json, type JsonObject } from "../contract/json-value.ts";
import type { Risk } from "../policy/definition.ts";

export type Level = "function" | "object" | "property";

const BY_RISK: Readonly<Partial<Record<Risk, Level>>> = { "API5:2023": "function", "API1:2023": "object", "API3:2023": "property" };

const FUNCTION: readonly Level[] = ["function"];
const FUNCTION_AND_OBJECT: readonly Level[] = ["function", "object"];
const NONE: readonly Level[] = [];

/** By the guard's name: what its options make of it. */
const KNOWN: Readonly<Record<string, (options: JsonObject) => readonly Level[]>> = {
  scope: () => FUNCTION,
  role: () => FUNCTION,
  rule: ({ allow }) => (typeof allow === "string" && namesRecord(allow, "principal") && namesParameter(allow) ? FUNCTION_AND_OBJECT : FUNCTION),
  "decision-point": (options) => (textsIn([options["resource"] ?? null, options["context"] ?? null]).some(namesParameter) ? FUNCTION_AND_OBJECT : FUNCTION),
  "authorization-details": ({ same }) => (textsIn(same ?? null).some(namesParameter) ? FUNCTION_AND_OBJECT : FUNCTION),
  // Ids that are issued hold nobody back until somebody asks for them.
  owner: ({ provenance }) => (isJsonObject(provenance) && provenance["with"] === undefined && provenance["chosen"] === undefined ? NONE : ["object"]),
  properties: () => ["property"],
  // They answer these risks in another way: by knowing who it is, by holding content to the contract, by its looks.
  credentials: () => NONE,
  parameters: () => NONE,
  body: () => NONE,
  "answer-body": () => NONE,
  "answer-xml": () => NONE,
  leaks: () => NONE,
};

export interface Leveled {
  readonly name: string;
  readonly risks: readonly Risk[];
  readonly options?: Json;
}

export function levelsOf({ name, risks, options }: Leveled): readonly Level[] {
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  return known === undefined ? [...new Set(risks.flatMap((risk) => BY_RISK[risk] ?? []))] : known(isJsonObject(options) ? options : {});
}

/** Whether a posting about objects judges the one that this id names: `path.orderId`, `body.items[*].accountId`. */
export function speaksOfId({ guard, options }: { readonly guard: string; readonly options: Json }, id: string): boolean {
  // Of a guard that is not known here nobody can say.
  if (!Object.hasOwn(KNOWN, guard)) return true;
  // Whose the object is stands in the answer: whatever the path and the query name, it is what came of it.
  if (guard === "owner" && !id.startsWith("body") && (!isJsonObject(options) || (options["lookup"] === undefined && options["provenance"] === undefined))) return true;
  const named = new RegExp(`(?<![\\w.])${id.replaceAll(/[^\w]/g, "\\$&")}(?!\\w)`);
  return textsIn(options).some((text) => named.test(text.replaceAll(/\["(\w+)"\]/g, ".$1")));
}

function namesParameter(expression: string): boolean {
  return ["path", "query", "header"].some((record) => namesRecord(expression, record));
}

/**
 * Whether an expression that was compiled names a value of this record. What stands in quotes is text, and nothing else
 * can have the name of a record (see policy/expression/examine.ts), but a member can: `operation.path`.
 */
function namesRecord(expression: string, record: string): boolean {
  const bare = expression.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
  return [...bare.matchAll(/(?<before>\.\s*)?\b(?<name>[A-Za-z_]\w*)\s*[.[]/g)].some(({ groups }) => groups?.["name"] === record && groups["before"] === undefined);
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
