/**
 * Command: one record per command, from which parsing, help, completions and the manual are derived.
 *
 * What is not in the record does not exist: nobody has to keep four texts in step.
 */
import type { ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

interface OptionRecord {
  /** One letter. */
  readonly short?: string;
  /** One sentence. */
  readonly about: string;
}

/** Given or not. */
export interface Flag extends OptionRecord {
  readonly type: "flag";
}

export interface TextOption extends OptionRecord {
  readonly type: "text";
  /** Stands for the value in help: `URL`, `FILE`. */
  readonly value: string;
  readonly required?: true;
  readonly fallback?: string;
}

/** A whole number. */
export interface CountOption extends OptionRecord {
  readonly type: "count";
  readonly value: string;
  readonly min: number;
  readonly max: number;
}

export type Option = Flag | TextOption | CountOption;
export type Options = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O extends Flag
  ? boolean
  : O extends CountOption
    ? number | undefined
    : O extends { readonly required: true } | { readonly fallback: string }
      ? string
      : string | undefined;

export interface Positional {
  readonly name: string;
  readonly about: string;
  readonly required: boolean;
  /** What shells offer: names of files, or these words. */
  readonly completes?: "files" | readonly string[];
}

/** What was given. Every option of the record and every global one has its value here. */
export interface Given<O extends Options = Options> {
  readonly positionals: readonly string[];
  readonly options: { readonly [K in keyof O]: ValueOf<O[K]> };
  readonly json: boolean;
}

interface CommandRecord<O extends Options> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly positionals: readonly Positional[];
  readonly options: O;
  readonly examples: readonly { readonly line: string; readonly about: string }[];
  /** What each code means here, where it says more than everywhere. */
  readonly exits: Readonly<Partial<Record<ExitCode, string>>>;
  /** Members of the object that `--json` prints, with their meaning. */
  readonly json: Readonly<Record<string, string>>;
  /** @param commands all of them, for the commands that are about commands */
  readonly run: (given: Given<O>, terminal: Terminal, commands: readonly Command[]) => Promise<ExitCode>;
}

/** A command without the types of its options: what parsing gave fits its own record. */
export type Command = CommandRecord<Options>;

/** Every command takes these. */
export const GLOBAL_OPTIONS: Options = {
  json: { type: "flag", about: "Print JSON instead of text." },
  help: { type: "flag", short: "h", about: "Print this help." },
};

/** Makes a command of its record. A command's file exports the result and nothing else. */
export function defineCommand<const O extends Options>(command: CommandRecord<O>): Command {
  // The parser gives `run` the values of exactly these options, in their types (see parse.ts).
  return { ...command, run: (given, terminal, commands) => command.run(given as Given<O>, terminal, commands) };
}
