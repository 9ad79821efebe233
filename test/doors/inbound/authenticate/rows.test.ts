/**
 * Rows: what a server of protected resources has to hold to, row by row; each is the beginning of the titles of tests, so that
 * a row can be found, run by itself (`--test-name-pattern R18`) and missed. Each names a test in which somebody passes and one in
 * which somebody is refused: a door that is shut keeps every rule. One test may show both, on the two sides of one bound.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

interface Row {
  readonly rule: string;
  /** How the title of a test goes on behind the row. */
  readonly passes: string;
  readonly refused: string;
}

const ROWS: Readonly<Record<number, Row>> = {
  1: { rule: "without a credential: every challenge, and no error (RFC 6750, section 3.1)", passes: "a good credential passes", refused: "a request without a credential" },
  2: { rule: "invalid_token, insufficient_scope, invalid_request (RFC 6750, section 3.1)", passes: "a token with the scopes", refused: "an expired token" },
  3: { rule: "one Authorization field, one scheme, one token (RFC 6750, section 2.1)", passes: "the scheme is compared", refused: "two fields, lists" },
  4: { rule: "no token in the query (RFC 9700, section 4.3.2)", passes: "a token in the query", refused: "a token in the query" },
  5: { rule: "algorithms that the policy lists, of the key's own kind (RFC 8725, section 3.1)", passes: "each algorithm of the list", refused: "a public key is never" },
  6: { rule: "keys of the issuer alone: jku, x5u, jwk and x5c name none (RFC 8725, section 3.10)", passes: "a token without a key id", refused: "a key that the token brings" },
  7: { rule: "the type of an access token (RFC 9068, section 4)", passes: "the type is at+jwt", refused: "ID tokens, logout tokens" },
  8: { rule: "the issuer, to the letter (RFC 9068, section 4)", passes: "of two issuers each", refused: "the issuer is compared exactly" },
  9: { rule: "this audience (RFC 9068, section 4)", passes: "the audience holds", refused: "the audience holds" },
  10: { rule: "an end, a beginning, and a bounded life between them (RFC 9068, section 2.2)", passes: "times hold", refused: "times are finite" },
  11: { rule: "the claims that must be there (RFC 9068, section 2.2)", passes: "a reason takes incomplete", refused: "every claim that RFC 9068" },
  12: { rule: "no critical extension that nobody knows (RFC 7515, section 4.1.11)", passes: "critical extensions", refused: "critical extensions" },
  13: { rule: "one spelling of a token, and a bounded one (RFC 7515, section 3)", passes: "only compact", refused: "long tokens" },
  14: { rule: "no name twice (RFC 7519, section 4)", passes: "a name that stands twice", refused: "a name that stands twice" },
  15: { rule: "keys fetched safely and seldom, and none that is weak (RFC 8725, sections 3.5 and 3.10)", passes: "a rotation reaches", refused: "statuses, redirects" },
  16: { rule: "the certificate that a token is bound to (RFC 8705, section 3)", passes: "a token that is bound to a certificate passes", refused: "a certificate that could not be read" },
  17: { rule: "no proof, no bound token (RFC 9449, section 7.1)", passes: "a token that is bound to a key passes", refused: "a token that is bound to nothing" },
  18: { rule: "the twelve checks of a proof (RFC 9449, section 4.3)", passes: "a good proof", refused: "a proof of another method" },
  19: { rule: "no proof twice (RFC 9449, section 11.1)", passes: "a proof passes once", refused: "of fifty of one proof" },
  20: { rule: "nonces (RFC 9449, section 9)", passes: "without the nonce", refused: "where nonces are asked" },
  21: { rule: "the address that callers see (RFC 9449, section 4.3)", passes: "the address is this one", refused: "what the proof names" },
  22: { rule: "introspection that fails closed (RFC 7662, section 4)", passes: "an active token", refused: "an inactive token" },
  23: { rule: "signed introspection (RFC 9701, section 5)", passes: "a signed answer", refused: "another key, an altered" },
  24: { rule: "revocation (RFC 7009, section 3)", passes: "whoever logs in again", refused: "a remembered token" },
  25: { rule: "scopes of the scheme that they were granted for (OpenAPI, Security Requirement Object)", passes: "of two together", refused: "of two together" },
  26: { rule: "users and clients of one name are two (RFC 9700, section 4.15)", passes: "a user who logged in", refused: "a client is never" },
  27: { rule: "a stronger login (RFC 9470, section 3)", passes: "a login by a method", refused: "a login passes until" },
  28: { rule: "authorization details (RFC 9396, section 9.1)", passes: "what was granted passes", refused: "granted 10, asked" },
  29: { rule: "metadata of the resource (RFC 9728, section 3)", passes: "whoever asks at", refused: "elsewhere, by another" },
  30: { rule: "what a caller says of himself to the API (RFC 9700, section 4.13)", passes: "Client-Cert is believed", refused: "a caller cannot say" },
  31: { rule: "credentials that stay at the door, and answers that caches do not keep (RFC 9111, section 3.5)", passes: "of cookies only those", refused: "credentials stay" },
  32: { rule: "refusals that tell nothing (RFC 9457, section 5)", passes: "outside all bad tokens", refused: "neither the token nor" },
  33: { rule: "names and passwords (RFC 7617)", passes: "name and password say", refused: "a wrong password" },
  34: { rule: "API keys", passes: "a good key passes", refused: "what is no key" },
  35: { rule: "several credentials (RFC 6750, section 2)", passes: "several together", refused: "waiving credentials" },
  36: { rule: "nothing that a browser sends by itself", passes: "a contract whose key travels in a header", refused: "a contract whose key travels in a cookie" },
  37: { rule: "preflights (the Fetch standard, section 3.2)", passes: "a preflight is answered", refused: "the origin" },
  38: { rule: "streams and tunnels that end with the credential", passes: "events flow until", refused: "they end when" },
  39: { rule: "what of a credential stands in the record", passes: "the record of who", refused: "the record of who" },
  40: { rule: "the same behind every host", passes: "it is the same", refused: "it is the same" },
};

const root = path.join(import.meta.dirname, "../../../..");
const TITLE = /\b(?:test|describe|onEachDatabase)\(\s*(["`])((?:R\d+(?:, (?=R)| and | to )?)+)((?:, check \d+)?): (.*)\1/g;

interface Titled {
  readonly rows: readonly number[];
  readonly rest: string;
}

function rowsIn(title: string): readonly number[] {
  const [, from, to] = /^R(\d+) to R(\d+)$/.exec(title) ?? [];
  if (from !== undefined && to !== undefined) return Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => Number(from) + at);
  return [...title.matchAll(/R(\d+)/g)].map(([, row]) => Number(row));
}

const titled: readonly Titled[] = globSync("{test,attack}/**/*.test.ts", { cwd: root }).flatMap((file) => [...readFileSync(path.join(root, file), "utf8").matchAll(TITLE)].map(([, , rows = "", , rest = ""]) => ({ rows: rowsIn(rows), rest })));

test("every row is tested by its name, and there is no row that is none", () => {
  const found = new Set(titled.flatMap(({ rows }) => rows));
  assert.deepEqual([...found].toSorted((one, other) => one - other), Object.keys(ROWS).map(Number));
});

for (const side of ["passes", "refused"] as const) {
  test(`every row has a test in which somebody ${side === "passes" ? "passes" : "is refused"}`, () => {
    const missing = Object.entries(ROWS).filter(([row, sides]) => !titled.some(({ rows, rest }) => rows.includes(Number(row)) && rest.startsWith(sides[side])));
    assert.deepEqual(missing, []);
  });
}
