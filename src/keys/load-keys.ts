/**
 * Load keys: where the keys of an issuer come from, over the network: an address, or the issuer's own metadata.
 *
 * See OpenID Connect Discovery 1.0, section 4, and RFC 8414, section 3.
 */
import { hash } from "node:crypto";
import { readJson } from "../contract/json.ts";
import { isJsonObject, type Json } from "../contract/json-value.ts";
import type { Algorithm } from "./algorithm.ts";
import type { FetchDocument } from "./fetch-document.ts";
import { type KeySet, readKeySet } from "./key-set.ts";
import type { LoadKeys } from "./key-source.ts";

/** How long the address of the keys, once found, is not looked up again. */
export const METADATA_MILLISECONDS = 3_600_000;

type Wrong = { readonly wrong: string };

/** Keys at an address that the operator wrote down. */
export function loadFrom(address: URL, allowed: readonly Algorithm[], fetch: FetchDocument): LoadKeys {
  const read = setReader(allowed);
  return async (held) => {
    const document = await fetch(address, "configured");
    return "wrong" in document ? document : read(document.bytes, held);
  };
}

/** Keys at the address that the metadata of the issuer names. */
export function loadByDiscovery(issuer: string, allowed: readonly Algorithm[], fetch: FetchDocument): LoadKeys {
  const read = setReader(allowed);
  const own = new URL(issuer);
  let found: { readonly address: URL; readonly at: number } | undefined;
  return async (held, now) => {
    if (found === undefined || Math.abs(now - found.at) >= METADATA_MILLISECONDS) {
      const address = await findKeys(issuer, own, fetch);
      if ("wrong" in address) return address;
      found = { address, at: now };
    }
    const { address } = found;
    const document = await fetch(address, address.host === own.host ? "configured" : "named");
    const set = "wrong" in document ? document : read(document.bytes, held);
    // Perhaps the keys have moved: the next attempt asks the metadata again.
    if ("wrong" in set) found = undefined;
    return set;
  };
}

/** Both places of metadata, in the order in which they are tried. */
export function metadataAddresses(issuer: URL): readonly URL[] {
  const path = issuer.pathname.replace(/\/$/, "");
  return [new URL(`${path}/.well-known/openid-configuration`, issuer), new URL(`/.well-known/oauth-authorization-server${path}`, issuer)];
}

async function findKeys(issuer: string, own: URL, fetch: FetchDocument): Promise<URL | Wrong> {
  let wrong = "";
  for (const address of metadataAddresses(own)) {
    const document = await fetch(address, "configured");
    if (!("wrong" in document)) return readMetadata(issuer, document.bytes);
    wrong = document.wrong;
  }
  return { wrong: `no metadata: ${wrong}` };
}

function readMetadata(issuer: string, bytes: Buffer): URL | Wrong {
  const value = parse(bytes);
  if (!isJsonObject(value)) return { wrong: "metadata: not a JSON object" };
  // Exactly the same text: else one issuer could answer for another (RFC 8414, section 3.3).
  if (value["issuer"] !== issuer) return { wrong: "metadata: of another issuer" };
  const address = value["jwks_uri"];
  return typeof address === "string" && URL.canParse(address) ? new URL(address) : { wrong: "metadata: no jwks_uri" };
}

/** Reads sets, and answers the one that is held when the same bytes come again. */
function setReader(allowed: readonly Algorithm[]): (bytes: Buffer, held: KeySet | undefined) => KeySet | Wrong {
  let last: { readonly digest: string; readonly set: KeySet } | undefined;
  return (bytes, held) => {
    const digest = hash("sha256", bytes);
    if (last !== undefined && last.set === held && last.digest === digest) return last.set;
    const value = parse(bytes);
    const reading = value === undefined ? { wrong: "keys: not JSON" } : readKeySet(value, allowed);
    if (!("set" in reading)) return reading;
    last = { digest, set: reading.set };
    return reading.set;
  };
}

function parse(bytes: Buffer): Json | undefined {
  const read = readJson(bytes);
  return "wrong" in read ? undefined : read.value;
}
