/**
 * Demands: all that several rules ask of one value, sorted by its type.
 *
 * What a rule does not say of itself in an `Ask` is asked with the value, once it has been scanned: nothing is ever left out.
 */
import type { Json, JsonObject } from "../json-value.ts";
import { ALWAYS, type Rule, type Rules, type TypeName } from "../schema/rule.ts";
import type { Ask } from "./ask.ts";
import { NameTable } from "./name-table.ts";
import { ANY, ARRAY, BOOLEAN, INTEGER, type LateTest, NULL, NUMBER, OBJECT, STRING, type Test, type TextChart } from "./chart.ts";
import { QUICK_FORMATS } from "./quick-formats.ts";

/** Listed texts that are compared one by one, as bytes; more are looked up as texts. */
const LISTED_MAX = 12;

const TYPES: Readonly<Record<TypeName, number>> = { null: NULL, boolean: BOOLEAN, number: NUMBER | INTEGER, integer: INTEGER, string: STRING, array: ARRAY, object: OBJECT };

interface Count {
  least: number;
  most: number;
}

type Of<Kind extends Ask["kind"]> = Extract<Ask, { readonly kind: Kind }>;

export class Demands {
  types: number = ANY;
  readonly numbers: Test<number>[] = [];
  readonly late: LateTest[] = [];
  readonly items: Of<"items">[] = [];
  readonly members: Of<"members">[] = [];
  readonly required: Set<string> = new Set();
  readonly itemCount: Count = { least: 0, most: Infinity };
  readonly memberCount: Count = { least: 0, most: Infinity };
  #least = 0;
  #most = Infinity;
  #listed: NameTable | undefined;
  readonly #tests: TextChart["tests"][number][] = [];
  readonly #all: Test<string>[] = [];
  /** Rules that have been taken, with the types for which they were. */
  readonly #taken = new Map<Rule, number>();

  /** What is asked of a string; undefined for nothing. */
  get text(): TextChart | undefined {
    return this.#all.length === 0 ? undefined : { least: this.#least, most: this.#most, listed: this.#listed, tests: this.#tests, all: this.#all };
  }

  /** Takes a rule for values of some types. */
  take(rule: Rule, among: number = ANY): void {
    const before = this.#taken.get(rule) ?? 0;
    if (rule.test === ALWAYS || (before & among) === among) return;
    this.#taken.set(rule, before | among);
    const { asks } = rule;
    if (asks?.kind === "all") this.#takeRules(rule, asks.rules, among);
    else if (asks?.kind === "node") this.take(asks.node(), among);
    else if (asks?.kind === "listed") this.#takeListed(rule, asks.values, among);
    else if (asks?.kind === "either") this.#takeEither(rule, asks.nodes, among);
    else this.late.push({ types: among, test: rule.test });
  }

  #takeRules(whole: Rule, rules: Rules, among: number): void {
    // These ask what the others have looked at: only the whole can tell.
    if (rules.lateArrays.length + rules.lateObjects.length > 0) return void this.late.push({ types: among, test: whole.test });
    if (rules.types !== undefined) this.#narrow([...rules.types].reduce((types, name) => types | TYPES[name], 0), among);
    if ((among & STRING) !== 0) for (const rule of rules.strings) this.#takeText(rule);
    if ((among & (NUMBER | INTEGER)) !== 0) for (const { test } of rules.numbers) this.numbers.push(test);
    if ((among & ARRAY) !== 0) for (const rule of rules.arrays) this.#takeArray(rule);
    if ((among & OBJECT) !== 0) for (const rule of rules.objects) this.#takeObject(rule);
    for (const rule of rules.any) this.take(rule, among);
  }

  /** Of the types `among`, none but these. */
  #narrow(types: number, among: number): void {
    this.types &= types | ~among;
  }

  #takeText({ asks, test }: Rule<string>): void {
    if (test === ALWAYS) return;
    this.#all.push(test);
    if (asks?.kind !== "characters") return void this.#tests.push({ quick: asks?.kind === "format" ? QUICK_FORMATS.get(asks.format) : undefined, test });
    this.#least = Math.max(this.#least, asks.least);
    this.#most = Math.min(this.#most, asks.most);
  }

  #takeArray({ asks, test }: Rule<readonly Json[]>): void {
    if (test === ALWAYS) return;
    if (asks?.kind === "items") this.items.push(asks);
    else if (asks?.kind === "count") narrowCount(this.itemCount, asks);
    else this.late.push({ types: ARRAY, test: test as Test<Json> }); // asked of arrays alone
  }

  #takeObject({ asks, test }: Rule<JsonObject>): void {
    if (test === ALWAYS) return;
    if (asks?.kind === "members") this.members.push(asks);
    else if (asks?.kind === "required") for (const name of asks.names) this.required.add(name);
    else if (asks?.kind === "count") narrowCount(this.memberCount, asks);
    else this.late.push({ types: OBJECT, test: test as Test<Json> }); // asked of objects alone
  }

  #takeListed({ test }: Rule, values: readonly Json[], among: number): void {
    const types = values.reduce<number>((sum, value) => sum | typeOf(value), 0);
    this.#narrow(types, among);
    const texts = values.filter((value) => typeof value === "string");
    if ((among & STRING) !== 0 && texts.length > 0) {
      this.#all.push(test);
      if (this.#listed === undefined && texts.length <= LISTED_MAX) this.#listed = new NameTable(texts);
      else this.#tests.push({ quick: undefined, test });
    }
    if ((among & NUMBER) !== 0) this.numbers.push(test);
    const left = types & among & (ARRAY | OBJECT | BOOLEAN);
    if (left !== 0) this.late.push({ types: left, test });
  }

  /** Where each alternative takes types of its own, the type of a value says which of them it has to fit. */
  #takeEither({ test }: Rule, nodes: readonly Rule[], among: number): void {
    const types = nodes.map((node) => typesOf(node) & among);
    const isApart = types.every((one, index) => types.slice(index + 1).every((other) => (one & other) === 0));
    if (!isApart) return void this.late.push({ types: among, test });
    this.#narrow(types.reduce((sum, one) => sum | one, 0), among);
    for (const [index, node] of nodes.entries()) if (types[index] !== 0) this.take(node, types[index]);
  }
}

/** Types of the values that a rule may take: never too few. */
function typesOf(rule: Rule): number {
  const demands = new Demands();
  demands.take(rule);
  return demands.types;
}

function narrowCount(count: Count, { least, most }: Readonly<Count>): void {
  count.least = Math.max(count.least, least);
  count.most = Math.min(count.most, most);
}

function typeOf(value: Json): number {
  if (value === null) return NULL;
  if (typeof value === "object") return Array.isArray(value) ? ARRAY : OBJECT;
  return typeof value === "string" ? STRING : typeof value === "number" ? NUMBER | INTEGER : BOOLEAN;
}
