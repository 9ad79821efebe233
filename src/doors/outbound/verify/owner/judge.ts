/** Judge: whether a value is one of the caller's own. */
import type { Json } from "../../../../contract/json-value.ts";
import { type MemberPath, valuesAt } from "../../../../contract/member-path.ts";
import { isAmong, type Names } from "../../../../policy/principal-value.ts";

/** `nobody`: no owner is named. `unreadable`: what stands in the place of the owner is no name. */
export type Verdict = "own" | "foreign" | "nobody" | "unreadable";

export type Judge = (value: Json, mine: Names) => Verdict;

/** @param owners where the owner is named; it is enough to be named in one of them */
export function judgeBy(owners: readonly MemberPath[]): Judge {
  return (value, mine) => {
    let verdict: Verdict = "nobody";
    for (const path of owners) {
      for (const owner of valuesAt(value, path)) {
        const name = nameOf(owner);
        if (name === undefined) return "unreadable";
        if (name === "") continue;
        if (isAmong(name, mine)) return "own";
        verdict = "foreign";
      }
    }
    return verdict;
  };
}

/** The names of all owners of a value; undefined: what stands there is no name. */
export function ownersOf(value: Json, owners: readonly MemberPath[]): readonly string[] | undefined {
  const names = owners.flatMap((path) => valuesAt(value, path)).map(nameOf);
  return names.every((name) => name !== undefined) ? names.filter((name) => name !== "") : undefined;
}

/** Ids are texts or whole numbers; the same id as either is the same. Empty: nobody. undefined: no name at all. */
function nameOf(owner: Json | undefined): string | undefined {
  if (owner === undefined || owner === null) return "";
  if (typeof owner === "string") return owner;
  return typeof owner === "number" && Number.isSafeInteger(owner) ? String(owner) : undefined;
}
