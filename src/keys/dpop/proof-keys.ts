/**
 * Proof keys: the public keys that clients put into their proofs, made fit for use once and not for every request.
 *
 * A client writes the same header into all of its proofs, so the text of the header finds the key again. A header is
 * kept only when its key is the one that a good token is bound to: strangers cannot fill the memory.
 */
import { hash } from "node:crypto";
import { isJsonObject, type JsonObject } from "../../contract/json-value.ts";
import { type Algorithm, algorithmOf, type Key } from "../algorithm.ts";
import { readBase64url } from "../base64url.ts";
import { readHeader, type Wrong } from "../compact-jws.ts";
import { readJwk } from "../jwk.ts";

/** Headers that are remembered, and the longest of them, in characters. */
export const PROOF_KEYS_MAX = 4_096;
export const PROOF_HEADER_CHARACTERS_MAX = 2_048;
/** Of an RSA key. Clients choose it themselves, and each request of theirs is a signature to check: a long one makes that dear. */
export const PROOF_MODULUS_BITS_MAX = 4_096;

interface ProofKey {
  readonly thumbprint: string;
  readonly key: Key;
}

export class ProofKeys {
  readonly #allowed: readonly Algorithm[];
  readonly #known = new Map<string, ProofKey>();

  constructor(allowed: readonly Algorithm[]) {
    this.#allowed = allowed;
  }

  get size(): number {
    return this.#known.size;
  }

  /** The key of a proof, if it is the one with this thumbprint. @param header as it stands in the proof */
  find(header: string, thumbprint: string): Key | Wrong {
    const known = this.#known.get(header) ?? this.#read(header, thumbprint);
    if ("wrong" in known) return known;
    return known.thumbprint === thumbprint ? known.key : { wrong: "jwk: not the key that the token is bound to" };
  }

  #read(header: string, thumbprint: string): ProofKey | Wrong {
    if (header.length > PROOF_HEADER_CHARACTERS_MAX) return { wrong: "header: too long" };
    const bytes = readBase64url(header);
    if (bytes === undefined) return { wrong: "not canonical base64url" };
    const read = readHeader(bytes);
    if ("wrong" in read) return read;
    if (read.typ !== "dpop+jwt") return { wrong: "typ: not a proof" };
    const algorithm = algorithmOf(read.alg);
    if (algorithm === undefined || !this.#allowed.includes(algorithm)) return { wrong: "alg: not allowed" };
    const { jwk } = read.members;
    if (!isJsonObject(jwk)) return { wrong: "jwk: missing" };
    // Compared before anything is computed with it: a key that no token is bound to is of no interest.
    if (thumbprintOf(jwk) !== thumbprint) return { wrong: "jwk: not the key that the token is bound to" };
    const made = readJwk(jwk, [algorithm], PROOF_MODULUS_BITS_MAX);
    if (!("key" in made)) return { wrong: `jwk: ${"wrong" in made ? made.wrong : made.ignored}` };
    return this.#keep(header, { thumbprint, key: made.key });
  }

  #keep(header: string, key: ProofKey): ProofKey {
    if (this.#known.size >= PROOF_KEYS_MAX) this.#known.clear();
    // A copy: a text that was cut out of a request would keep all of its head.
    this.#known.set(Buffer.from(header, "latin1").toString("latin1"), key);
    return key;
  }
}

const MEMBERS: ReadonlyMap<unknown, readonly string[]> = new Map([["EC", ["crv", "kty", "x", "y"]], ["OKP", ["crv", "kty", "x"]], ["RSA", ["e", "kty", "n"]]]);

/** RFC 7638, section 3. undefined: no key that could have one here. */
export function thumbprintOf(jwk: JsonObject): string | undefined {
  const names = MEMBERS.get(jwk["kty"]);
  if (names === undefined || names.some((name) => typeof jwk[name] !== "string")) return undefined;
  return hash("sha256", JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]]))), "base64url");
}
