/**
 * Library: the files of a contract, each read once, every value in them findable by file and JSON Pointer.
 *
 * References are followed within a file and across local files, never over the network, and never dereferenced into
 * one tree: cycles are ordinary, and a tree of a large document takes many times its memory.
 */
import type { Json } from "./json-value.ts";
import type { Place } from "./misfit.ts";

/** A spot in the library. `pointer` is a JSON Pointer (RFC 6901), `""` for the whole file. `file` is absolute. */
export interface Spot {
  readonly file: string;
  readonly pointer: string;
}

export interface Resolved extends Spot {
  readonly value: Json;
}

export interface Library {
  readonly root: string;
  readonly files: readonly string[];
  /** The value at a spot, or undefined where there is none. */
  readonly at: (spot: Spot) => Json | undefined;
  /** Line and column of a spot, for messages. */
  readonly place: (spot: Spot) => Place;
  /**
   * Follows `$ref` text (a relative file, a fragment pointer, or both) from the file it stands in, through chains of
   * references. The answer is the spot that is not itself a reference, or a sentence that says why there is none:
   * missing, over the network, outside the contract's folder tree, or a chain that bites its tail.
   */
  readonly resolve: (reference: string, from: Spot) => Resolved | { readonly wrong: string };
}
