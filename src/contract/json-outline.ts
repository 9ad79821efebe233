/**
 * Json outline: where things stand in a JSON text.
 *
 * JSON.parse is fast and forgets positions; keeping a position for every value of a large contract costs more memory
 * than the contract. So a text is parsed without positions, and only when a misfit asks is it walked again, one
 * container at a time. Everything here expects a text that JSON.parse has accepted.
 */

/** Offset of each child of one container: of the key in an object, of the value in an array. */
export type Children = ReadonlyMap<string, Child>;

export interface Child {
  /** Where a person would point: the key of a member, the value of an element. */
  readonly at: number;
  /** Where the value begins. */
  readonly value: number;
}

export interface JsonOutline {
  /** The offset of the value at the path of keys, or of the deepest ancestor that exists. */
  readonly locate: (path: readonly string[]) => number;
  /** From quote to quote of the string at the path of keys; undefined where there is none. */
  readonly stringAt: (path: readonly string[]) => { readonly from: number; readonly to: number } | undefined;
  /** Every name that stands twice in one object, as the path to it. JSON.parse keeps the last one and says nothing. */
  readonly duplicates: () => readonly (readonly string[])[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

export function outlineJson(text: string): JsonOutline {
  const known = new Map<number, Children>();
  const childrenAt = (offset: number): Children => {
    let children = known.get(offset);
    if (children === undefined) known.set(offset, (children = listChildren(text, offset).children));
    return children;
  };
  return {
    locate(path) {
      let value = skipSpace(text, 0);
      let at = value;
      for (const key of path) {
        const child = childrenAt(value).get(key);
        if (child === undefined) break;
        ({ at, value } = child);
      }
      return at;
    },
    stringAt(path) {
      let from: number | undefined = skipSpace(text, 0);
      for (const key of path) {
        from = childrenAt(from).get(key)?.value;
        if (from === undefined) return undefined;
      }
      return text.charCodeAt(from) === QUOTE ? { from, to: endOfString(text, from) } : undefined;
    },
    duplicates() {
      const found: string[][] = [];
      seekDuplicates(text, skipSpace(text, 0), [], found);
      return found;
    },
  };
}

/** The colons outside strings: one for each member that is written, twice or not. */
export function countMembers(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index) - 1;
    else if (code === COLON) count += 1;
  }
  return count;
}

/** The JSON text is as deep as its value, and whoever reads it has already bounded that depth. */
function seekDuplicates(text: string, offset: number, path: readonly string[], found: string[][]): void {
  const { children, twice } = listChildren(text, offset);
  for (const key of twice) found.push([...path, key]);
  for (const [key, { value }] of children) {
    const code = text.charCodeAt(value);
    if (code === OPEN_BRACE || code === OPEN_BRACKET) seekDuplicates(text, value, [...path, key], found);
  }
}

function listChildren(text: string, offset: number): { readonly children: Children; readonly twice: readonly string[] } {
  const children = new Map<string, Child>();
  const twice: string[] = [];
  const open = text.charCodeAt(offset);
  if (open !== OPEN_BRACE && open !== OPEN_BRACKET) return { children, twice };
  let index = skipSpace(text, offset + 1);
  for (let position = 0; !closes(text.charCodeAt(index)) && index < text.length; position += 1) {
    const at = index;
    let key = String(position);
    if (open === OPEN_BRACE) {
      const end = endOfString(text, index);
      key = JSON.parse(text.slice(index, end)) as string; // a quoted text of an accepted document
      index = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (children.has(key)) twice.push(key);
    children.set(key, { at, value: index });
    index = skipSpace(text, endOfValue(text, index));
    if (text.charCodeAt(index) === COMMA) index = skipSpace(text, index + 1);
  }
  return { children, twice };
}

function endOfValue(text: string, offset: number): number {
  let depth = 0;
  let index = offset;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index) - 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (closes(code) && (depth -= 1) < 0) return index;
    else if (code === COMMA && depth === 0) return index;
    index += 1;
  }
  return index;
}

/** The offset behind the closing quote of the string that begins at `offset`. */
function endOfString(text: string, offset: number): number {
  let end = text.indexOf('"', offset + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end + 1;
}

function isEscaped(text: string, offset: number): boolean {
  let before = offset - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (offset - before) % 2 === 0;
}

function closes(code: number): boolean {
  return code === CLOSE_BRACE || code === CLOSE_BRACKET;
}

function skipSpace(text: string, offset: number): number {
  let index = offset;
  while (index < text.length && text.charCodeAt(index) <= 0x20) index += 1;
  return index;
}
