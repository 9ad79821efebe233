/**
 * Members: `properties`, `patternProperties` and `additionalProperties` in one pass over the members of an object.
 *
 * Names come from the caller, so they are looked up in a Map: `toString` is no property because objects have one.
 */
import type { Json, JsonObject } from "../../json-value.ts";
import { compilePattern, type Matcher } from "../pattern/compile-pattern.ts";
import { ALWAYS, type Node, OPEN, type Rule, shut } from "../rule.ts";
import { declareName } from "../../told-names.ts";
import { readMap, type Site } from "../site.ts";

interface PatternMembers {
  readonly matches: Matcher;
  readonly node: Node;
}

interface Members {
  readonly named: ReadonlyMap<string, Node>;
  readonly patterns: readonly PatternMembers[];
  /** Undefined where `additionalProperties` is not written: the others are not looked at. */
  readonly rest: Node | undefined;
}

export function compileMembers(site: Site): void {
  const named = new Map(Object.keys(readMap(site, "properties") ?? {}).map((name) => [name, compileMember(site, "properties", name)]));
  for (const name of named.keys()) declareName(name);
  const patterns: PatternMembers[] = [];
  for (const source of Object.keys(readMap(site, "patternProperties") ?? {})) {
    const matches = compilePattern(source);
    if ("wrong" in matches) site.report("operation", ["patternProperties", source], `the regular expression ${matches.wrong}`);
    else patterns.push({ matches, node: compileMember(site, "patternProperties", source) });
  }
  const rest = site.schema["additionalProperties"] === undefined ? undefined : compileRest(site);
  const members = { named, patterns, rest };
  site.rules.objects.push(checkMembers(members, testMembers(members)));
}

function compileRest(site: Site): Node {
  if (site.schema["additionalProperties"] === false) return shut("additionalProperties", "is not a member that the contract knows");
  return compileMember(site, "additionalProperties");
}

function compileMember(site: Site, ...keys: readonly string[]): Node {
  if (!site.isBarred(...keys)) return site.scope.merge ? removable(site, keys) : site.child(...keys);
  // Compiled all the same: its mistakes are to be told, whichever way it travels.
  site.child(...keys);
  return site.scope.direction === "request" ? shut("readOnly", "is read-only and may not be sent") : shut("writeOnly", "is write-only and may not be in an answer");
}

/** In a merge patch null takes a member away, unless there has to be one (RFC 7396, section 1). */
function removable(site: Site, keys: readonly string[]): Node {
  const node = site.child(...keys);
  const { required } = site.schema;
  const [keyword, name = ""] = keys;
  if (keyword === "properties" && Array.isArray(required) && required.includes(name)) return node;
  return {
    test: (value) => value === null || node.test(value),
    mark: (value, seen) => value === null || node.mark(value, seen),
    tell: (value, path, findings) => {
      if (value !== null) node.tell(value, path, findings);
    },
    open: node.open,
  };
}

function testMembers({ named, patterns, rest = OPEN }: Members): (value: JsonObject) => boolean {
  if (rest.open && patterns.every(({ node }) => node.open)) {
    if ([...named.values()].every((node) => node.open)) return ALWAYS;
    if (patterns.length === 0) return testNamed(named);
  }
  return (value) => {
    for (const name in value) {
      const member = value[name] ?? null;
      const node = named.get(name);
      if (node !== undefined && !node.test(member)) return false;
      let isKnown = node !== undefined;
      for (const pattern of patterns) {
        if (!pattern.matches(name)) continue;
        isKnown = true;
        if (!pattern.node.test(member)) return false;
      }
      if (!isKnown && !rest.test(member)) return false;
    }
    return true;
  };
}

function testNamed(named: ReadonlyMap<string, Node>): (value: JsonObject) => boolean {
  return (value) => {
    for (const name in value) {
      const node = named.get(name);
      if (node !== undefined && !node.test(value[name] ?? null)) return false;
    }
    return true;
  };
}

function checkMembers(members: Members, test: (value: JsonObject) => boolean): Rule<JsonObject> {
  return {
    test,
    // Of a pattern for names only a name can tell.
    asks: members.patterns.length > 0 ? undefined : { kind: "members", named: members.named, rest: members.rest },
    mark: (value, seen) => {
      if (members.rest !== undefined) seen.everyName = true;
      for (const name of Object.keys(value)) if (nodesOf(members, name, false).length > 0) seen.addName(name);
      return test(value);
    },
    tell: (value, path, findings) => {
      for (const name of Object.keys(value)) {
        if (findings.full) return;
        for (const node of nodesOf(members, name, true)) node.tell(value[name] as Json, { up: path, key: name }, findings); // an own member is there
      }
    },
  };
}

function nodesOf({ named, patterns, rest }: Members, name: string, withRest: boolean): readonly Node[] {
  const nodes = patterns.filter(({ matches }) => matches(name)).map(({ node }) => node);
  const own = named.get(name);
  if (own !== undefined) nodes.push(own);
  return nodes.length === 0 && withRest && rest !== undefined ? [rest] : nodes;
}
