/** Help: what `--help` prints, derived from the records. */
import type { Command, Option, Options } from "./command.ts";
import { GLOBAL_OPTIONS } from "./command.ts";
import { EXIT_MEANINGS, type ExitCode } from "./exit-code.ts";
import type { Page } from "./terminal.ts";

/** Characters of a line of running text. */
export const LINE_CHARACTERS = 96;

/** `sallyport check [policy] [options]` */
export function usageOf({ name, positionals, options }: Command): string {
  const words = positionals.map((one) => (one.required ? `<${one.name}>` : `[${one.name}]`));
  const required = Object.entries(options).flatMap(([option, record]) => (record.type === "text" && record.required === true ? [`--${option} ${record.value}`] : []));
  return ["sallyport", name, ...words, ...required, "[options]"].join(" ");
}

/** `-h, --help` or `--least N` */
export function spellOption(name: string, option: Option): string {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  return `${short}--${name}${option.type === "flag" ? "" : ` ${option.value}`}`;
}

/** What a row in a table of options says. */
export function describeOption(option: Option): string {
  const notes = option.type === "count" ? ` From ${option.min} to ${option.max}.` : option.type === "text" && option.fallback !== undefined ? ` Default: ${option.fallback}.` : "";
  return `${option.about}${notes}`;
}

/** Options of the command, then those of all commands. */
export function allOptions(command: Pick<Command, "options">): Options {
  return { ...command.options, ...GLOBAL_OPTIONS };
}

/** Every exit code with what it means at this command. */
export function exitsOf({ exits }: Command): readonly (readonly [code: string, meaning: string])[] {
  // Keys of a record of exit codes are exit codes, as text.
  return Object.entries(EXIT_MEANINGS).map(([code, meaning]) => [code, exits[Number(code) as ExitCode] ?? meaning]);
}

export function writeCommandHelp(command: Command, { style }: Page): readonly string[] {
  const title = (text: string): string => style("strong", text);
  const positionals = command.positionals.map(({ name, about }) => [name, about] as const);
  const options = Object.entries(allOptions(command)).map(([name, option]) => [spellOption(name, option), describeOption(option)] as const);
  return [
    `${title("Usage:")} ${usageOf(command)}`,
    "",
    ...command.description.flatMap((paragraph) => [...wrap(paragraph), ""]),
    ...(positionals.length === 0 ? [] : [title("Arguments:"), ...columns(positionals), ""]),
    title("Options:"),
    ...columns(options),
    "",
    title("Examples:"),
    ...command.examples.flatMap(({ line, about }) => [`  ${line}`, `      ${about}`]),
    "",
    title("Exit codes:"),
    ...columns(exitsOf(command)),
  ];
}

export function writeGeneralHelp(commands: readonly Command[], { style }: Page): readonly string[] {
  return [
    "Sallyport stands in front of an HTTP API and holds it to its OpenAPI document, at the way in and at the way out.",
    "",
    `${style("strong", "Usage:")} sallyport <command> [options]`,
    "",
    style("strong", "Commands:"),
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    style("strong", "Options:"),
    ...columns([["-h, --help", "Print this help, or that of a command."], ["-V, --version", "Print the version."]]),
    "",
    style("strong", "Exit codes:"),
    ...columns(Object.entries(EXIT_MEANINGS)),
    "",
    "Begin with: sallyport init openapi.yaml --upstream http://127.0.0.1:8080",
  ];
}

/** Breaks running text at blanks. */
export function wrap(text: string, width: number = LINE_CHARACTERS): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length >= width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.flatMap(([left, right]) => wrap(right, LINE_CHARACTERS - width - 2).map((line, index) => `  ${(index === 0 ? left : "").padEnd(width)}${line}`));
}
