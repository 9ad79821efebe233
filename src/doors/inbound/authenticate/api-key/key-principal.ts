/** Key principal: who it is that calls with a key. */
import type { Principal } from "../../../../guard.ts";
import type { KnownKey } from "../../../../keys/api-key/directory.ts";

export const API_KEY_ISSUER = "api-key";

export function principalOf({ record: { id, owner, party, expires }, scopes, claims }: KnownKey, { field, schemes }: Pick<Principal, "field" | "schemes">): Principal {
  return {
    kind: "principal",
    id: `${API_KEY_ISSUER}#${party}:${owner}`,
    issuer: API_KEY_ISSUER,
    party,
    subject: owner,
    client: party === "client" ? owner : undefined,
    scopes,
    claims,
    schemes,
    field,
    methods: METHODS,
    until: expires,
    credential: `key:${id}`,
  };
}

const METHODS: readonly string[] = ["api-key"];
