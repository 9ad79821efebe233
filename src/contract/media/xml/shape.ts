/**
 * Shape: how a schema is written as XML, by its `xml` objects (OpenAPI 3.1.1, section 4.8.26, and 3.2, "XML Object").
 *
 * Which elements and attributes carry which members, what their names and namespaces are, whether a list has an element around
 * it. Worked out once for each schema, as deep as it is asked for; schemas that lead back to themselves are ordinary.
 */
import { type Hint, hintOf } from "../../hint.ts";
import { join } from "../../json-pointer.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json-value.ts";
import type { Library, Spot } from "../../library.ts";
import { partsOf } from "../member-spots.ts";

/** Schemas of one media type. */
export const SHAPES_MAX = 20_000;

export interface XmlName {
  /** undefined: any. */
  readonly name: string | undefined;
  /** undefined: that of the element around it, or none. */
  readonly namespace: string | undefined;
}

export interface XmlMember {
  readonly name: string;
  readonly node: "element" | "attribute" | "text";
  readonly written: XmlName;
  /** Its own elements stand in an element around them. */
  readonly wrapped: boolean;
  readonly shape: XmlShape;
}

export interface XmlShape {
  readonly types: Hint["types"];
  readonly members: readonly XmlMember[];
  /** Names of all members. */
  readonly names: ReadonlySet<string>;
  /** Attributes that carry members, by namespace and name. */
  readonly attributes: ReadonlySet<string>;
  /** What its items are, and how they are called; of what is no list, undefined. */
  readonly items: { readonly written: XmlName; readonly shape: XmlShape } | undefined;
  /** What members of any name are; undefined: nobody described them. */
  readonly rest: XmlShape | undefined;
}

export interface XmlRoot {
  readonly written: XmlName;
  readonly shape: XmlShape;
}

/** Answers the shape of a whole text, or what cannot be written as XML. */
export function shapeOf(schema: Spot, library: Library): XmlRoot | { readonly wrong: string } {
  const walk = new Walk(library);
  const shape = walk.shape([schema]);
  if (walk.wrong !== undefined) return { wrong: walk.wrong };
  const own = walk.read([schema]);
  return { written: { name: own.name ?? componentName(schema), namespace: own.namespace }, shape };
}

/** One text for each attribute. */
export function attributeKey(namespace: string, name: string): string {
  return `${namespace} ${name}`;
}

const NONE: ReadonlySet<string> = new Set();

/** The root is named as its component is, unless it says otherwise. */
function componentName({ pointer }: Spot): string | undefined {
  return /^\/components\/schemas\/([^/]+)$/.exec(pointer)?.[1];
}

type Growing = { -readonly [K in keyof XmlShape]: XmlShape[K] };

/** What the `xml` objects of one schema say. */
interface Written extends XmlName {
  readonly node: "element" | "attribute" | "text" | "none" | undefined;
}

class Walk {
  wrong: string | undefined;
  readonly #library: Library;
  readonly #known = new Map<string, Growing>();

  constructor(library: Library) {
    this.#library = library;
  }

  shape(spots: readonly Spot[]): XmlShape {
    const key = spots.map(({ file, pointer }) => `${file}#${pointer}`).join(" ");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const shape: Growing = { types: this.#types(spots), members: [], names: NONE, attributes: NONE, items: undefined, rest: undefined };
    if (this.#known.size >= SHAPES_MAX) this.wrong ??= `it has more than ${SHAPES_MAX} schemas`;
    if (this.wrong !== undefined) return shape;
    this.#known.set(key, shape);
    const parts = spots.flatMap((spot) => partsOf(spot, this.#library));
    shape.members = this.#members(parts);
    shape.names = new Set(shape.members.map(({ name }) => name));
    shape.attributes = new Set(shape.members.flatMap(({ node, written }) => (node === "attribute" ? [attributeKey(written.namespace ?? "", written.name ?? "")] : [])));
    shape.items = this.#items(parts);
    const rest = parts.filter(({ value }) => isJsonObject(value["additionalProperties"])).map(({ spot }) => below(spot, "additionalProperties"));
    if (rest.length > 0) shape.rest = this.shape(rest);
    return shape;
  }

  /** A member that is described in several places has the types that all of them leave. */
  #types(spots: readonly Spot[]): Hint["types"] {
    const [first, ...others] = spots.map((spot) => hintOf(spot, this.#library).types);
    return others.reduce((sum, types) => sum.intersection(types), first ?? new Set());
  }

  #members(parts: readonly Part[]): readonly XmlMember[] {
    const spots = new Map<string, Spot[]>();
    for (const { spot, value } of parts) {
      const { properties } = value;
      for (const name of isJsonObject(properties) ? Object.keys(properties) : []) spots.set(name, [...(spots.get(name) ?? []), below(spot, "properties", name)]);
    }
    return [...spots].map(([name, own]) => this.#member(name, own));
  }

  #member(name: string, spots: readonly Spot[]): XmlMember {
    const written = this.read(spots);
    const shape = this.shape(spots);
    const node = written.node ?? "element";
    const isList = shape.types.has("array");
    if (node === "none" && !isList) this.wrong ??= `the member "${name}" has no node of its own`;
    if (node !== "element" && (shape.types.has("object") || (isList && node !== "none"))) this.wrong ??= `the member "${name}" is more than a text, and no element`;
    // Of a list that is not wrapped each item is called as the items are, else as the list (3.0.3, section 4.7.26.2).
    const wrapped = isList && (written.node === "element" || this.#isWrapped(spots));
    const called = isList && !wrapped ? (shape.items?.written.name ?? written.name ?? name) : (written.name ?? name);
    const namespace = isList && !wrapped ? (shape.items?.written.namespace ?? written.namespace) : written.namespace;
    return { name, node: node === "none" ? "element" : node, written: { name: called, namespace }, wrapped, shape };
  }

  #isWrapped(spots: readonly Spot[]): boolean {
    return this.#xmlOf(spots).some((xml) => xml["wrapped"] === true);
  }

  #items(parts: readonly Part[]): XmlShape["items"] {
    const spots = parts.filter(({ value }) => value["items"] !== undefined).map(({ spot }) => below(spot, "items"));
    if (spots.length === 0) return undefined;
    const { name, namespace } = this.read(spots);
    return { written: { name, namespace }, shape: this.shape(spots) };
  }

  /** What stands nearest counts: at the schema itself and in its branches, then where it refers to. */
  read(spots: readonly Spot[]): Written {
    const xmls = this.#xmlOf(spots);
    const first = (key: string): Json | undefined => xmls.map((xml) => xml[key]).find((value) => value !== undefined);
    const [name, namespace, nodeType] = [first("name"), first("namespace"), first("nodeType")];
    const node = nodeType === "attribute" || first("attribute") === true ? "attribute" : nodeType === "text" || nodeType === "cdata" ? "text" : nodeType === "element" || nodeType === "none" ? nodeType : undefined;
    return { name: typeof name === "string" ? name : undefined, namespace: typeof namespace === "string" ? namespace : undefined, node };
  }

  #xmlOf(spots: readonly Spot[]): readonly JsonObject[] {
    const parts = spots.flatMap((spot) => partsOf(spot, this.#library));
    const near = parts.filter(({ spot }) => spots.some((own) => own.file === spot.file && spot.pointer.startsWith(own.pointer)));
    return [...near, ...parts.filter((part) => !near.includes(part))].map(({ value }) => value["xml"]).filter((xml): xml is JsonObject => isJsonObject(xml));
  }
}

type Part = { readonly spot: Spot; readonly value: JsonObject };

function below(spot: Spot, ...keys: readonly string[]): Spot {
  return { file: spot.file, pointer: join(spot.pointer, ...keys) };
}
