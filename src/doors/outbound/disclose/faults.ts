/**
 * Faults: when the API fails, the caller learns that it failed, and nothing of how it is built.
 *
 * An answer of 500 to 599 keeps its status and its Retry-After; everything else of it, the page of the framework, the trace, the
 * query that broke, is replaced by a problem, whatever the contract declares for it. An answer of 400 to 499 goes on unless
 * its content holds a stack trace or is larger than any error has reason to be. Fields with which programs introduce
 * themselves are taken from every answer of the API. What the doors say themselves is left alone.
 *
 * Answers API8:2023, security misconfiguration. See RFC 9110, sections 10.2.4 and 17.12, and CWE-209.
 */
import { defineGuard, fields, type Guard, problem, type Problem } from "../../../guard.ts";
import { fieldSet } from "../../field-set.ts";
import { BANNERS } from "./banners.ts";
import { holdsStackTrace } from "./stack-trace.ts";

/** Content of an error that is looked through; a larger one does not leave. */
export const ERROR_BYTES_MAX = 262_144;

const apiFailed = problem("api-failed", 500, "The API failed", "api");
const apiRefused = problem("api-refused", 400, "The API refused the request", "api");
const banner = fieldSet(BANNERS);
/** Seconds or a date, as RFC 9110, section 10.2.3 writes them; one class, one loop: linear. */
const RETRY_AFTER = /^[0-9A-Za-z,: ]{1,40}$/;

export const faults: Guard = defineGuard({
  name: "faults",
  stage: "disclose",
  risks: ["API8:2023"],
  standing: true,
  options: fields({}),

  compile(_options, { operation }) {
    // What the contract declares is part of the API, and told on purpose.
    const declared = new Set([...operation.answers.values()].flatMap(({ headers }) => headers.map(({ name }) => name.toLowerCase())));
    const drops = (name: string): boolean => banner(name) && !declared.has(name);

    return ({ answer, request }) => {
      const { status, from, content, fields } = answer;
      if (from === "door") return undefined;
      fields.removeWhere(drops);
      if (status >= 500) return { ...apiFailed(retryAfter(fields.one("retry-after"))), status: Math.min(status, 599) };
      if (status < 400 || content.declared === 0 || request.method === "HEAD") return undefined;

      const refuse = (reason: string): Problem => ({ ...apiRefused({ because: { reason } }), status });
      const judge = (bytes: Uint8Array | Problem): Problem | undefined => {
        if (!(bytes instanceof Uint8Array)) return bytes.blame === "api" ? bytes : refuse("the error is too large to be looked through");
        if (bytes.byteLength > ERROR_BYTES_MAX) return refuse("the error is too large to be looked through");
        return holdsStackTrace(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")) ? refuse("the error holds a stack trace") : undefined;
      };
      content.bound(ERROR_BYTES_MAX);
      const bytes = content.read();
      return bytes instanceof Promise ? bytes.then(judge) : judge(bytes);
    };
  },
});

function retryAfter(value: string | undefined): { readonly headers?: Readonly<Record<string, string>> } {
  return value !== undefined && RETRY_AFTER.test(value) ? { headers: { "retry-after": value } } : {};
}
