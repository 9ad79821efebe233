/** Command: whether a command stands at a token, and whether something stands behind it that only commands have. */
import { NUMBER, type Reading, WORD } from "../../reading.ts";
import { AS, SHELL } from "./words.ts";

/** The token of the command that is run here, behind what runs it, or -1. */
export function commandAt(reading: Reading, from: number): number {
  let at = from;
  for (let steps = 0; steps < 4; steps++) {
    const type = reading.typeAt(at);
    if (type === 0x27 || type === 0x22 || type === 0x5c) {
      at++;
      continue;
    }
    // `;$u wget x`, `;a=b ls`: what stands there is nothing, or is set for the command.
    if (type === 0x24 && reading.typeAt(at + 1) === WORD && reading.isGlued(at + 1) && !reading.isGlued(at + 2)) {
      at += 2;
      continue;
    }
    if (type === WORD && reading.typeAt(at + 1) === 0x3d && reading.isGlued(at + 1) && reading.isGlued(at + 2) && !reading.isGlued(at + 3)) {
      at += 3;
      continue;
    }
    if (type === 0x2f || type === 0x2e || type === 0x7e) return programAt(reading, at);
    if (type !== WORD) return -1;
    const meaning = reading.classAt(at, SHELL);
    if (meaning === AS.prefix && reading.typeAt(at + 1) === WORD && isCommand(reading.classAt(at + 1, SHELL))) {
      at++;
      continue;
    }
    return isCommand(meaning) ? at : -1;
  }
  return -1;
}

function isCommand(meaning: number): boolean {
  return meaning !== 0 && meaning !== AS.cmdlet;
}

/** The last part of a path, where it is a command. */
function programAt(reading: Reading, from: number): number {
  let at = from;
  while (at < from + 12 && (reading.typeAt(at) === 0x2f || reading.typeAt(at) === 0x2e || reading.typeAt(at) === 0x7e || (reading.typeAt(at) === WORD && reading.typeAt(at + 1) === 0x2f))) at++;
  return reading.typeAt(at) === WORD && isCommand(reading.classAt(at, SHELL)) ? at : -1;
}

/** The last token of a name with hyphens or a version: `ansible-vault`, `python3.10`. */
export function endOfName(reading: Reading, at: number): number {
  let end = at;
  while (end < at + 8 && (reading.typeAt(end + 1) === 0x2d || reading.typeAt(end + 1) === 0x2e) && reading.isGlued(end + 1) && reading.isGlued(end + 2) && (reading.typeAt(end + 2) === WORD || reading.typeAt(end + 2) === NUMBER)) end += 2;
  return end;
}

/** Options, paths, variables, redirections, addresses: ` -la`, ` /etc`, ` $IFS`, ` > x`, ` http://`. */
export function isArgued(reading: Reading, command: number): boolean {
  const at = endOfName(reading, command);
  const type = reading.typeAt(at + 1);
  const isTight = reading.isGlued(at + 1);
  switch (type) {
    case 0x2d:
      // `cat - x` and `set-up` are none.
      return !isTight && reading.isGlued(at + 2) && (reading.typeAt(at + 2) === WORD || reading.typeAt(at + 2) === 0x2d || reading.typeAt(at + 2) === NUMBER);
    case 0x2f:
      if (isTight) return reading.classAt(command, SHELL) === AS.windows && reading.typeAt(at + 2) === WORD && !reading.isGlued(at + 3);
      return reading.typeAt(at + 2) === 0x3b || (reading.isGlued(at + 2) && (reading.typeAt(at + 2) === WORD || reading.typeAt(at + 2) === 0x3f || reading.typeAt(at + 2) === 0x2a || reading.typeAt(at + 2) === 0x5b));
    case 0x24:
      return reading.isGlued(at + 2);
    case 0x3c:
    case 0x3e:
      return reading.typeAt(at + 2) !== 0x3d && reading.typeAt(at + 2) !== WORD ? true : !isTight || reading.isGlued(at + 2);
    case 0x7e:
      return reading.isGlued(at + 2);
    case 0x25:
      return !isTight && reading.isGlued(at + 2) && reading.typeAt(at + 2) === WORD;
    case NUMBER:
      return isAddress(reading, at + 1);
    case WORD:
      return !isTight && (isPathOrAddress(reading, at + 1) || (isUncommon(reading.classAt(command, SHELL)) && isOptionAhead(reading, at + 2)));
    default:
      return false;
  }
}

function isAddress(reading: Reading, at: number): boolean {
  return reading.typeAt(at + 1) === 0x2e && reading.typeAt(at + 2) === NUMBER;
}

/** `http://...`, `c:\...`, `etc/passwd`, `some_host/x.sh`, `file.txt`. */
function isPathOrAddress(reading: Reading, at: number): boolean {
  const sign = reading.typeAt(at + 1);
  if (!reading.isGlued(at + 1)) return false;
  if (sign === 0x3a) return (reading.typeAt(at + 2) === 0x2f && reading.typeAt(at + 3) === 0x2f) || reading.typeAt(at + 2) === 0x5c;
  return (sign === 0x2f && reading.isGlued(at + 2) && reading.typeAt(at + 2) === WORD) || sign === 0x5c;
}

/** Whether the name of the command is no word of prose. */
export function isUncommon(meaning: number): boolean {
  return meaning === AS.command || meaning === AS.shell || meaning === AS.windows;
}

/** ` --list`, ` -m` some words on. */
function isOptionAhead(reading: Reading, from: number): boolean {
  for (let at = from; at < from + 4; at++) {
    const type = reading.typeAt(at);
    if (type === 0x2d) return !reading.isGlued(at) && reading.isGlued(at + 1) && (reading.typeAt(at + 1) === WORD || reading.typeAt(at + 1) === 0x2d);
    if (type !== WORD) return false;
  }
  return false;
}
