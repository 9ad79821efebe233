/** Read wishes: what was said on the command line about a key, checked before anything is done. */
import { readRanges } from "../../exchange/address.ts";
import type { KeyWishes } from "../../keys/api-key/ledger.ts";
import { readDuration } from "../read-duration.ts";
import { isName, LIST_MAX, NAME_FORM, readGrant, readList, type Said, type Wrong } from "../read-grant.ts";

export const LIFE_DEFAULT = "90d";
export const LIFE_MAX = "365d";
const REASON_CHARACTERS_MIN = 8;

export function readWishes(said: Said<"owner" | "name" | "party" | "scopes" | "claims" | "tenant" | "addresses" | "plan" | "expires" | "lasting"> & { readonly test: boolean }, now: number): KeyWishes | Wrong {
  const { owner, name = owner, party = "client" } = said;
  if (owner === undefined) return { wrong: "--owner NAME is missing" };
  for (const [option, text] of Object.entries({ owner, name })) if (text !== undefined && !isName(text)) return { wrong: `--${option} is no name: ${NAME_FORM}` };
  if (party !== "user" && party !== "client") return { wrong: "--party is one of user, client" };
  const addresses = readList(said.addresses);
  const ranges = readRanges(addresses);
  if ("wrong" in ranges || addresses.length > LIST_MAX) return { wrong: "--addresses is a list such as 192.0.2.7,10.0.0.0/8" };
  const grant = readGrant(said);
  if ("wrong" in grant) return grant;
  const life = readLife(said, now);
  if ("wrong" in life) return life;
  return { environment: said.test ? "test" : "live", name: name ?? owner, owner, party, addresses, ...grant, ...life };
}

/** How long a key lasts: for a time, or for a reason. */
export function readLife({ expires, lasting }: Said<"expires" | "lasting">, now: number): Pick<KeyWishes, "expires" | "lasting"> | Wrong {
  if (lasting !== undefined) {
    if (expires !== undefined) return { wrong: "--expires and --lasting exclude each other" };
    return lasting.trim().length < REASON_CHARACTERS_MIN ? { wrong: "--lasting is a reason: a sentence that somebody will read in a year" } : { expires: undefined, lasting };
  }
  const life = readDuration(expires ?? LIFE_DEFAULT, { min: "1m", max: LIFE_MAX });
  return life === undefined ? { wrong: `--expires is a time from 1m to ${LIFE_MAX}, such as ${LIFE_DEFAULT}` } : { expires: now + life, lasting: undefined };
}
