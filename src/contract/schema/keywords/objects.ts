/** Objects: `required`, counts, `propertyNames`, the `dependent...` keywords and `unevaluatedProperties`. */
import type { JsonObject } from "../../json-value.ts";
import type { Findings, Path } from "../findings.ts";
import { assertion, type Rule } from "../rule.ts";
import { readCount, readMap, readStrings, type Site } from "../site.ts";

export function compileRequired(site: Site): void {
  if (site.scope.merge) return;
  const names = readStrings(site, site.schema["required"] ?? null, ["required"]);
  if (names === undefined) return;
  const asked = names.filter((name) => !site.scope.waived.has(name) && !site.barred.has(name));
  if (asked.length > 0) site.rules.objects.push(requireNames("required", asked));
}

function requireNames(keyword: string, names: readonly string[]): Rule<JsonObject> {
  return {
    asks: { kind: "required", names },
    // Own members only: every object has a `toString` and a `constructor`.
    test: (value) => {
      for (const name of names) if (!Object.hasOwn(value, name)) return false;
      return true;
    },
    tell: (value, path, findings) => {
      for (const name of names) if (!Object.hasOwn(value, name)) findings.add(path, keyword, `must have the member "${name}"`);
    },
  };
}

export function compileMinProperties(site: Site): void {
  const least = readCount(site, "minProperties");
  if (least !== undefined && !site.scope.merge) site.rules.objects.push(assertion("minProperties", `must have at least ${say(least)}`, (value) => Object.keys(value).length >= least, { kind: "count", least, most: Infinity }));
}

export function compileMaxProperties(site: Site): void {
  const most = readCount(site, "maxProperties");
  if (most !== undefined) site.rules.objects.push(assertion("maxProperties", `must have at most ${say(most)}`, (value) => Object.keys(value).length <= most, { kind: "count", least: 0, most }));
}

function say(count: number): string {
  return count === 1 ? "1 member" : `${count} members`;
}

export function compilePropertyNames(site: Site): void {
  if (site.schema["propertyNames"] === undefined) return;
  const node = site.child("propertyNames");
  site.rules.objects.push({
    test: (value) => Object.keys(value).every((name) => node.test(name)),
    tell: (value, path, findings) => {
      for (const name of Object.keys(value)) if (!node.test(name)) findings.add({ up: path, key: name }, "propertyNames", "has a name that the contract does not allow");
    },
  });
}

export function compileDependentRequired(site: Site): void {
  for (const [trigger, listed] of Object.entries(readMap(site, "dependentRequired") ?? {})) {
    const names = readStrings(site, listed, ["dependentRequired", trigger]);
    if (names !== undefined && !site.scope.merge) pushDependent(site, trigger, requireNames("dependentRequired", names));
  }
}

export function compileDependentSchemas(site: Site): void {
  for (const trigger of Object.keys(readMap(site, "dependentSchemas") ?? {})) pushDependent(site, trigger, site.branch(["dependentSchemas", trigger]));
}

/** The two above under one name, as up to draft 7. */
export function compileDependencies(site: Site): void {
  for (const [trigger, given] of Object.entries(readMap(site, "dependencies") ?? {})) {
    const names = Array.isArray(given) ? readStrings(site, given, ["dependencies", trigger]) : undefined;
    if (names !== undefined && !site.scope.merge) pushDependent(site, trigger, requireNames("dependencies", names));
    else if (!Array.isArray(given)) pushDependent(site, trigger, site.branch(["dependencies", trigger]));
  }
}

function pushDependent(site: Site, trigger: string, rule: Rule<JsonObject>): void {
  const { mark = (value: JsonObject): boolean => rule.test(value) } = rule;
  site.rules.objects.push({
    test: (value) => !Object.hasOwn(value, trigger) || rule.test(value),
    mark: (value, seen) => !Object.hasOwn(value, trigger) || mark(value, seen),
    tell: (value, path, findings) => {
      if (Object.hasOwn(value, trigger)) rule.tell(value, path, findings);
    },
  });
}

export function compileUnevaluatedProperties(site: Site): void {
  if (site.schema["unevaluatedProperties"] === undefined) return;
  const node = site.child("unevaluatedProperties");
  const isShut = site.schema["unevaluatedProperties"] === false;
  site.rules.lateObjects.push({
    mark: (value, seen) => {
      for (const name in value) if (!seen.hasName(name) && !node.test(value[name] ?? null)) return false;
      seen.everyName = true;
      return true;
    },
    tell: (value, path, findings, seen) => {
      for (const name of Object.keys(value)) {
        if (seen.hasName(name)) continue;
        tellMember(value[name] ?? null, { up: path, key: name }, findings);
      }
    },
  });
  function tellMember(member: JsonObject[string], path: Path, findings: Findings): void {
    if (isShut) findings.add(path, "unevaluatedProperties", "is not a member that the contract knows");
    else node.tell(member, path, findings);
  }
}
