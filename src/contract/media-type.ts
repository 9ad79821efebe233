/**
 * Media type: a Content-Type read strictly (RFC 9110, section 8.3.1), and the media range that it falls under.
 *
 * Frameworks disagree about `application/json, text/plain`, about two charsets, about escapes and about trailing rubbish; whoever
 * guesses lets a body be parsed as something else than was checked. So there is one reading, or none.
 */

export const MEDIA_TYPE_CHARACTERS_MAX = 1_024;
export const MEDIA_TYPE_PARAMETERS_MAX = 16;

export interface MediaTypeText {
  /** `type/subtype` in lower case. */
  readonly type: string;
  /** Names in lower case; values as they stand, unquoted. */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface WrongMediaType {
  readonly wrong: string;
}

/** Reads one field value. Linear in its length; never throws. */
export function readMediaType(text: string): MediaTypeText | WrongMediaType {
  if (text.length > MEDIA_TYPE_CHARACTERS_MAX) return { wrong: "is too long" };
  const slash = tokenEnd(text, 0);
  const end = slash > 0 && text[slash] === "/" ? tokenEnd(text, slash + 1) : 0;
  if (end <= slash + 1) return { wrong: "is not of the form type/subtype" };
  const parameters = new Map<string, string>();
  let at = end;
  for (;;) {
    const next = skipBlanks(text, at);
    if (next === text.length) break;
    if (text[next] !== ";") return { wrong: "holds something other than parameters after type/subtype" };
    const parameter = readParameter(text, skipBlanks(text, next + 1));
    if ("wrong" in parameter) return parameter;
    if (parameters.has(parameter.name)) return { wrong: "holds a parameter twice" };
    if (parameters.size === MEDIA_TYPE_PARAMETERS_MAX) return { wrong: "holds too many parameters" };
    parameters.set(parameter.name, parameter.value);
    at = parameter.end;
  }
  return { type: text.slice(0, end).toLowerCase(), parameters };
}

/** Whether `range` is a media range as contracts hold it: `application/json`, `image/*` or the full wildcard. */
export function isMediaRange(range: string): boolean {
  const slash = tokenEnd(range, 0);
  if (slash === 0 || range[slash] !== "/" || slash + 1 === range.length || tokenEnd(range, slash + 1) !== range.length) return false;
  const subtype = range.slice(slash + 1);
  const partial = subtype !== "*" && subtype.includes("*");
  return !partial && (range.startsWith("*/") ? subtype === "*" : !range.slice(0, slash).includes("*"));
}

/** The most specific of `media` (ranges in lower case) that `type` (lower case) falls under. */
export function matchMediaType<M extends { readonly range: string }>(type: string, media: readonly M[]): M | undefined {
  const slash = type.indexOf("/");
  // A type named with an asterisk is no type, and would otherwise be found among the ranges.
  if (slash === -1 || type.includes("*")) return undefined;
  const family = `${type.slice(0, slash)}/*`;
  return (
    media.find(({ range }) => range === type) ?? media.find(({ range }) => range === family) ?? media.find(({ range }) => range === "*/*")
  );
}

/** `application/json`, or the structured suffix `+json` (RFC 6839, section 3.1). `type` in lower case. */
export function isJson(type: string): boolean {
  return type === "application/json" || (type.endsWith("+json") && !type.endsWith("/+json"));
}

interface ParameterText {
  readonly name: string;
  readonly value: string;
  readonly end: number;
}

function readParameter(text: string, from: number): ParameterText | WrongMediaType {
  const equals = tokenEnd(text, from);
  if (equals === from) return { wrong: "holds an empty parameter" };
  if (text[equals] !== "=") return { wrong: "holds a parameter without a value" };
  const name = text.slice(from, equals).toLowerCase();
  // `boundary*` and `boundary*0` go before `boundary` for readers of mail (RFC 2231), and are nothing to others.
  if (name.includes("*")) return { wrong: "holds a parameter in pieces or in another charset" };
  if (text[equals + 1] === '"') return readQuoted(text, equals + 2, name);
  const end = tokenEnd(text, equals + 1);
  if (end === equals + 1) return { wrong: "holds a parameter without a value" };
  return { name, value: text.slice(equals + 1, end), end };
}

/**
 * A quoted string (RFC 9110, section 5.6.4) without its escapes, and without semicolons; `from` is behind its opening quote.
 * A reader that keeps the backslash has another boundary, one that cuts at every semicolon finds another charset in it.
 */
function readQuoted(text: string, from: number, name: string): ParameterText | WrongMediaType {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '"') return { name, value: text.slice(from, at), end: at + 1 };
    const code = text.charCodeAt(at);
    const allowed = code === 0x09 || (code >= 0x20 && code <= 0x7e && text[at] !== "\\" && text[at] !== ";");
    if (!allowed) return { wrong: "holds a quoted value with a character that is not allowed" };
  }
  return { wrong: "holds a quoted value without an end" };
}

/** Visible ASCII without the delimiters (RFC 9110, section 5.6.2). */
const TOKEN: ReadonlySet<string> = new Set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

function tokenEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && TOKEN.has(text[at] ?? "")) at++;
  return at;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}
