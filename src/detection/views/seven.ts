/**
 * Seven: UTF-7, in which `+ADw-script+AD4-` is an element of a page for whoever guesses the character set (RFC 2152).
 */

/** The text with its runs decoded; the text itself where there are none. Linear: no run is looked at beyond its bound. */
export function decodeSeven(text: string): string {
  let written = "";
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    if (!begins(text, at)) continue;
    const end = endOfRun(text, at + 1);
    const decoded = end === -1 ? undefined : decodeRun(text.slice(at + 1, end));
    if (decoded === undefined) continue;
    written += text.slice(run, at) + decoded;
    run = end + 1;
    at = end;
  }
  return run === 0 ? text : written + text.slice(run);
}

/** A plus sign, or the blank that a form made of it, and the letter with which runs of ASCII begin. */
function begins(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code === 0x2b || code === 0x20) && text.charCodeAt(at + 1) === 0x41;
}

const RUN_CHARACTERS_MAX = 64;

/** Where the hyphen stands that ends a run, or -1. */
function endOfRun(text: string, from: number): number {
  for (let at = from; at < text.length && at <= from + RUN_CHARACTERS_MAX; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2d) return at;
    if (code <= 0x20) return -1;
  }
  return -1;
}

/** UTF-16 in base64, of which attacks use ASCII alone. */
function decodeRun(run: string): string | undefined {
  if (run.length < 3 || !/^[A-Za-z0-9+/]+$/.test(run)) return undefined;
  const bytes = Buffer.from(run, "base64");
  let text = "";
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    if (bytes[at] !== 0) return undefined;
    text += String.fromCharCode(bytes[at + 1] ?? 0);
  }
  return text === "" ? undefined : text;
}
