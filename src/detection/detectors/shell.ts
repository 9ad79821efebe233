/**
 * Shell: a text that ends the command it is put into and begins another, or is expanded by the shell.
 *
 * Commands have the names of everyday words: "find", "who", "more". So what counts is how it stands: right behind a sign that
 * parts commands, with options or paths behind it, or where the sign and the name stand together as no sentence has them.
 */
import type { Detector } from "../detector.ts";
import { MARK } from "../marks.ts";
import { END, NUMBER, type Reading, WORD } from "../reading.ts";
import { findDirect } from "./shell/direct.ts";
import { findExpansion } from "./shell/expansion.ts";
import { AS, SHELL } from "./shell/words.ts";
import { commandAt, isArgued } from "./shell/command.ts";
import { findWindows } from "./shell/windows.ts";

export const shell: Detector = {
  name: "shell",
  kinds: new Set(["short", "text", "filename"]),
  needs: 0,
  find(reading) {
    const direct = findDirect(reading);
    if (direct !== undefined) return direct;
    for (let at = 0; at < reading.count; at++) {
      const type = reading.type[at] ?? 0;
      const found = type === WORD ? findWindows(reading, at) : findAtSign(reading, at, type);
      if (found !== undefined) return found;
    }
    return undefined;
  },
};

function findAtSign(reading: Reading, at: number, type: number): string | undefined {
  switch (type) {
    case 0x3b:
    case 0x7c:
    case 0x26:
      return findSeparated(reading, at, type);
    case 0x60:
      return findBackticks(reading, at);
    case 0x28:
      return isShellshock(reading, at) ? "shell-function" : undefined;
    case 0x2f:
      return findProgram(reading, at);
    default:
      return findExpansion(reading, at, type);
  }
}

/** `;ls`, `| id`, `&& cat /etc/passwd`, `%0a` + a command: behind a sign that parts commands. */
function findSeparated(reading: Reading, at: number, type: number): string | undefined {
  if (isReference(reading, at, type)) return undefined;
  let next = at + 1;
  while (next < at + 3 && (reading.typeAt(next) === type || reading.typeAt(next) === 0x28 || reading.typeAt(next) === 0x7b)) next++;
  const command = commandAt(reading, next);
  if (command === -1) return undefined;
  const meaning = reading.classAt(command, SHELL);
  const isDouble = type === 0x26 && next > at + 1 && reading.typeAt(at + 1) === type;
  const isTight = isDouble || reading.isGlued(next) && (type !== 0x26 || next > at + 1 || isEnd(reading, command) || isArgued(reading, command));
  // `&id=5` is the next parameter, and `a|b` a choice.
  if (reading.typeAt(command + 1) === 0x3d || reading.typeAt(command + 1) === 0x5b) return undefined;
  if (isArgued(reading, command)) return "shell-command";
  if (meaning === AS.common || meaning === AS.commonWindows || meaning === AS.prefix) return isTight && isEnd(reading, command) && (isDouble || type !== 0x7c) ? "shell-command" : undefined;
  return isEnd(reading, command) || (isTight && reading.typeAt(command + 1) === WORD && !reading.isGlued(command + 1) && (type === 0x3b || at === 0)) ? "shell-command" : undefined;
}

/** Whether the sign is a part of a character reference: `&quot;time&quot;`. */
function isReference(reading: Reading, at: number, type: number): boolean {
  if (type === 0x26) return reading.typeAt(at + 1) === WORD && reading.typeAt(at + 2) === 0x3b && reading.isGlued(at + 2);
  if (type !== 0x3b || !reading.isGlued(at)) return false;
  const before = reading.typeAt(at - 2);
  return before === 0x26 || (before === 0x23 && reading.typeAt(at - 3) === 0x26) || (reading.typeAt(at - 3) === 0x23 && reading.typeAt(at - 4) === 0x26);
}

/** Whether the command ends here: at the end, or at a sign that ends commands. */
function isEnd(reading: Reading, at: number): boolean {
  const type = reading.typeAt(at + 1);
  return type === END || type === 0x3b || type === 0x7c || type === 0x26 || type === 0x60 || type === 0x27 || type === 0x22 || type === 0x29 || type === 0x23 || type === 0x3e || type === 0x3c;
}

/** A command in backticks, where no sentence quotes it: Markdown puts every name of a command in them. */
function findBackticks(reading: Reading, at: number): string | undefined {
  const twin = reading.twin[at] ?? 0;
  if (twin === 0 || (reading.typeAt(at - 1) === WORD && !reading.isGlued(at)) || reading.typeAt(at - 1) === 0x60) return undefined;
  const isWhole = at === 0 ? twin >= reading.count - 1 : reading.isGlued(at);
  const command = commandAt(reading, at + 1);
  return isWhole && command !== -1 && command < twin ? "shell-substitution" : undefined;
}

/** `() {`: a function that old shells ran while they read their environment. */
function isShellshock(reading: Reading, at: number): boolean {
  return reading.typeAt(at + 1) === 0x29 && reading.typeAt(at + 2) === 0x7b && at <= 2 && (reading.typeAt(at + 3) === END || reading.typeAt(at + 3) === 0x3a || reading.typeAt(at + 3) === 0x5f || reading.text.includes(";"));
}

/** `/bin/sh`, `/usr/bin/id`, `bin/visudo`: a program by its path. */
function findProgram(reading: Reading, at: number): string | undefined {
  const folder = reading.textAt(at - 1).toLowerCase();
  if ((folder !== "bin" && folder !== "sbin") || !reading.isGlued(at + 1)) return undefined;
  const isFirst = at <= 1 || reading.typeAt(at - 2) === 0x2f || reading.typeAt(at - 2) === 0x3d;
  const meaning = reading.classAt(at + 1, SHELL);
  return isFirst && meaning !== 0 && meaning !== AS.cmdlet && (at <= 6 || reading.typeAt(at + 2) === NUMBER || isArgued(reading, at + 1) || (reading.marks & (MARK.semicolon | MARK.pipe)) !== 0) ? "shell-program" : undefined;
}
