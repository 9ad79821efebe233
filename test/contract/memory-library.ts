/** Memory library: one document as a library, without a file. */
import { follow, readPointer } from "../../src/contract/json-pointer.ts";
import type { Json } from "../../src/contract/json-value.ts";
import { isJsonObject } from "../../src/contract/json-value.ts";
import type { Library, Resolved, Spot } from "../../src/contract/library.ts";

export function memoryLibrary(document: Json): Library {
  const at = ({ file, pointer }: Spot): Json | undefined => (file === "/api.json" ? follow(document, readPointer(pointer) ?? ["?"]) : undefined);
  const resolve = (reference: string, from: Spot): Resolved | { readonly wrong: string } => {
    const spot = { file: from.file, pointer: reference.slice(1) };
    const value = reference.startsWith("#") ? at(spot) : undefined;
    if (value === undefined) return { wrong: "nothing there" };
    return isJsonObject(value) && typeof value["$ref"] === "string" && value["$ref"] !== reference ? resolve(value["$ref"], spot) : { ...spot, value };
  };
  return { root: "/", files: ["/api.json"], at, place: (spot) => spot, resolve };
}
