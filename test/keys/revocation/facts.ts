/** Facts of a token, for tests of revocations. */
import { hashOfTokenId } from "../../../src/keys/claims.ts";
import type { RevocationWishes } from "../../../src/cli/tokens/read-revocation.ts";
import type { TokenFacts } from "../../../src/keys/revocation/revocation.ts";
import { ISSUER, NOW } from "../issuer.ts";

export function facts(particulars: Partial<TokenFacts> = {}): TokenFacts {
  return { issuer: ISSUER, token: hashOfTokenId("token-1"), subject: "ann", client: "app", session: "s-1", issued: NOW - 10_000, ...particulars };
}

export function wishes(particulars: Partial<RevocationWishes> = {}): RevocationWishes {
  return { kind: "subject", issuer: "", value: "ann", before: NOW, ends: NOW + 86_400_000, reason: undefined, ...particulars };
}
