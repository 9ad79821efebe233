/**
 * Chart: a schema as the scan of a JSON text follows it: what is asked of a value of each type, and where its parts go on.
 *
 * A chart is drawn when the first text reaches it: of a large contract most are never met.
 */
import type { Json } from "../json-value.ts";
import { NameTable } from "./name-table.ts";
import type { QuickYes } from "./quick-formats.ts";

/** Names of one object that are noted as bits of one integer. */
export const NAMES_AS_BITS = 31;

/** Types of values, as bits. A chart that takes any number has both NUMBER and INTEGER. */
export const STRING = 1;
export const NUMBER = 2;
export const INTEGER = 4;
export const OBJECT = 8;
export const ARRAY = 16;
export const BOOLEAN = 32;
export const NULL = 64;
export const ANY: number = STRING | NUMBER | INTEGER | OBJECT | ARRAY | BOOLEAN | NULL;

export type Test<Value> = (value: Value) => boolean;

export interface TextChart {
  /** Characters. */
  readonly least: number;
  readonly most: number;
  /** The texts that are allowed, where they are few. */
  readonly listed: NameTable | undefined;
  /** What is asked beside the above. */
  readonly tests: readonly { readonly quick: QuickYes | undefined; readonly test: Test<string> }[];
  /** All that is asked, the above as well, for a text that is not plain ASCII. */
  readonly all: readonly Test<string>[];
}

export interface MembersChart {
  readonly names: NameTable;
  /** By the number of the name in the table. */
  readonly charts: readonly Chart[];
  /** Numbers of the names that have to be there; and the same as bits, where there are few enough names. */
  readonly required: readonly number[];
  readonly requiredBits: number;
  /** All other members. */
  readonly rest: Chart;
  /** Whether their names are the caller's own words, to be looked at; and whether some in the table are no less. */
  readonly freeNames: boolean;
  readonly strayNames: boolean;
  readonly least: number;
  readonly most: number;
}

export interface ItemsChart {
  readonly prefix: readonly Chart[];
  readonly rest: Chart;
  readonly least: number;
  readonly most: number;
}

/** What only the value itself can tell. */
export interface LateTest {
  /** Types of values that are asked. */
  readonly types: number;
  readonly test: Test<Json>;
}

const NO_NAMES = new NameTable([]);

export class Chart {
  types: number = ANY;
  text: TextChart | undefined = undefined;
  /** Number of the kind as which a text has to be looked at: its place in `KINDS`; 0 for none. */
  kind = 0;
  numbers: readonly Test<number>[] = [];
  members: MembersChart = { names: NO_NAMES, charts: [], required: [], requiredBits: 0, rest: this, freeNames: false, strayNames: false, least: 0, most: Infinity };
  items: ItemsChart = { prefix: [], rest: this, least: 0, most: Infinity };
  late: readonly LateTest[] = [];
  /** Whether the above is already so. */
  drawn: boolean;
  readonly #draw: ((chart: Chart) => void) | undefined;

  /** @param draw fills the chart in; without it the chart takes anything */
  constructor(draw?: (chart: Chart) => void) {
    this.#draw = draw;
    this.drawn = draw === undefined;
  }

  draw(): void {
    this.#draw?.(this);
    this.drawn = true;
  }
}

/** Takes anything, and of no text is anything to be feared. */
export const OPEN_CHART: Chart = new Chart();
