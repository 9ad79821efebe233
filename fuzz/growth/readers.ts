/** Readers: whoever reads a text that somebody else has chosen, and the texts on which a reader that is not linear would show it. */
import { KINDS } from "../../src/contract/kinds/kind.ts";
import { findLeaks } from "../../src/detection/leaks/find-leaks.ts";
import { LEAK_RULES } from "../../src/detection/leaks/leak.ts";
import { look } from "../../src/detection/look.ts";
import { lookersOf } from "../../src/doors/inbound/validate/injection/grounds.ts";
import { cutterOf, richOptions } from "../../src/doors/inbound/validate/injection/rich-text.ts";
import { Search } from "../../src/doors/inbound/validate/injection/search.ts";
import type { Inspected, Operation } from "../../src/guard.ts";
import { misread } from "../../src/policy/shape.ts";
import { PIECES } from "../detection.ts";

/** Times the work for twice the text. */
export const GROWTH_MAX = 2.3;

/** What is repeated: the pieces that detectors look for, and such as begin something that must be looked for an end. */
export const REPEATED: readonly string[] = [
  ...PIECES.filter((piece) => piece.length > 0),
  "a", "[a", "/a?", " ADw", "+ADw", "+ADw-", "-----BEGIN PRIVATE KEY-----", "eyJh.eyJ.", "eyJ-", "://a:b", "/*!1*/", "/*/", "&#x", "&#1", "%c0%", "\\1", "O:1:", "a:", "0x0x", "for %i ", "if a ==", "http://[::", "constructor.", "<title>", "1-", "4111 ", "on line ", "PHP Warning: ", "Error: ", "a=b; ",
];

const everything = new Set(LEAK_RULES);
const lookers = lookersOf({ listed: "operation", parameters: [] } as unknown as Operation, []);

/** Cookies are read each by itself and all as one. The bound on a head is `framing`'s; nothing here relies on it. */
function readHeaders(text: string): void {
  const search = new Search({ characters: Number.POSITIVE_INFINITY, isSent: () => true });
  const exchange = { request: { fields: { list: ["cookie", text] } } } as unknown as Inspected;
  for (const lookAt of lookers) lookAt(exchange, search);
}

function cutter(): (text: string) => void {
  const options = richOptions.read({}, { pointer: "", report: () => undefined });
  if (options === misread) throw new TypeError("the defaults are none");
  return cutterOf(options);
}

/** Whoever reads a text that a caller, or an API, has chosen. */
export const READERS: Readonly<Record<string, (text: string) => void>> = {
  ...Object.fromEntries(KINDS.filter((kind) => kind !== "none" && kind !== "rich").map((kind) => [kind, (text: string) => void look(text, kind)])),
  rich: cutter(),
  headers: readHeaders,
  leaks: (text) => void findLeaks(text, everything),
};

export function repeat(piece: string, characters: number): string {
  return piece.repeat(Math.ceil(characters / piece.length)).slice(0, characters);
}
