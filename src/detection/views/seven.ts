/**
 * Seven: UTF-7, in which `+ADw-script+AD4-` is an element of a page for whoever guesses the character set (RFC 2152).
 */

/** The text with its runs decoded; the text itself where there are none. */
export function decodeSeven(text: string): string {
  let at = nextRun(text, 0);
  if (at === -1) return text;
  let written = "";
  let run = 0;
  while (at !== -1) {
    const end = text.indexOf("-", at);
    if (end === -1) break;
    const decoded = end - at <= RUN_CHARACTERS_MAX ? decodeRun(text.slice(at + 1, end)) : undefined;
    if (decoded !== undefined) {
      written += text.slice(run, at) + decoded;
      run = end + 1;
    }
    at = nextRun(text, Math.max(run, at + 1));
  }
  return run === 0 ? text : written + text.slice(run);
}

/** A plus sign, or the blank that a form made of it, and the letter with which runs of ASCII begin. */
function nextRun(text: string, from: number): number {
  const plus = text.indexOf("+A", from);
  const blank = text.indexOf(" A", from);
  return plus === -1 || blank === -1 ? Math.max(plus, blank) : Math.min(plus, blank);
}

const RUN_CHARACTERS_MAX = 64;

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
