/**
 * Property tree: which rights are needed for which parts of a body, and which parts are declared at all.
 *
 * Drawn at start-up from the sketch of a schema, from the notes in it, and from the paths in the policy. Where several schemas may
 * apply to one place, the rights of all of them are needed: what one of them hides is hidden. Recursive schemas make a tree
 * that leads back to itself.
 */
import path from "node:path";
import type { Place } from "../../../../contract/misfit.ts";
import { type MemberPath, writeMemberPath } from "../../../../contract/member-path.ts";
import type { Sketch } from "../../../../contract/sketch/sketch.ts";
import type { Right, Rights } from "./rights.ts";

export interface PropertyNode {
  /** Bits of the rights that are needed here, all of them. */
  needs: number;
  /** Bits that something further down needs; with `UNDECLARED` where members may be that nobody declared. */
  below: number;
  readonly members: Map<string, PropertyNode>;
  others: { readonly node: PropertyNode; readonly claims: ((name: string) => boolean) | undefined } | undefined;
  items: PropertyNode | undefined;
  /** Members are named, so that others can be told from them. An object of which nothing is named is free, and so is one that is opened. */
  isNamed: boolean;
}

/** Of which nothing is said. */
const FREE: PropertyNode = { needs: 0, below: 0, members: new Map(), others: undefined, items: undefined, isNamed: false };

/** No caller has it. */
export const UNDECLARED: number = 1 << 30;
/** Nor this one: for what must never travel this way. */
export const NEVER: number = 1 << 29;

/** Places of one body. */
export const NODES_MAX = 10_000;

/** A path of the policy, as far as it has yet to go, and the right that it asks for at its end. */
interface Rule {
  readonly path: MemberPath;
  readonly right: Right;
}

export interface TreeOptions {
  readonly rights: Rights;
  /** The extension that asks for a right: `x-sallyport-read` or `x-sallyport-write`. */
  readonly extension: string;
  /** `writeOnly` or `readOnly` where nobody else keeps it from travelling this way. */
  readonly never: string | undefined;
  readonly rules: readonly Rule[];
  /** `additionalProperties: true` leaves an object free. */
  readonly opens: boolean;
  /** What is cut out must not be asked for: what leaves keeps the contract. */
  readonly cuts: boolean;
  readonly complain: (message: string, allowed?: string) => void;
}

export function growTree(sketch: Sketch, options: TreeOptions): PropertyNode {
  const growth = new Growth(options);
  const root = growth.node(sketch, options.rules);
  if (root.needs !== 0) options.complain("a right is asked for the body as a whole", "scope or role for the operation, or rights for its members");
  growth.settle();
  return root;
}

/** A list of such things. */
export function listOf(items: PropertyNode): PropertyNode {
  return { needs: 0, below: items.needs | items.below, members: new Map(), others: undefined, items, isNamed: false };
}

class Growth {
  readonly #options: TreeOptions;
  readonly #nodes = new Map<string, PropertyNode>();

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  node(sketch: Sketch, rules: readonly Rule[]): PropertyNode {
    const key = `${sketch.key}|${rules.map((rule) => `${writeMemberPath(rule.path)} ${JSON.stringify(rule.right)}`).join("|")}`;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node: PropertyNode = { needs: 0, below: 0, members: new Map(), others: undefined, items: undefined, isNamed: false };
    this.#nodes.set(key, node);
    if (this.#nodes.size > NODES_MAX || !sketch.whole) {
      if (this.#nodes.size === NODES_MAX + 1 || !sketch.whole) this.#options.complain(`the schema${placed(sketch.place)} is too large for its properties to be told apart`, "a simpler schema");
      return node;
    }
    node.needs = this.#needs(sketch, rules);
    for (const name of sketch.names) {
      const member = sketch.member(name);
      if (member === undefined) continue;
      const inside = this.node(member, follow(rules, (step) => step.kind === "member" || (step.kind === "name" && step.name === name)));
      node.members.set(name, inside);
      if (this.#options.cuts && (inside.needs & ~NEVER) !== 0 && sketch.required.has(name)) this.#options.complain(`${name}${placed(member.place)} is required by the contract, and not for everybody`, "take it out of `required`");
    }
    const { others, items } = sketch;
    // What has no name of its own may be meant by any name that the policy writes.
    if (others !== undefined) node.others = { node: this.node(others.sketch, follow(rules, (step) => step.kind === "member" || (step.kind === "name" && !node.members.has(step.name)))), claims: others.claims };
    if (items !== undefined) node.items = this.node(items, follow(rules, (step) => step.kind === "item"));
    node.isNamed = (node.members.size > 0 || others !== undefined) && !(this.#options.opens && sketch.opens);
    // What a schema asks for it has spoken of, though it says nothing of it.
    const claims = (name: string): boolean => node.members.has(name) || (others !== undefined && others.claims?.(name) !== false);
    for (const name of sketch.required) if (!claims(name)) node.members.set(name, FREE);
    return node;
  }

  /** Works out what is needed further down, in circles too: until nothing changes. */
  settle(): void {
    const nodes = [...this.#nodes.values()];
    for (const node of nodes) node.below = node.isNamed ? UNDECLARED : 0;
    for (let changed = true; changed; ) {
      changed = false;
      for (const node of nodes) {
        const below = partsOf(node).reduce((bits, part) => bits | part.needs | part.below, node.below);
        if (below === node.below) continue;
        node.below = below;
        changed = true;
      }
    }
  }

  #needs(sketch: Sketch, rules: readonly Rule[]): number {
    const { rights, extension, never, complain } = this.#options;
    let needs = rules.filter((rule) => rule.path.length === 0).reduce((bits, { right }) => bits | rights.bitOf(right), 0);
    for (const { value, place } of sketch.notes(extension)) {
      const right = rights.read(value, (message, allowed) => complain(`${extension}${placed(place)}: ${message}`, allowed));
      if (right !== undefined) needs |= rights.bitOf(right);
    }
    return never !== undefined && sketch.notes(never).some(({ value }) => value === true) ? needs | NEVER : needs;
  }
}

function follow(rules: readonly Rule[], fits: (step: MemberPath[number]) => boolean): readonly Rule[] {
  return rules.flatMap(({ path: [step, ...rest], right }) => (step !== undefined && fits(step) ? [{ path: rest, right }] : []));
}

function partsOf({ members, others, items }: PropertyNode): readonly PropertyNode[] {
  return [...members.values(), ...(others === undefined ? [] : [others.node]), ...(items === undefined ? [] : [items])];
}

function placed({ file, line, pointer }: Place): string {
  return ` (${path.basename(file)}${line === undefined ? pointer : `:${line}`})`;
}
