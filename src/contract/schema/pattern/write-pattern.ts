/**
 * Write pattern: pieces become the text that an engine takes: V8's (ECMA-262 with the `u` flag) or RE2's.
 *
 * Both are written from the same pieces, so that a class or a dot means the same whichever engine runs it.
 */
import type { CharSet, Property } from "./char-set.ts";
import type { Piece } from "./piece.ts";

export type Engine = "v8" | "re2";

/** The text, or undefined where the engine has no words for a piece. */
export function writePattern(piece: Piece, engine: Engine): string | undefined {
  switch (piece.kind) {
    case "set":
      return writeSet(piece.set, engine);
    case "start":
      return engine === "v8" ? "^" : "\\A";
    case "end":
      return engine === "v8" ? "$" : "\\z";
    case "boundary":
      return piece.negated ? "\\B" : "\\b";
    case "look":
      return undefined;
    case "repeat": {
      const inside = writePattern(piece.of, engine);
      const count = `{${piece.min}${piece.max === piece.min ? "" : `,${piece.max === Infinity ? "" : piece.max}`}}`;
      return inside === undefined ? undefined : `(?:${inside})${count}`;
    }
    case "sequence":
      return writeAll(piece.of, engine, "");
    case "choice": {
      const branches = writeAll(piece.of, engine, "|");
      return branches === undefined ? undefined : `(?:${branches})`;
    }
  }
}

function writeAll(pieces: readonly Piece[], engine: Engine, between: string): string | undefined {
  const texts = pieces.map((piece) => writePattern(piece, engine));
  return texts.includes(undefined) ? undefined : texts.join(between);
}

function writeSet({ ranges, properties, negated }: CharSet, engine: Engine): string | undefined {
  const letter = engine === "v8" ? "u" : "x";
  const write = (code: number): string => `\\${letter}{${code.toString(16)}}`;
  let inside = "";
  for (const [from, to] of ranges) inside += from === to ? write(from) : `${write(from)}-${write(to)}`;
  for (const property of properties) {
    const name = engine === "v8" ? property.name : nameForRe2(property);
    if (name === undefined) return undefined;
    inside += `\\${property.negated ? "P" : "p"}{${name}}`;
  }
  if (inside === "") return engine === "v8" ? "[]" : "[^\\x{0}-\\x{10ffff}]";
  return `[${negated ? "^" : ""}${inside}]`;
}

/** RE2 knows general categories by their short names and scripts by their long ones. */
function nameForRe2({ name }: Property): string | undefined {
  const [key, value] = name.includes("=") ? name.split("=", 2) : ["General_Category", name];
  if (key === "Script" || key === "sc") return value;
  if ((key !== "General_Category" && key !== "gc") || value === undefined) return undefined;
  return CATEGORIES.get(value) ?? ([...CATEGORIES.values()].includes(value) ? value : undefined);
}

const CATEGORIES: ReadonlyMap<string, string> = new Map([
  ["Letter", "L"], ["Uppercase_Letter", "Lu"], ["Lowercase_Letter", "Ll"], ["Titlecase_Letter", "Lt"], ["Modifier_Letter", "Lm"],
  ["Other_Letter", "Lo"], ["Mark", "M"], ["Combining_Mark", "M"], ["Nonspacing_Mark", "Mn"], ["Spacing_Mark", "Mc"],
  ["Enclosing_Mark", "Me"], ["Number", "N"], ["Decimal_Number", "Nd"], ["digit", "Nd"], ["Letter_Number", "Nl"],
  ["Other_Number", "No"], ["Punctuation", "P"], ["punct", "P"], ["Connector_Punctuation", "Pc"], ["Dash_Punctuation", "Pd"],
  ["Open_Punctuation", "Ps"], ["Close_Punctuation", "Pe"], ["Initial_Punctuation", "Pi"], ["Final_Punctuation", "Pf"],
  ["Other_Punctuation", "Po"], ["Symbol", "S"], ["Math_Symbol", "Sm"], ["Currency_Symbol", "Sc"], ["Modifier_Symbol", "Sk"],
  ["Other_Symbol", "So"], ["Separator", "Z"], ["Space_Separator", "Zs"], ["Line_Separator", "Zl"], ["Paragraph_Separator", "Zp"],
  ["Control", "Cc"], ["cntrl", "Cc"], ["Format", "Cf"], ["Surrogate", "Cs"], ["Private_Use", "Co"],
]);
