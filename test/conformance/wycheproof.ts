/**
 * Wycheproof: JSON Web Signatures and Keys made to be mistaken, against the reading and checking that the guard `jwt`
 * stands on; claims aside, which these tokens do not have. Known HMAC secrets are scored here too.
 *
 *     node test/conformance/wycheproof.ts
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { isJsonObject, type Json } from "../../src/contract/json-value.ts";
import { type Algorithm, algorithmOf, ASYMMETRIC_NAMES, isSignedBy, SYMMETRIC_NAMES } from "../../src/keys/algorithm.ts";
import { readCompactJws } from "../../src/keys/compact-jws.ts";
import { readKeySet } from "../../src/keys/key-set.ts";
import { findWeakness } from "../../src/keys/secret.ts";
import { type Score, suiteMissing, suites, writeScores } from "./score.ts";

interface Case {
  readonly tcId: number;
  readonly result: "valid" | "invalid";
  readonly comment: string;
  readonly jws: Json;
}

interface Group {
  readonly public?: Json;
  readonly private: Json;
  readonly tests: readonly Case[];
}

const asymmetric = algorithmsOf(ASYMMETRIC_NAMES);
const symmetric = algorithmsOf(SYMMETRIC_NAMES);

export async function scoreWycheproof(): Promise<readonly Score[]> {
  const scores: Score[] = [];
  if (!suiteMissing("wycheproof")) scores.push(...scoreSuite("JWS", "json_web_signature_test.json", 40), ...scoreSuite("JWK", "json_web_key_test.json", 5));
  if (!suiteMissing("jwt-weak-secrets")) scores.push(scoreSecrets());
  return scores;
}

function scoreSuite(name: string, file: string, validBar: number): readonly Score[] {
  const { testGroups } = JSON.parse(readFileSync(path.join(suites, "wycheproof", file), "utf8")) as { readonly testGroups: readonly Group[] };
  const judged = testGroups.flatMap((group) => group.tests.filter((one) => !isContradicted(group, one)).map((one) => ({ ...one, accepted: accepts(group, one.jws) })));
  const invalid = judged.filter(({ result }) => result === "invalid");
  const valid = judged.filter(({ result }) => result === "valid");
  const describe = ({ tcId, comment }: Case): string => `${tcId} ${comment}`;
  const opened = invalid.filter(({ accepted }) => accepted);
  const shut = valid.filter(({ accepted }) => !accepted);
  return [
    { name: `wycheproof, invalid ${name} refused`, passed: invalid.length - opened.length, total: invalid.length, bar: invalid.length, failures: opened.map(describe) },
    { name: `wycheproof, valid ${name} taken`, passed: valid.length - shut.length, total: valid.length, bar: validBar, failures: shut.map(describe) },
  ];
}

/** Two cases, 367 and 370, are the same text under the same key as the valid case 357: nobody can refuse only those. */
function isContradicted({ tests }: Group, { result, jws }: Case): boolean {
  return result === "invalid" && tests.some((other) => other.result === "valid" && other.jws === jws);
}

/** The group's key is the configured one: its public part where it has one, the whole where it is a secret. */
function accepts({ public: open, private: secret }: Group, token: Json): boolean {
  if (typeof token !== "string") return false;
  const keys = open ?? secret;
  const listed = isJsonObject(keys) && Array.isArray(keys["keys"]) ? keys : { keys: [keys] };
  const reading = readKeySet(listed, open === undefined ? symmetric : asymmetric);
  if (!("set" in reading)) return false;
  const jws = readCompactJws(token);
  if (jws === undefined || "wrong" in jws) return false;
  const algorithm = algorithmOf(jws.alg);
  if (algorithm === undefined) return false;
  const key = reading.set.find(jws.kid, algorithm);
  return typeof key !== "string" && isSignedBy(key, jws.signed, jws.signature);
}

/** Secrets long enough to be used, and on everybody's list. Those that a machine drew cannot be told from fresh ones. */
const WEAK_SECRETS_BAR = 103_000;

function scoreSecrets(): Score {
  const known = readFileSync(path.join(suites, "jwt-weak-secrets/jwt.secrets.list"), "utf8").split(/\r?\n/).slice(0, -1);
  const failures = known.filter((secret) => findWeakness(Buffer.from(secret, "utf8")) === undefined);
  return { name: "known HMAC secrets refused", passed: known.length - failures.length, total: known.length, bar: WEAK_SECRETS_BAR, failures };
}

function algorithmsOf(names: readonly string[]): readonly Algorithm[] {
  return [...new Set(names.flatMap((name) => algorithmOf(name) ?? []))];
}

if (import.meta.main) {
  const scores = await scoreWycheproof();
  process.stdout.write(`${writeScores(scores)}\n`);
  for (const { name, failures } of scores) for (const failure of failures.slice(0, 20)) process.stdout.write(`${name}: ${failure}\n`);
  process.exitCode = scores.every(({ passed, bar }) => passed >= bar) ? 0 : 1;
}
