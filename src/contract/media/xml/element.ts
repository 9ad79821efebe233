/**
 * Element: an XML text as a tree, read from its canonical form (Canonical XML 1.0).
 *
 * The parser writes what it understood in the one way in which it can be written: no declaration, no CDATA, five entities and
 * four character references, each attribute in double quotes, each element with its end tag. To read that is simple, and it is
 * many times faster than to ask the parser for every node.
 */

export interface XmlAttribute {
  readonly name: string;
  readonly namespace: string;
  readonly value: string;
}

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** All text that stands directly in it, joined. */
  readonly text: string;
}

export const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";

type Growing = { name: string; namespace: string; attributes: XmlAttribute[]; children: XmlElement[]; text: string };

/** Prefixes that are declared at one element, and those further out. */
interface Prefixes {
  readonly declared: ReadonlyMap<string, string>;
  readonly outer: Prefixes | undefined;
}

interface Open {
  readonly element: Growing;
  readonly prefixes: Prefixes;
}

const OUTERMOST: Prefixes = { declared: new Map([["", ""], ["xml", XML_NAMESPACE]]), outer: undefined };

/** The root; undefined for what is no canonical form of one element. Linear; never throws. */
export function readCanonical(text: string): XmlElement | undefined {
  const root: Growing = { name: "", namespace: "", attributes: [], children: [], text: "" };
  const open: Open[] = [{ element: root, prefixes: OUTERMOST }];
  for (let at = 0; at < text.length; ) {
    const inside = open.at(-1);
    if (inside === undefined) return undefined;
    const next = text.indexOf("<", at);
    if (next !== at) inside.element.text += decode(text.slice(at, next === -1 ? text.length : next));
    if (next === -1) break;
    const isEnd = text[next + 1] === "/";
    if (isEnd) open.pop();
    const end = isEnd ? text.indexOf(">", next) : begin(text, next + 1, open);
    if (end === -1) return undefined;
    at = end + 1;
  }
  const [only, other] = root.children;
  return open.length === 1 && other === undefined && root.text.trim() === "" ? only : undefined;
}

/** Opens the element whose tag begins at `from`, behind its bracket. @returns where the tag ends, or -1 */
function begin(text: string, from: number, open: Open[]): number {
  const inside = open.at(-1);
  let at = from;
  while (at < text.length && text[at] !== " " && text[at] !== ">") at++;
  const name = text.slice(from, at);
  const written: (readonly [name: string, value: string])[] = [];
  // A closing bracket may stand as it is within a value.
  while (text[at] === " ") {
    const equals = text.indexOf('="', at);
    const end = equals === -1 ? -1 : text.indexOf('"', equals + 2);
    if (end === -1) return -1;
    written.push([text.slice(at + 1, equals), decode(text.slice(equals + 2, end))]);
    at = end + 1;
  }
  if (text[at] !== ">" || inside === undefined) return -1;
  const declared = written.filter(([name]) => isDeclaration(name));
  const prefixes = declared.length === 0 ? inside.prefixes : { declared: new Map(declared.map(([name, value]) => [name.slice("xmlns:".length), value])), outer: inside.prefixes };
  const attributes = written.filter(([name]) => !isDeclaration(name)).map(([name, value]): XmlAttribute => ({ ...resolve(name, prefixes, false), value }));
  const element: Growing = { ...resolve(name, prefixes, true), attributes, children: [], text: "" };
  inside.element.children.push(element);
  open.push({ element, prefixes });
  return at;
}

function isDeclaration(name: string): boolean {
  return name === "xmlns" || name.startsWith("xmlns:");
}

/** An attribute without a prefix is in no namespace. */
function resolve(name: string, prefixes: Prefixes, defaults: boolean): Pick<XmlAttribute, "name" | "namespace"> {
  const colon = name.indexOf(":");
  if (colon === -1 && !defaults) return { name, namespace: "" };
  return { name: name.slice(colon + 1), namespace: lookUp(colon === -1 ? "" : name.slice(0, colon), prefixes) };
}

function lookUp(prefix: string, prefixes: Prefixes): string {
  for (let scope: Prefixes | undefined = prefixes; scope !== undefined; scope = scope.outer) {
    const found = scope.declared.get(prefix);
    if (found !== undefined) return found;
  }
  return "";
}

const WRITTEN: ReadonlyMap<string, string> = new Map([["amp", "&"], ["lt", "<"], ["gt", ">"], ["quot", '"'], ["#x9", "\t"], ["#xA", "\n"], ["#xD", "\r"]]);

function decode(text: string): string {
  return text.includes("&") ? text.replaceAll(/&([a-z]{2,4}|#x[9AD]);/g, (all, name: string) => WRITTEN.get(name) ?? all) : text;
}
