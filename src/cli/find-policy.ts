/** Find policy: the policy that was named, or the one that lies here. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Positional } from "./command.ts";

/** Looked for in this order. */
export const POLICY_NAMES: readonly string[] = ["sallyport.yaml", "policy.yaml"];

export const policyPositional: Positional = {
  name: "policy",
  about: `The policy file; ${POLICY_NAMES.join(", then ")} in this folder when left out.`,
  required: false,
  completes: "files",
};

export function findPolicy(named: string | undefined, folder: string): { readonly file: string } | { readonly wrong: string } {
  const candidates = named === undefined ? POLICY_NAMES : [named];
  const file = candidates.map((name) => path.resolve(folder, name)).find((name) => existsSync(name));
  if (file !== undefined) return { file };
  if (named !== undefined) return { wrong: `there is no file ${named}` };
  return { wrong: `there is no policy here (${POLICY_NAMES.join(", ")}): name one, or write one with sallyport init` };
}
