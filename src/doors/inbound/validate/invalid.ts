/**
 * Invalid: all that is wrong with one request, as one problem.
 *
 * Whoever repairs a client wants the whole list, not one error per attempt. Names and messages come from the contract, and
 * pointers lead into what was sent as far as the names on the way may be told; no value is ever sent back, so that a secret in
 * the wrong place stays where it was, and so that an answer cannot be made to carry somebody else's words.
 */
import { type Finding, type JsonObject, type Particulars, type Problem, problem } from "../../../guard.ts";
import { tellFinding } from "../../told-pointer.ts";

/** Findings that one answer lists. */
export const ERRORS_MAX = 20;

/** A finding and the part of the request that it is about. `name` only where the contract knows it. */
export interface Located extends Finding {
  readonly in: "path" | "query" | "header" | "cookie" | "body";
  readonly name?: string;
}

const requestInvalid: (particulars?: Particulars) => Problem = problem("request-invalid", 400, "The request does not fit the contract");

/** One problem for all findings, the first twenty of them told. */
export function refuseInvalid(findings: readonly Located[]): Problem {
  return requestInvalid(tellFindings(findings));
}

/** What a problem says of findings, to the caller and to the operator. */
export function tellFindings(findings: readonly Located[]): Particulars {
  const told = findings.slice(0, ERRORS_MAX);
  return {
    extra: { errors: told.map(errorOf) },
    because: { findings: told.map((finding) => ({ ...errorOf(finding), keyword: finding.keyword })), more: findings.length - told.length },
  };
}

/** Findings of a parameter, a field or a body, with their place. */
export function locate(findings: readonly Finding[], place: Pick<Located, "in" | "name">): readonly Located[] {
  return findings.map((finding) => ({ ...finding, ...place }));
}

function errorOf({ in: place, name, pointer, message }: Located): JsonObject {
  return { in: place, ...(name === undefined ? {} : { name }), ...tellFinding({ pointer, message }) };
}
