/**
 * Declared answers: which of the contract's answers an actual answer is.
 *
 * A contract lists what an operation says; what HTTP itself says about conditions and ranges it rarely lists. Those
 * statuses count where the request asked for them, and only there.
 */
import type { DeclaredAnswer } from "../../../contract/operation.ts";
import type { Answered } from "../../../guard.ts";

const BARE: DeclaredAnswer = { media: [], headers: [] };

/** The exact status before its range before the default (OpenAPI 3.1.1, section 4.8.16). undefined: not declared. */
export function declaredAnswer(exchange: Answered): DeclaredAnswer | undefined {
  const { answer: { status }, operation: { answers } } = exchange;
  const named = answers.get(String(status)) ?? answers.get(`${Math.trunc(status / 100)}xx`);
  if (named !== undefined) return named;
  const otherwise = answers.get("default");
  if (!isAskedFor(status, exchange)) return otherwise;
  // A part is a part of what 200 declares; "not modified" has nothing of its own; the others are errors like any other.
  if (status === 206) return answers.get("200") ?? otherwise;
  return status === 304 ? BARE : (otherwise ?? BARE);
}

/**
 * Statuses that follow from fields of the request (RFC 9110): 304 to a conditional GET or HEAD (section 15.4.5), 412 to a
 * condition (15.5.13), 206 and 416 to a range (15.3.7, 15.5.17), which only GET knows (14.2).
 */
function isAskedFor(status: number, { request: { method, fields } }: Answered): boolean {
  const asked = (names: readonly string[]): boolean => names.some((name) => fields.count(name) > 0);
  switch (status) {
    case 304:
      return (method === "GET" || method === "HEAD") && asked(["if-none-match", "if-modified-since"]);
    case 412:
      return asked(["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"]);
    case 206:
    case 416:
      return method === "GET" && asked(["range"]);
    default:
      return false;
  }
}

/** An answer with which the API says that it failed; `faults` replaces all of it, declared or not. */
export function isFailure(status: number): boolean {
  return status >= 500 && status <= 599;
}

/** Answers that have no content whatever their fields say (RFC 9110, section 6.4.1). */
export function isBodiless({ answer: { status }, request: { method } }: Answered): boolean {
  return method === "HEAD" || status === 101 || status === 204 || status === 304;
}
