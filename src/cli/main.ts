/** Main: finds the command that was asked for, and runs it. */
import { readFileSync } from "node:fs";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { writeCommandHelp, writeGeneralHelp } from "./help.ts";
import { offer, parse } from "./parse.ts";
import { misuse } from "./misuse.ts";
import { openTerminal, plain, type Terminal } from "./terminal.ts";

/** Runs the command line of this process. Answers its exit code; never rejects. */
export async function main(words: readonly string[]): Promise<ExitCode> {
  const { stdout, stderr, env: environment } = process;
  const terminal = openTerminal({ stdin: () => process.stdin, stdout, stderr, environment, folder: process.cwd() });
  // `sallyport check | head`: whoever stops reading has read enough. The gateway's audit log has its own answer.
  if (words[0] !== "run") stdout.on("error", () => process.exit(EXIT.fine));
  try {
    return await runCommandLine(words, terminal);
  } catch (fault) {
    const said = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    terminal.error.write(`sallyport: this is a fault of sallyport itself, please report it: ${said.split("\n").map(plain).join("\n")}`);
    return EXIT.refused;
  }
}

export async function runCommandLine(words: readonly string[], terminal: Terminal, commands: readonly Command[] = COMMANDS): Promise<ExitCode> {
  const [first, ...rest] = words;
  if (first === undefined) {
    for (const line of writeGeneralHelp(commands, terminal.error)) terminal.error.write(line);
    return EXIT.usage;
  }
  if (first === "--version" || first === "-V") {
    terminal.out.write(readVersion());
    return EXIT.fine;
  }
  if (first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
    for (const line of writeGeneralHelp(commands, terminal.out)) terminal.out.write(line);
    return EXIT.fine;
  }
  if (first === "help") return runCommandLine([...rest.slice(0, 1), "--help"], terminal, commands);
  return dispatch(first, rest, terminal, commands);
}

async function dispatch(name: string, words: readonly string[], terminal: Terminal, commands: readonly Command[]): Promise<ExitCode> {
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    const unknown = name.startsWith("-") ? `name the command before its options (found ${name})` : `unknown command "${name}"${offer(name, commands.map((one) => one.name))}`;
    return misuse(unknown, "sallyport --help", words.includes("--json"), terminal);
  }
  const parsed = parse(command, words);
  if ("wrong" in parsed) return misuse(parsed.wrong, `sallyport ${name} --help`, words.includes("--json"), terminal);
  if ("given" in parsed) return command.run(parsed.given, terminal, commands);
  for (const line of writeCommandHelp(command, terminal.out)) terminal.out.write(line);
  return EXIT.fine;
}

function readVersion(): string {
  // Two folders up from both src/cli and dist/cli.
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }; // our own file
  return version;
}
