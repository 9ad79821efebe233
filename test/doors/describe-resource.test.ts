import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scheme } from "../../src/contract/operation.ts";
import { describeResource } from "../../src/doors/describe-resource.ts";
import type { AcceptedTokens } from "../../src/policy/definition.ts";
import { operation } from "../walk.ts";

const place = { file: "openapi.yaml", pointer: "" };
const oauth: Scheme = { name: "oauth", type: "oauth2", place };
const key: Scheme = { name: "key", type: "apiKey", in: "header", parameter: "x-key", place };
const operations = [operation({ security: [[{ scheme: oauth, scopes: ["orders:write", "orders:read"] }, { scheme: key, scopes: ["secret:role"] }]] }), operation({ security: [[{ scheme: oauth, scopes: ["orders:read"] }], []] }), operation()];
const CONTRACT = { title: "Orders", operations };
const EXTERNAL = ["https://api.example"];
const tokens = (particulars: Partial<AcceptedTokens> = {}): AcceptedTokens => ({ issuer: "https://id.example", bound: undefined, proofs: [], ...particulars });

test("R29: what is told is what is taken: issuers, scopes of tokens, and nothing about keys", () => {
  assert.deepEqual(describeResource(CONTRACT, EXTERNAL, [tokens(), tokens(), tokens({ issuer: "https://two.example" })])?.metadata, {
    resource: "https://api.example",
    authorization_servers: ["https://id.example", "https://two.example"],
    scopes_supported: ["orders:read", "orders:write"],
    bearer_methods_supported: ["header"],
    resource_name: "Orders",
  });
});

test("R29: proofs and bindings are told where they are taken, and as a must only where they always are", () => {
  const dpop = tokens({ bound: "dpop", proofs: ["ES256", "EdDSA"] });
  const metadata = (...list: readonly AcceptedTokens[]): Readonly<Record<string, unknown>> => describeResource(CONTRACT, EXTERNAL, list)?.metadata ?? {};
  assert.deepEqual(metadata(dpop)["dpop_signing_alg_values_supported"], ["ES256", "EdDSA"]);
  assert.equal(metadata(dpop)["dpop_bound_access_tokens_required"], true);
  assert.equal(metadata(dpop, tokens())["dpop_bound_access_tokens_required"], undefined);
  assert.equal(metadata(dpop)["tls_client_certificate_bound_access_tokens"], undefined);
  for (const bound of ["mtls", "either"] as const) assert.equal(metadata(tokens({ bound }))["tls_client_certificate_bound_access_tokens"], true);
});

test("an issuer that is no address is not told, and without scopes there is no list of them", () => {
  const { metadata } = describeResource({ title: "Orders", operations: [] }, EXTERNAL, [tokens({ issuer: "accounts" })]) ?? assert.fail();
  assert.deepEqual(metadata["authorization_servers"], []);
  assert.equal(metadata["scopes_supported"], undefined);
});

test("where no token is taken, or nobody said where callers find this door, there is nothing to tell", () => {
  assert.equal(describeResource(CONTRACT, EXTERNAL, []), undefined);
  assert.equal(describeResource(CONTRACT, [], [tokens()]), undefined);
});
