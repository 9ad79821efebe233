/**
 * Invalid: all that is wrong with one request, as one problem.
 *
 * Whoever repairs a client wants the whole list, not one error per attempt. Names and messages come from the contract, and
 * pointers lead into what was sent by the names of its members; no value is ever sent back, so that a secret in the wrong
 * place stays where it was, and so that an answer cannot be made to carry somebody else's words.
 */
import { type Finding, type JsonObject, type Particulars, type Problem, problem } from "../../../guard.ts";

/** Findings that one answer lists. */
export const ERRORS_MAX = 20;
/** Characters of a pointer: the names in it may be the caller's, and as long as a body. */
export const POINTER_CHARACTERS_MAX = 256;

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
  return { in: place, ...(name === undefined ? {} : { name }), pointer: cutPointer(pointer), message };
}

/** A pointer that is too long leads to the nearest parent whose pointer is not (RFC 6901, section 3). */
export function cutPointer(pointer: string): string {
  if (pointer.length <= POINTER_CHARACTERS_MAX) return pointer;
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf("/", POINTER_CHARACTERS_MAX)));
}
