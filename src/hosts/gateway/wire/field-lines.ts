/**
 * Field lines: the fields of a message as one text, written anew from what was understood.
 *
 * Nothing can split it: with a name that is no token, or a value with a CR, LF, NUL or a character beyond one octet
 * (U+010A would leave as LF), nothing is written at all.
 */
import { isFieldName, isFieldValue } from "../../../exchange/field-text.ts";
import type { FieldBlock, Fields } from "../../../exchange/fields.ts";
import { copyOf } from "../../../exchange/remember.ts";

/** Names with their colon that are kept, found instead of looked at again. */
export const PREFIXES_MAX = 1_024;

export class FieldLines {
  /** The empty text: not to be written. */
  readonly #prefixes = new Map<string, string>();

  /** @param left names that only the wire itself writes: passed over */
  constructor(left: Iterable<string>) {
    for (const name of left) this.#prefixes.set(name, "");
  }

  /**
   * @param text what stands in front of the lines
   * @returns undefined when a field cannot be written
   */
  write(text: string, { list, sound, blocks }: Pick<Fields, "list" | "sound" | "blocks">): string | undefined {
    let written: string | undefined = text;
    let at = 0;
    for (const { from, block } of blocks) {
      const lines = this.#linesOf(block);
      written = this.#join(written, list, at, from, sound);
      if (written === undefined || lines === undefined) return undefined;
      written += lines;
      at = from + block.list.length;
    }
    return this.#join(written, list, at, list.length, sound);
  }

  #linesOf(block: FieldBlock): string | undefined {
    const { lines, list, sound } = block;
    if (lines?.writer === this) return lines.text;
    const text = this.#join("", list, 0, list.length, sound);
    block.lines = { writer: this, text: text === undefined ? undefined : copyOf(text) };
    return block.lines.text;
  }

  #join(text: string, list: readonly string[], from: number, to: number, sound: boolean): string | undefined {
    let written = text;
    for (let at = from; at < to; at += 2) {
      const name = list[at] ?? "";
      const prefix = this.#prefixes.get(name) ?? this.#learn(name);
      if (prefix === "") continue;
      const value = list[at + 1] ?? "";
      if (prefix === undefined || !(sound || isFieldValue(value))) return undefined;
      written += prefix + value + "\r\n";
    }
    return written;
  }

  #learn(name: string): string | undefined {
    if (!isFieldName(name)) return undefined;
    const prefix = `${name}: `;
    if (this.#prefixes.size < PREFIXES_MAX) this.#prefixes.set(name, prefix);
    return prefix;
  }
}
