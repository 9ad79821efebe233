/**
 * Detector: one kind of attack, and how to tell it in a text that was taken apart.
 *
 * A detector knows a grammar, not a list of attacks: what would have to stand where for an interpreter to run it. It says
 * which of its rules found it, in the words of `rules`, and never throws. Its time is linear in the reading: from each
 * token it looks a bounded number of tokens ahead.
 */
import type { Kind } from "../contract/kinds/kind.ts";
import type { Reading } from "./reading.ts";

export interface Detector {
  readonly name: string;
  /** Kinds of texts that it looks at. */
  readonly kinds: ReadonlySet<Kind>;
  /** Groups of characters of which at least one must stand in the text; 0 asks for none. */
  readonly needs: number;
  /** The rule that found something: `<name>-<what>`. */
  readonly find: (reading: Reading) => string | undefined;
}

/** Tokens that a rule looks ahead, at most. */
export const TOKENS_AHEAD_MAX = 64;
