/**
 * Parse: the words behind a command become what its record declares, or one sentence that says what is wrong.
 *
 * Strict: an option that is unknown, given twice, or without its value is an error, never a guess.
 */
import { parseArgs } from "node:util";
import { type Command, type Given, GLOBAL_OPTIONS, type Option } from "./command.ts";
import { nearestNames } from "./nearest.ts";

export type Parsed = { readonly given: Given } | { readonly wanted: "help" } | { readonly wrong: string };

export function parse(command: Command, words: readonly string[]): Parsed {
  const options: ReadonlyMap<string, Option> = new Map<string, Option>([...Object.entries(command.options), ...Object.entries(GLOBAL_OPTIONS)]);
  const { tokens } = parseArgs({ args: [...words], strict: false, tokens: true, allowPositionals: true, options: configure(options) });
  const values = new Map<string, string | number | boolean>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const option = options.get(name);
    if (option === undefined) return { wrong: `unknown option ${rawName}${offer(rawName, [...options.keys()].map((one) => `--${one}`))}` };
    if (values.has(name)) return { wrong: `${rawName} is given twice` };
    const read = readValue(option, value, token.inlineValue === true);
    if ("wrong" in read) return { wrong: `${rawName} ${read.wrong}` };
    values.set(name, read.value);
  }
  if (values.get("help") === true) return { wanted: "help" };
  return complete(command, values, positionals);
}

/** ", did you mean ...?", or nothing. */
export function offer(written: string, known: readonly string[]): string {
  const near = nearestNames(written, known);
  return near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
}

function configure(options: ReadonlyMap<string, Option>): Record<string, { type: "boolean" | "string"; short?: string }> {
  const entries = [...options].map(([name, { type, short }]) => [name, { type: type === "flag" ? ("boolean" as const) : ("string" as const), ...(short === undefined ? {} : { short }) }] as const);
  return Object.fromEntries(entries);
}

function readValue(option: Option, value: string | undefined, inline: boolean): { readonly value: string | number | boolean } | { readonly wrong: string } {
  if (option.type === "flag") return value === undefined ? { value: true } : { wrong: "takes no value" };
  // What looks like an option is one: `--output --force` forgot the file.
  if (value === undefined || value === "" || (!inline && value.startsWith("-"))) return { wrong: `needs a value: ${option.value}` };
  if (option.type === "text") return { value };
  const number = /^[0-9]{1,9}$/.test(value) ? Number(value) : Number.NaN;
  return number >= option.min && number <= option.max ? { value: number } : { wrong: `needs a whole number from ${option.min} to ${option.max}` };
}

function complete(command: Command, values: ReadonlyMap<string, string | number | boolean>, positionals: readonly string[]): Parsed {
  const missing = command.positionals.filter(({ required }, index) => required && positionals[index] === undefined);
  if (missing.length > 0) return { wrong: `${missing.map(({ name }) => `<${name}>`).join(" and ")} is missing` };
  const extra = positionals[command.positionals.length];
  if (extra !== undefined) return { wrong: `unexpected word "${extra}"` };
  for (const [index, { name, completes }] of command.positionals.entries()) {
    const word = positionals[index];
    if (word === undefined || typeof completes !== "object" || completes.includes(word)) continue;
    return { wrong: `<${name}> is one of ${completes.join(", ")}, not "${word}"${offer(word, completes)}` };
  }
  const options: Record<string, string | number | boolean | undefined> = {};
  for (const [name, option] of Object.entries(command.options)) {
    const value = values.get(name) ?? (option.type === "flag" ? false : option.type === "text" ? option.fallback : undefined);
    if (value === undefined && option.type === "text" && option.required === true) return { wrong: `--${name} ${option.value} is missing` };
    options[name] = value;
  }
  // Each value has the type that its option's record declares: readValue saw to it.
  return { given: { positionals, options, json: values.get("json") === true } };
}
