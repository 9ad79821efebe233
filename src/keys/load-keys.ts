/** Load keys: where the keys of an issuer come from, over the network: an address, or the issuer's own metadata. */
import { hash } from "node:crypto";
import { readJson } from "../contract/json.ts";
import type { Json } from "../contract/json-value.ts";
import type { Algorithm } from "./algorithm.ts";
import type { FetchDocument } from "./fetch-document.ts";
import { type KeySet, readKeySet } from "./key-set.ts";
import type { LoadKeys } from "./key-source.ts";
import { metadataOf } from "./metadata.ts";

type Wrong = { readonly wrong: string };

/** Keys at an address that the operator wrote down. */
export function loadFrom(address: URL, allowed: readonly Algorithm[], fetch: FetchDocument): LoadKeys {
  const read = setReader(allowed);
  return async (held, _now, newer) => {
    const document = await fetch(address, "configured", newer);
    return "wrong" in document ? document : read(document.bytes, held);
  };
}

/** Keys at the address that the metadata of the issuer names. */
export function loadByDiscovery(issuer: string, allowed: readonly Algorithm[], fetch: FetchDocument): LoadKeys {
  const read = setReader(allowed);
  const metadata = metadataOf(issuer, fetch);
  return async (held, now, newer) => {
    const named = await metadata.address("jwks_uri", now);
    if ("wrong" in named) return named;
    const document = await fetch(named.url, named.origin, newer);
    const set = "wrong" in document ? document : read(document.bytes, held);
    // Perhaps the keys have moved: the next attempt asks the metadata again.
    if ("wrong" in set) metadata.forget();
    return set;
  };
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
