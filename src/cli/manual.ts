/** Manual: the page of the documentation about all commands, derived from the records. */
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT_MEANINGS } from "./exit-code.ts";
import { describeOption, spellOption, usageOf } from "./help.ts";

/** The generated files, seen from the root of the repository. */
export function writeManual(): { readonly file: string; readonly text: string }[] {
  const text = [
    "# The command line",
    "Made from the commands' own records by `npm run generate`. `sallyport <command> --help` says the same on a terminal, `sallyport man <command>` as a manual page, and `sallyport completions <shell>` teaches it to your shell.",
    "Every command prints text for people, and with `--json` one object for programs: its members are listed with each command, and new ones may be added, none removed or changed in meaning, within a major version. A command that was used wrongly prints `{ \"error\": \"...\" }`. Colour is used on a terminal only, and never when `NO_COLOR` is set.",
    table(["exit code", "meaning"], Object.entries(EXIT_MEANINGS)),
    ...COMMANDS.flatMap(section),
  ].join("\n\n");
  return [{ file: "docs/cli.md", text: `${text}\n` }];
}

function section(command: Command): readonly string[] {
  const { name, summary, description, positionals, options, examples, exits, json } = command;
  const rows = Object.entries(options).map(([option, record]) => [code(spellOption(option, record)), describeOption(record)] as const);
  return [
    `## ${name}`,
    summary,
    `    ${usageOf(command)}`,
    ...description,
    ...(positionals.length === 0 ? [] : [table(["argument", "meaning"], positionals.map((one) => [code(one.name), one.about]))]),
    ...(rows.length === 0 ? [] : [table(["option", "meaning"], rows)]),
    ...(Object.keys(exits).length === 0 ? [] : [table(["exit code", "here"], Object.entries(exits))]),
    table(["member of `--json`", "meaning"], Object.entries(json).map(([member, meaning]) => [code(member), meaning])),
    examples.map(({ line, about }) => `    # ${about}\n    ${line}`).join("\n\n"),
  ];
}

function table(head: readonly [string, string], rows: readonly (readonly [string, string])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [row(head), "| --- | --- |", ...rows.map(row)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
