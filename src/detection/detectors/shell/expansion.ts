/** Expansion: what a shell replaces before it runs anything: `$(...)`, `$((...))`, `$IFS`, `<(...)`, `{cat,/etc/passwd}`, `/b?n/sh`. */
import { END, NUMBER, type Reading, WORD } from "../../reading.ts";
import { commandAt } from "./command.ts";
import { AS, SHELL } from "./words.ts";

export function findExpansion(reading: Reading, at: number, type: number): string | undefined {
  switch (type) {
    case 0x24:
      return findDollar(reading, at);
    case 0x3c:
    case 0x3e:
      return findProcess(reading, at);
    case 0x7b:
      return findBraces(reading, at);
    case 0x21:
      return reading.typeAt(at + 1) === 0x2d && reading.typeAt(at + 2) === NUMBER && reading.isGlued(at + 1) && reading.isGlued(at + 2) && !reading.isGlued(at) ? "shell-history" : undefined;
    case 0x7e:
      return isTilde(reading, at) ? "shell-expansion" : undefined;
    case 0x5b:
    case 0x3f:
    case 0x2a:
      return isGlob(reading, at, type) ? "shell-glob" : undefined;
    default:
      return undefined;
  }
}

/** Variables of the shell by which blanks and letters are written. */
const VARIABLES: ReadonlySet<string> = new Set(["ifs", "path", "shell", "pwd", "oldpwd", "ps1", "ps2", "ps4", "bash", "bash_env", "shellopts", "random"]);

function findDollar(reading: Reading, at: number): string | undefined {
  if (!reading.isGlued(at + 1)) return undefined;
  const next = reading.typeAt(at + 1);
  if (next === WORD) return reading.textAt(at + 1).toUpperCase() === "IFS" ? "shell-expansion" : undefined;
  if (next === 0x5b) return reading.typeAt(at + 2) === NUMBER || reading.typeAt(at + 2) === 0x5d ? "shell-expansion" : undefined;
  if (next === 0x7b) return findParameter(reading, at + 2);
  if (next !== 0x28) return undefined;
  if (reading.typeAt(at + 2) === 0x28) return reading.isGlued(at + 2) && reading.typeAt(at + 3) === NUMBER ? "shell-expansion" : undefined;
  const command = commandAt(reading, at + 2);
  if (reading.typeAt(at + 2) === 0x3c) return "shell-substitution";
  return command !== -1 && reading.typeAt(command + 1) !== 0x28 && reading.typeAt(command + 1) !== 0x2e ? "shell-substitution" : undefined;
}

/** `${IFS}`, `${PATH#x}`, `${x:0:1}`, `${x#{}}`, `${!x}`. */
function findParameter(reading: Reading, at: number): string | undefined {
  if (reading.typeAt(at) === 0x21 && reading.typeAt(at + 1) === WORD) return "shell-expansion";
  if (reading.typeAt(at) !== WORD) return undefined;
  const sign = reading.typeAt(at + 1);
  const isKnown = VARIABLES.has(reading.textAt(at).toLowerCase());
  if (isKnown && reading.textAt(at).toUpperCase() === "IFS") return "shell-expansion";
  if (sign === 0x23) return reading.typeAt(at + 2) === 0x7b || isKnown ? "shell-expansion" : undefined;
  return sign === 0x3a && reading.typeAt(at + 2) === NUMBER && reading.typeAt(at + 3) === 0x3a ? "shell-expansion" : undefined;
}

/** `<(cmd)`, `>(cmd)`, and the `<<<` of a text that is fed to a command. */
function findProcess(reading: Reading, at: number): string | undefined {
  if (reading.typeAt(at + 1) === 0x28 && reading.isGlued(at + 1)) return commandAt(reading, at + 2) !== -1 ? "shell-substitution" : undefined;
  const isFed = reading.type[at] === 0x3c && reading.typeAt(at + 1) === 0x3c && reading.typeAt(at + 2) === 0x3c;
  return isFed && reading.classAt(at - 1, SHELL) !== 0 ? "shell-substitution" : undefined;
}

/** `{cat,/etc/passwd}`, `{,ip,a}`, `{l,-lh}s`. */
function findBraces(reading: Reading, at: number): string | undefined {
  if (!reading.isGlued(at + 1)) return undefined;
  const next = reading.typeAt(at + 1);
  if (next === 0x2c) return reading.classAt(at + 2, SHELL) !== 0 && reading.isGlued(at + 2) ? "shell-braces" : undefined;
  if (next !== WORD || reading.typeAt(at + 2) !== 0x2c || !reading.isGlued(at + 2) || !reading.isGlued(at + 3)) return undefined;
  const meaning = reading.classAt(at + 1, SHELL);
  const second = reading.typeAt(at + 3);
  const isArgument = second === 0x2f || second === 0x2d || second === 0x24;
  return isArgument && (meaning !== 0 || at === 0) && meaning !== AS.cmdlet ? "shell-braces" : undefined;
}

/** `~+`, `~-1`: the folders of the shell, by themselves. */
function isTilde(reading: Reading, at: number): boolean {
  const sign = reading.typeAt(at + 1);
  return at === 0 && (sign === 0x2b || sign === 0x2d) && reading.count <= 3 && (reading.typeAt(at + 2) === END || reading.typeAt(at + 2) === NUMBER);
}

/** Of one pattern in brackets. */
const GLOB_CHARACTERS_MAX = 25;

/** `/bi[n]/bash`, `/etc/[p]asswd`, `/???/c?t`: a path whose letters are patterns. */
function isGlob(reading: Reading, at: number, type: number): boolean {
  const { text } = reading;
  const from = reading.from[at] ?? 0;
  if (type === 0x5b) {
    const length = text.slice(from, from + GLOB_CHARACTERS_MAX).indexOf("]");
    const close = from + length;
    if (length === -1 || !/^\[[a-z0-9/!^-]+$/i.test(text.slice(from, close))) return false;
    return /(?:\/[a-z]{0,6})$/i.test(text.slice(Math.max(0, from - 8), from)) && /^\][a-z]{0,12}(?:[/ ]|$)/i.test(text.slice(close, close + 16)) && /^(?:.{0,24}[ =;|&`]|)\/[a-z[\]/-]{0,24}$/i.test(text.slice(Math.max(0, from - 24), from));
  }
  // Of single question marks and stars two parts of a path must have some: `/?in/c?t`.
  return type === 0x3f && reading.typeAt(at - 1) !== 0x3f && /^\/[a-z?*]{0,8}[?*][a-z?*]{0,8}\/[a-z?*]{0,8}[?*]/i.test(text.slice(firstSlash(text, from), from + 24));
}

function firstSlash(text: string, from: number): number {
  let at = from;
  while (at > 0 && at > from - 10 && text.charCodeAt(at) !== 0x2f) at--;
  return at;
}
