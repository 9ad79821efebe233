/**
 * Sketches: draws the sketches of one contract, each when it is first asked for.
 *
 * A place is known by the schemas that apply to it, as a set: however it was reached, it is drawn once, and schemas that
 * refer to themselves come to an end.
 */
import type { Json } from "../json-value.ts";
import type { Library, Spot } from "../library.ts";
import { below } from "../schema/barred.ts";
import { keyOf, type Resources } from "../schema/resources.ts";
import { findAjar } from "./ajar.ts";
import { itemsOf, memberSpots, namesOf, opensRest, othersOf } from "./members.ts";
import { collectParts } from "./parts.ts";
import type { Note, Sketch } from "./sketch.ts";

export interface SketchesOptions {
  readonly library: Library;
  readonly resources: Resources;
  readonly isOpenApi30: boolean;
}

export class Sketches {
  readonly #options: SketchesOptions;
  readonly #known = new Map<string, Sketch>();

  constructor(options: SketchesOptions) {
    this.#options = options;
  }

  /** The sketch of what all of these schemas may apply to. Never throws. */
  of(spots: readonly Spot[]): Sketch {
    const unique = [...new Map(spots.map((spot) => [keyOf(spot), spot])).values()];
    const key = unique.map(keyOf).sort().join(" ");
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, (known = draw(key, unique, this, this.#options)));
    return known;
  }
}

function draw(key: string, spots: readonly Spot[], sketches: Sketches, { library, resources, isOpenApi30 }: SketchesOptions): Sketch {
  const { parts, types, whole } = collectParts(spots, resources, isOpenApi30);
  const others = parts.flatMap(othersOf);
  const items = parts.flatMap(itemsOf);
  const members = new Map<string, Sketch | undefined>();
  const findMember = (name: string): Sketch | undefined => {
    const found = parts.flatMap((part) => memberSpots(part, name));
    return found.length === 0 ? undefined : sketches.of(found);
  };
  const names = [...new Set(parts.flatMap(namesOf))];
  for (const name of names) members.set(name, undefined);
  return {
    key,
    place: library.place(spots[0] ?? { file: library.root, pointer: "" }),
    types,
    names,
    required: new Set(parts.flatMap(({ schema }) => textsOf(schema["required"]))),
    whole,
    member: (name) => {
      // Names that are not declared are the caller's: they must not fill a memory.
      if (!members.has(name)) return findMember(name);
      const known = members.get(name) ?? findMember(name);
      members.set(name, known);
      return known;
    },
    get others() {
      if (others.length === 0) return undefined;
      const claims = others.some(({ matches }) => matches === undefined) ? undefined : (name: string): boolean => others.some(({ matches }) => matches?.(name));
      return { sketch: sketches.of(others.map(({ spot }) => spot)), claims };
    },
    get ajar() {
      const found = findAjar(spots, resources, isOpenApi30);
      return found === undefined ? undefined : library.place(found);
    },
    opens: parts.some(opensRest),
    get items() {
      return items.length === 0 ? undefined : sketches.of(items);
    },
    notes: (keyword) => parts.flatMap(({ schema, spot }): readonly Note[] => (Object.hasOwn(schema, keyword) ? [{ value: schema[keyword] ?? null, place: library.place(below(spot, keyword)) }] : [])),
  };
}

function textsOf(list: Json | undefined): readonly string[] {
  return Array.isArray(list) ? list.filter((one: Json) => typeof one === "string") : [];
}
