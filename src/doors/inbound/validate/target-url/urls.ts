/** Urls: the texts in a request that are URLs, found along the leaves of the contract. */
import { writePointer } from "../../../../contract/json-pointer.ts";
import type { Leaf } from "../../../../contract/kinds/kind.ts";
import { isJsonObject, type Json } from "../../../../guard.ts";
import type { Located } from "../invalid.ts";

/** URLs of one request: each may cost a question to the resolver. */
export const URLS_MAX = 20;

export interface FoundUrl extends Pick<Located, "in" | "name" | "pointer"> {
  readonly text: string;
}

/** Whether there can be a URL in a value of this leaf. */
export function holdsUrls(leaf: Leaf, seen: Set<Leaf> = new Set()): boolean {
  if (leaf.text === "url") return true;
  if (seen.has(leaf)) return false;
  seen.add(leaf);
  const below = [...leaf.members.values(), ...leaf.prefix, leaf.rest, leaf.items];
  return below.some((one) => one !== undefined && holdsUrls(one, seen));
}

/** Adds to `found` until it holds one more than `URLS_MAX`. The value has been held to its schema, so its depth is bounded. */
export function collectUrls(value: Json, leaf: Leaf, place: Pick<Located, "in" | "name">, found: FoundUrl[], keys: readonly string[] = []): void {
  if (found.length > URLS_MAX) return;
  if (typeof value === "string") {
    if (leaf.text === "url") found.push({ ...place, pointer: writePointer(keys), text: value });
  } else if (Array.isArray(value)) {
    for (const [at, item] of (value as readonly Json[]).entries()) {
      const below = leaf.prefix[at] ?? leaf.items;
      if (below !== undefined) collectUrls(item, below, place, found, [...keys, String(at)]);
    }
  } else if (isJsonObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      const below = leaf.members.get(name) ?? leaf.rest;
      if (below !== undefined) collectUrls(member, below, place, found, [...keys, name]);
    }
  }
}
