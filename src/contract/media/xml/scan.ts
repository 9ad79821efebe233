/**
 * Scan: what of an XML text can be refused before any parser sees it.
 *
 * What makes XML dangerous stands in its DOCTYPE: entities that unfold ("billion laughs"), files and URLs that are read. There is
 * none here. Nor are there processing instructions, other encodings than UTF-8, or more elements, levels and attributes than
 * the bounds allow: they are counted on the bytes, without building anything. A comment within a text is refused: some read on
 * behind it, others stop, and `admin<!-- -->istrator` is two names. Whether the text is well-formed is for the parser to say.
 */
import { isUtf8 } from "node:buffer";
import type { Finding } from "../../operation.ts";
import { fault } from "../../parameter-style.ts";

export interface XmlBounds {
  readonly depth: number;
  readonly elements: number;
  /** Of one element. */
  readonly attributes: number;
  /** Of one text between two tags, or of one attribute. */
  readonly textBytes: number;
}

const [LT, GT, SLASH, QUOTE, APOSTROPHE, QUESTION, EXCLAMATION, EQUALS] = [0x3c, 0x3e, 0x2f, 0x22, 0x27, 0x3f, 0x21, 0x3d];

const NOT_UTF8 = fault("encoding", "is not well-formed UTF-8");
const NO_XML = fault("syntax", "is not well-formed XML");
const DOCTYPE = fault("doctype", "holds a DOCTYPE, or something like it");
const INSTRUCTION = fault("instruction", "holds a processing instruction");
const COMMENT = fault("comment", "holds a comment within a text");
const DECLARATION = fault("encoding", "is not declared as XML 1.0 in UTF-8");
const TOO_DEEP = fault("depth", "is nested too deeply");
const TOO_MUCH = fault("size", "holds too much");

/** Linear in the bytes; never throws. */
export function scanXml(bytes: Uint8Array, bounds: XmlBounds): Finding | undefined {
  // With NULs in it a parser would take it for UTF-16 or UTF-32, whatever it says.
  if (!isUtf8(bytes) || bytes.includes(0)) return NOT_UTF8;
  return new Scan(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), bounds).read();
}

class Scan {
  readonly #bytes: Buffer;
  readonly #bounds: XmlBounds;
  #at = 0;
  #depth = 0;
  #elements = 0;
  /** Since the last tag. */
  #texts = false;
  #comments = false;

  constructor(bytes: Buffer, bounds: XmlBounds) {
    this.#bytes = bytes;
    this.#bounds = bounds;
  }

  read(): Finding | undefined {
    const wrong = this.#declaration();
    if (wrong !== undefined) return wrong;
    const bytes = this.#bytes;
    for (;;) {
      const open = bytes.indexOf(LT, this.#at);
      if ((open === -1 ? bytes.length : open) - this.#at > this.#bounds.textBytes) return TOO_MUCH;
      if (open === -1) return this.#elements === 0 ? NO_XML : undefined;
      this.#texts ||= !isBlank(bytes, this.#at, open);
      this.#at = open + 1;
      const found = this.#markup(bytes[this.#at]);
      if (found !== undefined) return found;
    }
  }

  /** A byte order mark, then the declaration; both may be missing. */
  #declaration(): Finding | undefined {
    const bytes = this.#bytes;
    const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    this.#at = start;
    if (!/^<\?xml[ \t\r\n]$/.test(bytes.toString("latin1", start, start + 6))) return undefined;
    const end = bytes.indexOf("?>", start);
    if (end === -1 || end - start > 200) return NO_XML;
    this.#at = end + 2;
    // Each part begins with a word of its own: linear.
    const written = /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*["']1\.0["'](?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z0-9._-]+)["'])?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*["'](?:yes|no)["'])?[ \t\r\n]*$/.exec(bytes.toString("latin1", start, end));
    return written !== null && (written[1] ?? "utf-8").toLowerCase() === "utf-8" ? undefined : DECLARATION;
  }

  #markup(next: number | undefined): Finding | undefined {
    if (this.#texts && this.#comments) return COMMENT;
    if (next === SLASH) {
      this.#depth -= 1;
      this.#beginText();
      return this.#pass(">");
    }
    if (next === QUESTION) return INSTRUCTION;
    if (next !== EXCLAMATION) {
      this.#beginText();
      return this.#tag();
    }
    const bytes = this.#bytes;
    if (bytes[this.#at + 1] === 0x2d && bytes[this.#at + 2] === 0x2d) {
      this.#at += 3;
      this.#comments = true;
      return this.#texts ? COMMENT : this.#pass("-->");
    }
    if (bytes.toString("latin1", this.#at, this.#at + 8) !== "![CDATA[") return DOCTYPE;
    this.#at += 8;
    this.#texts = true;
    return this.#comments ? COMMENT : this.#pass("]]>");
  }

  #beginText(): void {
    this.#texts = false;
    this.#comments = false;
  }

  #pass(text: string): Finding | undefined {
    const end = this.#bytes.indexOf(text, this.#at);
    if (end === -1) return NO_XML;
    if (end - this.#at > this.#bounds.textBytes) return TOO_MUCH;
    this.#at = end + text.length;
    return undefined;
  }

  /** A start tag, with its attributes counted. */
  #tag(): Finding | undefined {
    const bytes = this.#bytes;
    this.#elements += 1;
    this.#depth += 1;
    if (this.#elements > this.#bounds.elements) return TOO_MUCH;
    if (this.#depth > this.#bounds.depth) return TOO_DEEP;
    let attributes = 0;
    for (let at = this.#at; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE || byte === APOSTROPHE) {
        const end = bytes.indexOf(byte, at + 1);
        if (end === -1) return NO_XML;
        if (end - at > this.#bounds.textBytes) return TOO_MUCH;
        at = end;
      } else if (byte === EQUALS) {
        attributes += 1;
        if (attributes > this.#bounds.attributes) return TOO_MUCH;
      } else if (byte === GT) {
        if (bytes[at - 1] === SLASH) this.#depth -= 1;
        this.#at = at + 1;
        return undefined;
      } else if (byte === LT) return NO_XML;
    }
    return NO_XML;
  }
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return true;
}
