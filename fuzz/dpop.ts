/**
 * Fuzz DPoP: altered proofs never break the reading and never prove anything, and an address is never taken for another.
 *
 * One proof is good; whatever differs from it in a single character must not do in its place.
 */
import { generateKeyPairSync, hash, sign } from "node:crypto";
import * as fc from "fast-check";
import type { JsonObject } from "../src/contract/json-value.ts";
import { canonicalUrl } from "../src/exchange/http-url.ts";
import { algorithmOf } from "../src/keys/algorithm.ts";
import { type CheckProof, proofChecker, type Proven } from "../src/keys/dpop/proof.ts";
import { thumbprintOf } from "../src/keys/dpop/proof-keys.ts";

const NOW = 1_800_000_000_000;
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = publicKey.export({ format: "jwk" }) as JsonObject;
const proven: Proven = { token: "a.b.c", thumbprint: thumbprintOf(jwk) ?? "", method: "GET", path: "/orders", now: NOW };
const algorithms = ["ES256"].flatMap((name) => algorithmOf(name) ?? []);

export function run(iterations: number, seed: number): void {
  const check = proofChecker({ algorithms, windowMilliseconds: 60_000, skewMilliseconds: 0, nonces: undefined, external: ["https://api.example"] });
  const good = makeProof();
  if (!proves(check, good)) throw new Error("the good proof does not pass: nothing would be proved");
  const altered = fc.tuple(fc.nat(good.length), fc.oneof(fc.constantFrom(..."A B C a b 0 1 - _ . = , { } \"".split(" ")), fc.string({ unit: "binary", maxLength: 3 })), fc.nat(3)).map(([at, text, taken]) => good.slice(0, at) + text + good.slice(at + taken));
  fc.assert(fc.property(altered, (text) => text === good || !proves(check, text)), { numRuns: iterations, seed });
  const member = fc.tuple(fc.constantFrom("jti", "htm", "htu", "iat", "ath", "nonce", "x"), fc.jsonValue());
  fc.assert(fc.property(member, ([name, value]) => void check(makeProof({ [name]: value as never }), proven)), { numRuns: Math.ceil(iterations / 10), seed });
  fc.assert(fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string({ unit: "binary" })), agrees), { numRuns: iterations, seed });
}

function proves(check: CheckProof, proof: string): boolean {
  const verdict = check(proof, proven);
  return verdict !== "nonce" && !("wrong" in verdict);
}

/** Whatever is read as an address, the WHATWG parser reads as the same host, and reading it again changes nothing. */
function agrees(text: string): boolean {
  const canonical = canonicalUrl(text);
  if (canonical === undefined) return true;
  const [ours, theirs] = [new URL(canonical), new URL(text)];
  return ours.origin === theirs.origin && decodeURIComponent(ours.pathname) === decodeURIComponent(theirs.pathname) && canonicalUrl(canonical) === canonical;
}

function makeProof(claims: JsonObject = {}): string {
  const body = { jti: "1", htm: "GET", htu: "https://api.example/orders", iat: NOW / 1_000, ath: hash("sha256", proven.token, "base64url"), ...claims };
  const signed = [{ typ: "dpop+jwt", alg: "ES256", jwk }, body].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}
