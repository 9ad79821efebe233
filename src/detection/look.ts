/**
 * Look: looks at one text in all of its views with all detectors, and says what was found.
 *
 * A long text is read in pieces that overlap, so that nothing hides behind padding: what is shorter than the overlap
 * stands whole in some piece. The time is linear in the text.
 */
import type { Kind } from "../contract/kinds/kind.ts";
import { DETECTORS } from "./detectors.ts";
import { MARK, marksOf } from "./marks.ts";
import { Reading, READING_CHARACTERS_MAX } from "./reading.ts";
import { type View, viewsOf } from "./views.ts";

/** Characters that two pieces of a long text have in common. */
export const OVERLAP_CHARACTERS = 1_024;

export interface Hit {
  readonly rule: string;
  readonly view: View["name"];
}

/** Letters, digits and signs of names: of these alone nothing can be made. */
const PLAIN: number = MARK.letter | MARK.digit | MARK.dash | MARK.colon;
/** A text of these alone may still be encoded. */
const BASE64_CHARACTERS_LEAST = 12;

const reading = new Reading();

/** The first rule that finds something; undefined where none does. Never throws. */
export function look(text: string, kind: Kind): Hit | undefined {
  const marks = marksOf(text);
  if ((marks & ~PLAIN) === 0 && text.length < BASE64_CHARACTERS_LEAST) return undefined;
  for (const view of viewsOf(text, marks)) {
    const rule = lookAtView(view.text, kind);
    if (rule !== undefined) return { rule, view: view.name };
  }
  return undefined;
}

function lookAtView(text: string, kind: Kind): string | undefined {
  for (let from = 0; ; from += READING_CHARACTERS_MAX - OVERLAP_CHARACTERS) {
    reading.read(text.length <= READING_CHARACTERS_MAX ? text : text.slice(from, from + READING_CHARACTERS_MAX));
    const rule = lookAtReading(kind);
    if (rule !== undefined) return rule;
    if (from + READING_CHARACTERS_MAX >= text.length) return undefined;
  }
}

function lookAtReading(kind: Kind): string | undefined {
  for (const detector of DETECTORS) {
    if ((detector.needs !== 0 && (reading.marks & detector.needs) === 0) || !detector.kinds.has(kind)) continue;
    const rule = detector.find(reading);
    if (rule !== undefined) return rule;
  }
  return undefined;
}
