/**
 * Leaves: reads out of a schema which of the texts in a value need be looked at, and as what.
 *
 * It only ever errs towards looking: what is not understood here (`if`, `dependentSchemas`, dynamic references) narrows what
 * the schema lets through, so leaving it out leaves more to look at. The value has been held to the schema before.
 */
import { isJsonObject, type Json, type JsonObject } from "../json-value.ts";
import type { Spot } from "../library.ts";
import { below } from "../schema/barred.ts";
import type { Resources } from "../schema/resources.ts";
import { type Alternatives, ANYTHING, type Atom, both, type Conjunction, either, Expansion, keyOfAlternatives, NOTHING } from "./conjunction.ts";
import { type EmbeddedFile, FREE_LEAF, type Kind, type Leaf, leafOf, narrower, wider } from "./kind.ts";
import { contentType, isEncoded, textKind } from "./text-kind.ts";

/** Leaves of one contract; what lies beyond is looked at as if nobody had described it. */
export const LEAVES_MAX = 20_000;

type Growing = { -readonly [K in keyof Leaf]: Leaf[K] };

/** Reads the leaves of one contract's schemas, each once. */
export class Leaves {
  readonly #expansion: Expansion;
  readonly #known = new Map<string, Growing>();
  /** Whether formats are held; where they only annotate they say nothing. */
  readonly #formats: boolean;

  constructor(resources: Resources, { isOpenApi30, formats }: { readonly isOpenApi30: boolean; readonly formats: boolean }) {
    this.#expansion = new Expansion(resources, isOpenApi30);
    this.#formats = formats;
  }

  /** The leaf of the schema at `spot`. Never throws. */
  of(value: Json | undefined, spot: Spot): Leaf {
    const fresh: Growing[] = [];
    const leaf = this.#leaf(this.#expansion.of(value, spot), fresh);
    wake(fresh);
    return leaf;
  }

  #leaf(alternatives: Alternatives, fresh: Growing[]): Leaf {
    const key = keyOfAlternatives(alternatives);
    if (key === "") return alternatives === NOTHING || alternatives.length === 0 ? NONE : FREE_LEAF;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= LEAVES_MAX) return FREE_LEAF;
    const leaf: Growing = { ...leafOf("none"), idle: false };
    this.#known.set(key, leaf);
    fresh.push(leaf);
    this.#fill(leaf, alternatives, fresh);
    return leaf;
  }

  #fill(leaf: Growing, alternatives: Alternatives, fresh: Growing[]): void {
    leaf.text = alternatives.map((all) => this.#textOf(all)).reduce<Kind>(wider, "none");
    leaf.file = fileOf(alternatives.filter((all) => takes(all, "string")));
    const objects = alternatives.filter((all) => takes(all, "object"));
    if (objects.length > 0) {
      const names = new Set(objects.flatMap((all) => [...all.values()].flatMap(({ schema }) => namesOf(schema))));
      leaf.members = new Map([...names].map((name) => [name, this.#leaf(this.#join(objects, (atom) => this.#member(atom, name)), fresh)]));
      const rest = this.#join(objects, (atom) => this.#rest(atom));
      leaf.rest = rest.length === 0 ? undefined : this.#leaf(rest, fresh);
      leaf.freeNames = leaf.rest !== undefined && !objects.every((all) => [...all.values()].some((atom) => this.#namesHarmless(atom)));
    }
    const arrays = alternatives.filter((all) => takes(all, "array"));
    if (arrays.length > 0) {
      const length = Math.max(...arrays.map((all) => Math.max(0, ...[...all.values()].map(({ schema }) => listOf(schema["prefixItems"]).length))));
      leaf.prefix = Array.from({ length }, (_, index) => this.#leaf(this.#join(arrays, (atom) => this.#item(atom, index)), fresh));
      const items = this.#join(arrays, (atom) => this.#item(atom, Infinity));
      leaf.items = items.length === 0 ? undefined : this.#leaf(items, fresh);
    }
  }

  #textOf(all: Conjunction): Kind {
    if (!takes(all, "string")) return "none";
    return [...all.values()].map(({ schema }) => textKind(schema, this.#formats)).reduce<Kind>(narrower, "text");
  }

  /** What one part of a value may be: in each alternative what all of its schemas say of it. */
  #join(alternatives: Alternatives, part: (atom: Atom) => Alternatives): Alternatives {
    return alternatives.map((all) => [...all.values()].map(part).reduce(both, ANYTHING)).reduce(either, NOTHING);
  }

  #member(atom: Atom, name: string): Alternatives {
    const { schema, spot } = atom;
    const { properties } = schema;
    if (isJsonObject(properties) && Object.hasOwn(properties, name)) return this.#expansion.of(properties[name], below(spot, "properties", name));
    return this.#rest(atom);
  }

  /** A member that is not declared: by one of the patterns, or by the rest. Which pattern it fits is not asked. */
  #rest({ schema, spot }: Atom): Alternatives {
    const { patternProperties } = schema;
    const patterned = isJsonObject(patternProperties) ? Object.keys(patternProperties).map((pattern) => this.#expansion.of(patternProperties[pattern], below(spot, "patternProperties", pattern))) : [];
    const others = this.#open(schema, spot, ["additionalProperties", "unevaluatedProperties"]);
    return [...patterned, others].reduce(either, NOTHING);
  }

  #item({ schema, spot }: Atom, index: number): Alternatives {
    const prefix = listOf(schema["prefixItems"]);
    if (index < prefix.length) return this.#expansion.of(prefix[index], below(spot, "prefixItems", String(index)));
    return this.#open(schema, spot, ["items", "unevaluatedItems"]);
  }

  /** The second keyword asks what its neighbours have looked at, which is more than is understood here. */
  #open(schema: JsonObject, spot: Spot, [keyword, late]: readonly [string, string]): Alternatives {
    if (Object.hasOwn(schema, keyword)) return this.#expansion.of(schema[keyword], below(spot, keyword));
    const alone = LATE_NEIGHBOURS.every((neighbour) => !Object.hasOwn(schema, neighbour));
    return alone && Object.hasOwn(schema, late) ? this.#expansion.of(schema[late], below(spot, late)) : ANYTHING;
  }

  #namesHarmless({ schema, spot }: Atom): boolean {
    if (!Object.hasOwn(schema, "propertyNames")) return false;
    return this.#expansion.of(schema["propertyNames"], below(spot, "propertyNames")).every((all) => this.#textOf(all) === "none");
  }
}

const NONE: Leaf = leafOf("none");
/** Keywords beside which `unevaluated...` does not mean all that is not declared here. */
const LATE_NEIGHBOURS: readonly string[] = ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "then", "else", "not", "dependentSchemas", "contains"];

function takes(all: Conjunction, type: "string" | "object" | "array"): boolean {
  return [...all.values()].every(({ schema }) => {
    const { type: types } = schema;
    return (types === undefined || types === type || (Array.isArray(types) && types.includes(type))) && !isEnumerated(schema);
  });
}

function fileOf(texts: Alternatives): EmbeddedFile | undefined {
  const files = texts.map((all) => [...all.values()].map(({ schema }) => schema)).filter((schemas) => schemas.some(isEncoded));
  if (files.length === 0) return undefined;
  const types = files.map((schemas) => schemas.flatMap((schema) => contentType(schema) ?? []));
  return { always: files.length === texts.length, types: types.every((some) => some.length > 0) ? [...new Set(types.flat())] : [] };
}

/** What is one of a few known values is not the caller's own word. */
function isEnumerated(schema: JsonObject): boolean {
  return Array.isArray(schema["enum"]) || Object.hasOwn(schema, "const");
}

function namesOf({ properties }: JsonObject): readonly string[] {
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []; // isArray forgets readonly
}

/** A leaf is idle unless something in it is not; in a circle somebody has to begin. */
function wake(fresh: readonly Growing[]): void {
  for (const leaf of fresh) leaf.idle = leaf.text === "none" && !leaf.freeNames;
  for (let changed = true; changed; ) {
    changed = false;
    for (const leaf of fresh) {
      if (!leaf.idle || [...leaf.members.values(), ...leaf.prefix, leaf.rest, leaf.items].every((part) => part === undefined || part.idle)) continue;
      leaf.idle = false;
      changed = true;
    }
  }
}
