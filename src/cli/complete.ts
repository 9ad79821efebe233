/** Complete: scripts that teach bash, zsh and fish the commands and their options, derived from the records. */
import type { Command, Option, Positional } from "./command.ts";
import { allOptions } from "./help.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export function writeCompletions(shell: Shell, commands: readonly Command[]): string {
  const lines = { bash: writeBash, zsh: writeZsh, fish: writeFish }[shell](commands);
  return `${lines.join("\n")}\n`;
}

function writeBash(commands: readonly Command[]): readonly string[] {
  return [
    "# bash completion for sallyport: source it, or put it into the folder of your bash completions.",
    "_sallyport() {",
    '  local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}',
    "  if [ \"$COMP_CWORD\" -eq 1 ]; then",
    `    COMPREPLY=($(compgen -W ${quote([...commands.map(({ name }) => name), "--help", "--version"].join(" "))} -- "$current"))`,
    "    return",
    "  fi",
    '  case "$command" in',
    ...commands.flatMap((command) => [
      `    ${command.name})`,
      `      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W ${quote(spellings(command).join(" "))} -- "$current"))`,
      `      else COMPREPLY=($(compgen ${wordsOf(command)} -- "$current")); fi ;;`,
    ]),
    "  esac",
    "}",
    "complete -o filenames -F _sallyport sallyport",
  ];
}

function spellings(command: Command): readonly string[] {
  return Object.entries(allOptions(command)).flatMap(([name, { short }]) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]);
}

function wordsOf({ positionals }: Command): string {
  const words = positionals.flatMap(({ completes }) => (typeof completes === "object" ? completes : []));
  return words.length > 0 ? `-W ${quote(words.join(" "))}` : "-f";
}

function writeZsh(commands: readonly Command[]): readonly string[] {
  return [
    "#compdef sallyport",
    "_sallyport() {",
    "  local -a commands=(",
    ...commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`),
    "  )",
    "  if (( CURRENT == 2 )); then",
    "    _describe command commands",
    "    return",
    "  fi",
    '  local command="$words[2]"',
    "  shift words; (( CURRENT-- ))",
    '  case "$command" in',
    ...commands.flatMap((command) => [`    ${command.name}) _arguments ${zshWords(command).join(" ")} ;;`]),
    "  esac",
    "}",
    'if [ "$funcstack[1]" = "_sallyport" ]; then _sallyport "$@"; else compdef _sallyport sallyport; fi',
  ];
}

function zshWords(command: Command): readonly string[] {
  const options = Object.entries(allOptions(command)).map(([name, option]) => quote(`--${name}[${bracket(option.about)}]${valueOf(option)}`));
  const positionals = command.positionals.map((one, index) => quote(`${index + 1}:${one.name}:${zshAction(one)}`));
  return [...options, ...positionals];
}

function valueOf(option: Option): string {
  return option.type === "flag" ? "" : `:${option.value}:${option.type === "text" ? "_files" : ""}`;
}

function zshAction({ completes }: Positional): string {
  return typeof completes === "object" ? `(${completes.join(" ")})` : completes === "files" ? "_files" : "";
}

function bracket(text: string): string {
  return text.replace(/[[\]:\\]/g, "\\$&");
}

function writeFish(commands: readonly Command[]): readonly string[] {
  const names = commands.map(({ name }) => name).join(" ");
  return [
    "# fish completion for sallyport: put it into ~/.config/fish/completions/sallyport.fish",
    "complete -c sallyport -f",
    ...commands.map(({ name, summary }) => `complete -c sallyport -n ${quote(`not __fish_seen_subcommand_from ${names}`)} -a ${name} -d ${quote(summary)}`),
    ...commands.flatMap((command) => fishLines(command)),
  ];
}

function fishLines(command: Command): readonly string[] {
  const begin = `complete -c sallyport -n ${quote(`__fish_seen_subcommand_from ${command.name}`)}`;
  const words = command.positionals.flatMap(({ completes }) => (typeof completes === "object" ? completes : []));
  return [
    ...(command.positionals.some(({ completes }) => completes === "files") ? [`${begin} -F`] : []),
    ...(words.length === 0 ? [] : [`${begin} -a ${quote(words.join(" "))}`]),
    ...Object.entries(allOptions(command)).map(([name, { type, short, about }]) => `${begin} -l ${name}${short === undefined ? "" : ` -s ${short}`}${type === "flag" ? "" : " -r"} -d ${quote(about)}`),
  ];
}

/** For a shell: nothing inside single quotes means anything, but the quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
