/**
 * Problem: a refusal, as a value (RFC 9457).
 *
 * Tell the caller little and the operator everything: `because` stays in the audit log, and `publish` is the only
 * place in the house that turns a problem into bytes, naming each member that it sends.
 */
import type { Json, JsonObject } from "../contract/json-value.ts";

/** Whose fault it was. A dashboard tells an attack from an outage by it. */
export type Blame = "caller" | "api" | "issuer" | "sallyport";

export interface Problem {
  readonly kind: "problem";
  /** The slug: the name of its page under docs/problems/. */
  readonly type: string;
  /** HTTP status code, 400 to 599. */
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  /** Further members of the answer, e.g. `errors`. */
  readonly extra?: JsonObject;
  /** Header fields of the answer, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly blame: Blame;
  /** For the operator. Never leaves the house, and never holds a secret. */
  readonly because?: JsonObject;
}

export interface Particulars {
  readonly detail?: string;
  readonly extra?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly because?: JsonObject;
}

/**
 * Declares a problem at the top of the file that uses it.
 *
 * @param slug kebab-case; the page docs/problems/<slug>.md must exist
 * @param blame default: `caller` below 500, `sallyport` from 500 on
 */
export function problem(
  slug: string,
  status: number,
  title: string,
  blame: Blame = status < 500 ? "caller" : "sallyport",
): (particulars?: Particulars) => Problem {
  const bare: Problem = Object.freeze({ kind: "problem", type: slug, status, title, blame });
  return (particulars) => (particulars === undefined ? bare : { ...bare, ...particulars });
}

/** Where the pages of the problems stand; the slug and `.md` are put behind it. */
export const PROBLEM_PAGES = "https://sallyport.dev/problems/";

/** The body of the answer: `application/problem+json`, with `instance` naming the exchange (RFC 9457, section 3.1). */
export function publish(problem: Problem, exchangeId: string): string {
  const body: Record<string, Json> = {
    type: PROBLEM_PAGES + problem.type,
    title: problem.title,
    status: problem.status,
  };
  if (problem.detail !== undefined) body["detail"] = problem.detail;
  body["instance"] = `urn:uuid:${exchangeId}`;
  return JSON.stringify({ ...body, ...problem.extra });
}
