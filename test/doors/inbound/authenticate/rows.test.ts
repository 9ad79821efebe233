/**
 * Rows: what a server of protected resources has to hold to, row by row; each is the beginning of the titles of tests, so that
 * a row can be found, run by itself (`--test-name-pattern R18`) and missed.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const ROWS: Readonly<Record<number, string>> = {
  1: "without a credential: every challenge, and no error (RFC 6750, section 3.1)",
  2: "invalid_token, insufficient_scope, invalid_request (RFC 6750, section 3.1)",
  3: "one Authorization field, one scheme, one token (RFC 6750, section 2.1)",
  4: "no token in the query (RFC 9700, section 4.3.2)",
  5: "algorithms that the policy lists, of the key's own kind (RFC 8725, section 3.1)",
  6: "keys of the issuer alone: jku, x5u, jwk and x5c name none (RFC 8725, section 3.10)",
  7: "the type of an access token (RFC 9068, section 4)",
  8: "the issuer, to the letter (RFC 9068, section 4)",
  9: "this audience (RFC 9068, section 4)",
  10: "an end, a beginning, and a bounded life between them (RFC 9068, section 2.2)",
  11: "the claims that must be there (RFC 9068, section 2.2)",
  12: "no critical extension that nobody knows (RFC 7515, section 4.1.11)",
  13: "one spelling of a token, and a bounded one (RFC 7515, section 3)",
  14: "no name twice (RFC 7519, section 4)",
  15: "keys fetched safely and seldom, and none that is weak (RFC 8725, sections 3.5 and 3.10)",
  16: "the certificate that a token is bound to (RFC 8705, section 3)",
  17: "no proof, no bound token (RFC 9449, section 7.1)",
  18: "the twelve checks of a proof (RFC 9449, section 4.3)",
  19: "no proof twice (RFC 9449, section 11.1)",
  20: "nonces (RFC 9449, section 9)",
  21: "the address that callers see (RFC 9449, section 4.3)",
  22: "introspection that fails closed (RFC 7662, section 4)",
  23: "signed introspection (RFC 9701, section 5)",
  24: "revocation (RFC 7009, section 3)",
  25: "scopes of the scheme that they were granted for (OpenAPI, Security Requirement Object)",
  26: "users and clients of one name are two (RFC 9700, section 4.15)",
  27: "a stronger login (RFC 9470, section 3)",
  28: "authorization details (RFC 9396, section 9.1)",
  29: "metadata of the resource (RFC 9728, section 3)",
  30: "what a caller says of himself to the API (RFC 9700, section 4.13)",
  31: "credentials that stay at the door, and answers that caches do not keep (RFC 9111, section 3.5)",
  32: "refusals that tell nothing (RFC 9457, section 5)",
  33: "names and passwords (RFC 7617)",
  34: "API keys",
  35: "several credentials (RFC 6750, section 2)",
  36: "nothing that a browser sends by itself",
  37: "preflights (the Fetch standard, section 3.2)",
  38: "streams and tunnels that end with the credential",
  39: "what of a credential stands in the record",
  40: "the same behind every host",
};

const root = path.join(import.meta.dirname, "../../../..");
const TITLE = /\b(?:test|describe|onEachDatabase)\(\s*["`]((?:R\d+(?:, | and | to )?)+): /g;

function rowsIn(title: string): readonly number[] {
  const [, from, to] = /^R(\d+) to R(\d+)$/.exec(title) ?? [];
  if (from !== undefined && to !== undefined) return Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => Number(from) + at);
  return [...title.matchAll(/R(\d+)/g)].map(([, row]) => Number(row));
}

test("every row is tested by its name, and there is no row that is none", () => {
  const found = new Set(globSync("{test,attack}/**/*.test.ts", { cwd: root }).flatMap((file) => [...readFileSync(path.join(root, file), "utf8").matchAll(TITLE)].flatMap(([, title = ""]) => rowsIn(title))));
  assert.deepEqual([...found].toSorted((one, other) => one - other), Object.keys(ROWS).map(Number));
});
