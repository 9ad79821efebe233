/** User principal: who it is that logged in. */
import type { Principal } from "../../../../guard.ts";
import type { KnownUser } from "../../../../keys/password/logins.ts";

export const BASIC_ISSUER = "basic";

export function principalOf({ record: { name }, scopes, claims }: KnownUser, schemes: readonly string[]): Principal {
  return {
    kind: "principal",
    id: `${BASIC_ISSUER}#user:${name}`,
    issuer: BASIC_ISSUER,
    party: "user",
    subject: name,
    client: undefined,
    scopes,
    claims,
    schemes,
    field: "authorization",
    methods: METHODS,
    until: undefined,
    credential: undefined,
  };
}

const METHODS: readonly string[] = ["basic"];
