/** Escapes: decodes what stands behind backslashes in programs: `\x27`, `\u0027`, `\u{27}`, `\47`, `\n`. */
import { digitOf, hexadecimalAt } from "./percent.ts";

export function decodeEscapes(text: string): string {
  let at = text.indexOf("\\");
  if (at === -1) return text;
  let written = "";
  let run = 0;
  while (at !== -1) {
    const step = stepAt(text, at + 1);
    if (step === undefined) {
      at = text.indexOf("\\", at + 2);
      continue;
    }
    written += text.slice(run, at) + String.fromCodePoint(step.code);
    run = step.end;
    at = text.indexOf("\\", run);
  }
  return run === 0 ? text : written + text.slice(run);
}

interface Step {
  readonly code: number;
  readonly end: number;
}

function stepAt(text: string, from: number): Step | undefined {
  const letter = text.charCodeAt(from);
  switch (letter) {
    case 0x78:
    case 0x58:
      return fixed(text, from + 1, 2);
    case 0x75:
    case 0x55:
      return text.charCodeAt(from + 1) === 0x7b ? braced(text, from + 2) : fixed(text, from + 1, 4);
    case 0x6e:
    case 0x72:
      return { code: 0x0a, end: from + 1 };
    case 0x74:
      return { code: 0x09, end: from + 1 };
    case 0x22:
    case 0x27:
    case 0x2f:
    case 0x60:
      return { code: letter, end: from + 1 };
    default:
      return octal(text, from);
  }
}

function fixed(text: string, from: number, digits: number): Step | undefined {
  const code = hexadecimalAt(text, from, digits);
  return code === -1 ? undefined : { code, end: from + digits };
}

function braced(text: string, from: number): Step | undefined {
  let code = 0;
  let at = from;
  for (; at < from + 8; at++) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit === -1) break;
    code = code * 16 + digit;
  }
  return at > from && text.charCodeAt(at) === 0x7d && code <= 0x10ffff ? { code, end: at + 1 } : undefined;
}

/** Two or three octal digits of an ASCII character; one alone is more often a reference to a group. */
function octal(text: string, from: number): Step | undefined {
  let code = 0;
  let at = from;
  for (; at < from + 3; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 7)) break;
    code = code * 8 + digit;
  }
  return at - from >= 2 && code >= 0x20 && code < 0x7f ? { code, end: at } : undefined;
}

/** `0x2e0x2e0x2f`: dots and slashes as numbers. */
export function decodeNumbers(text: string): string {
  let at = text.indexOf("0x");
  if (at === -1) return text;
  let written = "";
  let run = 0;
  while (at !== -1) {
    const code = hexadecimalAt(text, at + 2, 2);
    if (code === 0x2e || code === 0x2f || code === 0x5c) {
      written += text.slice(run, at) + String.fromCharCode(code);
      run = at + 4;
    }
    at = text.indexOf("0x", at + 2);
  }
  return run === 0 ? text : written + text.slice(run);
}
