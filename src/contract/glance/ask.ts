/**
 * Ask: what a rule asks of a value, as far as that can be seen on the bytes of a JSON text.
 *
 * Next to its test, not in place of it: a rule without one is asked with the value itself.
 */
import type { Json } from "../json-value.ts";
import type { Node, Rules } from "../schema/rule.ts";

export type Ask =
  /** Of a string: how many characters it has. */
  | { readonly kind: "characters"; readonly least: number; readonly most: number }
  | { readonly kind: "format"; readonly format: string }
  /** Of an array: how many items, and which. `rest` is absent where the others are not looked at. */
  | { readonly kind: "count"; readonly least: number; readonly most: number }
  | { readonly kind: "items"; readonly prefix: readonly Node[]; readonly rest: Node | undefined }
  /** Of an object: how many members (`count`), which, and which of them have to be there. */
  | { readonly kind: "members"; readonly named: ReadonlyMap<string, Node>; readonly rest: Node | undefined }
  | { readonly kind: "required"; readonly names: readonly string[] }
  /** Of anything: to be one of these. */
  | { readonly kind: "listed"; readonly values: readonly Json[] }
  /** To fit all of these. */
  | { readonly kind: "all"; readonly rules: Rules }
  /** To fit what another schema says; asked for only when it is needed, since it may lead in circles. */
  | { readonly kind: "node"; readonly node: () => Node }
  /** To fit one of these. Where no two of them take the same type, it does not matter whether one or exactly one. */
  | { readonly kind: "either"; readonly nodes: readonly Node[] };
