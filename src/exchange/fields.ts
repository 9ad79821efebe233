/**
 * Fields: the header fields of a message, in order, names in lower case.
 *
 * A flat list instead of an object: nothing is merged, nothing is dropped, and a field that came twice is seen twice
 * (RFC 9110, section 5.3), which is what a guard must be able to see.
 */
import { isFieldValue } from "./field-text.ts";

export interface Fields {
  /** The value of the first field of this name. `name` in lower case. */
  one(name: string): string | undefined;
  /** The values of all fields of this name, in order. */
  all(name: string): readonly string[];
  /** How many fields of this name there are. */
  count(name: string): number;
  /** Names and values in turn: name, value, name, value. */
  readonly list: readonly string[];
  /**
   * Whether every value can be written as it is: it was read off a strict wire, or looked at when it was put in.
   * Where this is false, whoever writes the fields looks at each.
   */
  readonly sound: boolean;
  /** Parts of the list that were put in as one, in their order: who writes them may have them written already. */
  readonly blocks: readonly PlacedBlock[];
}

export interface PlacedBlock {
  /** Where it begins in the list. */
  readonly from: number;
  readonly block: FieldBlock;
}

/** Fields that go out together again and again: of one guard, of one principal. Looked at once, and written once. */
export class FieldBlock {
  readonly list: readonly string[];
  readonly sound: boolean;
  /** What the last writer made of it. */
  lines: { readonly writer: object; readonly text: string | undefined } | undefined = undefined;

  /** @param list names (lower case) and values in turn */
  constructor(list: readonly string[]) {
    this.list = list;
    this.sound = list.every((text, at) => at % 2 === 0 || isFieldValue(text));
  }
}

export interface WritableFields extends Fields {
  /** Replaces all fields of this name with one. */
  set(name: string, value: string): void;
  /** Adds a field behind those that are there. */
  append(name: string, value: string): void;
  /** Adds all fields of a block behind those that are there. */
  appendAll(block: FieldBlock): void;
  remove(name: string): void;
  /** Removes every field whose name `drops` accepts; it is asked once per field. */
  removeWhere(drops: (name: string) => boolean): void;
}

/**
 * Fields over a list of names (lower case) and values in turn. The list is owned by the answer from now on.
 *
 * @param sound whoever read the list let no value through that could not be written
 */
export function fieldsOf(list: string[], sound: boolean = false): WritableFields {
  return new FieldList(list, sound);
}

const NO_BLOCKS: readonly PlacedBlock[] = [];

class FieldList implements WritableFields {
  list: string[];
  sound: boolean;
  #blocks: PlacedBlock[] | undefined;

  constructor(list: string[], sound: boolean) {
    this.list = list;
    this.sound = sound;
  }

  get blocks(): readonly PlacedBlock[] {
    return this.#blocks ?? NO_BLOCKS;
  }

  one(name: string): string | undefined {
    const { list } = this;
    for (let at = 0; at < list.length; at += 2) if (list[at] === name) return list[at + 1];
    return undefined;
  }

  all(name: string): readonly string[] {
    const values: string[] = [];
    for (let at = 0; at < this.list.length; at += 2) if (this.list[at] === name) values.push(this.list[at + 1] ?? "");
    return values;
  }

  count(name: string): number {
    const { list } = this;
    let count = 0;
    for (let at = 0; at < list.length; at += 2) if (list[at] === name) count++;
    return count;
  }

  set(name: string, value: string): void {
    const { list } = this;
    this.#look(value);
    for (let at = 0; at < list.length; at += 2) {
      if (list[at] !== name) continue;
      list[at + 1] = value;
      this.#blocks = undefined;
      this.#drop(name, at + 2);
      return;
    }
    list.push(name, value);
  }

  append(name: string, value: string): void {
    this.#look(value);
    this.list.push(name, value);
  }

  appendAll(block: FieldBlock): void {
    const { list } = this;
    if (!block.sound) this.sound = false;
    (this.#blocks ??= []).push({ from: list.length, block });
    for (const text of block.list) list.push(text);
  }

  remove(name: string): void {
    this.#drop(name, 0);
  }

  removeWhere(drops: (name: string) => boolean): void {
    const { list } = this;
    let left = 0;
    for (let at = 0; at < list.length; at += 2) {
      const name = list[at] ?? "";
      if (drops(name)) continue;
      if (left !== at) {
        list[left] = name;
        list[left + 1] = list[at + 1] ?? "";
      }
      left += 2;
    }
    this.#cut(left);
  }

  #look(value: string): void {
    if (this.sound && !isFieldValue(value)) this.sound = false;
  }

  #drop(name: string, from: number): void {
    const { list } = this;
    for (let at = list.length - 2; at >= from; at -= 2) {
      if (list[at] !== name) continue;
      list.splice(at, 2);
      this.#blocks = undefined;
    }
  }

  /** Shortening a list costs, even by nothing. Whatever has moved is no block any more: it is written field by field. */
  #cut(length: number): void {
    if (length === this.list.length) return;
    this.list.length = length;
    this.#blocks = undefined;
  }
}
