/** Ask whole: where there is an answer to look at, the API is asked for all of it, without conditions and ranges. */
import type { Check, Site } from "../../../../guard.ts";
import { CONDITIONS } from "./hidden.ts";
import type { OwnerOptions } from "./options.ts";
import { SAFE } from "./safe.ts";

export function askWhole({ lookup, provenance }: OwnerOptions, { operation, mode }: Site): Check<"prepare"> | undefined {
  const looks = lookup === undefined && provenance?.issues.length !== 0;
  if (!looks || operation.listed !== "operation" || !SAFE.has(operation.method) || mode === "observe") return undefined;
  return ({ outgoing }) => {
    outgoing.removeWhere((name) => CONDITIONS.has(name));
    outgoing.set("accept-encoding", "identity");
    return undefined;
  };
}
