/**
 * Fuzz API key: whatever differs from a key in a single character is nobody's, no text makes the reading throw, and what
 * is found in a text really stands there.
 */
import { ok, strictEqual } from "node:assert/strict";
import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { KeyDirectory } from "../src/keys/api-key/directory.ts";
import { API_KEY_PATTERN, findApiKeys, findKeyFault, makeApiKey } from "../src/keys/api-key/format.ts";
import type { Pepper, Peppers } from "../src/keys/pepper.ts";
import type { Database, Row } from "../src/stores/database/database.ts";

const NOW = 1_800_000_000_000;
const pepper: Pepper = { id: "0123456789abcdef", hash: (purpose, text) => createHmac("sha256", "fuzz").update(`${purpose}\0${text}`).digest() };
const peppers: Peppers = { current: pepper, all: [pepper], find: (id) => (id === pepper.id ? pepper : undefined) };
const random = (bytes: number): Uint8Array => Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 31 + 7) % 251));
const { id, text: good } = makeApiKey("live", pepper, random);

const row: Row = {
  id, environment: "live", name: "n", owner: "o", party: "client", scopes: "[]", claims: "{}", addresses: "[]", plan: null, created: NOW, expires: null, lasting: null, disabled: null, replaces: null, used: null,
  pepper: pepper.id, digest: pepper.hash("api-key", good), version: 1,
};
const database: Database = {
  dialect: "sqlite",
  open: async () => undefined,
  run: async (sql, [value] = []) => (sql.includes("digest") ? (value === id ? [row] : []) : [{ version: 1, id: null }]),
  together: async () => [],
  waiting: () => 0,
  close: async () => undefined,
};

const CHARACTER = fc.oneof(fc.constantFrom(..."09AZaz_-. %\0\n\u00e9\ud800".split("")), fc.string({ unit: "binary", minLength: 0, maxLength: 2 }));
const PLACE = fc.nat({ max: good.length });
/** A key with a piece cut out, and another put in. */
const ALTERED = fc.tuple(PLACE, fc.nat({ max: 3 }), CHARACTER).map(([at, cut, put]) => good.slice(0, at) + put + good.slice(at + cut));
const SPLICED = fc.tuple(PLACE, PLACE).map(([one, other]) => good.slice(0, one) + good.slice(other));
const TEXT = fc.oneof(ALTERED, SPLICED, fc.string({ unit: "binary", maxLength: 100 }), fc.constantFrom("slp_live_", "slp_test_", good));

export async function run(iterations: number, seed: number): Promise<void> {
  const directory = new KeyDirectory({ database, peppers, environment: "live", entriesMax: 10, staleMilliseconds: 0, random });
  const isKnown = async (text: string): Promise<boolean> => "record" in (await directory.find(text, NOW));
  ok(await isKnown(good), "the good key does not pass: nothing would be proved");
  await fc.assert(
    fc.asyncProperty(TEXT, async (text) => {
      strictEqual(await isKnown(text), text === good, "taken for the key");
      strictEqual(findKeyFault(text, "live", peppers.all) === undefined, text === good, "fits without being it");
    }),
    { numRuns: iterations, seed },
  );
  fc.assert(fc.property(fc.array(TEXT, { maxLength: 6 }).map((texts) => texts.join("")), findsWhatIsThere), { numRuns: iterations, seed });
}

function findsWhatIsThere(text: string): void {
  const found = findApiKeys(text);
  for (const { from, to } of found) ok(new RegExp(`^${API_KEY_PATTERN}$`).test(text.slice(from, to)), "found something else");
  // Keys do not overlap in what is generated here, but for the key's own letters before another one.
  if (text.includes(good)) ok(found.some(({ from, to }) => text.slice(from, to) === good) || /[0-9A-Za-z]slp_|slp_\w*slp_/.test(text), "a whole key was not found");
}

if (import.meta.main) await run(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? Date.now()));
