/** Tier: which numbers hold for a caller: those of the plan that his credential names, or the ordinary ones. */
import type { Known, Site } from "../../../../guard.ts";
import { claimPath, findClaim } from "../../../../policy/claim.ts";

/** @param claim where a credential names its plan */
export function planOf<Tier>(claim: string, tiers: ReadonlyMap<string, Tier>, base: Tier, report: Site["report"]): (exchange: Known) => Tier {
  const path = claimPath(claim);
  if ("wrong" in path) report(`plan: ${path.wrong}`, path.allowed);
  if ("wrong" in path || tiers.size === 0) return () => base;
  return ({ principal }) => {
    const found = principal === undefined ? undefined : findClaim(principal.claims, path.value);
    return (found !== undefined && "value" in found && typeof found.value === "string" ? tiers.get(found.value) : undefined) ?? base;
  };
}
