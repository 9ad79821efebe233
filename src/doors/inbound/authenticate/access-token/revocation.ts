/** Revocation: whether an access token was revoked, the same for every guard that takes access tokens. */
import { duration, or, type Shape, type Site } from "../../../../guard.ts";
import type { TokenFacts } from "../../../../keys/revocation/revocation.ts";
import { type Judgement, Revocations } from "../../../../keys/revocation/revocations.ts";

export const revocationOptions: { readonly unconfirmed: Shape<number> } = {
  unconfirmed: or(duration("Where the policy names a database: longest time that the revocations of it that are known count while it gives no answer. Meanwhile nothing can be revoked.", { min: "0s", max: "1h" }), "0s"),
};

/** `now` in milliseconds since the epoch. The promise never rejects. */
export type JudgeRevocation = (facts: TokenFacts, now: number) => Judgement | Promise<Judgement>;

/** undefined: there is no database in which a revocation could stand. */
export function openRevocation({ unconfirmed }: { readonly unconfirmed: number }, { database, share }: Pick<Site, "database" | "share">): JudgeRevocation | undefined {
  if (database === undefined) return undefined;
  const revocations = share("revocations", () => ({ value: new Revocations(database) }));
  return (facts, now) => revocations.judge(facts, now, unconfirmed);
}
