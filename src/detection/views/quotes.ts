/**
 * Quotes: takes out what a shell takes out of words before it runs them: `c''at`, `c""at`, `c\at` are all one command.
 *
 * Only between two letters: elsewhere quotes and backslashes are what they look like.
 */

export function stripQuotes(text: string): string {
  let written = "";
  let run = 0;
  for (let at = 1; at < text.length - 1; at++) {
    const length = quotesAt(text, at);
    if (length === 0 || !isLetter(text.charCodeAt(at - 1)) || !isLetter(text.charCodeAt(at + length))) continue;
    written += text.slice(run, at);
    run = at + length;
    at = run - 1;
  }
  return run === 0 ? text : written + text.slice(run);
}

/** Characters that say nothing: an empty pair of quotes, or a backslash before a letter. */
function quotesAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === 0x5c) return 1;
  return (code === 0x27 || code === 0x22) && text.charCodeAt(at + 1) === code ? 2 : 0;
}

function isLetter(code: number): boolean {
  return (code | 32) >= 0x61 && (code | 32) <= 0x7a;
}
