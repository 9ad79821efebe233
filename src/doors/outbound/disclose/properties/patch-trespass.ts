/**
 * Patch trespass: the same for a JSON Patch (RFC 6902), which names members in the values of its operations.
 *
 * Each operation is followed to its place. `test` is no exception: whoever may try out a value knows it in the end. What is
 * moved or copied is not seen, so nothing in it may need a right that the caller lacks.
 */
import { isJsonObject, type Json, type JsonObject } from "../../../../contract/json-value.ts";
import { readPointer } from "../../../../contract/json-pointer.ts";
import { type PropertyNode, UNDECLARED } from "./property-tree.ts";
import { memberOf, search, type Trespass, TRESPASSES_MAX } from "./trespass.ts";

/** @param value a list of operations that has been found to be one @param held as of `findTrespasses` */
export function findPatchTrespasses(value: Json, root: PropertyNode, held: number): readonly Trespass[] {
  const found: Trespass[] = [];
  if ((root.below & ~held) === 0 || !Array.isArray(value)) return found;
  for (const [index, operation] of (value as readonly Json[]).entries()) { // isArray forgets readonly
    if (isJsonObject(operation) && found.length < TRESPASSES_MAX) judge(operation, root, held, `/${index}`, found);
  }
  return found;
}

function judge(operation: JsonObject, root: PropertyNode, held: number, at: string, found: Trespass[]): void {
  const isUnseen = operation["op"] === "move" || operation["op"] === "copy";
  for (const name of isUnseen ? ["path", "from"] : ["path"]) {
    const place = follow(root, operation[name], held);
    if (place === "forbidden" || place === "undeclared") found.push({ pointer: `${at}/${name}`, kind: place });
    else if (place === undefined) continue;
    else if (isUnseen && (place.below & ~held & ~UNDECLARED) !== 0) found.push({ pointer: `${at}/${name}`, kind: "forbidden" });
    else if (Object.hasOwn(operation, "value")) search(operation["value"] ?? null, place, held, `${at}/value`, found);
  }
}

/** undefined: of the place nothing is said. */
function follow(root: PropertyNode, pointer: Json | undefined, held: number): PropertyNode | Trespass["kind"] | undefined {
  let node = root;
  for (const name of typeof pointer === "string" ? (readPointer(pointer) ?? []) : []) {
    const isItem = node.items !== undefined && /^(?:-|[0-9]+)$/.test(name);
    const next: PropertyNode | undefined = isItem && !node.members.has(name) ? node.items : memberOf(node, name);
    if (next === undefined) return node.isNamed && (UNDECLARED & ~held) !== 0 ? "undeclared" : undefined;
    if ((next.needs & ~held) !== 0) return "forbidden";
    node = next;
  }
  return node;
}
