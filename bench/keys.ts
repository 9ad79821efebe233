/**
 * Keys: what it costs to check an API key, or a login, that is remembered, beside the least that could be done: a SHA-256 of
 * what was sent, looked up in a Map. All in one run, in turn, on one thread, a thousand keys and a hundred logins.
 *
 *     node bench/keys.ts [--seconds 2] [--rounds 5]
 *
 * A check is the guard's own, from the exchange to the principal; what stands before and behind it in a request is not
 * in it. The rival compares nothing in constant time, knows no end, no address and no change, and its memory is a copy of
 * the database.
 */
import { hash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { apiKey } from "../src/doors/inbound/authenticate/api-key.ts";
import { basic } from "../src/doors/inbound/authenticate/basic.ts";
import { issueKey } from "../src/keys/api-key/ledger.ts";
import { boundDatabase } from "../src/stores/database/bounded-database.ts";
import { sqliteDriver } from "../src/stores/database/sqlite.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { freshPeppers } from "../test/keys/peppers.ts";
import { WISHES } from "../test/keys/api-key/wishes.ts";
import { addUser, PASSWORD } from "../test/keys/password/users.ts";
import { exchangeOf, operation, siteOf } from "../test/walk.ts";

const KEYS = 1_000;
/** Making a login takes a password hash. */
const LOGINS = 100;
const { values } = parseArgs({ options: { seconds: { type: "string", default: "2" }, rounds: { type: "string", default: "5" } } });

const folder = mkdtempSync(path.join(tmpdir(), "sallyport-bench-keys-"));
const database = boundDatabase(sqliteDriver({ file: path.join(folder, "house.db"), busyMilliseconds: 5_000 }), { waitMilliseconds: 5_000 });
const peppers = freshPeppers();
const at = operation({ security: [[{ scheme: { name: "key", type: "apiKey", in: "header", parameter: "x-api-key", place: { file: "", pointer: "" } }, scopes: [] }]] });

const now = Date.now();
const texts: string[] = [];
for (let key = 0; key < KEYS; key++) texts.push((await issueKey({ ...WISHES, addresses: [], expires: now + 86_400_000 }, { database, peppers, random: randomBytes, now })).text);
const exchanges = texts.map((text) => exchangeOf({ now, fields: [["host", "api.example"], ["user-agent", "bench"], ["x-api-key", text]] }, at));

const guard = apiKey.post({}, { pointer: "", report: () => undefined });
const check = guard?.compile(siteOf({ guard: apiKey, operation: at, store: memoryStore(), site: { database, peppers } }));
if (check === undefined) throw new Error("the guard does not stand");
for (const exchange of exchanges) {
  const verdict = await check(exchange);
  if (verdict?.kind !== "principal") throw new Error("a good key does not pass: nothing would be measured");
}

const guarded = operation({ security: [[{ scheme: { name: "login", type: "http", http: "basic", place: { file: "", pointer: "" } }, scopes: [] }]] });
const logins: typeof exchanges = [];
for (let user = 0; user < LOGINS; user++) {
  await addUser(database, peppers, { name: `user${user}` });
  const authorization = `Basic ${Buffer.from(`user${user}:${PASSWORD}`).toString("base64")}`;
  logins.push(exchangeOf({ now, fields: [["host", "api.example"], ["user-agent", "bench"], ["authorization", authorization]] }, guarded));
}
const login = basic.post({}, { pointer: "", report: () => undefined })?.compile(siteOf({ guard: basic, operation: guarded, store: memoryStore(), site: { database, peppers } }));
if (login === undefined) throw new Error("the guard does not stand");
// Time stands still here: what is asked of the database every second is not in the figures.
for (const exchange of logins) {
  const verdict = await login(exchange);
  if (verdict?.kind !== "principal") throw new Error("a good login does not pass: nothing would be measured");
}

const table = new Map(texts.map((text) => [hash("sha256", text), { owner: "shop" }]));

/** One pass over all keys; answers how many were good. */
type Pass = () => number;

const subjects: Readonly<Record<string, Pass>> = {
  "api-key guard": () => {
    let good = 0;
    for (const exchange of exchanges) {
      const verdict = check(exchange);
      if (!(verdict instanceof Promise) && verdict?.kind === "principal") good++;
    }
    return good;
  },
  "basic guard": () => {
    let good = 0;
    for (let round = 0; round < KEYS / LOGINS; round++) {
      for (const exchange of logins) {
        const verdict = login(exchange);
        if (!(verdict instanceof Promise) && verdict?.kind === "principal") good++;
      }
    }
    return good;
  },
  "sha256 + Map": () => {
    let good = 0;
    for (const { request } of exchanges) if (table.get(hash("sha256", request.fields.one("x-api-key") ?? "")) !== undefined) good++;
    return good;
  },
};

function measure(pass: Pass, milliseconds: number): number {
  const begin = performance.now();
  let checks = 0;
  let elapsed = 0;
  do {
    if (pass() !== KEYS) throw new Error("a good key was refused");
    checks += KEYS;
    elapsed = performance.now() - begin;
  } while (elapsed < milliseconds);
  return (checks / elapsed) * 1_000;
}

const rates = new Map<string, number[]>(Object.keys(subjects).map((name) => [name, []]));
for (const pass of Object.values(subjects)) measure(pass, 500);
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, pass] of Object.entries(subjects)) rates.get(name)?.push(measure(pass, Number(values.seconds) * 1_000));
}

const median = (list: readonly number[]): number => list.toSorted((one, other) => one - other)[Math.floor(list.length / 2)] ?? 0;
const least = median(rates.get("sha256 + Map") ?? []);
for (const [name, list] of rates) {
  process.stdout.write(`${name.padEnd(16)} ${Math.round(median(list)).toLocaleString("en")} checks/s (${Math.round(Math.min(...list)).toLocaleString("en")} to ${Math.round(Math.max(...list)).toLocaleString("en")}), ${(median(list) / least).toFixed(2)} of the least that could be done\n`);
}
await database.close();
rmSync(folder, { recursive: true });
