/**
 * Json pointer: paths of keys to text and back (RFC 6901).
 */
import { type Json, isJsonObject } from "./json-value.ts";

/** "/paths/~1orders" for ["paths", "/orders"]; "" for no keys. */
export function writePointer(keys: readonly string[]): string {
  return keys.map((key) => `/${escapeKey(key)}`).join("");
}

/** One more step down. */
export function join(pointer: string, ...keys: readonly string[]): string {
  return pointer + writePointer(keys);
}

/** The keys, or undefined where the text is no JSON Pointer. */
export function readPointer(pointer: string): readonly string[] | undefined {
  if (pointer === "") return [];
  if (!pointer.startsWith("/") || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split("/")
    .map((key) => (key.includes("~") ? key.replaceAll("~1", "/").replaceAll("~0", "~") : key));
}

/** The value that the keys lead to. Only own members count: `toString` of an object is not in the document. */
export function follow(value: Json, keys: readonly string[]): Json | undefined {
  let found: Json | undefined = value;
  for (const key of keys) {
    if (Array.isArray(found)) found = /^(?:0|[1-9][0-9]*)$/.test(key) ? (found as readonly Json[])[Number(key)] : undefined;
    else if (isJsonObject(found) && Object.hasOwn(found, key)) found = found[key];
    else return undefined;
  }
  return found;
}

function escapeKey(key: string): string {
  return /[~/]/.test(key) ? key.replaceAll("~", "~0").replaceAll("/", "~1") : key;
}
