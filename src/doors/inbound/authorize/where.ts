/**
 * Where: which operations a posting is for, by tag and method.
 *
 * So that one posting under `everywhere` can say "whatever is tagged admin" or "whatever changes anything" instead of a
 * line per operation that somebody forgets for the next one.
 */
import { listOf, oneOf, or, type Shape, type Site, text } from "../../../guard.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"] as const;

export interface Where {
  readonly tags: readonly string[];
  readonly methods: readonly string[];
}

export const where: { readonly tags: Shape<readonly string[]>; readonly methods: Shape<readonly string[]> } = {
  tags: or(listOf("Only operations that the contract gives one of these tags; all when left out.", text("A tag.", { max: 200 }), { max: 50 }), []),
  methods: or(listOf("Only operations with one of these methods; all when left out.", oneOf("A method.", METHODS), { max: METHODS.length }), []),
};

/** A tag that no operation has is a misfit: a rule for nobody looks like protection. */
export function isHere({ tags, methods }: Where, { operation, contract, report }: Pick<Site, "operation" | "contract" | "report">): boolean {
  if (operation.listed === "path" || operation.listed === "method") return false;
  const known = new Set(contract.operations.flatMap((one) => one.tags));
  const stray = tags.filter((tag) => !known.has(tag));
  // Said once, not at every operation.
  if (operation === contract.operations[0]) for (const tag of stray) report(`no operation has the tag ${JSON.stringify(tag)}`, [...known].join(", "));
  // What the contract does not list may be anything, so it is not let off for its method; tags it has none.
  if (operation.listed === "unlisted") return tags.length === 0;
  if (tags.length > 0 && !tags.some((tag) => operation.tags.includes(tag))) return false;
  return methods.length === 0 || methods.includes(operation.method);
}
