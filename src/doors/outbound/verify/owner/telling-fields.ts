/**
 * Telling fields: what header fields say of things that are somebody else's.
 *
 * A validator of the whole list changes when another customer's item does, and a hash of it can be tried out against a guess;
 * a count and the address of the last page say how much there is. Of a list only such fields leave as are known to say nothing,
 * and those that the contract declares for it, unless they are known to tell.
 */
import type { DeclaredAnswer } from "../../../../contract/operation.ts";
import { remember } from "../../../../exchange/remember.ts";
import { fieldSet } from "../../../field-set.ts";

/** Said of the representation as a whole, or of how many there are. A trailing `*` stands for any rest. */
const TELLING: readonly string[] = [
  "etag", "last-modified", "accept-ranges", "content-range", "content-md5", "content-digest", "repr-digest", "digest", "want-*", "signature", "signature-input",
  "link", "x-total*", "x-count*", "x-page*", "x-pagination*", "x-next*", "x-prev*", "x-last*", "x-first*", "x-per-page", "x-offset", "x-limit", "x-result*", "x-items*", "x-records*",
  "total*", "count*", "pagination*", "resultset-*", "x-cursor*", "x-has-more", "x-query-*",
];

/** Said of the answer as such, by any API. */
const GENERAL: readonly string[] = [
  "content-type", "content-length", "content-encoding", "content-language", "content-location", "content-disposition", "transfer-encoding", "connection", "keep-alive", "trailer",
  "cache-control", "expires", "pragma", "vary", "date", "age", "allow", "retry-after", "set-cookie", "server", "via", "warning", "deprecation", "sunset",
  "ratelimit*", "x-ratelimit-*", "access-control-*", "timing-allow-origin", "cross-origin-*", "content-security-policy", "strict-transport-security", "referrer-policy",
  "x-content-type-options", "x-frame-options", "permissions-policy", "www-authenticate", "x-request-id", "x-correlation-id", "traceparent", "tracestate",
];

const telling = fieldSet(TELLING);
const general = fieldSet(GENERAL);

/**
 * @param kept fields that the policy lets leave, in lower case
 * @returns whether a field must not leave
 */
export function tellingFields(headers: DeclaredAnswer["headers"], kept: readonly string[]): (name: string) => boolean {
  const declared = new Set(headers.map(({ name }) => name.toLowerCase()));
  const allowed = new Set(kept);
  return remember((name) => !allowed.has(name) && (telling(name) || !(general(name) || declared.has(name))));
}
