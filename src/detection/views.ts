/**
 * Views: the same text as interpreters further down might read it.
 *
 * An attack that is encoded once more than the door decodes, spelt with the entities of HTML or the escapes of a program, cut
 * apart by comments, or put into base64, is the same attack behind the next decoder. Each view is at most as long as the
 * text, there are at most `VIEWS_MAX`, and a view that says nothing new is left out.
 */
import { MARK } from "./marks.ts";
import { decodeBase64 } from "./views/base64.ts";
import { stripComments, stripLineComments } from "./views/comments.ts";
import { decodeEntities } from "./views/entities.ts";
import { decodeEscapes, decodeNumbers } from "./views/escapes.ts";
import { foldCharacters, foldSevenBits, readOctets } from "./views/folding.ts";
import { decodeLeniently } from "./views/percent.ts";
import { stripQuotes } from "./views/quotes.ts";
import { decodeSeven } from "./views/seven.ts";

export const VIEWS_MAX = 7;
/** Times that one decoder is put behind another. */
const ROUNDS_MAX = 3;

export interface View {
  /** For the operator. */
  readonly name: "plain" | "decoded" | "folded" | "without comments" | "without quotes" | "base64" | "octets" | "utf-7";
  readonly text: string;
}

const ENCODED: number = MARK.percent | MARK.ampersand | MARK.backslash;

/** @param marks those of the text */
export function viewsOf(text: string, marks: number): readonly View[] {
  const views: View[] = [{ name: "plain", text }];
  let last = text;
  const add = (name: View["name"], seen: string | undefined): void => {
    if (seen === undefined || seen === last || views.length >= VIEWS_MAX) return;
    last = seen;
    views.push({ name, text: seen });
  };
  if ((marks & MARK.high) !== 0) {
    add("octets", readOctets(text));
    add("folded", foldCharacters(last));
  }
  if (last.includes("ADw") || last.includes("AD4")) add("utf-7", decodeSeven(last));
  if ((marks & ENCODED) !== 0) add("decoded", decodeAll(last));
  if ((marks & MARK.digit) !== 0 && last.includes("0x")) add("decoded", decodeNumbers(last));
  if ((marks & (MARK.slash | MARK.percent | MARK.ampersand)) !== 0) add("without comments", stripComments(last));
  if ((marks & MARK.line) !== 0 && (marks & (MARK.dash | MARK.hash)) !== 0) add("without comments", stripLineComments(last));
  if ((marks & (MARK.backslash | MARK.quote)) !== 0) {
    const bare = stripQuotes(text);
    if (bare !== text) add("without quotes", bare);
  }
  if ((marks & BROKEN_BASE64) === 0) {
    const inner = decodeBase64(text);
    if (inner !== undefined) add("base64", decodeAll(inner));
  }
  return views;
}

/** Groups of characters that base64 does not have. */
const BROKEN_BASE64: number = MARK.blank | MARK.quote | MARK.round | MARK.angle | MARK.brace | MARK.semicolon | MARK.percent | MARK.dot | MARK.colon | MARK.comma | MARK.high;

/** Decoders are put behind each other until nothing changes any more. */
function decodeAll(text: string): string {
  let seen = text;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = seen;
    seen = decodeEscapes(decodeEntities(decodeLeniently(seen)));
    if (seen === before) break;
  }
  const folded = seen === text ? seen : foldCharacters(seen);
  return folded.includes("\u00bc") && folded.includes("\u00be") ? foldSevenBits(folded) : folded;
}
