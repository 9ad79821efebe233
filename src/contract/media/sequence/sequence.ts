/**
 * Sequence: many values behind one another, each held to the same schema.
 *
 * A request is read whole, and is a list then. An answer may have no end: it is judged item by item on its way, and no byte of
 * an item leaves before the item has been judged.
 */
import { writePointer } from "../../json-pointer.ts";
import type { Json } from "../../json-value.ts";
import { FREE_LEAF, leafOf } from "../../kinds/kind.ts";
import type { Finding, Validator } from "../../operation.ts";
import { fault } from "../../parameter-style.ts";
import type { Decode, DecodeBounds } from "../decode.ts";
import { type Framing, FRAMING_OVERLAP_BYTES } from "./framing.ts";

const TOO_MANY = fault("size", "holds too much");
const TOO_LONG = fault("size", "holds an item that is too long");
const BLANK = fault("syntax", "holds an item with nothing in it");

/** All items of a whole body, as a list. A blank one is refused: only whoever keeps a connection open has use for it. */
export function sequenceDecoder(framing: Framing): Decode {
  return (bytes, _type, bounds) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values: Json[] = [];
    for (let from = 0; from < buffer.length; ) {
      const end = framing.end(buffer, from, from);
      const to = end === -1 ? buffer.length : end;
      const item = framing.read(buffer.subarray(from, to), bounds);
      if (values.length >= bounds.values) return { findings: [TOO_MANY] };
      if (item === undefined) return { findings: [{ ...BLANK, pointer: writePointer([String(values.length)]) }] };
      if ("wrong" in item) return { findings: [{ ...item.wrong, pointer: writePointer([String(values.length)]) + item.wrong.pointer }] };
      values.push(item.value);
      from = to;
    }
    return { value: values };
  };
}

/** Judges a list by what the contract says of each of its items. */
export function eachItem(item: Validator): Validator {
  const leaf = item.leaf ?? FREE_LEAF;
  return {
    check: (value) => Array.isArray(value) && value.every((one: Json) => item.check(one)),
    explain(value) {
      if (!Array.isArray(value)) return [fault("type", "must be a list")];
      const at = value.findIndex((one: Json) => !item.check(one));
      return at === -1 ? [] : item.explain((value as readonly Json[])[at] ?? null).map((finding) => ({ ...finding, pointer: `/${at}${finding.pointer}` })); // isArray forgets readonly
    },
    open: item.open,
    ...(item.namesPrototype === undefined ? {} : { namesPrototype: item.namesPrototype }),
    ...(item.asksDecimals === undefined ? {} : { asksDecimals: item.asksDecimals }),
    ...(item.namesControls === undefined ? {} : { namesControls: item.namesControls }),
    leaf: { ...leafOf("none"), items: leaf, idle: leaf.idle },
  };
}

/** What of an item that fits leaves: all of its bytes, some of them, or none; or why nothing may any more. */
export type Trim = (value: Json, item: Buffer) => Uint8Array | Finding;

/** Takes a body as it comes. */
export class SequenceJudge {
  readonly #framing: Framing;
  readonly #item: Validator | undefined;
  readonly #bounds: DecodeBounds;
  readonly #itemBytes: number;
  readonly #trim: Trim | undefined;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #items = 0;

  /** @param itemBytes the most that is held back */
  constructor(framing: Framing, item: Validator | undefined, bounds: DecodeBounds, itemBytes: number, trim?: Trim) {
    this.#framing = framing;
    this.#item = item;
    this.#bounds = bounds;
    this.#itemBytes = itemBytes;
    this.#trim = trim;
  }

  /** What may go on now: the items that are whole and fit. Linear, however the bytes are cut. */
  take(chunk: Uint8Array): Buffer | readonly Finding[] {
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (!this.#endsIn(fresh)) return this.#hold(fresh) ? NOTHING : [this.#place(TOO_LONG)];
    const bytes = this.#pending.length === 0 ? fresh : Buffer.concat([...this.#pending, fresh]);
    const left: Uint8Array[] = [];
    let from = 0;
    for (;;) {
      const end = this.#framing.end(bytes, from, from);
      if (end === -1) break;
      const judged = this.#judge(bytes.subarray(from, end));
      if (!(judged instanceof Uint8Array)) return judged;
      if (this.#trim !== undefined) left.push(judged);
      from = end;
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    if (!this.#hold(bytes.subarray(from))) return [this.#place(TOO_LONG)];
    return this.#trim === undefined ? bytes.subarray(0, from) : Buffer.concat(left);
  }

  /** What is left at the end is an item, too, whether or not its end was written. */
  end(): Buffer | readonly Finding[] {
    const bytes = Buffer.concat(this.#pending);
    const judged = bytes.length === 0 ? bytes : this.#judge(bytes);
    return judged instanceof Uint8Array ? Buffer.from(judged.buffer, judged.byteOffset, judged.byteLength) : judged;
  }

  /** Whether an item ends within what has just come. */
  #endsIn(fresh: Buffer): boolean {
    if (this.#pending.length === 0) return this.#framing.end(fresh, 0, 0) !== -1;
    const tail = Buffer.concat(this.#pending.slice(-FRAMING_OVERLAP_BYTES)).subarray(-FRAMING_OVERLAP_BYTES);
    // An item that begins before the tail: its first byte is none of these.
    return this.#framing.end(Buffer.concat([tail, fresh]), this.#pendingBytes > tail.length ? -1 : 0, 0) !== -1;
  }

  #hold(bytes: Buffer): boolean {
    if (bytes.length > 0) this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    return this.#pendingBytes <= this.#itemBytes;
  }

  #judge(bytes: Buffer): Uint8Array | readonly Finding[] {
    if (bytes.length > this.#itemBytes) return [this.#place(TOO_LONG)];
    const item = this.#framing.read(bytes, this.#bounds);
    if (item === undefined) return bytes;
    if ("wrong" in item) return [this.#place(item.wrong)];
    const validator = this.#item;
    if (validator !== undefined && !validator.check(item.value)) {
      const findings = validator.explain(item.value);
      return (findings.length > 0 ? findings : [fault("schema", "does not fit its schema")]).map((finding) => this.#place(finding));
    }
    const left = this.#trim?.(item.value, bytes) ?? bytes;
    if (!(left instanceof Uint8Array)) return [this.#place(left)];
    this.#items += 1;
    return left;
  }

  #place(finding: Finding): Finding {
    return { ...finding, pointer: `/${this.#items}${finding.pointer}` };
  }
}

const NOTHING: Buffer = Buffer.alloc(0);
