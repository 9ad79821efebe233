/**
 * Trespass: finds in a value the members for which a caller lacks the right, and those that nobody declared.
 */
import { isJsonObject, type Json } from "../../../../contract/json-value.ts";
import { type PropertyNode, UNDECLARED } from "./property-tree.ts";

export interface Trespass {
  /** JSON Pointer to the member. */
  readonly pointer: string;
  readonly kind: "forbidden" | "undeclared";
}

/** Trespasses that are told of one body. */
export const TRESPASSES_MAX = 20;

/** @param held bits of the rights, with `UNDECLARED` where undeclared members may be */
export function findTrespasses(value: Json, root: PropertyNode, held: number): readonly Trespass[] {
  const found: Trespass[] = [];
  if ((root.below & ~held) !== 0) search(value, root, held, "", found);
  return found;
}

export function search(value: Json, node: PropertyNode, held: number, pointer: string, found: Trespass[]): void {
  if (found.length >= TRESPASSES_MAX) return;
  if (Array.isArray(value)) {
    const { items } = node;
    if (items !== undefined) for (const [index, item] of (value as readonly Json[]).entries()) look(item, items, held, `${pointer}/${index}`, found); // isArray forgets readonly
  } else if (isJsonObject(value)) {
    for (const name of Object.keys(value)) {
      const inside = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      const member = memberOf(node, name);
      if (member !== undefined) look(value[name] ?? null, member, held, inside, found);
      else if (node.isNamed && (UNDECLARED & ~held) !== 0) add(found, inside, "undeclared");
    }
  }
}

/** undefined: it is not declared, or nothing is said of it. */
export function memberOf({ members, others }: PropertyNode, name: string): PropertyNode | undefined {
  return members.get(name) ?? (others?.claims?.(name) === false ? undefined : others?.node);
}

function look(value: Json, node: PropertyNode, held: number, pointer: string, found: Trespass[]): void {
  if ((node.needs & ~held) !== 0) add(found, pointer, "forbidden");
  else if ((node.below & ~held) !== 0) search(value, node, held, pointer, found);
}

function add(found: Trespass[], pointer: string, kind: Trespass["kind"]): void {
  if (found.length < TRESPASSES_MAX) found.push({ pointer, kind });
}
