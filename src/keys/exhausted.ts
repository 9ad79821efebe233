/** Exhausted: nothing more is computed or asked for this caller at the moment: of his token is not said whether it is good. */

export interface Exhausted {
  readonly exhausted: true;
}

export const EXHAUSTED: Exhausted = { exhausted: true };
