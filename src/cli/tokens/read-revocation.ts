/** Read revocation: from the words of a command line to what is to be revoked. */
import { hashOfTokenId, NAME_CHARACTERS_MAX } from "../../keys/claims.ts";
import { type Revocation, REVOCATION_KINDS } from "../../keys/revocation/revocation.ts";
import { readDuration } from "../read-duration.ts";

/** The longest life that the guard jwt lets a token have. */
export const KEEP_DEFAULT = "31d";
export const KEEP_MAX = "365d";
const REASON_CHARACTERS_MAX = 500;

export interface RevocationWords {
  readonly kind: string;
  readonly value: string | undefined;
  readonly issuer: string | undefined;
  readonly before: string | undefined;
  readonly keep: string | undefined;
  readonly reason: string | undefined;
}

export type RevocationWishes = Omit<Revocation, "id" | "created" | "lifted">;

export function readRevocation(words: RevocationWords, now: number): RevocationWishes | { readonly wrong: string } {
  const kind = REVOCATION_KINDS.find((one) => one === words.kind);
  if (kind === undefined) return { wrong: `<what> is one of ${REVOCATION_KINDS.join(", ")}` };
  if ((words.value === undefined) !== (kind === "everything")) return { wrong: kind === "everything" ? "everything takes no <value>" : `<value> is missing: which ${kind}?` };
  if (words.before !== undefined && kind === "token") return { wrong: "--before does not go with one token" };
  const texts = [words.value, words.issuer].filter((text) => text !== undefined);
  if (texts.some((text) => !isName(text, kind === "token" ? 1_000 : NAME_CHARACTERS_MAX))) return { wrong: `a name has 1 to ${NAME_CHARACTERS_MAX} characters on one line` };
  const before = words.before === undefined ? now : readMoment(words.before);
  if (before === undefined) return { wrong: "--before is a moment such as 2026-11-20T12:00:00Z" };
  const keep = readDuration(words.keep ?? KEEP_DEFAULT, { min: "1m", max: KEEP_MAX });
  if (keep === undefined) return { wrong: `--keep is a time from 1m to ${KEEP_MAX}, such as ${KEEP_DEFAULT}` };
  if (words.reason !== undefined && !isReason(words.reason)) return { wrong: `--reason is a text of 1 to ${REASON_CHARACTERS_MAX} characters on one line` };
  return { kind, issuer: words.issuer ?? "", value: kind === "token" ? tokenOf(words.value ?? "") : (words.value ?? ""), before, ends: Math.max(now, before) + keep, reason: words.reason };
}

export function isReason(text: string): boolean {
  return isName(text, REASON_CHARACTERS_MAX) && text.trim() !== "";
}

/** As the audit log has it, or the id itself, which is not kept. */
function tokenOf(value: string): string {
  return /^jti:([0-9a-f]{32})$/.exec(value)?.[1] ?? hashOfTokenId(value);
}

function isName(text: string, charactersMax: number): boolean {
  return text.length > 0 && text.length <= charactersMax && !/[\0-\x1f\x7f-\x9f]/.test(text);
}

/** With its zone: a moment that everybody reads in his own is none. */
function readMoment(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : moment;
}
