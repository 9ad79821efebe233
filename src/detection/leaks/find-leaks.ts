/**
 * Find leaks: goes once through a text for all wordings and forms of secrets, and once for numbers of cards.
 *
 * The text is the answer as it stands, one character per octet; nothing of it is parsed, so that what is found can be covered
 * at its place. Linear in the text.
 */
import { findApiKeys } from "../../keys/api-key/format.ts";
import { findCards } from "./cards.ts";
import { CREDENTIALS, type Measure, measurePrivateKey, measureToken } from "./credentials.ts";
import type { Leak, LeakRule } from "./leak.ts";
import { Phrases } from "./phrases.ts";
import { type Around, WORDINGS } from "./wordings.ts";

/** Leaks of one answer that are listed; behind them nothing more is looked for. */
export const LEAKS_MAX = 1_000;

interface Sought {
  readonly rule: LeakRule;
  readonly phrase: string;
  readonly end: Around;
}

function measured(rule: LeakRule, phrase: string, measure: Measure): Sought {
  return { rule, phrase, end: (text, from) => measure(text, from) };
}

const SOUGHT: readonly Sought[] = [
  ...WORDINGS.map(({ rule, phrase, around }) => ({ rule, phrase, end: around ?? ((_text, _from, to) => to) }) satisfies Sought),
  ...CREDENTIALS.map(([prefix, measure]) => measured("credential", prefix, measure)),
  measured("private-key", "-----BEGIN ", measurePrivateKey),
  measured("token", "eyJ", measureToken),
  measured("internal-address", "10.", measureAddress),
  measured("internal-address", "192.168.", measureAddress),
  measured("internal-address", "172.", measureAddress),
  measured("internal-address", "169.254.", measureAddress),
  measured("internal-address", ".svc.cluster.local", measureName),
  measured("internal-address", ".internal", measureName),
];

let phrases: Phrases | undefined;

/** Leaks in the order in which they are found. */
export function findLeaks(text: string, rules: ReadonlySet<LeakRule>): readonly Leak[] {
  // Thousands of states, for those who ask for it.
  phrases ??= new Phrases(SOUGHT.map(({ phrase }) => phrase));
  const leaks: Leak[] = [];
  let covered = 0;
  /** By number of the phrase: up to where it is known to begin nothing. */
  const barren = new Map<number, number>();
  phrases.scan(text, (number, from, to) => {
    const sought = SOUGHT[number];
    // Within a secret there is no other one.
    if (sought === undefined || !rules.has(sought.rule) || from < covered || from < (barren.get(number) ?? 0)) return true;
    const end = sought.end(text, from, to);
    if (end < -1) barren.set(number, -end);
    if (end < 0) return true;
    leaks.push({ rule: sought.rule, from, to: end });
    if (end > to) covered = end;
    return leaks.length < LEAKS_MAX;
  });
  if (rules.has("card")) findCards(text, (from, to) => void (leaks.length < LEAKS_MAX && leaks.push({ rule: "card", from, to })));
  if (rules.has("api-key") && text.includes("slp_")) leaks.push(...findApiKeys(text).slice(0, LEAKS_MAX).map(({ from, to }) => ({ rule: "api-key" as const, from, to })));
  return leaks;
}

/** A private address (RFC 1918) or one of a link (RFC 3927), as a whole. */
function measureAddress(text: string, from: number): number {
  const before = text.charCodeAt(from - 1);
  if ((before >= 0x30 && before <= 0x39) || before === 0x2e || before === 0x2d || (before | 32) >= 0x61) return -1;
  const match = /^(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}|169\.254(?:\.\d{1,3}){2})(?![\d.-]|\w)/.exec(text.slice(from, from + 20));
  return match === null ? -1 : from + match[0].length;
}

/** `host.internal`: a name that no resolver of the world knows. */
function measureName(text: string, from: number): number {
  const end = text.indexOf(".", from + 1) === from + 4 ? from + ".svc.cluster.local".length : from + ".internal".length;
  const after = text.charCodeAt(end);
  const isWhole = !((after >= 0x30 && after <= 0x39) || ((after | 32) >= 0x61 && (after | 32) <= 0x7a) || after === 0x2d || after === 0x5f);
  const before = text.charCodeAt(from - 1);
  return isWhole && ((before >= 0x30 && before <= 0x39) || ((before | 32) >= 0x61 && (before | 32) <= 0x7a)) ? end : -1;
}
