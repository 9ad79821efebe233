/**
 * Work: counts what a call costs, the same on every machine and at every load.
 *
 * Of the program's own code each block counts that is run, loops and calls with it, as V8's precise coverage has it; of what
 * the engine does by itself, each character that a search, a pattern or a change of case goes through. A pattern counts its
 * whole text: that it goes back no further than its own bounds is for those who write it.
 */
import { Session } from "node:inspector";

const session = new Session();

interface Range {
  readonly count: number;
}
interface Covered {
  readonly result: readonly { readonly url: string; readonly functions: readonly { readonly ranges: readonly Range[] }[] }[];
}

/** Answers at once: the session is to this very thread. */
function ask(method: string, params: object = {}): unknown {
  let outcome: unknown;
  session.post(method, params, (error, result) => {
    if (error !== null) throw new Error(`${method}: ${JSON.stringify(error)}`);
    outcome = result;
  });
  return outcome;
}

/** Starts the counting of blocks, and gives it up when the tests are over. */
export function beginCounting(): () => void {
  session.connect();
  ask("Profiler.enable");
  ask("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return () => session.disconnect();
}

/** Blocks of the code under these paths that were run since this was asked last. */
function takeBlocks(): number {
  const { result } = ask("Profiler.takePreciseCoverage") as Covered;
  let blocks = 0;
  for (const { url, functions } of result) {
    if (!/\/(?:src|node_modules)\//.test(url)) continue;
    for (const { ranges } of functions) for (const { count } of ranges) blocks += count;
  }
  return blocks;
}

/** What `run` costs. */
export function workOf(run: () => void): number {
  takeBlocks();
  const characters = countCharacters(run);
  return takeBlocks() + characters;
}

type Native = (this: unknown, ...given: unknown[]) => unknown;

/** Characters that one call goes through, by what it was called on, with what, from where on, and what came of it. */
type Cost = (subject: unknown, given: readonly unknown[], result: unknown, from: number) => number;

const whole: Cost = (subject) => String(subject).length;
const given: Cost = (_subject, [text]) => String(text).length;
/** A search stops where it finds something. */
const sought: Cost = (subject, [, from], result) => (typeof result === "number" && result !== -1 ? result : String(subject).length) - (typeof from === "number" ? Math.max(0, from) : 0);
const soughtBackwards: Cost = (subject, [, from], result) => Math.min(String(subject).length, typeof from === "number" ? from : Number.POSITIVE_INFINITY) - Math.max(0, Number(result));
/** Of a pattern that may go on: from where it stood. All methods of patterns come by here, once this is not the engine's own. */
const matched: Cost = (pattern, [text], result, from) => {
  const end = Array.isArray(result) ? ((result as unknown as RegExpExecArray).index + String(result[0]).length) : undefined;
  return end === undefined ? ((pattern as RegExp).sticky ? 1 : String(text).length - from) : end - from;
};

const COSTS: readonly (readonly [owner: object, name: PropertyKey, cost: Cost])[] = [
  [String.prototype, "indexOf", sought],
  [String.prototype, "lastIndexOf", soughtBackwards],
  [String.prototype, "includes", whole],
  [String.prototype, "toLowerCase", whole],
  [String.prototype, "toUpperCase", whole],
  [String.prototype, "replaceAll", whole],
  [String.prototype, "replace", whole],
  [String.prototype, "split", whole],
  [RegExp.prototype, "exec", matched],
  [Buffer, "from", given],
];

/** Counted until `run` is over; everything is put back, whatever comes of it. */
function countCharacters(run: () => void): number {
  let characters = 0;
  const before = COSTS.map(([owner, name]) => Object.getOwnPropertyDescriptor(owner, name));
  for (const [owner, name, cost] of COSTS) {
    const native = (owner as Record<PropertyKey, Native>)[name];
    if (native === undefined) continue;
    const counted: Native = function (...args) {
      const from = this instanceof RegExp && (this.global || this.sticky) ? this.lastIndex : 0;
      const result = native.apply(this, args);
      characters += Math.max(1, cost(this, args, result, from));
      return result;
    };
    Object.defineProperty(owner, name, { value: counted, configurable: true, writable: true });
  }
  try {
    run();
  } finally {
    for (const [index, [owner, name]] of COSTS.entries()) Object.defineProperty(owner, name, before[index] ?? {});
  }
  return characters;
}
