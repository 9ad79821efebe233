/**
 * Percent: decodes percent-encoding as the most lenient of programs would.
 *
 * What is not an encoding stays as it is; octets that are no UTF-8 are characters of Latin-1; UTF-8 that is longer than it
 * need be is read all the same, and so are the `%u0027` of old servers.
 */

export function decodeLeniently(text: string): string {
  let at = text.indexOf("%");
  if (at === -1) return text;
  let written = "";
  let run = 0;
  while (at !== -1) {
    const step = stepAt(text, at);
    if (step === undefined) {
      at = text.indexOf("%", at + 1);
      continue;
    }
    written += text.slice(run, at) + String.fromCodePoint(step.code);
    run = at + step.length;
    at = text.indexOf("%", run);
  }
  return run === 0 ? text : written + text.slice(run);
}

interface Step {
  readonly code: number;
  readonly length: number;
}

function stepAt(text: string, at: number): Step | undefined {
  if ((text.charCodeAt(at + 1) | 32) === 0x75) {
    const code = hexadecimalAt(text, at + 2, 4);
    return code === -1 ? undefined : { code, length: 6 };
  }
  const first = hexadecimalAt(text, at + 1, 2);
  if (first === -1) return undefined;
  const more = first >= 0xf0 && first < 0xf8 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  if (more === 0 || first >= 0xf8) return { code: first, length: 3 };
  let code = first & (0x3f >> more);
  for (let octet = 1; octet <= more; octet++) {
    const next = text.charCodeAt(at + 3 * octet) === 0x25 ? hexadecimalAt(text, at + 3 * octet + 1, 2) : -1;
    // `%c0%2f`: some readers drop what leads nowhere.
    if (next === -1 || (next & 0xc0) !== 0x80) return first <= 0xc1 && next !== -1 ? { code: next & 0x7f, length: 6 } : { code: first, length: 3 };
    code = (code << 6) | (next & 0x3f);
  }
  return code > 0x10ffff ? { code: first, length: 3 } : { code, length: 3 * (more + 1) };
}

/** The number that so many digits make, or -1. */
export function hexadecimalAt(text: string, from: number, digits: number): number {
  let value = 0;
  for (let at = from; at < from + digits; at++) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit === -1) return -1;
    value = (value << 4) | digit;
  }
  return value;
}

export function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 32;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
