/**
 * Open keys: from the words of a policy to a source of keys.
 *
 * `discovery` asks the issuer's metadata, an address is fetched, `file:` is read now. A secret stands alone: with
 * public keys beside it, a token could choose how it is checked (RFC 8725, section 2.1).
 */
import { createSecretKey, hash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { readJson } from "../contract/json.ts";
import { type Algorithm, keyOf } from "./algorithm.ts";
import { findFault } from "./ask.ts";
import { DOCUMENT_BYTES_MAX, type FetchDocument } from "./fetch-document.ts";
import { type KeySet, readKeySet } from "./key-set.ts";
import { fixedKeys, type KeySource, type KeyTimes, remoteKeys } from "./key-source.ts";
import { loadByDiscovery, loadFrom } from "./load-keys.ts";
import { findWeakness, readSecret } from "./secret.ts";

export interface KeyWishes {
  readonly issuer: string;
  /** `discovery`, an https address, or `file:path`. */
  readonly keys: string;
  /** `env:NAME` or `file:path`. */
  readonly secret: string | undefined;
  readonly algorithms: readonly Algorithm[];
  readonly times: KeyTimes;
  /** Where relative file names start. */
  readonly folder: string;
}

export interface OpenedKeys {
  /** Changes with the content of a file: what was shared under it before a reload is not used again. */
  readonly version: string;
  readonly open: () => KeySource;
}

type Wrong = { readonly wrong: string; readonly allowed?: string };

const FORMS = "discovery, https://..., file:path";

export function openKeys(wishes: KeyWishes, fetch: FetchDocument): OpenedKeys | Wrong {
  const { keys, secret, algorithms, issuer, times, folder } = wishes;
  const secrets = algorithms.filter(({ type }) => type === "oct").length;
  if (secret !== undefined) return secrets === algorithms.length ? openSecret(secret, wishes) : { wrong: "a secret goes with HMAC algorithms alone", allowed: "algorithms: [HS256]" };
  if (secrets > 0) return { wrong: "HMAC algorithms need a secret of their own, without other algorithms beside them", allowed: "secret: env:NAME" };
  if (keys.startsWith("file:")) return openFile(path.resolve(folder, keys.slice("file:".length)), algorithms);
  const address = keys === "discovery" ? issuer : keys;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) return { wrong: keys === "discovery" ? "the issuer is no address: its keys cannot be discovered" : "keys: not a place of keys", allowed: FORMS };
  const fault = findFault(url, "configured");
  if (fault !== undefined) return { wrong: `keys: ${fault}`, allowed: "https, or http to a loopback address" };
  const load = keys === "discovery" ? loadByDiscovery(issuer, algorithms, fetch) : loadFrom(url, algorithms, fetch);
  return { version: "", open: () => remoteKeys(load, times) };
}

function openFile(file: string, algorithms: readonly Algorithm[]): OpenedKeys | Wrong {
  const bytes = readFile(file);
  if (bytes === undefined) return { wrong: `${file}: cannot be read, or is larger than ${DOCUMENT_BYTES_MAX} bytes` };
  const read = readJson(bytes);
  if ("wrong" in read) return { wrong: `${file}: ${read.wrong.reason}` };
  const reading = readKeySet(read.value, algorithms);
  // What is left out of a fetched set is a mistake in a file: its owner can mend it.
  const wrong = "set" in reading ? reading.wrong.join("; ") : reading.wrong;
  if (wrong !== "" || !("set" in reading)) return { wrong: `${file}: ${wrong}` };
  return { version: hash("sha256", bytes), open: () => fixedKeys(reading.set) };
}

function openSecret(reference: string, { algorithms, keys, folder }: KeyWishes): OpenedKeys | Wrong {
  if (keys !== "discovery") return { wrong: "keys and secret exclude each other", allowed: "one of them" };
  const [algorithm, another] = algorithms;
  if (algorithm === undefined || another !== undefined) return { wrong: "a secret serves one algorithm", allowed: "algorithms: [HS256]" };
  const read = readSecret(reference, folder);
  if ("wrong" in read) return read;
  const weakness = findWeakness(read.secret, algorithm.hashBytes);
  if (weakness !== undefined) return { wrong: `the secret is weak: ${weakness}`, allowed: "random bytes, for example of `openssl rand -base64 48`" };
  const key = keyOf(undefined, algorithm, createSecretKey(read.secret));
  // There is one secret, under whatever name the issuer's tokens call it.
  const set: KeySet = { keys: [key], find: (_, wanted) => (wanted === algorithm ? key : "algorithm is not the key's own") };
  return { version: hash("sha256", Buffer.concat([Buffer.from("sallyport secret\0"), read.secret])), open: () => fixedKeys(set) };
}

function readFile(file: string): Buffer | undefined {
  try {
    return statSync(file).size > DOCUMENT_BYTES_MAX ? undefined : readFileSync(file);
  } catch {
    return undefined;
  }
}
