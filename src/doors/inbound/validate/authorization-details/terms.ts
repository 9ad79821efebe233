/** Terms: what one entry of `authorization_details` must say of a request, understood once. */
import { type MemberPath, readMemberPath, valuesAt } from "../../../../contract/member-path.ts";
import { type Inspected, isJsonObject, type Json, type JsonObject, type Operation } from "../../../../guard.ts";
import { findSource, type FoundSource } from "../../../outbound/verify/owner/lookup/sources.ts";
import { amountOf, isSameValue } from "./amount.ts";

/** Entries of one token; with more, none is looked at. */
export const DETAILS_MAX = 20;

export interface TermWishes {
  readonly type: string;
  readonly actions: readonly string[];
  /** Member of the entry, and the place in the request whose value it must be. */
  readonly same: ReadonlyMap<string, string>;
  /** The place's value is an amount of at most this member's. */
  readonly atMost: ReadonlyMap<string, string>;
  readonly ignored: readonly string[];
}

export interface Terms {
  readonly needsBody: boolean;
  /** Whether this entry grants this request. */
  readonly grants: (entry: Json, exchange: Inspected, body: Json | undefined) => boolean;
}

interface Term {
  readonly member: MemberPath;
  readonly source: FoundSource;
  readonly holds: (granted: Json | undefined, asked: Json | undefined) => boolean;
}

type Wrong = { readonly wrong: string; readonly allowed?: string };

export function openTerms({ type, actions, same, atMost, ignored }: TermWishes, operation: Operation): Terms | Wrong {
  const terms: Term[] = [];
  for (const [wishes, holds] of [[same, isSameValue], [atMost, isAtMost]] as const) {
    for (const [member, place] of wishes) {
      const read = readMemberPath(member);
      if ("wrong" in read) return read;
      const source = findSource(place, operation);
      if ("wrong" in source) return source;
      terms.push({ member: read.path, source, holds });
    }
  }
  const known = new Set(["type", ...(actions.length > 0 ? ["actions"] : []), ...terms.flatMap(({ member: [first] }) => (first?.kind === "name" ? first.name : [])), ...ignored]);
  return {
    needsBody: terms.some(({ source }) => source.needsBody),
    grants(entry, exchange, body) {
      if (!isJsonObject(entry) || entry["type"] !== type) return false;
      // A member that nobody here reads may be the one that says no.
      if (Object.keys(entry).some((name) => !known.has(name))) return false;
      return (actions.length === 0 || holdsOne(entry, actions)) && terms.every((term) => isKept(term, entry, exchange, body));
    },
  };
}

function holdsOne({ actions: granted }: JsonObject, wanted: readonly string[]): boolean {
  return Array.isArray(granted) && granted.some((one: Json) => typeof one === "string" && wanted.includes(one));
}

/** All that stands at the place, and something must. */
function isKept({ member, source, holds }: Term, entry: JsonObject, exchange: Inspected, body: Json | undefined): boolean {
  const asked = source.read(exchange, body);
  const granted = valuesAt(entry, member);
  if (asked === "unreadable" || asked.length === 0 || granted.length !== 1) return false;
  return asked.every((one) => holds(granted[0], one));
}

function isAtMost(granted: Json | undefined, asked: Json | undefined): boolean {
  const [most, amount] = [amountOf(granted), amountOf(asked)];
  return most !== undefined && amount !== undefined && amount >= 0n && amount <= most;
}
