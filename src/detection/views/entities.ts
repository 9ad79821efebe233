/** Entities: decodes the character references of HTML and XML, with and without their semicolon. */
import { digitOf } from "./percent.ts";

/** Names of characters of which attacks are made, in lower case. */
const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: " ", tab: "", newline: "", colon: ":", semi: ";", lpar: "(", rpar: ")", sol: "/", bsol: "\\",
    lbrace: "{", lcub: "{", rbrace: "}", rcub: "}", lsqb: "[", lbrack: "[", rsqb: "]", rbrack: "]", comma: ",", period: ".", excl: "!", num: "#", dollar: "$",
    percnt: "%", ast: "*", midast: "*", plus: "+", equals: "=", quest: "?", commat: "@", grave: "`", diacriticalgrave: "`", lowbar: "_", verbar: "|", vert: "|",
    hyphen: "-", dash: "-", hat: "^", zerowidthspace: "", nonbreakingspace: " ",
  }),
);
const NAME_CHARACTERS_MAX = 18;
/** Names that browsers know without their semicolon. */
const BARE: ReadonlySet<string> = new Set(["lt", "gt", "amp", "quot", "nbsp"]);

export function decodeEntities(text: string): string {
  let at = text.indexOf("&");
  if (at === -1) return text;
  let written = "";
  let run = 0;
  while (at !== -1) {
    const step = text.charCodeAt(at + 1) === 0x23 ? numericAt(text, at + 2) : namedAt(text, at + 1);
    if (step === undefined) {
      at = text.indexOf("&", at + 1);
      continue;
    }
    written += text.slice(run, at) + step.text;
    run = step.end;
    at = text.indexOf("&", run);
  }
  return run === 0 ? text : written + text.slice(run);
}

interface Step {
  readonly text: string;
  readonly end: number;
}

function numericAt(text: string, from: number): Step | undefined {
  const isHexadecimal = (text.charCodeAt(from) | 32) === 0x78;
  const base = isHexadecimal ? 16 : 10;
  const start = isHexadecimal ? from + 1 : from;
  let value = 0;
  let at = start;
  for (; at < text.length; at++) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit === -1 || digit >= base) break;
    if (value <= 0x10ffff) value = value * base + digit;
  }
  if (at === start || value > 0x10ffff) return undefined;
  // Browsers leave tabs and line ends out of addresses: `jav&#9;ascript:`.
  const isSkipped = value === 9 || value === 10 || value === 13 || value === 0;
  return { text: isSkipped ? "" : String.fromCodePoint(value), end: text.charCodeAt(at) === 0x3b ? at + 1 : at };
}

function namedAt(text: string, from: number): Step | undefined {
  let at = from;
  while (at < text.length && at - from < NAME_CHARACTERS_MAX && isLetter(text.charCodeAt(at))) at++;
  if (at === from) return undefined;
  const name = text.slice(from, at).toLowerCase();
  const known = NAMES.get(name);
  if (known === undefined) return undefined;
  if (text.charCodeAt(at) === 0x3b) return { text: known, end: at + 1 };
  return BARE.has(name) ? { text: known, end: at } : undefined;
}

function isLetter(code: number): boolean {
  return (code | 32) >= 0x61 && (code | 32) <= 0x7a;
}
