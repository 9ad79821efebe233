/**
 * Fuzz introspection: no answer of an issuer breaks the reading, and none but a whole and active one lets anybody in.
 */
import { ok } from "node:assert/strict";
import * as fc from "fast-check";
import { introspector } from "../src/keys/introspection/introspect.ts";
import { PLAIN_TYPE, readAnswer } from "../src/keys/introspection/read-answer.ts";

const NOW = 1_800_000_000_000;
const GOOD = { active: true, iss: "https://id.example", aud: "orders", sub: "ann", client_id: "app", exp: NOW / 1_000 + 600, scope: "a b" };
const rules = { issuer: "https://id.example", audiences: ["orders"], skewMilliseconds: 0, incomplete: false, goodMilliseconds: 1_000, badMilliseconds: 0, entriesMax: 10, questionsMax: 10 };

const altered = fc.tuple(fc.constantFrom(...Object.keys(GOOD), "cnf", "nbf", "iat", "jti", "x"), fc.jsonValue()).map(([name, value]) => JSON.stringify({ ...GOOD, [name]: value }));
const cut = fc.tuple(fc.nat(200), fc.string({ unit: "binary", maxLength: 3 }), fc.nat(3)).map(([at, text, taken]) => JSON.stringify(GOOD).slice(0, at) + text + JSON.stringify(GOOD).slice(at + taken));

export async function run(iterations: number, seed: number): Promise<void> {
  ok(await passes(JSON.stringify(GOOD)), "the good answer does not pass: nothing would be proved");
  await fc.assert(fc.asyncProperty(fc.oneof(altered, cut, fc.json(), fc.string({ unit: "binary" })), holds), { numRuns: iterations, seed });
}

/** Whoever passes, passes by an answer that JSON.parse reads as active, for this API, and by its own time. */
async function holds(text: string): Promise<boolean> {
  if (!(await passes(text))) return true;
  const { active, aud, exp } = JSON.parse(text) as { active: unknown; aud: unknown; exp: unknown };
  return active === true && [aud].flat().includes("orders") && Number(exp) * 1_000 > NOW;
}

async function passes(text: string): Promise<boolean> {
  const judge = introspector(rules, () => readAnswer(PLAIN_TYPE, Buffer.from(text), undefined, NOW));
  return "principal" in (await judge("opaque", NOW));
}
