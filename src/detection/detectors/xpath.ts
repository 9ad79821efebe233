/**
 * XPath: a text that goes on as a path through a document, or asks one for its names and lengths.
 */
import type { Detector } from "../detector.ts";
import { MARK } from "../marks.ts";
import { wordTable } from "../lexicon.ts";
import { type Reading, WORD } from "../reading.ts";

/** 1: axes. 2: functions that ask a document. 3: tests of nodes. */
const WORDS = wordTable({
  1: "ancestor ancestor_or_self attribute child descendant descendant_or_self following preceding parent self namespace",
  2: "count name local_name string_length substring doc document doc_available collection unparsed_text position last contains",
  3: "node text comment user users account",
});

export const xpath: Detector = {
  name: "xpath",
  kinds: new Set(["short", "text"]),
  needs: MARK.slash | MARK.colon,
  find(reading) {
    for (let at = 0; at < reading.count; at++) {
      const type = reading.type[at];
      const found = type === 0x3a ? findAxis(reading, at) : type === 0x5d || type === 0x7c ? findPath(reading, at) : type === WORD ? findQuestion(reading, at) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  },
};

/** `ancestor::`, `following-sibling::*`. */
function findAxis(reading: Reading, at: number): string | undefined {
  if (reading.typeAt(at + 1) !== 0x3a || !reading.isGlued(at + 1)) return undefined;
  const word = reading.textAt(at - 1).toLowerCase();
  const isAxis = reading.classAt(at - 1, WORDS) === 1 || ((word === "sibling" || word === "self") && reading.typeAt(at - 2) === 0x2d);
  const next = reading.typeAt(at + 2);
  const target = reading.textAt(at + 2).toLowerCase();
  return isAxis && (next === 0x2a || ((target === "node" || target === "text") && reading.typeAt(at + 3) === 0x28)) ? "xpath-axis" : undefined;
}

/** `'] | //user/*[...`, `|//`. */
function findPath(reading: Reading, at: number): string | undefined {
  let next = at + 1;
  if (reading.type[at] === 0x5d && reading.typeAt(next) === 0x7c) next++;
  if (reading.typeAt(next) !== 0x2f || reading.typeAt(next + 1) !== 0x2f || !reading.isGlued(next + 1)) return undefined;
  const step = reading.typeAt(next + 2);
  return reading.type[next - 1] === 0x7c && (step === 0x2a || step === WORD) ? "xpath-path" : undefined;
}

/** `count(/child::node())`, `name(//*[1])`, `string-length(`. */
function findQuestion(reading: Reading, at: number): string | undefined {
  if (reading.typeAt(at + 1) !== 0x28 || !reading.isGlued(at + 1) || reading.typeAt(at + 2) !== 0x2f) return undefined;
  const meaning = reading.classAt(at, WORDS);
  const isLength = reading.textAt(at).toLowerCase() === "length" && reading.typeAt(at - 1) === 0x2d;
  return meaning === 2 || meaning === 3 || isLength ? "xpath-question" : undefined;
}
