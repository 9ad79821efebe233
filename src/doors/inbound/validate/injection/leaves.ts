/** Leaves: the kinds of all that an operation takes in: what the contract says, and over it what the policy says. */
import { FREE_LEAF, type Kind, type Leaf, leafOf } from "../../../../contract/kinds/kind.ts";
import type { Validator } from "../../../../contract/operation.ts";
import type { Operation } from "../../../../guard.ts";
import type { Chosen, Unchosen } from "../../../media-choice.ts";
import { type Pointed, readFieldName, withKind } from "./field-rules.ts";

export interface OperationLeaves {
  /** In the order of the operation's parameters. */
  readonly parameters: readonly Leaf[];
  /** Of the body that this validator judges; undefined stands for a body that nobody described. */
  readonly body: (validator: Validator | undefined) => Leaf;
  /** Of a body as it came. What could not be told apart is looked at as if nobody had described it. */
  readonly bodyOf: (chosen: Chosen | Unchosen) => Leaf;
  /** Whether that is what the contract says of it, and no more. */
  readonly isDeclared: (chosen: Chosen | Unchosen) => boolean;
  /** Whether some body of the operation holds HTML on purpose. */
  readonly hasRich: boolean;
}

/** @param report for rules that lead nowhere */
export function leavesOf(operation: Operation, rules: ReadonlyMap<string, Kind>, report: (message: string, allowed?: string) => void): OperationLeaves {
  const parameters = operation.parameters.map(({ leaf }) => leaf ?? FREE_LEAF);
  const bodies = new Map<Validator | undefined, Leaf>((operation.body?.media ?? []).map(({ validator }) => [validator, validator?.leaf ?? FREE_LEAF]));
  for (const [text, kind] of rules) {
    const pointed = readFieldName(text);
    if (pointed === undefined) report(`"${text}" names no field`, "/member in the body, or query/name, header/name, path/name, cookie/name");
    else if (!apply(pointed, kind, operation, parameters, bodies)) report(`this operation has no field "${text}" in its contract`, "fields are named at the operation that has them");
  }
  const body = (validator: Validator | undefined): Leaf => bodies.get(validator) ?? validator?.leaf ?? FREE_LEAF;
  const declared = new Set([...bodies].flatMap(([validator, leaf]) => (validator !== undefined && leaf === validator.leaf ? [validator] : [])));
  const isPage = operation.body?.media.some(({ range }) => range === "text/html") ?? false;
  return {
    parameters,
    hasRich: isPage || [...bodies.values()].some((leaf) => holds(leaf, "rich")),
    body,
    isDeclared: (chosen) => "kind" in chosen && chosen.kind === "json" && chosen.validator !== undefined && declared.has(chosen.validator),
    bodyOf(chosen) {
      if ("wrong" in chosen) return FREE_LEAF;
      const leaf = body(chosen.validator);
      return chosen.type.type === "text/html" ? asPage(leaf) : leaf;
    },
  };
}

/** False where there is no such field. */
function apply({ in: place, name, steps }: Pointed, kind: Kind, operation: Operation, parameters: Leaf[], bodies: Map<Validator | undefined, Leaf>): boolean {
  if (place === "body") return [...bodies].filter(([validator, leaf]) => replace(bodies, validator, withKind(leaf, steps, kind))).length > 0;
  const index = operation.parameters.findIndex((one) => one.in === place && (place === "header" ? one.name.toLowerCase() === name.toLowerCase() : one.name === name));
  const changed = index === -1 ? undefined : withKind(parameters[index] ?? FREE_LEAF, steps, kind);
  if (changed !== undefined) parameters[index] = changed;
  return changed !== undefined;
}

function replace(bodies: Map<Validator | undefined, Leaf>, validator: Validator | undefined, leaf: Leaf | undefined): boolean {
  if (leaf !== undefined) bodies.set(validator, leaf);
  return leaf !== undefined;
}

/** A body that is a page is rich text, where its schema says no more than "a text". */
function asPage(leaf: Leaf): Leaf {
  return leaf.text === "text" || leaf.text === "short" ? PAGE : leaf;
}

const PAGE: Leaf = leafOf("rich");

/** Whether a leaf of this kind is anywhere in it. */
function holds(leaf: Leaf, kind: Kind, seen: Set<Leaf> = new Set()): boolean {
  if (seen.has(leaf)) return false;
  seen.add(leaf);
  return leaf.text === kind || [...leaf.members.values(), ...leaf.prefix, leaf.rest, leaf.items].some((part) => part !== undefined && holds(part, kind, seen));
}
