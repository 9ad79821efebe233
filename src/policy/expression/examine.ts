/**
 * Examine: walks over a parsed expression before anybody evaluates it.
 *
 * It finds which values the expression names, refuses names that nobody knows, also inside of `has()`, where the
 * language itself would take a slip of the pen for something that is just not there, refuses functions that are not on
 * the list, puts our own in the place of those whose library version is not safe or not right, and bounds the work: a
 * macro costs its body once per item of the longest list that there can be.
 */
import type { ASTNode } from "@marcbachmann/cel-js";
import { compilePattern } from "../../contract/schema/pattern/compile-pattern.ts";
import { readRanges } from "../../exchange/address.ts";
import { type Kind, LIST_ITEMS_MAX } from "./kind.ts";

/** Steps that the evaluation of one expression may take, counted as if each list were as long as it may be. */
export const COST_MAX = 100_000;

/** What an expression may name: values by themselves under "", others behind the name of their record. */
export type Vocabulary = ReadonlyMap<string, ReadonlyMap<string, Kind | { readonly wrong: string }>>;

/** A value that an expression names: `path.accountId`, or `time` with an empty record. */
export interface Mention {
  readonly record: string;
  readonly name: string;
  readonly kind: Kind;
}

export interface Wrong {
  readonly wrong: string;
  readonly allowed?: string;
}

/** Functions of the library that do what they say, in time that their arguments bound. */
const FUNCTIONS: ReadonlySet<string> = new Set(["has", "size", "int", "double", "string", "timestamp", "duration"]);
const MACROS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "filter", "map"]);
const METHODS: ReadonlySet<string> = new Set([
  ..."startsWith endsWith contains size trim substring indexOf".split(" "),
  ..."getFullYear getMonth getDate getDayOfMonth getDayOfWeek getHours getMinutes getSeconds getMilliseconds".split(" "),
]);
const ZONED: ReadonlySet<string> = new Set(["getFullYear", "getMonth", "getDate", "getDayOfWeek", "getHours", "getMinutes"]);

/** Names of our own functions, as the library gets to know them. They are no identifiers that an expression could write. */
export const OWN = { matches: "matches_in_linear_time", within: "within_ranges", zoned: "_in_zone" } as const;

type Call = Extract<ASTNode, { op: "rcall" }>;

/** Throws nothing: answers what is wrong first, or all mentions. Changes the names of functions in the tree. */
export function examine(tree: ASTNode, vocabulary: Vocabulary): readonly Mention[] | Wrong {
  const examination = new Examination(vocabulary);
  const cost = examination.cost(tree, []);
  if (examination.wrong !== undefined) return examination.wrong;
  if (cost > COST_MAX) return { wrong: `it may take ${cost} steps`, allowed: `${COST_MAX} steps, where each list counts as ${LIST_ITEMS_MAX} items` };
  return [...examination.mentions.values()];
}

class Examination {
  wrong: Wrong | undefined;
  readonly mentions: Map<string, Mention> = new Map();
  readonly #vocabulary: Vocabulary;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** @param bound variables of macros around the node */
  cost(node: ASTNode, bound: readonly string[]): number {
    switch (node.op) {
      case "value":
        return node.args instanceof Uint8Array ? this.#refuse("bytes are nothing that a rule can judge") : 1;
      case "id":
        return this.#identifier(node.args, bound);
      case ".":
        return this.#access(node.args[0], node.args[1], bound) ?? 1 + this.cost(node.args[0], bound);
      case "[]":
        return this.#index(node.args[0], node.args[1], bound);
      case "call":
        return this.#call(node.args[0], node.args[1], bound);
      case "rcall":
        return this.#method(node, bound);
      case "list":
        return this.#sum(node.args, bound);
      case "map":
      case ".?":
      case "[?]":
        return this.#refuse(node.op === "map" ? "maps are nothing that a rule needs" : "optional values are not spoken here", "has(record.name)");
      case "!_":
      case "-_":
        return 1 + this.cost(node.args, bound);
      default:
        return this.#sum(node.args, bound);
    }
  }

  #sum(nodes: readonly ASTNode[], bound: readonly string[]): number {
    let sum = 1;
    for (const node of nodes) sum += this.cost(node, bound);
    return sum;
  }

  #refuse(wrong: string, allowed?: string): number {
    this.wrong ??= { wrong, ...(allowed === undefined ? {} : { allowed }) };
    return 0;
  }

  #identifier(name: string, bound: readonly string[]): number {
    if (bound.includes(name)) return 1;
    if (this.#vocabulary.has(name) && name !== "") return this.#refuse(`${name} is no value by itself`, `${name}.${[...(this.#vocabulary.get(name)?.keys() ?? [])].join(`, ${name}.`)}`);
    return this.#mention("", name);
  }

  /** undefined: what stands before the dot is no record. */
  #access(owner: ASTNode, name: string, bound: readonly string[]): number | undefined {
    if (owner.op !== "id" || owner.args === "" || bound.includes(owner.args) || !this.#vocabulary.has(owner.args)) return undefined;
    return this.#mention(owner.args, name);
  }

  #index(owner: ASTNode, index: ASTNode, bound: readonly string[]): number {
    const record = owner.op === "id" && owner.args !== "" && !bound.includes(owner.args) && this.#vocabulary.has(owner.args);
    if (!record) return 1 + this.cost(owner, bound) + this.cost(index, bound);
    // A name that is only known later could not be checked at start-up.
    if (index.op !== "value" || typeof index.args !== "string") return this.#refuse("the name in brackets is not written out", 'record["name"]');
    return this.#mention(owner.args, index.args);
  }

  #mention(record: string, name: string): number {
    const names = this.#vocabulary.get(record);
    const kind = names?.get(name);
    const title = record === "" ? name : `${record}.${name}`;
    if (kind === undefined) return this.#unknown(record, name, [...(names?.keys() ?? [])]);
    // The class of a record is found by its constructor.
    if (name === "constructor" || name === "__proto__") return this.#refuse(`${title} has a name that no rule can use`);
    if (typeof kind !== "string") return this.#refuse(`${title} ${kind.wrong}`);
    this.mentions.set(title, { record, name, kind });
    return 1;
  }

  #unknown(record: string, name: string, known: readonly string[]): number {
    const records = [...this.#vocabulary.keys()].filter((one) => one !== "");
    if (record === "") return this.#refuse(`there is no ${JSON.stringify(name)} here`, [...records.map((one) => `${one}.<name>`), ...known].join(", "));
    return this.#refuse(`${record} has no ${JSON.stringify(name)} here`, known.length === 0 ? "nothing" : known.join(", "));
  }

  #call(name: string, values: readonly ASTNode[], bound: readonly string[]): number {
    if (!FUNCTIONS.has(name)) return this.#refuse(`the function ${name}() cannot be used`, `${[...FUNCTIONS].join(", ")}; behind a value: ${methodNames()}`);
    return this.#sum(values, bound);
  }

  #method(node: Call, bound: readonly string[]): number {
    const [name, receiver, values] = node.args;
    if (MACROS.has(name)) return this.#macro(receiver, values, bound);
    const substitute = this.#substitute(name, values);
    if (substitute !== undefined) node.args[0] = substitute;
    else if (!METHODS.has(name) || (ZONED.has(name) && values.length > 0)) return this.#refuse(`the function .${name}() cannot be used`, methodNames());
    return 1 + this.cost(receiver, bound) + this.#sum(values, bound);
  }

  /** Our own function for one of the library's, after a look at its argument; undefined: none is needed. */
  #substitute(name: string, values: readonly ASTNode[]): string | undefined {
    const own = name === "matches" || name === "within" ? OWN[name] : ZONED.has(name) && values.length === 1 ? `${name}${OWN.zoned}` : undefined;
    const [value] = values;
    if (own === undefined || value === undefined) return undefined;
    if (value.op !== "value" || typeof value.args !== "string") this.#refuse(`what .${name}() is given must be written out`, 'a text in quotes');
    else this.#tryArgument(name, value.args);
    return own;
  }

  #tryArgument(name: string, argument: string): void {
    if (name === "matches") {
      const pattern = compilePattern(argument);
      if (typeof pattern !== "function") this.#refuse(`the pattern ${JSON.stringify(argument)} ${pattern.wrong}`, "patterns as in the contract, without backreferences");
    } else if (name === "within") {
      const ranges = readRanges([argument]);
      if ("wrong" in ranges) this.#refuse(`${JSON.stringify(argument)} is no address and no range`, ranges.allowed);
    } else if (!isZone(argument)) this.#refuse(`there is no time zone ${JSON.stringify(argument)}`, "names of the IANA time zone database, such as Europe/Vienna");
  }

  #macro(list: ASTNode, values: readonly ASTNode[], bound: readonly string[]): number {
    const [variable, ...body] = values;
    if (variable?.op !== "id") return this.#refuse("a macro begins with the name of its variable", "list.exists(one, ...)");
    const name = variable.args;
    if (this.#vocabulary.has(name) || this.#vocabulary.get("")?.has(name) === true || bound.includes(name)) return this.#refuse(`the variable ${name} of a macro hides what has this name already`);
    if (!isBoundedList(list, bound)) return this.#refuse("the length of this list is not bounded", "a list of the principal or of a parameter, a list that is written out, or filter or map of these");
    const each = this.#sum(body, [...bound, name]);
    return this.cost(list, bound) + LIST_ITEMS_MAX * each;
  }
}

/** Lists come in from outside, bounded, or are written out; only filter and map make further ones, no longer than theirs. */
function isBoundedList(node: ASTNode, bound: readonly string[]): boolean {
  if (node.op === "rcall") return (node.args[0] === "filter" || node.args[0] === "map") && isBoundedList(node.args[1], bound);
  return node.op === "list" || ((node.op === "." || node.op === "[]") && node.args[0].op === "id" && !bound.includes(node.args[0].args));
}

function methodNames(): string {
  return [...METHODS, ...MACROS, "matches", "within"].join(", ");
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
