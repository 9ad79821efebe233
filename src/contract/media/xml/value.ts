/**
 * Value: what an XML tree says, as the value that a schema describes.
 *
 * Elements and attributes that carry a member become it; others become members of their own names, for the schema to refuse or
 * allow, unless a member of that name is written otherwise: a stranger must not be taken for it. An element twice is a list or
 * a refusal, and text between elements is refused. Texts are read as their types; `xsi:nil` is null.
 */
import type { Json } from "../../json-value.ts";
import { writePointer } from "../../json-pointer.ts";
import type { Finding, Validator } from "../../operation.ts";
import { fault } from "../../parameter-style.ts";
import { readingsOf } from "../../text-value.ts";
import type { Decoded } from "../decode.ts";
import { XML_NAMESPACE, type XmlElement } from "./element.ts";
import { attributeKey, type XmlMember, type XmlName, type XmlRoot, type XmlShape } from "./shape.ts";

export type FromXml = (root: XmlElement) => Decoded;

const XSI = "http://www.w3.org/2001/XMLSchema-instance";
const XINCLUDE = "http://www.w3.org/2001/XInclude";
/** Findings of one text. */
const FINDINGS_MAX = 20;

const WRONG_ROOT = fault("root", "is another element than the contract has");
const INCLUDES = fault("include", "holds an inclusion");
const HINTS = fault("include", "names a place of a schema");

/** @param root undefined: nobody described it */
export function xmlDecoder(root: XmlRoot | undefined, validator: Validator | undefined): FromXml {
  return (element) => {
    const outside = findOutside(element);
    if (outside !== undefined) return { findings: [outside] };
    if (root !== undefined && !fits(root.written, element, element.namespace)) return { findings: [WRONG_ROOT] };
    const read = (wide: boolean): Decoded => {
      const reading = new Reading(wide);
      const value = reading.value(element, root?.shape, "");
      return reading.findings.length > 0 ? { findings: reading.findings } : { value };
    };
    const narrow = read(false);
    if (validator === undefined || "findings" in narrow || validator.check(narrow.value)) return narrow;
    const wide = read(true);
    return "value" in wide && validator.check(wide.value) ? wide : narrow;
  };
}

/** What leads a parser behind to somewhere else: inclusions, and places where it could find a schema. */
function findOutside(element: XmlElement): Finding | undefined {
  if (element.namespace === XINCLUDE) return INCLUDES;
  if (element.attributes.some(({ name, namespace }) => namespace === XSI && name !== "nil" && name !== "type")) return HINTS;
  for (const child of element.children) {
    const found = findOutside(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fits({ name, namespace }: XmlName, element: XmlElement, around: string): boolean {
  if (name !== undefined && name !== element.name) return false;
  return namespace === undefined ? element.namespace === "" || element.namespace === around : element.namespace === namespace;
}

class Reading {
  readonly findings: Finding[] = [];
  readonly #wide: boolean;

  /** @param wide texts are read as the last of the types that they may have, not the first */
  constructor(wide: boolean) {
    this.#wide = wide;
  }

  value(element: XmlElement, shape: XmlShape | undefined, pointer: string): Json {
    if (element.attributes.some(({ name, namespace, value }) => namespace === XSI && name === "nil" && (value === "true" || value === "1"))) return this.#nil(element, pointer);
    if (shape === undefined) return this.#anything(element, pointer);
    const { types, items } = shape;
    const isLeaf = element.children.length === 0 && element.attributes.every(({ namespace }) => namespace === XSI);
    if (items !== undefined && types.has("array") && !types.has("object")) return this.#list(element.children, element.namespace, items, pointer);
    if (types.has("object") && !(isLeaf && takesText(shape) && element.text.trim() !== "")) return this.#object(element, shape, pointer);
    if (!isLeaf) this.#tell(pointer, "type", "holds elements or attributes where the contract has a text");
    return this.#text(element.text, shape, pointer);
  }

  #tell(pointer: string, keyword: string, message: string): null {
    if (this.findings.length < FINDINGS_MAX) this.findings.push({ pointer, keyword, message });
    return null;
  }

  #nil(element: XmlElement, pointer: string): null {
    return element.children.length > 0 || element.text !== "" ? this.#tell(pointer, "nil", "is nil and holds something") : null;
  }

  #list(elements: readonly XmlElement[], around: string, { written, shape }: NonNullable<XmlShape["items"]>, pointer: string): Json {
    return elements.map((element, index) => {
      const place = `${pointer}/${index}`;
      if (!fits(written, element, around)) this.#tell(place, "element", "is another element than the contract has");
      return this.value(element, shape, place);
    });
  }

  #text(text: string, { types }: XmlShape, pointer: string): Json {
    // Around numbers and flags white space means nothing (XML Schema, part 2, section 4.3.6).
    const readings = readingsOf(types.has("string") ? text : text.trim(), types);
    return (this.#wide ? readings.at(-1) : readings[0]) ?? this.#tell(pointer, "type", `must be ${[...types].join(" or ")}`);
  }

  #object(element: XmlElement, shape: XmlShape, pointer: string): Json {
    const found = new Map<string, Json>();
    const taken = new Set<XmlElement>();
    const byName = Map.groupBy(element.children, ({ name }) => name);
    for (const member of shape.members) {
      const value = this.#member(element, member, byName, taken, pointer + writePointer([member.name]));
      if (value !== undefined) found.set(member.name, value);
    }
    this.#strangers(element, shape, taken, found, pointer);
    const hasText = shape.members.some(({ node }) => node === "text");
    if (!hasText && element.text.trim() !== "") this.#tell(pointer, "text", "holds text where the contract has none");
    return Object.fromEntries(found);
  }

  /** undefined: it is not there. */
  #member(element: XmlElement, member: XmlMember, byName: ReadonlyMap<string, readonly XmlElement[]>, taken: Set<XmlElement>, pointer: string): Json | undefined {
    const { node, written, shape, wrapped } = member;
    if (node === "text") return element.text === "" && element.children.length > 0 ? undefined : this.#text(element.text, shape, pointer);
    if (node === "attribute") {
      const value = attributeOf(element, written);
      return value === undefined ? undefined : this.#text(value, shape, pointer);
    }
    const own = (byName.get(written.name ?? "") ?? []).filter((child) => fits(written, child, element.namespace));
    for (const child of own) taken.add(child);
    const [first, second] = own;
    if (first === undefined) return undefined;
    const { items, types } = shape;
    if (items !== undefined && types.has("array") && !wrapped) return this.#list(own, element.namespace, { ...items, written }, pointer);
    if (second !== undefined) return this.#tell(pointer, "unique", "must be given once");
    // Items of a wrapped list are called as they say, else as the list is.
    if (items !== undefined && wrapped) return this.#list(first.children, first.namespace, { ...items, written: { ...items.written, name: items.written.name ?? written.name } }, pointer);
    return this.value(first, shape, pointer);
  }

  /** What carries no member that is declared. */
  #strangers(element: XmlElement, { names, attributes, rest }: XmlShape, taken: ReadonlySet<XmlElement>, found: Map<string, Json>, pointer: string): void {
    for (const child of element.children) {
      if (taken.has(child)) continue;
      const place = pointer + writePointer([child.name]);
      if (names.has(child.name) || child.name === "__proto__") this.#tell(place, "element", "is an element that the contract does not know");
      else if (found.has(child.name)) this.#tell(place, "unique", "must be given once");
      else found.set(child.name, this.value(child, rest, place));
    }
    for (const { name, namespace, value } of element.attributes) {
      const isOwn = attributes.has(attributeKey(namespace, name)) || (namespace === XSI && name === "nil");
      // An attribute of XML itself, such as xml:lang, says nothing of the value.
      if (!isOwn && namespace !== XML_NAMESPACE) found.set(`@${name}`, value);
    }
  }

  /** What nobody described: a text, or an object of all that is in it; an element twice is a list. */
  #anything(element: XmlElement, pointer: string): Json {
    const attributes = element.attributes.filter(({ namespace }) => namespace !== XSI);
    if (element.children.length === 0 && attributes.length === 0) return element.text;
    const found = new Map<string, Json>(attributes.map(({ name, value }) => [`@${name}`, value]));
    const many = new Map<string, Json[]>();
    for (const child of element.children) {
      const list = many.get(child.name) ?? [];
      list.push(this.#anything(child, pointer));
      many.set(child.name, list);
    }
    for (const [name, list] of many) found.set(name === "__proto__" ? "@__proto__" : name, list.length === 1 ? (list[0] ?? null) : list);
    if (element.text.trim() !== "") found.set("#text", element.text);
    return Object.fromEntries(found);
  }
}

/** A declaration of the default namespace is no attribute, and some contracts have it as one. */
function attributeOf(element: XmlElement, { name, namespace = "" }: XmlName): string | undefined {
  if (name === "xmlns") return element.namespace === "" ? undefined : element.namespace;
  return element.attributes.find((one) => one.name === name && one.namespace === namespace)?.value;
}

function takesText({ types }: XmlShape): boolean {
  return types.has("string") || types.has("number") || types.has("integer") || types.has("boolean");
}
