import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseDocument } from "yaml";
import { proposePolicy, type Wishes } from "../../../src/cli/init/propose-policy.ts";
import type { Scheme } from "../../../src/contract/operation.ts";
import { operation } from "../../walk.ts";

const scheme = (particulars: Partial<Scheme>): Scheme => ({ name: "tokens", type: "oauth2", place: { file: "", pointer: "" }, ...particulars });

function propose(wishes: Partial<Wishes> = {}): ReturnType<typeof proposePolicy> & { readonly policy: Record<string, unknown> } {
  const proposal = proposePolicy({ contract: "./openapi.yaml", upstream: "http://127.0.0.1:8080", operations: [], inferred: { issuer: undefined, guess: undefined }, audience: undefined, ...wishes });
  const document = parseDocument(proposal.text, { strict: true });
  assert.deepEqual(document.errors, []);
  return { ...proposal, policy: document.toJS() as Record<string, unknown> };
}

const guarded = operation({ security: [[{ scheme: scheme({}), scopes: [] }]] });

test("who signs the tokens is decided only when both issuer and audience are known", () => {
  const known = propose({ operations: [guarded], inferred: { issuer: "https://id.example", guess: undefined }, audience: "orders" });
  assert.deepEqual((known.policy["everywhere"] as Record<string, unknown>)["jwt"], { issuer: "https://id.example", audience: "orders" });
  assert.deepEqual(known.decisions, []);
  const guessed = propose({ operations: [guarded], inferred: { issuer: undefined, guess: "https://id.example" } });
  assert.equal((guessed.policy["everywhere"] as Record<string, unknown>)["jwt"], undefined);
  assert.match(guessed.text, /# {3}issuer: https:\/\/id\.example\n/);
  assert.equal(guessed.decisions.length, 1);
});

test("a contract without tokens gets no posting for them", () => {
  assert.doesNotMatch(propose().text, /jwt/);
});

test("a scheme that no token fulfils is a question", () => {
  const keyed = operation({ security: [[{ scheme: scheme({ name: "key", type: "apiKey", in: "header", parameter: "x-key" }), scopes: [] }]] });
  assert.match(propose({ operations: [keyed] }).decisions.join(), /security scheme "key" \(apiKey\)/);
});

test("what keys, users and certificates need stands in the policy as comments, ready to be decided", () => {
  const asks = (particulars: Partial<Scheme>): ReturnType<typeof operation> => operation({ security: [[{ scheme: scheme({ name: "one", ...particulars }), scopes: [] }]] });
  const cases: readonly (readonly [Partial<Scheme>, string | undefined, boolean])[] = [
    [{ type: "apiKey", in: "header", parameter: "x-key" }, "api-key", true],
    [{ type: "http", http: "basic" }, "basic", true],
    [{ type: "mutualTLS" }, "mutual-tls", false],
    [{ type: "apiKey", in: "cookie", parameter: "key" }, undefined, false],
    [{ type: "http", http: "digest" }, undefined, false],
  ];
  for (const [particulars, guard, database] of cases) {
    const { text, decisions } = propose({ operations: [asks(particulars)] });
    assert.equal(text.includes("# database: { sqlite:"), database);
    assert.match(decisions.join(), guard === undefined ? /which guard establishes it/ : new RegExp(`post ${guard}`));
    const decided = text.replace(/^# (database:)/m, "$1").replace(/^ {2}# (api-key|basic|mutual-tls): /m, "  $1: ");
    const everywhere = (parseDocument(decided, { strict: true }).toJS() as { readonly everywhere: Record<string, unknown> }).everywhere;
    assert.equal(guard === undefined || everywhere[guard] !== undefined, true);
  }
});

test("strangers are let in nowhere, and each place that would is a question", () => {
  const { policy, text, decisions } = propose({ operations: [operation({ id: "a", security: [] }), operation({ id: "b" }), guarded] });
  assert.equal(policy["operations"], undefined);
  assert.match(text, /^# {3}a: \{ public: /m);
  assert.deepEqual(decisions.map((decision) => decision.split(":")[0]), ["everywhere.jwt", "operations.a", "operations.b"]);
});

test("no text of a contract can end a comment or add a line to the policy", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), fc.webUrl({ withQueryParameters: false }), (id, path, upstream) => {
      const foreign = operation({ id, path, security: [[{ scheme: scheme({ name: `${id}\neverywhere: {}` , type: "apiKey" }), scopes: [] }], []] });
      const { policy } = propose({ contract: `./${id}`, upstream, operations: [foreign] });
      assert.deepEqual(Object.keys(policy), ["contract", "upstream", "listen", "audit", "watch", "everywhere"]);
      assert.deepEqual(policy["everywhere"], { "token-bucket": { burst: 60, window: "1m" }, injection: { mode: "observe" }, leaks: { mode: "observe" } });
      assert.equal(policy["upstream"], upstream);
      assert.equal(policy["contract"], `./${id}`);
    }),
  );
});

test("names that readers of YAML take for something else are quoted", () => {
  for (const audience of ["true", "no", "NULL", "1.0", "a: b", "#a", "a:", ".5", "-", "", "y"]) {
    const { policy } = propose({ operations: [guarded], inferred: { issuer: "https://id.example", guess: undefined }, audience });
    assert.deepEqual(((policy["everywhere"] as Record<string, unknown>)["jwt"] as Record<string, unknown>)["audience"], audience);
  }
});

test("what looks into texts is proposed to watch first", () => {
  const { policy } = propose({ operations: [guarded] });
  for (const guard of ["injection", "leaks"]) assert.deepEqual((policy["everywhere"] as Record<string, unknown>)[guard], { mode: "observe" }, guard);
});
