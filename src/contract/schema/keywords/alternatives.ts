/** Alternatives: `allOf`, `anyOf`, `oneOf`, `not`, and `if` with `then` and `else`. */
import type { Json } from "../../json-value.ts";
import { Findings, type Path } from "../findings.ts";
import type { Node, Rule } from "../rule.ts";
import { Seen } from "../seen.ts";
import { readList, type Site } from "../site.ts";

export function compileAllOf(site: Site): void {
  for (const index of (readList(site, "allOf") ?? []).keys()) {
    const node = site.branch(["allOf", String(index)]);
    if (!node.open) site.rules.any.push(node);
  }
}

function readBranches(site: Site, keyword: string): readonly Node[] {
  return (readList(site, keyword) ?? []).map((_, index) => site.branch([keyword, String(index)]));
}

export function compileAnyOf(site: Site, keyword: "anyOf" | "oneOf" = "anyOf"): void {
  const branches = readBranches(site, keyword);
  if (branches.length === 0) return;
  const test = (value: Json): boolean => {
    for (const branch of branches) if (branch.test(value)) return true;
    return false;
  };
  site.rules.any.push({
    test,
    asks: { kind: "either", nodes: branches },
    mark: (value, seen) => {
      // Every branch that fits counts, not only the first.
      let fits = false;
      for (const branch of branches) fits = markBranch(branch, value, seen) || fits;
      return fits;
    },
    tell: (value, path, findings) => {
      if (!test(value)) tellClosest(branches, value, path, findings, keyword, `must fit at least one of ${branches.length} alternatives`);
    },
  });
}

export function compileOneOf(site: Site): void {
  // A part of a value may fit several alternatives, of which the whole then fits one.
  if (site.scope.merge) return compileAnyOf(site, "oneOf");
  const branches = readBranches(site, "oneOf");
  if (branches.length === 0) return;
  const count = (value: Json): number => branches.reduce((sum, branch) => sum + (branch.test(value) ? 1 : 0), 0);
  site.rules.any.push({
    test: testOneOf(branches),
    asks: { kind: "either", nodes: branches },
    mark: (value, seen) => {
      let fits = 0;
      for (const branch of branches) if (markBranch(branch, value, seen)) fits += 1;
      return fits === 1;
    },
    tell: (value, path, findings) => {
      const fits = count(value);
      if (fits === 0) tellClosest(branches, value, path, findings, "oneOf", `must fit exactly one of ${branches.length} alternatives, and fits none`);
      else if (fits > 1) findings.add(path, "oneOf", `must fit exactly one of ${branches.length} alternatives, and fits ${fits}`);
    },
  });
}

function testOneOf(branches: readonly Node[]): (value: Json) => boolean {
  return (value) => {
    let fits = false;
    for (const branch of branches) {
      if (!branch.test(value)) continue;
      if (fits) return false;
      fits = true;
    }
    return fits;
  };
}

/** What a branch looked at counts only if it fits. */
function markBranch(branch: Node, value: Json, seen: Seen): boolean {
  const own = new Seen();
  if (!branch.mark(value, own)) return false;
  seen.absorb(own);
  return true;
}

/** Where all branches but one are for other types of values, its findings say more than the number of branches. */
function tellClosest(branches: readonly Node[], value: Json, path: Path | undefined, findings: Findings, keyword: string, message: string): void {
  const close = branches.filter((branch) => {
    const own = new Findings();
    branch.tell(value, undefined, own);
    return !own.list.some(({ keyword: cause, pointer }) => pointer === "" && (cause === "type" || cause === "const" || cause === "enum"));
  });
  const [only] = close;
  if (close.length === 1 && only !== undefined) only.tell(value, path, findings);
  else findings.add(path, keyword, message);
}

export function compileNot(site: Site): void {
  // Under `not` a refusal is a yes: what this direction may not carry must not be refused there.
  const node = site.branch(["not"], "neither");
  const test = (value: Json): boolean => !node.test(value);
  site.rules.any.push({
    test,
    tell: (value, path, findings) => {
      if (!test(value)) findings.add(path, "not", "must not be of the kind that the contract excludes");
    },
  });
}

export function compileIf(site: Site): void {
  const condition = site.branch(["if"], "neither");
  const yes = site.schema["then"] === undefined ? undefined : site.branch(["then"]);
  const no = site.schema["else"] === undefined ? undefined : site.branch(["else"]);
  const choose = (value: Json): Rule | undefined => (condition.test(value) ? yes : no);
  site.rules.any.push({
    test: (value) => choose(value)?.test(value) ?? true,
    mark: (value, seen) => {
      const next = markBranch(condition, value, seen) ? yes : no;
      return next?.mark(value, seen) ?? true;
    },
    tell: (value, path, findings) => choose(value)?.tell(value, path, findings),
  });
}
