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

function skipDigits(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++;
  return at;
}
