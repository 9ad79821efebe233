/**
 * Direct: a text that is a command from its first word on, where a whole command is taken.
 *
 * "cat /etc/passwd" is one, "cat food" is none, and "curl and divergence" is a chapter of a book.
 */
import { END, NUMBER, type Reading, WORD } from "../../reading.ts";
import { commandAt, isArgued } from "./command.ts";
import { AS, SHELL } from "./words.ts";

export function findDirect(reading: Reading): string | undefined {
  if (isHistory(reading)) return "shell-history";
  let start = 0;
  while (start < 3 && (reading.typeAt(start) === 0x27 || reading.typeAt(start) === 0x22)) start++;
  const command = commandAt(reading, start);
  if (command === -1) return undefined;
  const meaning = reading.classAt(command, SHELL);
  if (reading.typeAt(start) !== WORD) return command > start && (isArgued(reading, command) || reading.typeAt(command + 1) === END) && reading.typeAt(start) === 0x2f ? "shell-program" : undefined;
  if (meaning === AS.commonWindows) return undefined;
  if (isArgued(reading, command) && !isSentence(reading, command) && isWrittenAsCommand(reading, command)) return "shell-direct";
  if (isAlias(reading, command)) return "shell-direct";
  if (meaning === AS.shell && reading.typeAt(command + 1) === NUMBER) return undefined;
  // A prefix and a command: "time sh", "nohup ifconfig".
  return command > start && meaning !== AS.common && reading.typeAt(command + 1) === END ? "shell-direct" : undefined;
}

/** A full stop, a comma or a question mark with a blank behind it, some words on. */
function isSentence(reading: Reading, command: number): boolean {
  if (reading.classAt(command, SHELL) !== AS.common) return false;
  let words = 0;
  for (let at = command + 1; at < reading.count && at < command + 24; at++) {
    const type = reading.type[at] ?? 0;
    if (type === WORD && !reading.isGlued(at)) words++;
    if (words > 3) return true;
  }
  return false;
}

/** Commands are written in one case: "Base64 encoding/decoding" is a title. */
function isWrittenAsCommand(reading: Reading, command: number): boolean {
  const second = reading.text.charCodeAt((reading.from[command] ?? 0) + 1);
  const first = reading.text.charCodeAt(reading.from[command] ?? 0);
  return first >= 0x61 || second < 0x61 || second > 0x7a || reading.typeAt(command + 1) === 0x2d || reading.typeAt(command + 1) === 0x2f;
}

/** `alias ls='rm'`, `alias ..='cd ..'`. */
function isAlias(reading: Reading, command: number): boolean {
  if (reading.textAt(command).toLowerCase() !== "alias") return false;
  for (let at = command + 1; at < command + 8; at++) if (reading.typeAt(at) === 0x3d) return reading.isGlued(at) && reading.isGlued(at + 1);
  return false;
}

/** `!!`, `!5` by themselves: the shell's own words for what was run before. */
function isHistory(reading: Reading): boolean {
  if (reading.typeAt(0) !== 0x21 || reading.count !== 2) return false;
  const next = reading.typeAt(1);
  return next === 0x21 || next === NUMBER;
}
