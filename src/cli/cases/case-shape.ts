/**
 * Case shape: what may stand in a file of cases: a request, who sends it, what the API would answer, and what is expected.
 */
import { readPointer } from "../../contract/json-pointer.ts";
import type { Json, JsonObject } from "../../contract/json-value.ts";
import { isJsonObject } from "../../contract/json-value.ts";
import { canonicalAddress } from "../../exchange/address.ts";
import { checked, count, either, fields, flag, listOf, mapOf, oneOf, optional, or, type Shape, text } from "../../policy/shape.ts";

/** Somebody, by the claims of the credential, and the authenticator that would have found out. */
export interface CasePrincipal {
  readonly claims: JsonObject;
  /** Name of the guard; undefined: the first that could. */
  readonly by: string | undefined;
}

export interface CaseRequest {
  readonly method: string;
  readonly target: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Json | undefined;
}

export interface CaseAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Json | undefined;
}

export interface Expectation {
  readonly status: number | undefined;
  readonly guard: string | undefined;
  readonly problem: string | undefined;
  readonly because: JsonObject | undefined;
  readonly headers: ReadonlyMap<string, string>;
  /** The whole body. */
  readonly body: Json | undefined;
  /** What must be in it, whatever else is. */
  readonly holds: Json | undefined;
  /** JSON Pointers that must lead nowhere. */
  readonly lacks: readonly string[];
  /** Whether the API is asked. */
  readonly reached: boolean | undefined;
  /** Guards that stand in observe mode and would have refused. */
  readonly observed: readonly string[] | undefined;
}

export interface Case {
  readonly name: string;
  readonly as: string | CasePrincipal | undefined;
  readonly from: string;
  readonly at: number | undefined;
  readonly request: CaseRequest;
  readonly answer: CaseAnswer | undefined;
  /** What the API tells the door itself, by path and query. */
  readonly told: ReadonlyMap<string, CaseAnswer>;
  readonly decision: "permit" | "refuse" | "unavailable" | undefined;
  readonly repeat: number;
  readonly expect: Expectation;
}

export interface CaseFile {
  readonly policy: string | undefined;
  readonly principals: ReadonlyMap<string, CasePrincipal>;
  readonly cases: readonly Case[];
}

export const CASES_MAX = 10_000;
export const REPEAT_MAX = 10_000;

/** Any JSON value; a text is taken as it stands. */
const anything = (about: string): Shape<Json> => ({ schema: { description: about }, optional: false, fallback: undefined, read: (value) => value });

const object = (about: string): Shape<JsonObject> => ({
  schema: { type: "object", description: about },
  optional: false,
  fallback: undefined,
  read(value, at) {
    if (isJsonObject(value)) return value;
    at.report(at.pointer, "expected names with values");
    return {};
  },
});

const headers: Shape<ReadonlyMap<string, string>> = or(
  checked(mapOf("Header fields.", text("Its value.", { max: 8_000 })), (given) => ({ value: new Map([...given].map(([name, value]) => [name.toLowerCase(), value])) })),
  {},
);

/** `by` is no claim: a claim of this name is written with the long form. */
const principal: Shape<CasePrincipal> = {
  ...object("The claims of a credential; or claims: { ... } and by: <guard>."),
  read(value, at) {
    if (isJsonObject(value) && Object.hasOwn(value, "claims")) return fields({ claims: object("The claims."), by: optional(text("The guard that would have found out.")) }).read(value, at);
    const claims = object("").read(value, at);
    return typeof claims === "symbol" ? claims : { claims, by: undefined };
  },
};

const request: Shape<CaseRequest> = either(
  checked(text("Method and target.", { max: 8_000, example: "GET /accounts/acc-100101" }), (line) => {
    const [, method = "", target] = /^([A-Za-z-]{1,32}) (\S+)$/.exec(line) ?? [];
    return target === undefined ? { wrong: "not a method, one space and a target", allowed: "GET /path?query" } : { value: { method, target, headers: new Map<string, string>(), body: undefined } };
  }),
  fields({ method: or(text("Its method."), "GET"), target: text("Its target, as it stands on the wire."), headers, body: optional(anything("Its body: JSON, or a text as it stands.")) }),
  (line) => line,
  "What is sent: `GET /path?query`, or method, target, headers and body.",
);

const instant: Shape<number> = checked(text("When it is sent; now when left out.", { example: "2026-11-20T10:00:00Z" }), (written) => {
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/.test(written) ? Date.parse(written) : Number.NaN;
  return Number.isNaN(time) ? { wrong: "not an instant", allowed: "2026-11-20T10:00:00Z" } : { value: time };
});

const address: Shape<string> = checked(text("The caller's address."), (written) => {
  const canonical = canonicalAddress(written);
  return canonical === undefined ? { wrong: "not an address" } : { value: canonical };
});

const status: Shape<number> = count("A status.", { min: 100, max: 599 });

const pointer: Shape<string> = checked(text("A JSON Pointer."), (written) => (readPointer(written) === undefined ? { wrong: "not a JSON Pointer", allowed: "/name/0" } : { value: written }));

const expectation: Shape<Expectation> = checked(
  fields({
    status: optional(status),
    guard: optional(text("The guard that refuses.")),
    problem: optional(text("The problem, by the name of its page.")),
    because: optional(object("What the audit record says why: these members, whatever else is there.")),
    headers,
    body: optional(anything("The whole body.")),
    holds: optional(anything("What must be in the body, whatever else is there.")),
    lacks: or(listOf("JSON Pointers that lead nowhere in the answer.", pointer), []),
    reached: optional(flag("Whether the API is asked.")),
    observed: optional(listOf("Guards in observe mode that would have refused.", text("A guard."))),
  }, "What must come of it."),
  (expect) => {
    const { headers: fields, lacks, ...others } = expect;
    const nothing = fields.size === 0 && lacks.length === 0 && Object.values(others).every((one) => one === undefined);
    return nothing ? { wrong: "nothing is expected", allowed: "status, guard, problem, body, ..." } : { value: expect };
  },
);

const answer = (about: string): Shape<CaseAnswer> => fields({ status: or(status, 200), headers, body: optional(anything("JSON, or a text as it stands.")) }, about);

export const caseShape: Shape<Case> = fields({
  name: text("What is said about the policy: a sentence.", { max: 300 }),
  as: optional(either<string, string | CasePrincipal>(text("Name of a principal of this file; a stranger when left out."), principal, (name) => name, "Who sends it: a name under `principals`, or the claims themselves; a stranger when left out.")),
  from: or(address, "192.0.2.1"),
  at: optional(instant),
  request,
  answer: optional(answer("What the API would answer.")),
  told: or(mapOf("What the API tells the door itself when a guard asks it, by path and query.", answer("The answer.")), {}),
  decision: optional(oneOf("What an outside decision point says.", ["permit", "refuse", "unavailable"])),
  repeat: or(count("How often the request is sent; what is expected is expected of the last one.", { min: 1, max: REPEAT_MAX }), 1),
  expect: expectation,
});

export const caseFileShape: Shape<CaseFile> = fields({
  policy: optional(text("The policy, seen from the folder of this file; the one that the command was given when left out.")),
  principals: or(mapOf("Who the cases speak of, by name.", principal), {}),
  cases: listOf("The cases.", caseShape, { min: 1, max: CASES_MAX }),
});
