/**
 * Json scan: one pass over the bytes of a JSON text that checks grammar, names, numbers and bounds, and builds nothing.
 *
 * It stands apart from the reader because it is the hot path of every body: no allocation but the offsets of names,
 * no string made of a name unless it has to be compared as text.
 */
import type { JsonBounds, JsonFault } from "./json.ts";
import { ESCAPE_CONTROL, ESCAPE_HALF, escapeAt } from "./json-escape.ts";
import { JsonNames, NAMES_COMPARED } from "./json-names.ts";
import { survivesAsDouble } from "./json-number.ts";

/** The scan calls itself once per level: deeper than this it could exhaust the stack, whatever the bounds say. */
export const DEPTH_LEVELS_MAX = 512;
/** Characters of a fault's pointer: names in it are the caller's, and may be long. */
export const FAULT_POINTER_CHARACTERS = 256;
/** Any integer of so many digits is exact as a double. */
const DIGITS_EXACT = 15;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

type Reason = JsonFault["reason"];

/** One pass over one text, which must be UTF-8. Each method stands on its first byte and answers false once something is wrong. */
export class JsonScan {
  readonly #bytes: Buffer;
  readonly #bounds: JsonBounds;
  readonly #end: number;
  readonly #depthMax: number;
  #at = 0;
  #depth = 0;
  #values = 0;
  readonly #names: JsonNames;
  #escaped = false;
  #hash = 0;
  #reason: Reason = "syntax";
  #bound: JsonFault["bound"];
  /** Keys to the fault, innermost first; filled while the calls return. */
  readonly #keys: string[] = [];

  constructor(bytes: Buffer, bounds: JsonBounds) {
    this.#bytes = bytes;
    this.#bounds = bounds;
    this.#end = bytes.length;
    this.#names = new JsonNames(bytes, bounds);
    this.#depthMax = Math.min(bounds.depth, DEPTH_LEVELS_MAX);
  }

  text(): boolean {
    this.#space();
    if (!this.#value()) return false;
    this.#space();
    return this.#at === this.#end;
  }

  fault(): JsonFault {
    const bound = this.#bound === undefined ? {} : { bound: this.#bound };
    return { reason: this.#reason, at: this.#at, ...bound, pointer: writeKeys(this.#keys) };
  }

  #fail(reason: Reason, bound?: JsonFault["bound"]): false {
    this.#reason = reason;
    this.#bound = bound;
    return false;
  }

  #space(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < this.#end) {
      const byte = bytes[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      at += 1;
    }
    this.#at = at;
  }

  #value(): boolean {
    this.#values += 1;
    if (this.#values > this.#bounds.values) return this.#fail("size", "values");
    switch (this.#bytes[this.#at]) {
      case QUOTE:
        return this.#string();
      case 0x7b:
        return this.#nest() && this.#object();
      case 0x5b:
        return this.#nest() && this.#array();
      case 0x74:
        return this.#literal("true");
      case 0x66:
        return this.#literal("false");
      case 0x6e:
        return this.#literal("null");
      default:
        return this.#number();
    }
  }

  #nest(): boolean {
    this.#depth += 1;
    if (this.#depth > this.#depthMax) return this.#fail("depth", "depth");
    this.#at += 1;
    this.#space();
    return true;
  }

  #array(): boolean {
    if (this.#bytes[this.#at] === 0x5d) return this.#leave();
    for (let index = 0; ; index += 1) {
      if (!this.#value()) return this.#trace(String(index));
      this.#space();
      const byte = this.#bytes[this.#at];
      if (byte === 0x5d) return this.#leave();
      if (byte !== 0x2c) return this.#fail("syntax");
      this.#at += 1;
      this.#space();
    }
  }

  #object(): boolean {
    if (this.#bytes[this.#at] === 0x7d) return this.#leave();
    const base = this.#names.mark();
    let known: Set<string> | undefined;
    for (let members = 1; ; members += 1) {
      if (this.#bytes[this.#at] !== QUOTE) return this.#fail("syntax");
      if (members > this.#bounds.members) return this.#fail("size", "members");
      const start = this.#at + 1;
      if (!this.#name()) return false;
      const end = this.#at - 1;
      if (known === undefined && (this.#escaped || members > NAMES_COMPARED)) known = this.#names.collect(base);
      const wrong = known === undefined ? this.#names.admit(start, end, this.#hash, base) : this.#names.admitText(start, end, known);
      if (wrong !== undefined) return this.#refuse(wrong, start) || this.#trace(this.#names.decode(start, end));
      this.#space();
      if (this.#bytes[this.#at] !== 0x3a) return this.#fail("syntax");
      this.#at += 1;
      this.#space();
      if (!this.#value()) return this.#trace(this.#names.decode(start, end));
      this.#space();
      const byte = this.#bytes[this.#at];
      if (byte === 0x7d) {
        this.#names.release(base);
        return this.#leave();
      }
      if (byte !== 0x2c) return this.#fail("syntax");
      this.#at += 1;
      this.#space();
    }
  }

  #leave(): true {
    this.#depth -= 1;
    this.#at += 1;
    return true;
  }

  #trace(key: string): false {
    this.#keys.push(key);
    return false;
  }

  /** A string that is a name: as `#string`, with a hash over its bytes. */
  #name(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.#at + 1;
    let at = start;
    let hash = 0;
    this.#escaped = false;
    while (at < end) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        this.#hash = hash;
        this.#at = at + 1;
        return at - start <= this.#bounds.stringBytes || this.#fail("size", "stringBytes");
      }
      if (byte < 0x20 || byte === BACKSLASH) {
        this.#escaped = true;
        return this.#string();
      }
      hash = (hash * 31 + byte) | 0;
      at += 1;
    }
    this.#at = at;
    return this.#fail("syntax");
  }

  #refuse(reason: Reason, at: number): false {
    this.#at = at;
    return this.#fail(reason);
  }

  #string(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.#at + 1;
    let at = start;
    while (at < end) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return at - start <= this.#bounds.stringBytes || this.#fail("size", "stringBytes");
      }
      if (byte < 0x20) break;
      if (byte === BACKSLASH) {
        this.#at = at;
        if (!this.#escape()) return false;
        at = this.#at;
      } else {
        at += 1;
      }
    }
    this.#at = at;
    return this.#fail("syntax");
  }

  #escape(): boolean {
    const after = escapeAt(this.#bytes, this.#at, this.#bounds.controls);
    if (after < 0) return this.#fail(after === ESCAPE_CONTROL ? "control" : after === ESCAPE_HALF ? "encoding" : "syntax");
    this.#at = after;
    return true;
  }

  #literal(word: string): boolean {
    for (let index = 0; index < word.length; index += 1) {
      if (this.#bytes[this.#at + index] !== word.charCodeAt(index)) return this.#fail("syntax");
    }
    this.#at += word.length;
    return true;
  }

  #number(): boolean {
    const start = this.#at;
    if (this.#bytes[this.#at] === 0x2d) this.#at += 1;
    const whole = this.#at;
    const digits = this.#digits();
    if (digits === 0 || (digits > 1 && this.#bytes[whole] === 0x30)) return this.#fail("syntax");
    let isInteger = true;
    if (this.#bytes[this.#at] === 0x2e) {
      isInteger = false;
      this.#at += 1;
      if (this.#digits() === 0) return this.#fail("syntax");
    }
    if (((this.#bytes[this.#at] ?? 0) | 0x20) === 0x65) {
      isInteger = false;
      this.#at += 1;
      const sign = this.#bytes[this.#at];
      if (sign === 0x2b || sign === 0x2d) this.#at += 1;
      if (this.#digits() === 0) return this.#fail("syntax");
    }
    if (isInteger && digits <= DIGITS_EXACT) return true;
    return survivesAsDouble(this.#bytes.toString("latin1", start, this.#at), digits, isInteger, this.#bounds) || this.#refuse("number", start);
  }

  #digits(): number {
    const start = this.#at;
    let byte = this.#bytes[this.#at] ?? 0;
    while (byte >= 0x30 && byte <= 0x39) {
      this.#at += 1;
      byte = this.#bytes[this.#at] ?? 0;
    }
    return this.#at - start;
  }
}

function writeKeys(keys: readonly string[]): string {
  let pointer = "";
  for (let index = keys.length - 1; index >= 0 && pointer.length < FAULT_POINTER_CHARACTERS; index -= 1) {
    pointer += `/${(keys[index] ?? "").slice(0, FAULT_POINTER_CHARACTERS).replaceAll("~", "~0").replaceAll("/", "~1")}`;
  }
  return pointer.slice(0, FAULT_POINTER_CHARACTERS);
}
