/**
 * Replaced fields: what of the API's answer ends at the second door, or is written there anew whatever the API said.
 */
import { remember } from "../../../exchange/remember.ts";
import { fieldSet, type FieldSet, HOP_BY_HOP } from "../../field-set.ts";

const OWN: ReadonlySet<string> = new Set(["x-content-type-options", "content-security-policy", "x-frame-options", "referrer-policy", "strict-transport-security"]);
const ended = fieldSet(HOP_BY_HOP);
/** Caches on the way that obey these before Cache-Control. */
const targeted = fieldSet(["cdn-cache-control", "surrogate-control", "surrogate-key", "cloudflare-cdn-cache-control", "akamai-cache-control", "vercel-cdn-cache-control", "netlify-cdn-cache-control"]);

export const replaced: FieldSet = remember((name) => OWN.has(name) || ended(name));
/** Also what would let a cache keep an answer that nobody may keep. */
export const replacedOrTargeted: FieldSet = remember((name) => replaced(name) || targeted(name));
