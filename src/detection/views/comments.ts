/**
 * Comments: takes out what SQL, JavaScript and C skip, and unwraps what MySQL runs all the same.
 *
 * A comment becomes a blank; of `/*!50000union*` + `/` its content stays. What is not closed stays as it is.
 */

export function stripComments(text: string): string {
  let at = text.indexOf("/*");
  if (at === -1) return text;
  let written = "";
  let run = 0;
  while (at !== -1) {
    const close = text.indexOf("*/", at + 2);
    if (close === -1) break;
    written += text.slice(run, at);
    written += " ";
    if (text.charCodeAt(at + 2) === 0x21) written += `${text.slice(skipDigits(text, at + 3, close), close)} `;
    run = close + 2;
    at = text.indexOf("/*", run);
  }
  return run === 0 ? text : written + text.slice(run);
}

/** Takes out `-- ...` and `#...` up to the end of their line, as SQL does, where a line comes behind. */
export function stripLineComments(text: string): string {
  let written = "";
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    if (!beginsLineComment(text, at)) continue;
    const end = text.indexOf("\n", at);
    if (end === -1) break;
    written += `${text.slice(run, at)} `;
    run = end + 1;
    at = end;
  }
  return run === 0 ? text : written + text.slice(run);
}

/** Behind two hyphens must stand a blank (MySQL); behind a number sign anything. Headings begin their line with it, and stay. */
function beginsLineComment(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === 0x23) return at > 0 && text.charCodeAt(at - 1) !== 0x0a && text.charCodeAt(at - 1) !== 0x26;
  return code === 0x2d && text.charCodeAt(at + 1) === 0x2d && text.charCodeAt(at + 2) <= 0x20;
}

function skipDigits(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++;
  return at;
}
