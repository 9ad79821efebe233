import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test, type TestContext } from "node:test";
import type { Json } from "../../../../src/contract/json-value.ts";
import type { Operation, Scheme } from "../../../../src/contract/operation.ts";
import { apiKey } from "../../../../src/doors/inbound/authenticate/api-key.ts";
import type { Principal, Problem } from "../../../../src/guard.ts";
import { disableKey, type Issued, issueKey, type KeyWishes } from "../../../../src/keys/api-key/ledger.ts";
import { memoryStore } from "../../../../src/stores/memory.ts";
import type { Meter, Store } from "../../../../src/stores/store.ts";
import { openSqlite } from "../../../databases.ts";
import { AWAY, doubt, type DoubtedDatabase } from "../../../doubted-database.ts";
import { freshPeppers } from "../../../keys/peppers.ts";
import { DAY, NOW, WISHES } from "../../../keys/api-key/wishes.ts";
import { type Given, misfits, post, type Sent, silent } from "../../../walk.ts";
import { media } from "../../samples.ts";

const place = { file: "openapi.yaml", pointer: "" };
const key: Scheme = { name: "key", type: "apiKey", in: "header", parameter: "X-API-Key", place };
const partner: Scheme = { name: "partner", type: "apiKey", in: "header", parameter: "X-Partner", place };
const query: Scheme = { name: "link", type: "apiKey", in: "query", parameter: "key", place };
const cookie: Scheme = { name: "session", type: "apiKey", in: "cookie", parameter: "key", place };
const asks = (...schemes: readonly Scheme[]): Partial<Operation> => ({ security: schemes.map((scheme) => [{ scheme, scopes: [] }]) });

const peppers = freshPeppers();
const CHALLENGES = ['ApiKey realm="api"'];

interface Bench {
  readonly database: DoubtedDatabase;
  readonly issue: (particulars?: Partial<KeyWishes>) => Promise<Issued>;
  readonly ask: (given: Given) => Promise<Sent>;
  readonly send: (given: Given) => Promise<{ readonly principal: Principal | undefined; readonly problem: Problem | undefined }>;
}

async function bench(t: TestContext, particulars: { readonly options?: Json; readonly operation?: Partial<Operation>; readonly store?: Store } = {}): Promise<Bench> {
  const database = doubt(openSqlite());
  t.after(() => database.close());
  await database.open();
  const { options = {}, operation = asks(key), store = memoryStore() } = particulars;
  const posted = post({ guard: apiKey, options, operation, store, site: { database, peppers, challenges: CHALLENGES } });
  return {
    database,
    issue: (wishes = {}) => issueKey({ ...WISHES, addresses: [], ...wishes }, { database, peppers, random: randomBytes, now: NOW }),
    ask: (given) => posted({ now: NOW, ...given }),
    async send(given) {
      const { outcome, exchange } = await posted({ now: NOW, ...given });
      return { principal: exchange.principal, problem: outcome?.kind === "refusal" ? outcome.problem : undefined };
    },
  };
}

const withKey = (text: string, name: string = "x-api-key"): Given => ({ fields: [["host", "api.example"], [name, text]] });

test("R34: a good key passes, and says who calls with which scopes, claims and plan", async (t) => {
  const { issue, send } = await bench(t);
  const { text, record } = await issue();
  const { principal, problem } = await send(withKey(text));
  assert.equal(problem, undefined);
  assert.deepEqual(principal, {
    kind: "principal", id: "api-key#client:shop", issuer: "api-key", party: "client", subject: "shop", client: "shop", scopes: new Set(WISHES.scopes), claims: { ...WISHES.claims, plan: "gold" },
    schemes: ["key"], field: "x-api-key", methods: ["api-key"], until: WISHES.expires, credential: `key:${record.id}`,
  });
});

test("a key of a person is somebody else than a program of the same name", async (t) => {
  const { issue, send } = await bench(t);
  const { text } = await issue({ party: "user" });
  const { principal } = await send(withKey(text));
  assert.deepEqual([principal?.id, principal?.party, principal?.client], ["api-key#user:shop", "user", undefined]);
});

test("a stranger is left to whoever decides about strangers", async (t) => {
  const { send, database } = await bench(t);
  const asked = database.asked.length;
  assert.deepEqual(await send({}), { principal: undefined, problem: undefined });
  assert.deepEqual(await send({ fields: [["host", "api.example"], ["authorization", "Bearer x"]] }), { principal: undefined, problem: undefined });
  assert.equal(database.asked.length, asked);
});

test("R34: what is no key, or none that counts, gets one answer whatever the reason", async (t) => {
  const { issue, send, database } = await bench(t, { options: { failures: { burst: 1_000 } } });
  const [off, over, bound, lasting] = [await issue(), await issue({ expires: NOW }), await issue({ addresses: ["10.0.0.0/8"] }), await issue()];
  await disableKey(off.record.id, { database, now: NOW });
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /not an API key/],
    ["secret", /not an API key/],
    [lasting.text.slice(0, -1) + (lasting.text.endsWith("a") ? "b" : "a"), /checksum/],
    [(await issue({ environment: "test" })).text, /not for live/],
    [off.text, /disabled/],
    [over.text, /expired/],
    [bound.text, /address/],
  ];
  for (const [text, expected] of cases) {
    const { problem, principal } = await send(withKey(text));
    assert.equal(principal, undefined);
    assert.match(JSON.stringify(problem?.because), expected);
    assert.deepEqual([problem?.type, problem?.status, problem?.detail, problem?.extra], ["credential-invalid", 401, undefined, undefined]);
    assert.equal(problem?.headers?.["www-authenticate"], 'ApiKey realm="api"');
    assert.ok(!JSON.stringify(problem).includes(text.split("_")[3] ?? "nothing"), "the record holds the secret");
  }
});

test("a key counts until the very moment at which it ends", async (t) => {
  const { issue, send } = await bench(t);
  const { text } = await issue({ expires: NOW + DAY });
  assert.equal((await send({ ...withKey(text), now: NOW + DAY - 1 })).problem, undefined);
  assert.equal((await send({ ...withKey(text), now: NOW + DAY })).problem?.because?.["key"], "expired");
});

test("a key that is bound to addresses counts from there, behind proxies too, and from nowhere else", async (t) => {
  const { issue, send } = await bench(t);
  const { text } = await issue({ addresses: ["192.0.2.7", "2001:db8::/32"] });
  for (const address of ["192.0.2.7", "2001:db8::1"]) assert.equal((await send({ ...withKey(text), address, peer: "10.0.0.1" })).problem, undefined, address);
  for (const address of ["192.0.2.8", "2001:db9::1", "10.0.0.1", ""]) assert.equal((await send({ ...withKey(text), address, peer: "192.0.2.7" })).problem?.status, 401, address);
});

test("several keys, or one twice, are malformed: nobody could say which one the API would take", async (t) => {
  const { issue, send } = await bench(t, { operation: asks(key, partner) });
  const { text } = await issue();
  for (const fields of [[["x-api-key", text], ["x-api-key", text]], [["x-api-key", text], ["x-partner", text]]] as const) {
    assert.deepEqual([(await send({ fields })).problem?.type, (await send({ fields })).problem?.status], ["credential-malformed", 400]);
  }
  assert.deepEqual((await send(withKey(text, "x-partner"))).principal?.schemes, ["partner"]);
});

test("a posting may be for some of the contract's schemes only", async (t) => {
  const { issue, send } = await bench(t, { operation: asks(key, partner), options: { schemes: "partner" } });
  const { text } = await issue();
  assert.equal((await send(withKey(text))).principal, undefined);
  assert.deepEqual((await send(withKey(text, "x-partner"))).principal?.schemes, ["partner"]);
});

test("R34: a key in the query is read only where a reason says so", async (t) => {
  const open = await bench(t, { operation: asks(query), options: { query: "links in mails, agreed 2026-11-20" } });
  const { text } = await open.issue();
  const found = await open.send({ query: [["key", text]] });
  assert.deepEqual([found.principal?.schemes, found.principal?.field], [["link"], undefined]);
  assert.equal((await open.send({ query: [["key", text], ["key", text]] })).problem?.status, 400);
  assert.match(misfits(apiKey, {}, asks(query), { peppers, database: open.database }).join(), /link: a key in the query stands in every log/);
});

test("R36: a contract whose key travels in a header starts", () => {
  assert.equal(misfits(apiKey, {}, asks(key), { peppers, database: openSqlite() }).join(), "");
});

test("R36: a contract whose key travels in a cookie does not start", () => {
  assert.match(misfits(apiKey, { query: "links in mails, agreed 2026-11-20" }, asks(cookie)).join(), /session: a browser sends a key in a cookie for anybody/);
});

test("without a database, or a pepper for its hashes, nothing starts", () => {
  assert.match(misfits(apiKey, {}, asks(key), { peppers }).join(), /there is no database with keys; allowed: database: \{ sqlite/);
  const database = openSqlite();
  assert.match(misfits(apiKey, {}, asks(key), { database }).join(), /hashes of keys need a pepper/);
});

test("where the contract asks for no key there is nothing to check", async (t) => {
  const { send, issue, database } = await bench(t, { operation: {} });
  const { text } = await issue();
  const asked = database.asked.length;
  assert.deepEqual(await send(withKey(text)), { principal: undefined, problem: undefined });
  assert.equal(database.asked.length, asked);
});

test("broken store: while the database is away nobody passes, and it is the house's fault", async (t) => {
  const { issue, send, database } = await bench(t);
  const { text } = await issue();
  database.fault = AWAY;
  const { problem, principal } = await send(withKey(text));
  assert.deepEqual([principal, problem?.type, problem?.status, problem?.blame, problem?.headers?.["retry-after"]], [undefined, "database-unavailable", 503, "sallyport", "1"]);
  assert.deepEqual(problem?.because, { database: "unavailable" });
});

test("too many failures of one address are told so, and good keys of a neighbour pass all the same", async (t) => {
  const { issue, send } = await bench(t, { options: { failures: { burst: 3, window: "1m" } } });
  const { text } = await issue();
  const statuses: unknown[] = [];
  for (let turn = 0; turn < 5; turn++) statuses.push((await send(withKey("guess"))).problem?.status);
  assert.deepEqual(statuses, [401, 401, 401, 429, 429]);
  const last = (await send(withKey("guess"))).problem;
  assert.deepEqual([last?.type, last?.headers?.["retry-after"], last?.because], ["too-many-failures", "20", { key: "not an API key" }]);
  assert.equal((await send(withKey(text))).problem, undefined);
  assert.equal((await send({ ...withKey("guess"), address: "198.51.100.1" })).problem?.status, 401, "another address");
  assert.equal((await send({ ...withKey("guess"), now: NOW + 20_000 })).problem?.status, 401, "after the wait");
});

test("a late or broken store of failures changes no refusal", async (t) => {
  const taking = (take: Meter["take"]): Store => ({ ...silent, meter: () => ({ take, charge: () => undefined }) });
  const late = taking(async () => ({ granted: false, left: 0, waitMilliseconds: 500 }));
  assert.equal((await (await bench(t, { store: late })).send(withKey("guess"))).problem?.status, 429);
  for (const take of [() => assert.fail("away"), () => Promise.reject(new Error("away"))]) {
    assert.equal((await (await bench(t, { store: taking(take) })).send(withKey("guess"))).problem?.status, 401);
  }
});

test("observed, a bad key is witnessed and nobody is known", async (t) => {
  const { database } = await bench(t);
  const send = post({ guard: apiKey, operation: asks(key), store: memoryStore(), mode: "observe", site: { database, peppers } });
  const { outcome, exchange } = await send(withKey("guess"));
  assert.deepEqual([outcome, exchange.principal, exchange.observed.map(({ problem }) => problem.type)], [undefined, undefined, ["credential-invalid"]]);
});

test("R38: what was switched to another protocol, or streams, lasts until its key is switched off, ends, or nobody can say", async (t) => {
  const streaming: Partial<Operation> = { ...asks(key), answers: new Map([["200", { media: [media("text/event-stream", "sequence")], headers: [] }]]) };
  for (const end of ["disabled", "expired", "away", "streams"] as const) {
    const { issue, database, ask } = await bench(t, { operation: end === "streams" ? streaming : asks(key) });
    const { text, record } = await issue({ expires: NOW + 60_000 });
    const { exchange } = await ask({ ...withKey(text), ...(end === "streams" ? {} : { protocol: "websocket" }) });
    assert.equal(exchange.followers.length, 1);
    const lasts = (now: number): boolean => exchange.followers.every((follower) => follower.lasts?.(now) === true);
    const endsBy = async (now: number): Promise<boolean> => {
      for (let look = 0; lasts(now) && look < 200; look++) await new Promise((resolve) => setTimeout(resolve, 5));
      return !lasts(now);
    };
    assert.equal(lasts(NOW + 2_000), true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(lasts(NOW + 2_001), true, "nothing has changed");
    if (end === "away") database.fault = AWAY;
    else if (end !== "expired") await disableKey(record.id, { database, now: NOW });
    assert.equal(await endsBy(end === "expired" ? NOW + 60_000 : NOW + 4_000), true, end);
  }
  const { issue, ask } = await bench(t);
  assert.equal((await ask(withKey((await issue()).text))).exchange.followers.length, 0, "whatever has an end of its own is finished");
});
