/**
 * Compile: a schema of the contract becomes a Validator.
 *
 * Every keyword is enforced, known to be an annotation, or reported. The work is done here, at start-up; a Validator
 * then runs in time that is bounded by the value and by `STEPS_MAX`, and never throws: what it cannot decide it refuses.
 */
import { glanceAt } from "../glance/glance-text.ts";
import type { Chart } from "../glance/chart.ts";
import type { Json } from "../json-value.ts";
import type { Library, Spot } from "../library.ts";
import type { Report } from "../misfit.ts";
import type { Finding, Validator } from "../operation.ts";
import { Findings } from "./findings.ts";
import type { Formats } from "./formats.ts";
import { isOpen } from "./is-open.ts";
import { isPlainText } from "../media/plain-text.ts";
import { mentions } from "./mentions.ts";
import { readVocabulary } from "./read-vocabulary.ts";
import type { Node } from "./rule.ts";
import { EXPLANATION_STEPS_MAX, refillSteps, STEPS_MAX } from "./steps.ts";
import { type Unit, Workshop } from "./workshop.ts";

export interface SchemaOptions {
  readonly library: Library;
  readonly dialect: "3.0" | "3.1" | "3.2";
  /** In a request `readOnly` properties are not the caller's to set; in an answer `writeOnly` ones may not leave. */
  readonly direction: "request" | "answer";
  readonly report: Report;
  /** The value is a JSON Merge Patch of what the schema describes. */
  readonly merge?: boolean;
  /** `none` is JSON Schema 2020-12 to the letter. Default: `common`. */
  readonly formats?: Formats;
}

/** Compiles the schema at `spot`. Undefined after a misfit of level `operation` has been reported. */
export function compileSchema(spot: Spot, options: SchemaOptions): Validator | undefined {
  const { library, direction, report, merge } = options;
  const workshop = findWorkshop(options);
  const value = library.at(spot);
  if (value === undefined) {
    report({ level: "operation", place: library.place(spot), message: "there is no schema here" });
    return undefined;
  }
  if (!speaks(options)) return undefined;
  const unit = workshop.compile({ spot, value, resource: workshop.resources.enclosing(spot) }, direction, merge);
  if (!workshop.report(unit, report)) return undefined;
  const open = isOpen(value, spot, workshop.resources);
  const namesPrototype = mentions((text) => text === "__proto__", value, spot, workshop.resources);
  const asksDecimals = mentions((text) => text === "decimal" || text === "decimal128", value, spot, workshop.resources);
  let chart: Chart | undefined;
  const namesControls = mentions((text) => !isPlainText(text), value, spot, workshop.resources);
  return {
    check: (given) => check(unit, given),
    explain: (given) => explain(unit, given),
    // In a merge patch every member may be null instead, which only a value shows.
    glance: merge === true ? undefined : (bytes, bounds) => {
      chart ??= workshop.charts.of([unit.node], direction === "request" ? workshop.leaves.of(value, spot) : undefined);
      refillSteps(STEPS_MAX);
      return glanceAt(chart, bytes, bounds, direction === "request");
    },
    open,
    namesPrototype,
    namesControls,
    asksDecimals,
    get leaf() {
      return workshop.leaves.of(value, spot);
    },
    get sketch() {
      return workshop.sketches.of([spot]);
    },
  };
}

/** One workshop per contract, dialect and way with formats: components are compiled once, however many use them. */
const workshops = new WeakMap<Library, Map<string, Workshop>>();

function findWorkshop({ library, dialect, formats = "common" }: SchemaOptions): Workshop {
  let own = workshops.get(library);
  if (own === undefined) {
    own = new Map();
    workshops.set(library, own);
  }
  const key = `${dialect} ${formats}`;
  let workshop = own.get(key);
  if (workshop === undefined) {
    workshop = new Workshop({ library, dialect, formats });
    own.set(key, workshop);
  }
  return workshop;
}

/** A document may name another dialect for all of its schemas (OpenAPI 3.1, section 4.8.24.7). */
function speaks({ library, dialect, report }: SchemaOptions): boolean {
  const spot = { file: library.root, pointer: "/jsonSchemaDialect" };
  const uri = dialect === "3.0" ? undefined : library.at(spot);
  if (uri === undefined) return true;
  const vocabulary = readVocabulary(uri, (reference) => {
    const found = library.resolve(reference, spot);
    return "wrong" in found ? found : { value: found.value };
  });
  if ("validates" in vocabulary && vocabulary.validates) return true;
  const wrong = "validates" in vocabulary ? { message: "a dialect without the validation vocabulary checks nothing" } : vocabulary;
  report({ level: "operation", place: library.place(spot), ...wrong });
  return false;
}

function check({ node }: Unit, value: Json): boolean {
  refillSteps(STEPS_MAX);
  try {
    return node.test(value);
  } catch {
    // Out of steps, or of stack: closed is the only safe answer.
    return false;
  }
}

function explain(unit: Unit, value: Json): readonly Finding[] {
  const findings = new Findings();
  // Silent on a yes. Without a word it may have been one, or more than an explanation may cost.
  tell(unit.node, value, findings);
  if (findings.list.length === 0 && !check(unit, value)) findings.add(undefined, "schema", "cannot be checked within the bounds of this gateway");
  return findings.list;
}

function tell(node: Node, value: Json, findings: Findings): void {
  refillSteps(EXPLANATION_STEPS_MAX);
  try {
    node.tell(value, undefined, findings);
  } catch {
    // What has been found so far is told.
  }
}
