/**
 * Charts: draws the charts of one contract's compiled schemas.
 *
 * A chart holds all that is asked of one value at once: by the schema itself, by what it refers to, by the parts of its `allOf`.
 * So it is drawn for a set of schemas; the same set has the same chart, however it was reached, and recursive schemas come
 * to an end. Beside the schemas goes the leaf: which texts have to be looked at, and as what.
 */
import { KINDS, type Leaf } from "../kinds/kind.ts";
import type { Node } from "../schema/rule.ts";
import { Demands } from "./demands.ts";
import { NameTable } from "./name-table.ts";
import { type ItemsChart, type MembersChart, NAMES_AS_BITS, OBJECT, OPEN_CHART, Chart } from "./chart.ts";

/** Charts of one contract. What would need another one is not looked at, but read and judged. */
export const CHARTS_MAX = 20_000;

export class Charts {
  readonly #known = new Map<string, Chart>();
  readonly #numbers = new WeakMap<Node | Leaf, number>();
  #last = 0;

  /** The chart of a value that has to fit all of the schemas. @param leaf undefined: none of its texts has to be looked at */
  of(schemas: readonly (Node | undefined)[], leaf: Leaf | undefined): Chart {
    const nodes = [...new Set(schemas.filter((node) => node !== undefined && !node.open))] as readonly Node[]; // without undefined
    const awake = leaf === undefined || leaf.idle ? undefined : leaf;
    if (nodes.length === 0 && awake === undefined) return OPEN_CHART;
    const key = `${nodes.map((node) => this.#numberOf(node)).sort((one, other) => one - other).join(" ")}|${awake === undefined ? "" : this.#numberOf(awake)}`;
    let chart = this.#known.get(key);
    if (chart !== undefined) return chart;
    chart = new Chart(this.#known.size < CHARTS_MAX ? (drawn) => this.#draw(drawn, nodes, awake) : shut);
    if (this.#known.size < CHARTS_MAX) this.#known.set(key, chart);
    return chart;
  }

  #numberOf(thing: Node | Leaf): number {
    let number = this.#numbers.get(thing);
    if (number === undefined) this.#numbers.set(thing, (number = this.#last += 1));
    return number;
  }

  #draw(chart: Chart, nodes: readonly Node[], leaf: Leaf | undefined): void {
    const demands = new Demands();
    for (const node of nodes) demands.take(node);
    chart.types = demands.types;
    chart.text = demands.text;
    chart.kind = leaf === undefined ? 0 : KINDS.indexOf(leaf.text);
    chart.numbers = demands.numbers;
    chart.items = this.#items(demands, leaf);
    chart.members = this.#members(demands, leaf);
    chart.late = demands.late;
    // A table does not have it, so that an object with it is never taken for one that the schemas know.
    if (namesOf(demands, leaf).has(PROTOTYPE)) chart.late = [...demands.late, { types: OBJECT, test: (value) => nodes.every((node) => node.test(value)) }];
  }

  #items({ items, itemCount }: Demands, leaf: Leaf | undefined): ItemsChart {
    const length = Math.max(leaf?.prefix.length ?? 0, ...items.map(({ prefix }) => prefix.length));
    const chart = (index: number): Chart => this.of(items.map(({ prefix, rest }) => prefix[index] ?? rest), leaf?.prefix[index] ?? leaf?.items);
    return { prefix: Array.from({ length }, (_, index) => chart(index)), rest: chart(Infinity), ...itemCount };
  }

  #members(demands: Demands, leaf: Leaf | undefined): MembersChart {
    const { members, memberCount } = demands;
    const names = [...namesOf(demands, leaf)].filter((name) => name !== PROTOTYPE);
    const required = names.flatMap((name, index) => (demands.required.has(name) ? [index] : []));
    const freeNames = leaf?.freeNames ?? false;
    return {
      names: new NameTable(names),
      charts: names.map((name) => this.of(members.map(({ named, rest }) => named.get(name) ?? rest), leaf?.members.get(name) ?? leaf?.rest)),
      required,
      requiredBits: names.length > NAMES_AS_BITS ? 0 : required.reduce((bits, index) => bits | (1 << index), 0),
      rest: this.of(members.map(({ rest }) => rest), leaf?.rest),
      freeNames,
      strayNames: freeNames && names.some((name) => leaf?.members.has(name) !== true),
      ...memberCount,
    };
  }
}

const PROTOTYPE = "__proto__";

function namesOf({ members, required }: Demands, leaf: Leaf | undefined): ReadonlySet<string> {
  return new Set([...members.flatMap(({ named }) => [...named.keys()]), ...required, ...(leaf?.members.keys() ?? [])]);
}

function shut(chart: Chart): void {
  chart.types = 0;
}
