/**
 * Own words: this house's extensions in a contract, and whether anybody keeps them where they stand.
 *
 * `x-sallyport-raed` or a right at a parameter is a lock that the author believes in. So a word that is not known, or
 * stands where nobody looks, keeps everything from starting. They count at the schemas of bodies, and of their
 * members; nobody looks at them in parameters and header fields, in `not`, `if`, `contains` and `propertyNames`, whose
 * outcome is all that is asked for, and in callbacks, which do not pass here.
 */
import { join } from "./json-pointer.ts";
import { isJsonObject, type Json, type JsonObject } from "./json-value.ts";
import type { Library, Spot } from "./library.ts";
import type { Misfit } from "./misfit.ts";

export const OWN_WORDS: readonly string[] = ["x-sallyport-read", "x-sallyport-write"];
const OWN = /^x-sallyport/i;

/** `schema`: of a body, or one that may become a body's. `blind`: of something in which nobody looks for words. */
type Where = "document" | "schema" | "blind";

const MAPS: ReadonlySet<string> = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"]);
const LISTS: ReadonlySet<string> = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
const SCHEMAS: ReadonlySet<string> = new Set(["items", "additionalItems", "unevaluatedItems", "additionalProperties", "unevaluatedProperties", "then", "else"]);
const ASKED: ReadonlySet<string> = new Set(["not", "if", "contains", "propertyNames", "contentSchema"]);
/** Values of their own, in which anything may stand. */
const DATA: ReadonlySet<string> = new Set(["example", "examples", "default", "enum", "const", "value", "dataValue", "mapping"]);
/** Parts of a document that are never a body: rights in them, or in what they refer to, are kept by nobody. */
const NO_BODIES: ReadonlySet<string> = new Set(["parameters", "headers"]);
const NOT_HERE: ReadonlySet<string> = new Set(["callbacks", "webhooks"]);

const UNSEEN = "is kept by nobody where it stands";
const SEEN = "at the schema of a body, or of one of its members";

export function findStrayWords(library: Library): readonly Misfit[] {
  const search = new Search(library);
  for (const file of library.files) {
    const value = library.at({ file, pointer: "" });
    // What other files hold is known by who refers to them; they are read as schemas, which parts of documents look like.
    if (value !== undefined) search.visit(value, { file, pointer: "" }, file === library.root ? "document" : "schema");
  }
  return search.misfits;
}

class Search {
  readonly misfits: Misfit[] = [];
  readonly #library: Library;
  /** Places that were looked at already, as what. */
  readonly #seen = new Set<string>();

  constructor(library: Library) {
    this.#library = library;
  }

  visit(value: Json, spot: Spot, where: Where, follows = false): void {
    const key = `${where} ${follows} ${spot.file}#${spot.pointer}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (Array.isArray(value)) return value.forEach((item: Json, index) => this.visit(item, step(spot, String(index)), where, follows));
    if (!isJsonObject(value)) return;
    for (const [name, member] of Object.entries(value)) {
      const at = step(spot, name);
      if (OWN.test(name)) this.#judge(name, at, where);
      else if (!name.startsWith("x-") && !DATA.has(name)) this.#below(name, member, at, where, follows);
    }
    if (follows) this.#follow(value, spot);
  }

  #below(name: string, member: Json, at: Spot, where: Where, follows: boolean): void {
    if (where !== "document") {
      if (MAPS.has(name)) return this.#each(member, at, where, follows);
      if (LISTS.has(name) || SCHEMAS.has(name)) return this.visit(member, at, where, follows);
      if (ASKED.has(name)) return this.visit(member, at, "blind");
    }
    if (NO_BODIES.has(name)) return Array.isArray(member) ? this.visit(member, at, "blind", true) : this.#each(member, at, "blind", true);
    if (name === "content") return this.#each(member, at, where, follows);
    if (NOT_HERE.has(name)) return this.visit(member, at, "blind");
    if (where === "blind") return this.visit(member, at, where, follows);
    if (name === "schema" || name === "itemSchema") return this.visit(member, at, "schema");
    if (name === "schemas") return this.#each(member, at, "schema", false);
    this.visit(member, at, where);
  }

  /** Things by name: names are neither keywords nor extensions. */
  #each(map: Json, at: Spot, where: Where, follows: boolean): void {
    if (isJsonObject(map)) for (const [name, schema] of Object.entries(map)) this.visit(schema, step(at, name), where, follows);
  }

  /** A right in a schema that a parameter shares with a body is kept in the body alone. */
  #follow({ $ref: reference }: JsonObject, spot: Spot): void {
    if (typeof reference !== "string") return;
    const target = this.#library.resolve(reference, spot);
    if (!("wrong" in target)) this.visit(target.value, target, "blind", true);
  }

  #judge(name: string, at: Spot, where: Where): void {
    if (!OWN_WORDS.includes(name)) this.#misfit(at, `${name} is no word of this house`, OWN_WORDS.join(", "));
    else if (where !== "schema") this.#misfit(at, `${name} ${UNSEEN}`, SEEN);
  }

  #misfit(spot: Spot, message: string, allowed: string): void {
    const place = this.#library.place(spot);
    const known = this.misfits.some((one) => one.place.file === place.file && one.place.pointer === place.pointer);
    if (!known) this.misfits.push({ level: "error", place, message, allowed });
  }
}

function step({ file, pointer }: Spot, name: string): Spot {
  return { file, pointer: join(pointer, name) };
}
