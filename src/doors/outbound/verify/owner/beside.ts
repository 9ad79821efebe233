/**
 * Beside: what becomes of the members that stand beside a list of which items are cut.
 *
 * `total`, `next`, `pages`: they count and name what others have. So the policy says of each what shall become of it, and what
 * nobody spoke of does not leave.
 */
import { type MemberPath, readMemberPath, type Step, writeMemberPath } from "../../../../contract/member-path.ts";
import { mayBe, type Sketch } from "../../../../contract/sketch/sketch.ts";

/** `keep`: as the API says it. `remove`: it does not leave. `recount`: the number of items that are left in this answer. */
export const FATES = ["keep", "remove", "recount"] as const;
export type Fate = (typeof FATES)[number];

/** What becomes of the members of one object; those of an inner object one by one. */
export type Beside = ReadonlyMap<string, Fate | Beside>;

export interface Wrong {
  readonly wrong: string;
  readonly allowed: string;
}

interface Branch {
  readonly fates: Map<string, Fate | Branch>;
}

const NOTHING: Branch = { fates: new Map() };

/** What is written, as a tree along its paths. */
export class BesideTree {
  readonly #root: Branch = { fates: new Map() };
  readonly #used = new Set<string>();
  readonly #written: readonly string[];

  constructor(written: ReadonlyMap<string, Fate>, complain: (wrong: Wrong) => void) {
    this.#written = [...written.keys()];
    for (const [text, fate] of written) {
      const read = readMemberPath(text);
      if ("wrong" in read) complain(read);
      else if (read.path.at(-1)?.kind !== "name") complain({ wrong: `beside: ${text} names no member`, allowed: "the path of a member, such as total" });
      else plant(this.#root, read.path, fate);
    }
  }

  /** What stands beside the list at one level of its path: everything that the contract declares there must be spoken of. */
  at(sketch: Sketch, way: MemberPath, next: string, complain: (wrong: Wrong) => void): Beside {
    const branch = way.reduce<Branch>((at, step) => inner(at, keyOf(step)), this.#root);
    return this.#settle(sketch, way, branch, next, complain);
  }

  /** Paths that no answer of the operation has a use for. */
  unused(): readonly string[] {
    return this.#written.filter((text) => !this.#used.has(text));
  }

  #settle(sketch: Sketch, way: MemberPath, branch: Branch, except: string | undefined, complain: (wrong: Wrong) => void): Beside {
    const settled = new Map<string, Fate | Beside>();
    const silent: string[] = [];
    for (const name of sketch.names) {
      if (name === except) continue;
      const path: MemberPath = [...way, { kind: "name", name }];
      const said = branch.fates.get(name);
      const member = sketch.member(name);
      if (said === undefined || member === undefined) silent.push(writeMemberPath(path));
      else if (typeof said !== "string") settled.set(name, this.#settle(member, path, said, undefined, complain));
      else {
        this.#used.add(writeMemberPath(path));
        settled.set(name, said);
        const wrong = findFault(said, member, sketch.required.has(name));
        if (wrong !== undefined) complain({ ...wrong, wrong: `beside: ${writeMemberPath(path)} ${wrong.wrong}` });
      }
    }
    if (silent.length > 0) complain({ wrong: `beside a list stand ${silent.join(", ")}, which may tell of what others have`, allowed: `beside: { ${silent.map((one) => `${/^[A-Za-z]\w*$/.test(one) ? one : JSON.stringify(one)}: ${FATES.join(" | ")}`).join(", ")} }` });
    return settled;
  }
}

function findFault(fate: Fate, member: Sketch, isRequired: boolean): Wrong | undefined {
  if (fate === "recount" && !mayBe(member, "integer", "number")) return { wrong: "is no number in the contract", allowed: "keep, remove" };
  return fate === "remove" && isRequired ? { wrong: "is required by the contract", allowed: "keep, recount; or no `required` for it" } : undefined;
}

function plant(root: Branch, path: MemberPath, fate: Fate): void {
  let at = root;
  for (const step of path.slice(0, -1)) {
    const found = at.fates.get(keyOf(step));
    const next = found === undefined || typeof found === "string" ? { fates: new Map<string, Fate | Branch>() } : found;
    at.fates.set(keyOf(step), next);
    at = next;
  }
  at.fates.set(keyOf(path.at(-1) ?? { kind: "any" }), fate);
}

/** Names come as they are; the others in a form that no name is taken for, since its first character is none of theirs. */
function keyOf(step: Step): string {
  return step.kind === "name" ? step.name : `\0${step.kind}`;
}

function inner(branch: Branch, key: string): Branch {
  const found = branch.fates.get(key);
  return found === undefined || typeof found === "string" ? NOTHING : found;
}
