/**
 * Sketch: what the schemas of a contract say about the parts of a value: which members an object has, what lists hold, and
 * the notes (`x-...`, `readOnly`, `writeOnly`) that stand there.
 *
 * A validator says yes or no to a whole value; whoever proves that `items[*].customerId` exists, or hides a member from some
 * callers, asks a sketch. All that may apply to one place is put together: references, parts and alternatives alike. So a
 * sketch knows too many members rather than too few, and every note of any of them; a rule that is read from it must be one
 * that only ever takes away.
 */
import type { Json } from "../json-value.ts";
import type { Place } from "../misfit.ts";

export type SketchType = "null" | "boolean" | "number" | "integer" | "string" | "array" | "object";

/** A keyword as it is written in one of the schemas, and where. */
export interface Note {
  readonly value: Json;
  readonly place: Place;
}

export interface Sketch {
  /** The same for two places to which the same schemas apply: recursive schemas lead back to themselves. */
  readonly key: string;
  readonly place: Place;
  /** undefined: any. */
  readonly types: ReadonlySet<SketchType> | undefined;
  /** Members that are declared by name. */
  readonly names: readonly string[];
  /** Names that some schema asks for. */
  readonly required: ReadonlySet<string>;
  /** A declared member: by name, by a pattern, or because all others have a schema. */
  readonly member: (name: string) => Sketch | undefined;
  /** Members without a name of their own: all of them together, and which names are theirs; undefined: all others. */
  readonly others: { readonly sketch: Sketch; readonly claims: ((name: string) => boolean) | undefined } | undefined;
  /** A schema says in so many words that there may be others, of which it says nothing (`additionalProperties: true`). */
  readonly opens: boolean;
  /** Of a list: all of its items together. */
  readonly items: Sketch | undefined;
  /** Everything that stands under this keyword in the schemas that apply here. */
  readonly notes: (keyword: string) => readonly Note[];
  /** Where an object is declared that may have members of which no schema speaks; undefined: all objects in it are closed. */
  readonly ajar: Place | undefined;
  /** false: there are more schemas than are put together, so nothing is certain. */
  readonly whole: boolean;
}

/** Whether a value of one of these types may stand there. */
export function mayBe({ types }: Pick<Sketch, "types">, ...wanted: readonly SketchType[]): boolean {
  return types === undefined || wanted.some((type) => types.has(type));
}
