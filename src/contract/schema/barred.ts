/**
 * Barred: which members a direction may not carry: `readOnly` ones in a request, `writeOnly` ones in an answer.
 *
 * A member is barred by its own schema, by what that refers to, or by a part of its `allOf`. `required` must not ask
 * for it then, wherever that stands: names are collected from everything that is applied to the same object.
 */
import { isJsonObject, type Json, type JsonObject } from "../json-value.ts";
import type { Spot } from "../library.ts";
import { keyOf, type Resources } from "./resources.ts";
import type { Direction } from "./site.ts";

const NONE: ReadonlySet<string> = new Set();

export class Barred {
  readonly #resources: Resources;
  readonly #keyword: "readOnly" | "writeOnly";
  readonly #names = new Map<string, ReadonlySet<string>>();
  readonly #asked = new Map<string, ReadonlySet<string>>();

  constructor(resources: Resources, direction: Exclude<Direction, "neither">) {
    this.#resources = resources;
    this.#keyword = direction === "request" ? "readOnly" : "writeOnly";
  }

  isBarred(value: Json | undefined, spot: Spot): boolean {
    for (const part of this.#parts(value, spot)) if (part.schema[this.#keyword] === true) return true;
    return false;
  }

  /** Names of the barred members of everything that the schema at `spot` applies to one object. */
  names(value: Json, spot: Spot): ReadonlySet<string> {
    return remember(this.#names, keyOf(spot), () => {
      const names = new Set<string>();
      for (const part of this.#parts(value, spot)) {
        const { properties } = part.schema;
        if (!isJsonObject(properties)) continue;
        for (const [name, member] of Object.entries(properties)) if (this.isBarred(member, below(part.spot, "properties", name))) names.add(name);
      }
      return names;
    });
  }

  /** Those of `names` that `required` asks for in what the schema at `spot` applies to one object. */
  asked(value: Json, spot: Spot, names: ReadonlySet<string>): ReadonlySet<string> {
    if (names.size === 0) return NONE;
    const asked = remember(this.#asked, keyOf(spot), () => {
      const required = new Set<string>();
      for (const part of this.#parts(value, spot)) if (Array.isArray(part.schema["required"])) for (const name of part.schema["required"]) if (typeof name === "string") required.add(name);
      return required;
    });
    return asked.intersection(names);
  }

  /** The schema itself, what it refers to, and the parts of `allOf`, each once. */
  #parts(value: Json | undefined, spot: Spot): readonly { readonly schema: JsonObject; readonly spot: Spot }[] {
    if (!isJsonObject(value)) return [];
    const { $ref: reference, allOf } = value;
    // Most schemas have neither, and this is asked for every member of every schema.
    if (reference === undefined && allOf === undefined) return [{ schema: value, spot }];
    const parts = new Map<string, { readonly schema: JsonObject; readonly spot: Spot }>();
    this.#collect(value, spot, parts);
    return [...parts.values()];
  }

  #collect(value: Json | undefined, spot: Spot, parts: Map<string, { readonly schema: JsonObject; readonly spot: Spot }>): void {
    const key = keyOf(spot);
    if (!isJsonObject(value) || parts.has(key)) return;
    parts.set(key, { schema: value, spot });
    const { $ref: reference, allOf } = value;
    if (typeof reference === "string") {
      const target = this.#resources.follow(reference, spot, this.#resources.enclosing(spot));
      if (!("wrong" in target)) this.#collect(target.value, target.spot, parts);
    }
    if (Array.isArray(allOf)) for (const [index, branch] of (allOf as readonly Json[]).entries()) this.#collect(branch, below(spot, "allOf", String(index)), parts); // isArray forgets readonly
  }
}

function remember(kept: Map<string, ReadonlySet<string>>, key: string, make: () => ReadonlySet<string>): ReadonlySet<string> {
  let found = kept.get(key);
  if (found === undefined) {
    found = make();
    kept.set(key, found.size === 0 ? NONE : found);
  }
  return found;
}

/** A spot further down. */
export function below(spot: Spot, ...keys: readonly string[]): Spot {
  return { file: spot.file, pointer: keys.reduce((pointer, key) => `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, spot.pointer) };
}
