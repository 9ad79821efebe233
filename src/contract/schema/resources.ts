/**
 * Resources: where a reference inside a schema leads.
 *
 * A file is a resource, and so is every schema with an `$id` of its own: references and anchors below it are read
 * against that name (JSON Schema 2020-12, core, section 8). Everything is looked up among the files that the library
 * gives; a name that is not there is never fetched.
 */
import { pathToFileURL } from "node:url";
import { isJsonObject, type Json, type JsonObject } from "../json-value.ts";
import type { Library, Spot } from "../library.ts";
import { SUBSCHEMAS } from "./vocabulary.ts";

export interface Resource {
  /** Absolute, without a fragment. */
  readonly uri: string;
  readonly spot: Spot;
  readonly anchors: Map<string, Spot>;
  /** Those of the anchors that a `$dynamicRef` may find from afar. */
  readonly dynamicAnchors: Map<string, Spot>;
}

export interface Target {
  readonly spot: Spot;
  readonly value: Json;
  readonly resource: Resource;
}

export function keyOf(spot: Spot): string {
  return `${spot.file}#${spot.pointer}`;
}

export class Resources {
  readonly #library: Library;
  /** OpenAPI 3.0 has no `$id` and no anchors. */
  readonly #hasNames: boolean;
  readonly #byUri = new Map<string, Resource>();
  /** By file, then by pointer. */
  readonly #roots = new Map<string, Map<string, Resource>>();

  constructor(library: Library, hasNames: boolean) {
    this.#library = library;
    this.#hasNames = hasNames;
    for (const file of library.files) this.#survey(file, pathToFileURL(file).href);
  }

  at(spot: Spot): Json | undefined {
    return this.#library.at(spot);
  }

  /** The resource that the spot lies in: the nearest one above it. */
  enclosing(spot: Spot): Resource {
    const roots = this.#roots.get(spot.file) ?? this.#survey(spot.file, pathToFileURL(spot.file).href);
    for (let pointer = spot.pointer; roots.size > 1 && pointer !== ""; pointer = pointer.slice(0, pointer.lastIndexOf("/"))) {
      const found = roots.get(pointer);
      if (found !== undefined) return found;
    }
    return roots.get("") ?? emptyResource("", { file: spot.file, pointer: "" });
  }

  /** Follows one reference, one step. `from` is where it stands. */
  follow(reference: string, from: Spot, base: Resource): Target | { readonly wrong: string } {
    const url = URL.parse(reference, base.uri);
    if (url === null) return { wrong: `the reference "${reference}" is not a URI reference` };
    const fragment = decodeFragment(url.hash);
    url.hash = "";
    // An empty fragment leaves its # behind in some URLs.
    const uri = url.href.replace(/#$/, "");
    const resource = this.#byUri.get(uri) ?? this.#open(uri, reference, from);
    if ("wrong" in resource) return resource;
    return this.#find(resource, fragment, reference);
  }

  #find(resource: Resource, fragment: string | undefined, reference: string): Target | { readonly wrong: string } {
    if (fragment === undefined) return { wrong: `the reference "${reference}" is not well percent-encoded` };
    const spot = fragment === "" || fragment.startsWith("/") ? { file: resource.spot.file, pointer: resource.spot.pointer + fragment } : resource.anchors.get(fragment);
    const value = spot === undefined ? undefined : this.at(spot);
    if (spot === undefined || value === undefined) return { wrong: `the reference "${reference}" leads nowhere` };
    return { spot, value, resource: fragment.startsWith("/") ? this.enclosing(spot) : this.#resourceOf(spot, resource) };
  }

  /** An anchor may stand on a schema that is a resource of its own. */
  #resourceOf(spot: Spot, fallback: Resource): Resource {
    return this.#roots.get(spot.file)?.get(spot.pointer) ?? fallback;
  }

  /** A file that has not been read so far, or a name that only the library knows. */
  #open(uri: string, reference: string, from: Spot): Resource | { readonly wrong: string } {
    const [path = ""] = reference.split("#", 1);
    const isLocal = uri.startsWith("file:");
    const tries = isLocal ? [new URL(uri).pathname] : path === "" || path === uri ? [uri] : [uri, path];
    let wrong = `the reference "${reference}" leads nowhere`;
    for (const name of tries) {
      const found = this.#library.resolve(name, from);
      if ("wrong" in found) {
        wrong = found.wrong;
        continue;
      }
      if (found.pointer !== "") return { wrong: `the reference "${reference}" leads to a file that is only a reference itself` };
      this.#survey(found.file, isLocal ? pathToFileURL(found.file).href : uri);
      const resource = this.#byUri.get(uri) ?? this.#roots.get(found.file)?.get("");
      if (resource === undefined) continue;
      this.#byUri.set(uri, resource);
      return resource;
    }
    return { wrong };
  }

  /** Notes the resources and anchors of one file. */
  #survey(file: string, uri: string): Map<string, Resource> {
    const known = this.#roots.get(file);
    if (known !== undefined) return known;
    const roots = new Map<string, Resource>();
    this.#roots.set(file, roots);
    const spot = { file, pointer: "" };
    const value = this.at(spot);
    const root = this.#admit(this.#nameRoot(value, uri), spot, roots);
    if (!this.#byUri.has(uri)) this.#byUri.set(uri, root);
    if (this.#hasNames) new Survey(file, (own, place) => this.#admit(own, place, roots)).walk(value, "", root, isJsonObject(value) && !("openapi" in value));
    return roots;
  }

  #nameRoot(value: Json | undefined, uri: string): string {
    const name = isJsonObject(value) && this.#hasNames ? (value["$self"] ?? value["$id"]) : undefined;
    return typeof name === "string" ? (URL.parse(name, uri)?.href.replace(/#.*$/, "") ?? uri) : uri;
  }

  #admit(uri: string, spot: Spot, roots: Map<string, Resource>): Resource {
    const resource = emptyResource(uri, spot);
    roots.set(spot.pointer, resource);
    if (!this.#byUri.has(uri)) this.#byUri.set(uri, resource);
    return resource;
  }
}

function emptyResource(uri: string, spot: Spot): Resource {
  return { uri, spot, anchors: new Map(), dynamicAnchors: new Map() };
}

function decodeFragment(hash: string): string | undefined {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return undefined;
  }
}

/** Keys of an OpenAPI document whose value is data, not description. */
const DATA = new Set(["example", "examples", "default", "enum", "const", "value", "dataValue"]);

class Survey {
  readonly #file: string;
  readonly #admit: (uri: string, spot: Spot) => Resource;

  constructor(file: string, admit: (uri: string, spot: Spot) => Resource) {
    this.#file = file;
    this.#admit = admit;
  }

  walk(value: Json | undefined, pointer: string, resource: Resource, isSchema: boolean): void {
    if (!isJsonObject(value)) return;
    if (isSchema) this.#schema(value, pointer, resource);
    else this.#document(value, pointer, resource);
  }

  #schema(value: JsonObject, pointer: string, outer: Resource): void {
    const { $id: id, $anchor: anchor, $dynamicAnchor: dynamicAnchor } = value;
    const spot = { file: this.#file, pointer };
    const uri = typeof id === "string" && pointer !== "" && !id.startsWith("#") ? URL.parse(id, outer.uri)?.href.replace(/#.*$/, "") : undefined;
    const resource = uri === undefined ? outer : this.#admit(uri, spot);
    if (typeof anchor === "string") resource.anchors.set(anchor, spot);
    if (typeof dynamicAnchor === "string") {
      resource.anchors.set(dynamicAnchor, spot);
      resource.dynamicAnchors.set(dynamicAnchor, spot);
    }
    for (const [key, below] of Object.entries(value)) {
      const shape = SUBSCHEMAS.get(key);
      if (shape === undefined) continue;
      const place = step(pointer, key);
      if (shape === "map" || Array.isArray(below)) this.#each(below, place, resource);
      else this.walk(below, place, resource, true);
    }
  }

  #each(value: Json, pointer: string, resource: Resource): void {
    if (typeof value !== "object" || value === null) return;
    for (const [key, below] of Object.entries(value)) this.walk(below, step(pointer, key), resource, true);
  }

  #document(value: JsonObject, pointer: string, resource: Resource): void {
    for (const [key, below] of Object.entries(value)) {
      const place = step(pointer, key);
      if (DATA.has(key) || key.startsWith("x-")) continue;
      if (key === "schema" || key === "itemSchema") this.walk(below, place, resource, true);
      else if (key === "schemas") this.#each(below, place, resource);
      else if (Array.isArray(below)) for (const [index, item] of below.entries()) this.walk(item as Json, step(place, String(index)), resource, false); // items of a Json are Json
      else this.walk(below, place, resource, false);
    }
  }
}

function step(pointer: string, key: string): string {
  return `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
