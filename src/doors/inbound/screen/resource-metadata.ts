/**
 * Resource metadata: tells OAuth clients which issuers this API believes, and which scopes and proofs it knows.
 *
 * Where the policy says under `external` how callers find this door, the metadata stands at its well-known place, for
 * everybody, and every challenge for a token names it. It is made of what the guards of this policy really take; what
 * the contract or the policy does not say is not claimed. A client compares the name in it with the address that it
 * wanted to call: a counterfeit API that points at this one gives itself away.
 *
 * Answers API8:2023, security misconfiguration. See RFC 9728, sections 3 and 5.1.
 */
import { defineGuard, fields, type Guard } from "../../../guard.ts";

export const resourceMetadata: Guard = defineGuard({
  name: "resource-metadata",
  stage: "screen",
  risks: ["API8:2023"],
  standing: true,

  options: fields({}),

  compile(_, { operation, resource }) {
    // What the contract lists at this place is the API's own.
    if (resource === undefined || operation.listed === "operation" || operation.listed === "method") return undefined;
    const { path, metadata } = resource;
    const reply = { kind: "reply", status: 200, headers: { "content-type": "application/json", "cache-control": "public, max-age=300" }, body: JSON.stringify(metadata) } as const;
    return ({ request }) => (request.path === path && (request.method === "GET" || request.method === "HEAD") ? reply : undefined);
  },
});
