/**
 * Stack trace: tells whether a text holds one.
 *
 * A trace names files, versions and queries: a map for whoever is looking for a way in. Each line is looked at once, and no
 * further than a fixed number of characters, so the time is linear in the text whatever stands in it.
 */

/** Characters of one line that are looked at: no frame of a trace is longer where it matters. */
export const LINE_CHARACTERS_MAX = 400;

/** Sentences with which runtimes begin a trace. */
const OPENINGS: readonly string[] = [
  "Traceback (most recent call last)",
  "Exception in thread \"",
  "Unhandled exception",
  "Stack trace:",
  "stack backtrace:",
  "Fatal error: Uncaught",
  "panic: runtime error",
  "[native code]",
];

/** Frames, one per runtime. Every pattern runs on one cut line and begins at a fixed place in it. */
const FRAMES: readonly RegExp[] = [
  // Node, Java, .NET: "at name (file.ext:12:5)", "at file:///x.mjs:1:2", "at Name.Method(Int32 id) in C:\x.cs:line 12".
  /^at .*(?:\.[A-Za-z]{1,5}|<anonymous>|node:[a-z_/]+):(?:line )?\d+/,
  /^at .*\((?:Native Method|Unknown Source|<anonymous>|native)\)/,
  /^at [\w$.<>`+]+\.[\w$<>`]+\([^()]*\)( in .*)?$/,
  // Python, PHP, Ruby, Go, Rust.
  /^File ".*", line \d+/,
  /^#\d+ .*\(\d+\): /,
  /^(?:from )?\S*\.rb:\d+:in /,
  /^goroutine \d+ \[/,
  /^thread '.*' panicked at /,
  /^Caused by: [\w$.]+(?:Exception|Error)\b/,
];

/** @param text as it stands in an answer: plain, in JSON with escaped line ends, or in HTML */
export function holdsStackTrace(text: string): boolean {
  if (OPENINGS.some((opening) => text.includes(opening) || text.includes(opening.replaceAll('"', '\\"')))) return true;
  return linesOf(text).some((line) => {
    const frame = line.slice(0, LINE_CHARACTERS_MAX).trim().replace(/^"/, "");
    return FRAMES.some((pattern) => pattern.test(frame));
  });
}

/** Line ends of JSON strings (an escape) and of HTML (an element) are line ends, too, and each JSON string begins a line. */
function linesOf(text: string): readonly string[] {
  return text
    .replaceAll(/[:[,] ?"/g, "\n")
    .replaceAll("\\r", "")
    .replaceAll("\\n", "\n")
    .replaceAll("\\t", " ")
    .replaceAll('\\"', '"')
    .replaceAll(/<(?:br|li|p|pre|code|div)\b ?\/?>/gi, "\n")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&quot;", '"')
    .split("\n");
}
