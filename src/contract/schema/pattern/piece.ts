/** Piece: a pattern taken apart. What cannot be expressed here has no place in a contract. */
import type { CharSet } from "./char-set.ts";

export type Piece =
  | { readonly kind: "set"; readonly set: CharSet }
  | { readonly kind: "sequence"; readonly of: readonly Piece[] }
  | { readonly kind: "choice"; readonly of: readonly Piece[] }
  /** `max` is Infinity where there is none. Whether it is lazy does not matter: patterns say yes or no. */
  | { readonly kind: "repeat"; readonly of: Piece; readonly min: number; readonly max: number }
  | { readonly kind: "start" }
  | { readonly kind: "end" }
  | { readonly kind: "boundary"; readonly negated: boolean }
  | { readonly kind: "look"; readonly ahead: boolean; readonly negated: boolean; readonly of: Piece };
