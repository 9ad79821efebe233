/**
 * XSS: a text that a browser would run where it is put into a page.
 *
 * The text is read as HTML from wherever it may begin: between elements, within an element, within an attribute with either
 * quote or none, and within a script. In prose stand angle brackets, quotes and the word "onclick"; what makes an attack is an
 * element that runs, a handler with its equals sign where attributes stand, an address with a scheme that runs, or a call
 * where a script was left.
 */
import type { Detector } from "../detector.ts";
import { MARK } from "../marks.ts";
import { END, NUMBER, type Reading, WORD } from "../reading.ts";
import { ATTRIBUTE, ATTRIBUTES, ELEMENT, ELEMENTS, MEMBERS, NAME, NAMES, namesEvent } from "./html/words.ts";

export const xss: Detector = {
  name: "xss",
  kinds: new Set(["short", "text", "url", "filename"]),
  needs: MARK.angle | MARK.equals | MARK.round | MARK.colon | MARK.quote | MARK.square | MARK.dot,
  find(reading) {
    for (let at = 0; at < reading.count; at++) {
      const type = reading.type[at] ?? 0;
      const found = type === 0x3c ? findElement(reading, at) : type === WORD ? findAtWord(reading, at) : type === 0x5b ? findObscured(reading, at) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  },
};

/** `<` and what it begins. */
function findElement(reading: Reading, at: number): string | undefined {
  let next = at + 1;
  const type = reading.typeAt(next);
  if (!reading.isGlued(next) && type !== WORD) return undefined;
  if (type === 0x21) return findDeclaration(reading, next);
  if (type === 0x3f) return reading.textAt(next + 1).toLowerCase() === "import" ? "xss-element" : undefined;
  if (type === 0x2f) next++;
  // A name with a prefix is the same element: <svg:script>, <x:script>.
  if (reading.typeAt(next + 1) === 0x3a && reading.typeAt(next + 2) === WORD) next += 2;
  if (reading.typeAt(next) !== WORD) return undefined;
  const isTight = reading.isGlued(next);
  const meaning = reading.classAt(next, ELEMENTS);
  if (meaning === ELEMENT.runs && (isTight || reading.typeAt(next + 1) === 0x3e)) return "xss-element";
  if (!isTight) return undefined;
  if (meaning === ELEMENT.style || meaning === ELEMENT.loads) return findLoader(reading, next);
  return findAttribute(reading, next + 1);
}

/** `<!--` with what browsers and servers do with it; `<!doctype` and `<!entity` are for xxe. */
function findDeclaration(reading: Reading, at: number): string | undefined {
  if (reading.typeAt(at + 1) === 0x5b) return reading.textAt(at + 2).toLowerCase() === "cdata" ? "xss-declaration" : undefined;
  return reading.typeAt(at + 3) === 0x5b && reading.textAt(at + 4).toLowerCase() === "if" ? "xss-declaration" : undefined;
}

/** link, base, meta and their kin do harm with an attribute; as bare words in brackets they are placeholders. */
function findLoader(reading: Reading, at: number): string | undefined {
  const isStyle = reading.classAt(at, ELEMENTS) === ELEMENT.style;
  if (isStyle && (reading.typeAt(at + 1) === 0x3e || reading.typeAt(at + 1) === 0x2f)) return "xss-element";
  for (let next = at + 1; next < reading.count && next < at + ATTRIBUTES_AHEAD; next++) {
    const type = reading.type[next];
    if (type === 0x3e || type === 0x3c) break;
    if (type === WORD && isAssigned(reading, next)) return "xss-element";
  }
  return findAttribute(reading, at + 1);
}

/** Tokens of one element that are looked through; handlers further on are found by their own grammar. */
const ATTRIBUTES_AHEAD = 160;

/** The attributes of an element: a handler, or an address that runs. */
function findAttribute(reading: Reading, at: number): string | undefined {
  for (let next = at; next < reading.count && next < at + ATTRIBUTES_AHEAD; next++) {
    const type = reading.type[next] ?? 0;
    if (type === 0x3e || (type === 0x3c && next > at)) return undefined;
    if (type === 0x27 || type === 0x22) {
      const twin = reading.twin[next] ?? 0;
      if (twin !== 0 && reading.typeAt(next - 1) === 0x3d) next = twin;
      continue;
    }
    if (type !== WORD) continue;
    // xmlns:x="...", xlink:href="...".
    if (reading.typeAt(next + 1) === 0x3a && reading.typeAt(next + 3) === 0x3d && reading.isGlued(next + 1)) {
      const prefix = reading.textAt(next).toLowerCase();
      if (prefix === "xlink" || (prefix === "xmlns" && namesScript(reading, next))) return "xss-space";
    }
    if (!isAssigned(reading, next)) continue;
    if (isEvent(reading, next)) return "xss-handler";
    const meaning = reading.classAt(next, ATTRIBUTES);
    if (meaning === ATTRIBUTE.page) return "xss-address";
    if (meaning === ATTRIBUTE.space) return namesScript(reading, next) ? "xss-space" : undefined;
    if (meaning === ATTRIBUTE.address && runs(reading, afterEquals(reading, next))) return "xss-address";
    if (meaning === ATTRIBUTE.style && runsInStyle(reading, next)) return "xss-style";
  }
  return undefined;
}

/** A prefix or an element that is made one of HTML or SVG: what it is named then does not matter. `<x xlink:href=...>` as well. */
function namesScript(reading: Reading, at: number): boolean {
  const from = reading.from[at] ?? 0;
  const value = reading.text.slice(from, from + 64).toLowerCase();
  return value.includes("w3.org/1999/xhtml") || value.includes("w3.org/2000/svg") || value.includes("w3.org/1998/math");
}

/** Whether an equals sign follows; browsers skip slashes and blanks before it. */
function isAssigned(reading: Reading, at: number): boolean {
  let next = at + 1;
  while (next < at + 4 && reading.typeAt(next) === 0x2f) next++;
  return reading.typeAt(next) === 0x3d && reading.typeAt(next + 1) !== 0x3d;
}

function afterEquals(reading: Reading, at: number): number {
  let next = at + 1;
  while (next < at + 4 && reading.typeAt(next) === 0x2f) next++;
  return next + 1;
}

/** Any name that begins with "on" is a handler within an element. */
function isEvent(reading: Reading, at: number): boolean {
  const from = reading.from[at] ?? 0;
  return (reading.to[at] ?? 0) - from >= 4 && beginsWithOn(reading.text, from);
}

function beginsWithOn(text: string, from: number): boolean {
  return (text.charCodeAt(from) | 32) === 0x6f && (text.charCodeAt(from + 1) | 32) === 0x6e;
}

/** An address whose scheme runs: letters may be parted by what browsers skip. */
function runs(reading: Reading, at: number): boolean {
  let next = at;
  while (next < at + 3 && (reading.typeAt(next) === 0x22 || reading.typeAt(next) === 0x27 || reading.typeAt(next) === 0x60)) next++;
  if (reading.typeAt(next) !== WORD) return false;
  const scheme = readScheme(reading.text, reading.from[next] ?? 0);
  return scheme === "javascript" || scheme === "vbscript" || scheme === "livescript" || (scheme === "data" && !isPicture(reading, next));
}

/** data:image/png and the like show, and do not run; image/svg+xml runs. */
function isPicture(reading: Reading, at: number): boolean {
  const kind = reading.textAt(at + 2).toLowerCase();
  const detail = reading.textAt(at + 4).toLowerCase();
  return (kind === "image" && detail !== "svg") || kind === "audio" || kind === "video" || kind === "font";
}

const SCHEME_CHARACTERS_MAX = 64;

/** Letters up to a colon, without blanks and controls between them; empty where there is no colon. */
function readScheme(text: string, from: number): string {
  let scheme = "";
  for (let at = from; at < text.length && at < from + SCHEME_CHARACTERS_MAX; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x3a) return scheme;
    if (code <= 0x20) continue;
    if (!((code | 32) >= 0x61 && (code | 32) <= 0x7a)) return "";
    scheme += String.fromCharCode(code | 32);
    if (scheme.length > 10) return "";
  }
  return "";
}

/** expression(, url(javascript:, behavior:, -moz-binding: */
function runsInStyle(reading: Reading, at: number): boolean {
  for (let next = at + 1; next < reading.count && next < at + 48; next++) {
    if (reading.type[next] !== WORD) continue;
    const word = reading.textAt(next).toLowerCase();
    if (word === "expression" && reading.typeAt(next + 1) === 0x28) return true;
    if ((word === "behavior" || word === "binding") && reading.typeAt(next + 1) === 0x3a) return true;
    if (word === "url" && reading.typeAt(next + 1) === 0x28 && runs(reading, next + 2)) return true;
  }
  return false;
}

function findAtWord(reading: Reading, at: number): string | undefined {
  const from = reading.from[at] ?? 0;
  if (beginsWithOn(reading.text, from) && isAssigned(reading, at) && isAttribute(reading, at) && (namesEvent(reading.text, from, reading.to[at] ?? 0) || isBrokenOut(reading, at))) return "xss-handler";
  if (reading.classAt(at, ATTRIBUTES) === ATTRIBUTE.style && isAssigned(reading, at) && isAttribute(reading, at) && runsInStyle(reading, at)) return "xss-style";
  switch (reading.classAt(at, NAMES)) {
    case NAME.scheme:
      return findScheme(reading, at);
    case NAME.data:
      return isDataPage(reading, at) ? "xss-address" : undefined;
    case NAME.sink:
      return findSink(reading, at);
    case NAME.root:
      return findRoot(reading, at);
    case NAME.maker:
      return reading.typeAt(at + 1) === 0x28 && reading.typeAt(at - 1) === 0x2e ? "xss-script" : undefined;
    default:
      return undefined;
  }
}

/** Whether a word stands where an attribute could: at the start, behind a quote, a slash, or in an element. */
function isAttribute(reading: Reading, at: number): boolean {
  const before = reading.typeAt(at - 1);
  if (before === END || before === 0x22 || before === 0x27 || before === 0x60 || before === 0x2f || before === 0x3e) return true;
  // ` x onclick=...`: attributes before it, behind a quote or an angle bracket that came earlier.
  return before !== 0x2e && before !== 0x26 && before !== 0x3f && (reading.marks & (MARK.quote | MARK.angle)) !== 0 && !reading.isGlued(at);
}

const EVERYDAY: ReadonlySet<string> = new Set(["only", "once", "ones", "online", "ongoing", "onto", "onward", "onwards", "onion", "onions", "onset", "onus", "oneself", "onboard", "onboarding", "onsite", "ontology", "ontario", "onyx", "oncology", "onlooker", "onstage", "onshore", "onerous"]);

/** Any name that begins with "on", right behind a quote that it breaks out of. */
function isBrokenOut(reading: Reading, at: number): boolean {
  const before = reading.typeAt(at - 1);
  return (before === 0x22 || before === 0x27) && (reading.twin[at - 1] ?? 0) === 0 && (reading.to[at] ?? 0) - (reading.from[at] ?? 0) >= 5 && !EVERYDAY.has(reading.textAt(at).toLowerCase());
}

/** `javascript:alert(1)`. The book is "JavaScript: The Good Parts". */
function findScheme(reading: Reading, at: number): string | undefined {
  const colon = at + 1;
  if (reading.typeAt(colon) !== 0x3a || !reading.isGlued(colon)) return undefined;
  const next = reading.typeAt(colon + 1);
  // Behind `%20` the decoded view will tell.
  if (next === END) return at === 0 ? "xss-scheme" : undefined;
  return next !== 0x25 && (reading.isGlued(colon + 1) || next !== WORD) ? "xss-scheme" : undefined;
}

/** `data:text/html,...` */
function isDataPage(reading: Reading, at: number): boolean {
  if (reading.typeAt(at + 1) !== 0x3a || reading.typeAt(at + 3) !== 0x2f || !reading.isGlued(at + 2)) return false;
  const kind = `${reading.textAt(at + 2)}/${reading.textAt(at + 4)}`.toLowerCase();
  return kind === "text/html" || kind === "text/plain" || kind === "text/javascript" || kind === "image/svg" || kind === "application/xhtml" || kind === "application/javascript" || kind === "application/x";
}

/** `alert(1)`, `(alert)(1)`, alert`1`, `alert?.(1)`, `alert.call(`: where a script, not a sentence, stands before it. */
function findSink(reading: Reading, at: number): string | undefined {
  const word = reading.textAt(at);
  if (word === "Function") return reading.typeAt(at + 1) === 0x28 && reading.textAt(at - 1) === "new" ? "xss-script" : undefined;
  if (word === "Reflect") return reading.typeAt(at + 1) === 0x2e && (reading.typeAt(at + 3) === 0x2e || reading.typeAt(at + 3) === 0x60) ? "xss-script" : undefined;
  let next = at + 1;
  if (reading.typeAt(next) === 0x29) next++;
  if (reading.typeAt(next) === 0x3f) next++;
  if (reading.typeAt(next) === 0x2e) {
    const member = reading.textAt(next + 1).toLowerCase();
    if (member === "call" || member === "apply" || member === "bind") next += 2;
    else if (reading.typeAt(next + 1) === 0x28) next++;
  }
  const opens = reading.typeAt(next);
  if (opens !== 0x28 && opens !== 0x60 && opens !== 0x2f) return undefined;
  if (opens === 0x2f && reading.typeAt(next + 1) !== 0x2f && reading.typeAt(next + 1) !== 0x2a) return undefined;
  return isInScript(reading, at) ? "xss-script" : undefined;
}

/** Behind a sign, or at the start; a word before it makes a sentence: "use alert() for this". */
function isInScript(reading: Reading, at: number): boolean {
  const before = reading.typeAt(at - 1);
  if (before === END) return true;
  if (before === WORD || before === NUMBER) return !reading.isGlued(at) && /^(?:new|return|throw|void|typeof|else|do|in)$/i.test(reading.textAt(at - 1));
  if (before === 0x2e) return reading.classAt(at - 2, NAMES) === NAME.root;
  if (before === 0x60) return reading.isGlued(at) && reading.typeAt(at - 2) === END;
  return before !== 0x2c || reading.isGlued(at);
}

/** `document.cookie`, `window["location"]`, `document?.domain`. */
function findRoot(reading: Reading, at: number): string | undefined {
  let next = at + 1;
  if (reading.typeAt(next) === 0x29) next++;
  if (reading.typeAt(next) === 0x3f) next++;
  const sign = reading.typeAt(next);
  if (sign === 0x5b) return findIndexed(reading, next);
  if (sign !== 0x2e) return undefined;
  if (at === 0 && reading.textAt(0) === "console" && reading.typeAt(next + 2) === 0x28) return "xss-script";
  if (reading.classAt(next + 1, MEMBERS) !== 1) return isBorrowed(reading, next + 1) ? "xss-script" : undefined;
  // "... of the window. Location: Berlin"
  if (!reading.isGlued(next + 1) && reading.isGlued(next)) return undefined;
  const root = reading.textAt(at).toLowerCase();
  if (isMentioned(reading, at, next + 2)) return undefined;
  return root === "document" || root === "window" || reading.typeAt(next + 2) === 0x28 || reading.typeAt(next + 2) === 0x3d ? "xss-script" : undefined;
}

/** "... with document.write.": a word before it, and behind it the end of a sentence, or another word. */
function isMentioned(reading: Reading, at: number, behind: number): boolean {
  if (reading.typeAt(at - 1) !== WORD || reading.isGlued(at)) return false;
  const next = reading.typeAt(behind);
  return next === END || next === WORD || next === 0x2c || (next === 0x2e && !reading.isGlued(behind + 1));
}

/** `console.info.call(`: a method that is called for somebody else. */
function isBorrowed(reading: Reading, at: number): boolean {
  const method = reading.textAt(at + 2).toLowerCase();
  return reading.typeAt(at + 1) === 0x2e && (method === "call" || method === "apply" || method === "bind") && reading.typeAt(at + 3) === 0x28;
}

/** `self["\x24"]`, `window["alert"]`: members that are reached by their name as a text. */
function findIndexed(reading: Reading, at: number): string | undefined {
  const quote = reading.typeAt(at + 1);
  return quote === 0x22 || quote === 0x27 || quote === 0x60 ? "xss-script" : undefined;
}

/** `[][(![]+[])...`, `[1].find(alert)`, `[].map.call`: scripts that are made of brackets. */
function findObscured(reading: Reading, at: number): string | undefined {
  let signs = 0;
  for (let next = at; next < reading.count && next < at + 48; next++) {
    const type = reading.type[next] ?? 0;
    if (type !== 0x5b && type !== 0x5d && type !== 0x21 && type !== 0x2b && type !== 0x28 && type !== 0x29) break;
    signs++;
  }
  if (signs >= OBSCURED_SIGNS_MIN) return "xss-obscured";
  if (reading.typeAt(at + 1) !== 0x5d && reading.typeAt(at + 2) !== 0x5d) return undefined;
  const dot = reading.typeAt(at + 1) === 0x5d ? at + 2 : at + 3;
  if (reading.typeAt(dot) !== 0x2e) return undefined;
  const call = reading.typeAt(dot + 2);
  return call === 0x2e || (call === 0x28 && reading.classAt(dot + 3, NAMES) === NAME.sink) ? "xss-obscured" : undefined;
}

const OBSCURED_SIGNS_MIN = 12;
