/** Read wishes: what was said on the command line about a key, checked before anything is done. */
import { readJson } from "../../contract/json.ts";
import { isJsonObject, type JsonObject } from "../../contract/json-value.ts";
import { readRanges } from "../../exchange/address.ts";
import type { KeyWishes } from "../../keys/api-key/ledger.ts";
import { readDuration } from "../read-duration.ts";

export type Said<Name extends string> = { readonly [K in Name]: string | undefined };
type Wrong = { readonly wrong: string };

export const LIFE_DEFAULT = "90d";
export const LIFE_MAX = "365d";
const NAME_CHARACTERS_MAX = 200;
const LIST_MAX = 100;
const REASON_CHARACTERS_MIN = 8;

export function readWishes(said: Said<"owner" | "name" | "party" | "scopes" | "claims" | "tenant" | "addresses" | "plan" | "expires" | "lasting"> & { readonly test: boolean }, now: number): KeyWishes | Wrong {
  const { owner, name = owner, party = "client", plan } = said;
  if (owner === undefined) return { wrong: "--owner NAME is missing" };
  for (const [option, text] of Object.entries({ owner, name, plan })) if (text !== undefined && !isName(text)) return { wrong: `--${option} is no name: 1 to ${NAME_CHARACTERS_MAX} characters on one line` };
  if (party !== "user" && party !== "client") return { wrong: "--party is one of user, client" };
  const scopes = readList(said.scopes);
  if (!scopes.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) || scopes.length > LIST_MAX) return { wrong: "--scopes is a list such as orders:read,orders:write" };
  const addresses = readList(said.addresses);
  const ranges = readRanges(addresses);
  if ("wrong" in ranges || addresses.length > LIST_MAX) return { wrong: "--addresses is a list such as 192.0.2.7,10.0.0.0/8" };
  const claims = readClaims(said.claims, said.tenant);
  if ("wrong" in claims) return { wrong: "--claims is a JSON object" };
  const life = readLife(said, now);
  if ("wrong" in life) return life;
  return { environment: said.test ? "test" : "live", name: name ?? owner, owner, party, scopes, claims: claims.claims, addresses, plan, ...life };
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

function isName(text: string): boolean {
  return text.length <= NAME_CHARACTERS_MAX && text.trim() === text && !/[\0-\x1f\x7f-\x9f]/.test(text);
}

function readList(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(",").map((one) => one.trim());
}

function readClaims(text: string | undefined, tenant: string | undefined): { readonly claims: JsonObject } | Wrong {
  const read = readJson(Buffer.from(text ?? "{}"));
  if ("wrong" in read || !isJsonObject(read.value)) return { wrong: "not an object" };
  return { claims: { ...read.value, ...(tenant === undefined ? {} : { tenant }) } };
}
