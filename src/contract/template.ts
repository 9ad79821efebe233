/**
 * Template: a path template of OpenAPI, taken apart (OpenAPI 3.2, section "Path Templating").
 *
 * Literal text is brought into the same canonical form as a request's path, so that the two can be compared as they
 * stand. What could never match (a query, a dot segment) is a mistake of the author and is named as such.
 */
import { canonicalise } from "./percent.ts";

export type TemplateSegment =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "expression"; readonly name: string }
  | Affix;

/** Expressions with literal text around them: `literals` has one more than `names`; its ends may be empty texts. */
export interface Affix {
  readonly kind: "affix";
  readonly literals: readonly string[];
  readonly names: readonly string[];
}

export interface Template {
  readonly text: string;
  /** One each between the slashes; `/` has one, empty. */
  readonly segments: readonly TemplateSegment[];
  /** Names of the expressions, from left to right. */
  readonly names: readonly string[];
}

export interface WrongTemplate {
  readonly wrong: string;
}

/** Reads a template such as `/a/{b}/c.{ext}`. Never throws. */
export function readTemplate(text: string): Template | WrongTemplate {
  if (!text.startsWith("/")) return { wrong: "a path template begins with a slash" };
  const pieces = text.slice(1).split("/");
  const segments: TemplateSegment[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (piece === "" && index < pieces.length - 1) return { wrong: "an empty segment (`//`) never matches a request" };
    const segment = readSegment(piece);
    if ("wrong" in segment) return segment;
    segments.push(segment);
  }
  const names = segments.flatMap(namesOf);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return { wrong: `the expression {${twice}} stands there twice` };
  return { text, segments, names };
}

/**
 * The texts of an affix segment's expressions, or undefined where the segment does not fit. Each but the last is as
 * short as can be (`{name}.{ext}` takes `a.tar.gz` for `a` and `tar.gz`), none is empty, and no triplet is cut.
 */
export function captureAffix(segment: string, { literals }: Affix): readonly string[] | undefined {
  const prefix = literals[0] ?? "";
  const suffix = literals[literals.length - 1] ?? "";
  const end = segment.length - suffix.length;
  if (end <= prefix.length || !segment.startsWith(prefix) || !segment.endsWith(suffix) || isInTriplet(segment, end)) return undefined;
  const values: string[] = [];
  let from = prefix.length;
  for (const literal of literals.slice(1, -1)) {
    let found = segment.indexOf(literal, from + 1);
    while (found !== -1 && isInTriplet(segment, found)) found = segment.indexOf(literal, found + 1);
    // Something has to be left for the next expression.
    if (found === -1 || found + literal.length >= end) return undefined;
    values.push(segment.slice(from, found));
    from = found + literal.length;
  }
  values.push(segment.slice(from, end));
  return values;
}

/** In `{a}2{b}` the 2 of `%2C` is no literal: a cut there would leave two malformed halves. */
function isInTriplet(segment: string, at: number): boolean {
  return at < segment.length && (segment[at - 1] === "%" || segment[at - 2] === "%");
}

function namesOf(segment: TemplateSegment): readonly string[] {
  if (segment.kind === "literal") return [];
  return segment.kind === "expression" ? [segment.name] : segment.names;
}

function readSegment(piece: string): TemplateSegment | WrongTemplate {
  const literals: string[] = [];
  const names: string[] = [];
  let from = 0;
  for (;;) {
    const open = piece.indexOf("{", from);
    const literal = readLiteral(piece.slice(from, open === -1 ? piece.length : open));
    if (typeof literal !== "string") return literal;
    if (literal === "" && names.length > 0 && open !== -1) return { wrong: "two expressions need literal text between them" };
    literals.push(literal);
    if (open === -1) break;
    const close = piece.indexOf("}", open);
    const name = piece.slice(open + 1, close === -1 ? piece.length : close);
    if (close === -1 || name.includes("{")) return { wrong: "an opening brace has no closing one in its segment" };
    if (name === "") return { wrong: "an expression needs a name" };
    names.push(name);
    from = close + 1;
  }
  return shapeSegment(literals, names);
}

function shapeSegment(literals: readonly string[], names: readonly string[]): TemplateSegment | WrongTemplate {
  const [first = ""] = literals;
  const [name] = names;
  if (name === undefined) {
    const isDots = /^\.\.?(?:;|%3B|$)/.test(first);
    return isDots ? { wrong: "a dot segment never matches a request" } : { kind: "literal", text: first };
  }
  if (names.length === 1 && literals.every((literal) => literal === "")) return { kind: "expression", name };
  return { kind: "affix", literals, names };
}

/** Characters that a document may hold plainly, but a request only percent-encoded. */
const UNENCODED: RegExp = /[^\u0000-\u007f]+|[ "<>^`|[\]]+/gu;

function readLiteral(text: string): string | WrongTemplate {
  if (text.includes("}")) return { wrong: "a closing brace has no opening one in its segment" };
  if (text.includes("?")) return { wrong: "a path template holds no query: `?` is not allowed" };
  if (text.includes("#")) return { wrong: "a path template holds no fragment: `#` is not allowed" };
  if (!text.isWellFormed()) return { wrong: "a path template has to be well-formed Unicode" };
  const canonical = canonicalise(text.replace(UNENCODED, encodeURIComponent), "path");
  return typeof canonical === "string" ? canonical : { wrong: `the literal text ${canonical.wrong}` };
}
