/**
 * Free texts: what callers write into an operation in words of their own, as far as the contract lets them.
 *
 * Each of them has to be looked through for attacks, request by request. A pattern of harmless characters, an `enum`, a held
 * `format`, or a short `maxLength` says more, and spares it.
 */
import { FREE_LEAF, type Leaf } from "../contract/kinds/kind.ts";
import { escapePointer } from "../policy/shape.ts";
import type { Operation } from "../contract/operation.ts";

export interface FreeTexts {
  readonly operation: string;
  /** As a policy names them: `/note` and `/items/*` + `/text` in the body, `query/q`. A star is any item, or any other member. */
  readonly fields: readonly string[];
  /** Fields beyond the bound. */
  readonly more: number;
}

/** Fields that are told of one operation. */
export const FREE_TEXTS_MAX = 50;

/** @param named members that no schema names do not come in @returns undefined: the contract leaves none free */
export function freeTextsOf({ id, parameters, body }: Operation, named = false): FreeTexts | undefined {
  const fields = new Set<string>();
  for (const { in: place, name, leaf } of parameters) collect(leaf ?? FREE_LEAF, `${place}/${escapePointer(name)}`, fields, new Set(), false);
  for (const { validator, kind } of body?.media ?? []) if (kind !== "opaque" && kind !== "bytes" && kind !== "unsupported") collect(validator?.leaf ?? FREE_LEAF, "", fields, new Set(), named);
  if (fields.size === 0) return undefined;
  return { operation: id, fields: [...fields].slice(0, FREE_TEXTS_MAX), more: Math.max(0, fields.size - FREE_TEXTS_MAX) };
}

/** Recursive schemas are told once: what lies deeper has the same names. */
function collect(leaf: Leaf, path: string, fields: Set<string>, above: ReadonlySet<Leaf>, named: boolean): void {
  if (leaf.idle || above.has(leaf) || fields.size > 10 * FREE_TEXTS_MAX) return;
  if (leaf.text === "text") fields.add(path === "" ? "/" : path);
  const within = new Set([...above, leaf]);
  for (const [name, member] of leaf.members) collect(member, `${path}/${escapePointer(name)}`, fields, within, named);
  for (const [index, item] of leaf.prefix.entries()) collect(item, `${path}/${index}`, fields, within, named);
  // Beside members that are named there are no others then.
  const shut = named && leaf.members.size > 0;
  if (!shut && leaf.rest !== undefined && !leaf.rest.idle) collect(leaf.rest, `${path}/*`, fields, within, named);
  else if (!shut && leaf.freeNames) fields.add(`${path}/*`);
  if (leaf.items !== undefined) collect(leaf.items, `${path}/*`, fields, within, named);
}
