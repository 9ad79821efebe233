/** Describe resource: the metadata of this API as a protected resource (RFC 9728, section 2), from what its plans take. */
import type { Contract } from "../contract/contract.ts";
import type { Json } from "../contract/json-value.ts";
import type { Operation } from "../contract/operation.ts";
import { resourcePlace } from "../exchange/protected-resource.ts";
import { bearerSchemes } from "../keys/bearer.ts";
import type { AcceptedTokens, Site } from "../policy/definition.ts";

/** undefined: no access token is taken anywhere, or nobody said where callers find this door. */
export function describeResource({ title, operations }: Pick<Contract, "title" | "operations">, external: readonly string[], tokens: readonly AcceptedTokens[]): Site["resource"] {
  const place = resourcePlace(external);
  if (place === undefined || tokens.length === 0) return undefined;
  const metadata: Record<string, Json> = { resource: place.resource, authorization_servers: unique(tokens.map(({ issuer }) => issuer)).filter((issuer) => URL.canParse(issuer)) };
  const scopes = unique(operations.flatMap(scopesOf));
  if (scopes.length > 0) metadata["scopes_supported"] = [...scopes].sort((one, other) => (one < other ? -1 : 1));
  metadata["bearer_methods_supported"] = ["header"];
  metadata["resource_name"] = title;
  const proofs = unique(tokens.flatMap((one) => one.proofs));
  if (proofs.length > 0) metadata["dpop_signing_alg_values_supported"] = proofs;
  if (tokens.every(({ bound }) => bound === "dpop")) metadata["dpop_bound_access_tokens_required"] = true;
  if (tokens.some(({ bound }) => bound === "mtls" || bound === "either")) metadata["tls_client_certificate_bound_access_tokens"] = true;
  return { path: place.path, metadata };
}

function scopesOf(operation: Operation): readonly string[] {
  const schemes = new Set(bearerSchemes(operation));
  return (operation.security ?? []).flat().flatMap(({ scheme, scopes }) => (schemes.has(scheme.name) ? scopes : []));
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
