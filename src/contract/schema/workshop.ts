/**
 * Workshop: compiles the schemas of one contract, each once.
 *
 * A unit is a schema that something refers to. It is compiled by itself and linked by name, so that a component which
 * a thousand operations share is there once, cycles are ordinary, and nothing is ever copied into one large schema.
 * Mistakes stay with their unit, and are told to every operation that reaches it.
 */
import { isJsonObject, type Json } from "../json-value.ts";
import { Charts } from "../glance/charts.ts";
import { Leaves } from "../kinds/leaves.ts";
import type { Library, Spot } from "../library.ts";
import type { Misfit, Report } from "../misfit.ts";
import { Sketches } from "../sketch/sketches.ts";
import { Barred, below } from "./barred.ts";
import { combine } from "./combine.ts";
import type { Formats } from "./formats.ts";
import { lintKeywords } from "./lint.ts";
import { keyOf, type Resource, Resources, type Target } from "./resources.ts";
import { emptyRules, type Node, OPEN, type Rule, shut } from "./rule.ts";
import type { Direction, Scope, Site } from "./site.ts";
import { spendStep } from "./steps.ts";
import { readVocabulary } from "./read-vocabulary.ts";

/** Units of one contract. Only dynamic anchors make many of one schema. */
export const UNITS_MAX = 100_000;

export interface Unit {
  readonly target: Target;
  readonly scope: Scope;
  node: Node;
  readonly problems: Misfit[];
  readonly links: Set<Unit>;
  /** Links that apply to the same value: a circle of them would never end. */
  readonly inPlace: Set<Unit>;
  /** Nothing to report here or in what it reaches. */
  isClean: boolean;
}

export interface WorkshopOptions {
  readonly library: Library;
  readonly dialect: "3.0" | "3.1" | "3.2";
  readonly formats: Formats;
}

const BROKEN = shut("schema", "cannot be checked: the contract is broken here");

export class Workshop {
  readonly #library: Library;
  readonly #isOpenApi30: boolean;
  readonly #formats: Formats;
  readonly #resources: Resources;
  readonly #barred: Readonly<Record<Exclude<Direction, "neither">, Barred>>;
  readonly #units = new Map<string, Unit>();
  readonly #queue: Unit[] = [];
  readonly #said = new Set<string>();
  /** The kinds of texts, beside the rules. */
  readonly leaves: Leaves;
  /** What there is inside of values. */
  readonly sketches: Sketches;
  /** How texts are scanned. */
  readonly charts: Charts = new Charts();

  constructor({ library, dialect, formats }: WorkshopOptions) {
    this.#library = library;
    this.#isOpenApi30 = dialect === "3.0";
    this.#formats = formats;
    this.#resources = new Resources(library, dialect !== "3.0");
    this.leaves = new Leaves(this.#resources, { isOpenApi30: this.#isOpenApi30, formats: formats !== "none" });
    this.sketches = new Sketches({ library, resources: this.#resources, isOpenApi30: this.#isOpenApi30 });
    this.#barred = { request: new Barred(this.#resources, "request"), answer: new Barred(this.#resources, "answer") };
  }

  get resources(): Resources {
    return this.#resources;
  }

  /** The unit of a schema, compiled, with all that it reaches. */
  compile(target: Target, direction: Direction, merge = false): Unit {
    const scope: Scope = { direction, anchors: new Map(), waived: new Set(), validates: true, merge };
    const unit = this.#unit(target, scope);
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) this.#build(next);
    return unit;
  }

  /** Tells everything that is wrong with the unit and what it reaches. Answers whether it may be used. */
  report(unit: Unit, report: Report): boolean {
    const reached = new Set<Unit>([unit]);
    const told = new Set<string>();
    let isUsable = true;
    for (const next of reached) {
      if (next.isClean) continue;
      for (const misfit of next.problems) {
        const text = `${keyOf(misfit.place)} ${misfit.message}`;
        if (misfit.level !== "warning") isUsable = false;
        // One schema may be compiled in several scopes; and warnings are said once per contract.
        if (told.has(text) || (misfit.level === "warning" && this.#isSaid(text))) continue;
        told.add(text);
        report(misfit);
      }
      for (const link of next.links) reached.add(link);
    }
    if (isUsable) for (const next of reached) next.isClean = true;
    return isUsable;
  }

  #isSaid(text: string): boolean {
    if (this.#said.has(text)) return true;
    this.#said.add(text);
    return false;
  }

  #unit(target: Target, given: Scope): Unit {
    const scope = this.#enter(target.resource, given);
    const anchors = [...scope.anchors].map(([name, spot]) => `${name}=${keyOf(spot)}`).join(",");
    const key = `${scope.direction}|${scope.merge}|${scope.validates}|${[...scope.waived].sort().join(",")}|${anchors}|${keyOf(target.spot)}`;
    let unit = this.#units.get(key);
    if (unit !== undefined) return unit;
    unit = { target, scope, node: BROKEN, problems: [], links: new Set(), inPlace: new Set(), isClean: false };
    if (this.#units.size >= UNITS_MAX) {
      unit.problems.push({ level: "operation", place: this.#library.place(target.spot), message: `the contract needs more than ${UNITS_MAX} schemas` });
      return unit;
    }
    this.#units.set(key, unit);
    this.#queue.push(unit);
    return unit;
  }

  /** Coming into a resource, its dynamic anchors are noted unless somebody further out has one of the same name. */
  #enter(resource: Resource, scope: Scope): Scope {
    let anchors: Map<string, Spot> | undefined;
    for (const [name, spot] of resource.dynamicAnchors) {
      if (scope.anchors.has(name)) continue;
      anchors ??= new Map(scope.anchors);
      anchors.set(name, spot);
    }
    return anchors === undefined ? scope : { ...scope, anchors };
  }

  #build(unit: Unit): void {
    const { spot, value, resource } = unit.target;
    unit.node = this.#compile(value, spot, resource, unit.scope, unit, true);
    if (this.#isCircular(unit)) {
      unit.node = BROKEN;
      unit.problems.push({ level: "operation", place: this.#library.place(spot), message: "this schema refers to itself for the same value, without end" });
    }
  }

  /** Whether a circle of in-place links leads back here. Later links are found when the unit that has them is built. */
  #isCircular(unit: Unit): boolean {
    const reached = new Set<Unit>(unit.inPlace);
    for (const next of reached) {
      if (next === unit) return true;
      for (const link of next.inPlace) reached.add(link);
    }
    return false;
  }

  #compile(value: Json | undefined, spot: Spot, outer: Resource, given: Scope, unit: Unit, isInPlace: boolean): Node {
    if (value === true) return OPEN;
    if (value === false) return shut("false", "is not allowed here");
    if (!isJsonObject(value)) {
      unit.problems.push({ level: "operation", place: this.#library.place(spot), message: "this is not a schema", allowed: "an object" });
      return BROKEN;
    }
    const resource = typeof value["$id"] === "string" && !this.#isOpenApi30 ? this.#resources.enclosing(spot) : outer;
    const scope = this.#enter(resource, given);
    const site = this.#open({ schema: value, spot, resource, scope, isInPlace }, unit);
    for (const compile of lintKeywords(site)) compile(site);
    return combine(site.rules);
  }

  #open(base: Pick<Site, "schema" | "spot" | "resource" | "scope" | "isInPlace">, unit: Unit): Site {
    const { schema, spot, resource, isInPlace } = base;
    const scope = this.#readDialect(base, unit);
    const { direction } = scope;
    const barred = direction === "neither" ? undefined : this.#barred[direction];
    const names = barred?.names(schema, spot) ?? scope.waived;
    const waived = names.size === 0 ? scope.waived : scope.waived.union(names);
    const at = (keys: readonly string[]): Json | undefined => keys.reduce<Json | undefined>((value, key) => pick(value, key), schema);
    return {
      ...base,
      scope,
      isOpenApi30: this.#isOpenApi30,
      formats: this.#formats,
      rules: emptyRules(),
      barred: names,
      child: (...keys) => this.#compile(at(keys), below(spot, ...keys), resource, { ...scope, waived: NOTHING, merge: scope.merge && MEMBERS.has(keys[0] ?? "") }, unit, false),
      branch: (keys, turned = direction) => this.#compile(at(keys), below(spot, ...keys), resource, { ...scope, waived: turned === "neither" ? NOTHING : waived, direction: turned, merge: scope.merge && turned !== "neither" }, unit, isInPlace),
      isBarred: (...keys) => barred?.isBarred(at(keys), below(spot, ...keys)) ?? false,
      look: (reference) => {
        const target = this.#resources.follow(reference, spot, resource);
        return "wrong" in target ? undefined : target;
      },
      refer: (reference, keyword) => this.#refer(reference, [keyword], base, { ...scope, waived }, unit),
      referDynamically: (reference) => this.#referDynamically(reference, base, { ...scope, waived }, unit),
      report: (level, keys, message, allowed) => {
        unit.problems.push({ level, place: this.#library.place(below(spot, ...keys)), message, ...(allowed === undefined ? {} : { allowed }) });
      },
      remark: (keys, message) => {
        if (!this.#isSaid(message)) unit.problems.push({ level: "warning", place: this.#library.place(below(spot, ...keys)), message });
      },
    };
  }

  #readDialect({ schema, spot, scope, resource }: Pick<Site, "schema" | "spot" | "scope" | "resource">, unit: Unit): Scope {
    const uri = schema["$schema"];
    if (uri === undefined || this.#isOpenApi30) return scope;
    const vocabulary = readVocabulary(uri, (reference) => this.#resources.follow(reference, spot, resource));
    if ("validates" in vocabulary) return vocabulary.validates === scope.validates ? scope : { ...scope, validates: vocabulary.validates };
    unit.problems.push({ level: "operation", place: this.#library.place(below(spot, "$schema")), ...vocabulary });
    return scope;
  }

  #refer(reference: string, keys: readonly string[], { spot, resource, isInPlace }: Pick<Site, "spot" | "resource" | "isInPlace">, scope: Scope, unit: Unit): Rule | undefined {
    const target = this.#resources.follow(reference, spot, resource);
    if (!("wrong" in target)) return this.#link(target, resource, scope, unit, isInPlace);
    unit.problems.push({ level: "operation", place: this.#library.place(below(spot, ...keys)), message: target.wrong });
    return undefined;
  }

  /** If what it leads to is a dynamic anchor, the outermost one of that name on the way here is meant. */
  #referDynamically(reference: string, { spot, resource, isInPlace }: Pick<Site, "spot" | "resource" | "isInPlace">, scope: Scope, unit: Unit): Rule | undefined {
    const target = this.#resources.follow(reference, spot, resource);
    if ("wrong" in target) {
      unit.problems.push({ level: "operation", place: this.#library.place(below(spot, "$dynamicRef")), message: target.wrong });
      return undefined;
    }
    const name = isJsonObject(target.value) ? target.value["$dynamicAnchor"] : undefined;
    const isDynamic = typeof name === "string" && reference.endsWith(`#${name}`);
    const outermost = isDynamic ? this.#enter(target.resource, scope).anchors.get(name) : undefined;
    const value = outermost === undefined ? undefined : this.#resources.at(outermost);
    if (outermost === undefined || value === undefined) return this.#link(target, resource, scope, unit, isInPlace);
    return this.#link({ spot: outermost, value, resource: this.#resources.enclosing(outermost) }, resource, scope, unit, isInPlace);
  }

  #link(target: Target, from: Resource, scope: Scope, unit: Unit, isInPlace: boolean): Rule {
    const { direction } = scope;
    const asked = direction === "neither" ? NOTHING : this.#barred[direction].asked(target.value, target.spot, scope.waived);
    const own = asked.size === 0 || direction === "neither" ? NOTHING : this.#barred[direction].names(target.value, target.spot);
    const validates = target.resource === from ? scope.validates : true;
    const linked = this.#unit(target, { ...scope, validates, waived: asked.difference(own) });
    unit.links.add(linked);
    if (isInPlace) unit.inPlace.add(linked);
    return {
      test: (value) => {
        spendStep();
        return linked.node.test(value);
      },
      mark: (value, seen) => {
        spendStep();
        return linked.node.mark(value, seen);
      },
      tell: (value, path, findings) => {
        spendStep();
        linked.node.tell(value, path, findings);
      },
      asks: { kind: "node", node: () => linked.node },
    };
  }
}

const NOTHING: ReadonlySet<string> = new Set();
/** Where a merge goes on: of a list all is replaced. */
const MEMBERS: ReadonlySet<string> = new Set(["properties", "patternProperties", "additionalProperties", "unevaluatedProperties"]);

function pick(value: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[])[Number(key)]; // isArray forgets readonly
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
