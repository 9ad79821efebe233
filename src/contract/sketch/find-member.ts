/** Find member: follows a member path through a sketch: proof that a contract has such a place, or the step that it lacks. */
import { type MemberPath, writeMemberPath } from "../member-path.ts";
import { mayBe, type Sketch } from "./sketch.ts";

export interface Missing {
  readonly wrong: string;
  readonly allowed: string;
}

const NAMES_SHOWN_MAX = 12;

export function findMember(sketch: Sketch, path: MemberPath): Sketch | Missing {
  let at = sketch;
  for (const [index, step] of path.entries()) {
    const where = index === 0 ? "the value" : writeMemberPath(path.slice(0, index));
    if (!at.whole) return { wrong: `${where} has too many schemas to be understood`, allowed: "a simpler schema" };
    const next = step.kind === "name" ? at.member(step.name) : step.kind === "member" ? anyMember(at) : at.items;
    if (next === undefined || !mayBe(at, step.kind === "name" || step.kind === "member" ? "object" : "array")) {
      const what = step.kind === "name" ? `no member ${JSON.stringify(step.name)}` : step.kind === "member" ? "no members" : "no items";
      return { wrong: `${where} has ${what} in the contract`, allowed: offer(at) };
    }
    at = next;
  }
  return at;
}

/** The members of a map; where names are declared, they are to be named. */
function anyMember({ names, others }: Sketch): Sketch | undefined {
  return names.length === 0 ? others?.sketch : undefined;
}

export function isMissing(found: Sketch | Missing): found is Missing {
  return "wrong" in found;
}

function offer(sketch: Sketch): string {
  const { names, others, items } = sketch;
  const shown = names.slice(0, NAMES_SHOWN_MAX).map((name) => writeMemberPath([{ kind: "name", name }]));
  const list = [...shown, ...(names.length > NAMES_SHOWN_MAX ? ["..."] : []), ...(others === undefined ? [] : [names.length === 0 ? ".*" : "any other name"]), ...(items === undefined ? [] : ["[*]"])];
  return list.length === 0 ? "a schema that says what stands there" : list.join(", ");
}
