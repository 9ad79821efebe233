/** Prototype: a text that reaches what all objects of a JavaScript program inherit, where names of members are made of texts. */
import type { Detector } from "../detector.ts";
import { MARK } from "../marks.ts";
import { Needles } from "../needles.ts";

const MEMBERS = new Needles(["__proto__", "constructor"]);

export const prototype: Detector = {
  name: "prototype",
  kinds: new Set(["short", "text", "url"]),
  needs: MARK.low | MARK.square | MARK.dot,
  find: ({ text }) => (MEMBERS.find(text, (_, at, member) => (member === "constructor" ? leadsOn(text, at + member.length) : isReached(text, at))) === undefined ? undefined : "prototype-member"),
};

/** Not in a word of prose: `__proto__` as a member, as a name in quotes or brackets, or alone. */
function isReached(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at + "__proto__".length);
  const isOpen = at === 0 || before === 0x5b || before === 0x2e || before === 0x22 || before === 0x27 || before === 0x26 || before === 0x3f || before === 0x3a;
  const isClosed = Number.isNaN(after) || after === 0x5d || after === 0x2e || after === 0x22 || after === 0x27 || after === 0x5b || after === 0x3d || after === 0x3a;
  return isOpen && isClosed;
}

/** `constructor.prototype`, `constructor[prototype]`, `constructor["prototype"]`, `constructor.constructor(`. */
function leadsOn(text: string, from: number): boolean {
  const rest = text.slice(from, from + 16);
  return /^(?:\.|\]?\[['"]?)(?:prototype|constructor)/.test(rest);
}
