/** Manual page: one command as a page for `man`, derived from its record. */
import type { Command } from "./command.ts";
import { allOptions, describeOption, exitsOf, spellOption, usageOf } from "./help.ts";

/** A page in the language of `man` (roff, man macros), for section 1. */
export function writeManualPage(command: Command): string {
  const { name, summary, description, positionals, examples } = command;
  const options = Object.entries(allOptions(command)).map(([option, record]) => [spellOption(option, record), describeOption(record)] as const);
  const lines = [
    `.TH SALLYPORT\\-${roff(name.toUpperCase())} 1`,
    ".SH NAME",
    roffLine(`sallyport-${name} - ${lowerFirst(summary)}`),
    ".SH SYNOPSIS",
    ".B " + roff(usageOf(command)),
    ".SH DESCRIPTION",
    ...description.flatMap((paragraph) => [".PP", roffLine(paragraph)]),
    ...(positionals.length === 0 ? [] : [".SH ARGUMENTS", ...entries(positionals.map((one) => [one.name, one.about]))]),
    ".SH OPTIONS",
    ...entries(options),
    ".SH EXIT STATUS",
    ...entries(exitsOf(command)),
    ".SH EXAMPLES",
    ...entries(examples.map(({ line, about }) => [line, about])),
  ];
  return `${lines.join("\n")}\n`;
}

function lowerFirst(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`.replace(/\.$/, "");
}

function entries(rows: readonly (readonly [string, string])[]): readonly string[] {
  return rows.flatMap(([left, right]) => [".TP", `.B ${roff(left)}`, roffLine(right)]);
}

function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-");
}

/** A line that begins with a dot or an apostrophe would be taken for a request. */
function roffLine(text: string): string {
  return `${/^[.']/.test(text) ? "\\&" : ""}${roff(text)}`;
}
