import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Json } from "../../../../src/contract/json-value.ts";
import type { Operation, Scheme } from "../../../../src/contract/operation.ts";
import { basic } from "../../../../src/doors/inbound/authenticate/basic.ts";
import { DEVICE_COOKIE } from "../../../../src/doors/inbound/authenticate/basic/device-cookie.ts";
import type { Principal, Problem } from "../../../../src/guard.ts";
import { disableUser } from "../../../../src/keys/password/user-ledger.ts";
import { memoryStore } from "../../../../src/stores/memory.ts";
import type { Meter, Store } from "../../../../src/stores/store.ts";
import { openSqlite } from "../../../databases.ts";
import { AWAY, doubt, type DoubtedDatabase } from "../../../doubted-database.ts";
import { freshPeppers } from "../../../keys/peppers.ts";
import { addUser, changePassword, NOW, PASSWORD } from "../../../keys/password/users.ts";
import { type Given, misfits, post, type Sent as Walk, silent } from "../../../walk.ts";

const place = { file: "openapi.yaml", pointer: "" };
const login: Scheme = { name: "login", type: "http", http: "basic", place };
const asks: Partial<Operation> = { security: [[{ scheme: login, scopes: [] }]] };
const CHALLENGE = 'Basic realm="api", charset="UTF-8"';
const WRONG = "wrong horse battery";

const peppers = freshPeppers();

interface Sent {
  readonly principal: Principal | undefined;
  readonly problem: Problem | undefined;
  /** What the caller's device was told. */
  readonly cookie: string | undefined;
}

interface Bench {
  readonly database: DoubtedDatabase;
  readonly ask: (given: Given) => Promise<Walk>;
  readonly send: (given: Given) => Promise<Sent>;
  /** Looks for a user in the database. */
  readonly looks: () => number;
}

async function bench(t: TestContext, { options = {}, store = memoryStore() }: { readonly options?: Json; readonly store?: Store } = {}): Promise<Bench> {
  const database = doubt(openSqlite());
  t.after(() => database.close());
  await addUser(database, peppers);
  const posted = post({ guard: basic, options, operation: asks, store, site: { database, peppers, challenges: [CHALLENGE] } });
  return {
    database,
    looks: () => database.asked.filter((sql) => sql.includes("FROM sallyport_users WHERE name")).length,
    ask: (given) => posted({ now: NOW, ...given }),
    async send(given) {
      const { outcome, exchange } = await posted({ now: NOW, ...given });
      return { principal: exchange.principal, problem: outcome?.kind === "refusal" ? outcome.problem : undefined, cookie: /^[^=]+=([^;]+)/.exec(exchange.reply.one("set-cookie") ?? "")?.[1] };
    },
  };
}

function header(credentials: string | Uint8Array, scheme = "Basic"): string {
  return `${scheme} ${Buffer.from(credentials as string).toString("base64")}`;
}

function as(name: string, password: string, given: Given = {}, device?: string): Given {
  return { fields: [["host", "api.example"], ["authorization", header(`${name}:${password}`)], ...(device === undefined ? [] : [["cookie", `${DEVICE_COOKIE}=${device}`] as const])], ...given };
}

test("R33: name and password say who it is, with scopes, claims and plan", async (t) => {
  const { send } = await bench(t);
  const { principal, problem } = await send(as("ann", PASSWORD));
  assert.equal(problem, undefined);
  assert.deepEqual(principal, {
    kind: "principal", id: "basic#user:ann", issuer: "basic", party: "user", subject: "ann", client: undefined, scopes: new Set(["orders:read"]), claims: { tenant: "acme", plan: "gold" },
    schemes: ["login"], field: "authorization", methods: ["basic"], until: undefined, credential: undefined,
  });
});

test("a stranger, and whoever comes with something else, is left to others", async (t) => {
  const { send, looks } = await bench(t);
  for (const value of [undefined, "Bearer x", "Basically x", ""]) assert.deepEqual(await send({ fields: value === undefined ? [] : [["authorization", value]] }), { principal: undefined, problem: undefined, cookie: undefined });
  assert.equal(looks(), 0);
});

test("R33: a wrong password, a name that nobody has and a user who is off get one answer, and the record tells them apart", async (t) => {
  const { send, database } = await bench(t);
  await addUser(database, peppers, { name: "off" });
  await disableUser("off", NOW, database);
  const answers: unknown[] = [];
  for (const [name, password, why] of [["ann", WRONG, "password"], ["nobody", PASSWORD, "unknown"], ["off", PASSWORD, "disabled"]] as const) {
    const { principal, problem } = await send(as(name, password));
    assert.equal(principal, undefined);
    assert.equal(problem?.because?.["login"], why);
    assert.ok(!JSON.stringify(problem).includes(password) && !JSON.stringify(problem).includes(`"${name}"`), "the record holds what was typed");
    answers.push({ ...problem, because: undefined });
  }
  assert.deepEqual(answers[1], answers[0]);
  assert.deepEqual(answers[2], answers[0]);
  assert.deepEqual([(answers[0] as Problem).status, (answers[0] as Problem).headers], [401, { "www-authenticate": CHALLENGE }]);
});

test("R33: the challenge names realm and charset", () => {
  const posted = basic.post({ realm: "orders" }, { pointer: "", report: () => undefined });
  const site = { operation: { ...asks } as Operation, external: [] };
  assert.deepEqual(posted?.establishes(site), { schemes: ["login"], challenges: ['Basic realm="orders", charset="UTF-8"'] });
  assert.match(misfits(basic, { realm: 'a"b' }, asks).join(), /no quotes/);
});

test("R33: passwords come over encrypted connections alone, unless a reason says otherwise", async (t) => {
  const { send, looks } = await bench(t);
  const { principal, problem } = await send(as("ann", PASSWORD, { secure: false }));
  assert.deepEqual([principal, problem?.type, problem?.status], [undefined, "encryption-required", 403]);
  assert.equal(looks(), 0, "nothing was tried with it");
  assert.equal((await send({ secure: false })).problem, undefined);
  const open = await bench(t, { options: { plain: "a test rig, agreed 2026-11-20" } });
  assert.equal((await open.send(as("ann", PASSWORD, { secure: false }))).principal?.subject, "ann");
});

test("R33: the first colon ends the name, and both are UTF-8 in one form", async (t) => {
  const { send, database } = await bench(t);
  await addUser(database, peppers, { name: "andr\u00e9", password: "caf\u00e9:au:lait:\u20ac:20" });
  for (const credentials of ["andr\u00e9:caf\u00e9:au:lait:\u20ac:20", "andre\u0301:cafe\u0301:au:lait:\u20ac:20"]) {
    assert.equal((await send({ fields: [["authorization", header(credentials)]] })).principal?.subject, "andr\u00e9");
  }
  assert.equal((await send({ fields: [["authorization", header("andr\u00e9:caf\u00e9", "bAsIc")]] })).problem?.status, 401);
  assert.equal((await send({ fields: [["authorization", header(`ann:${PASSWORD}`, "bAsIc")]] })).principal?.subject, "ann");
});

test("what two readers could take for two logins, or for none, is malformed", async (t) => {
  const { send, looks } = await bench(t);
  const good = header(`ann:${PASSWORD}`);
  const fields: readonly (readonly (readonly [string, string])[])[] = [
    [["authorization", good], ["authorization", good]],
    ...["Basic", "Basic ", `Basic  ${good.slice(6)}`, `${good} `, `${good},${good}`, `${good}=`, good.replace(/.$/, "!"), `Basic,${good}`, "Basic user:pass", "Basic AA-_", header("no colon"), header(":password"), header("ann:"), header("an\0n:password"), header("ann:pass\nword"), header(Uint8Array.of(0x61, 0x3a, 0xff, 0xfe)), header(Uint8Array.of(0xed, 0xa0, 0x80, 0x3a, 0x61)), `Basic ${"A".repeat(8_193)}`, "Basic YW5uOmE=="].map((value) => [["authorization", value] as const]),
  ];
  for (const list of fields) {
    const { principal, problem } = await send({ fields: list });
    assert.deepEqual([principal, problem?.type, problem?.status], [undefined, "credential-malformed", 400], JSON.stringify(list).slice(0, 80));
  }
  assert.equal(looks(), 0);
});

test("R33: after ten failures an account has to wait, whoever tries and from wherever, existing or not", async (t) => {
  for (const name of ["ann", "nobody"]) {
    const { send, looks } = await bench(t);
    const statuses: unknown[] = [];
    for (let guess = 0; guess < 12; guess++) statuses.push((await send(as(name, `${WRONG} ${guess}`, { address: `203.0.${guess}.1` }))).problem?.status);
    assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 401), 429, 429], name);
    const looked = looks();
    const { problem } = await send(as(name, PASSWORD, { address: "198.51.100.1" }));
    assert.deepEqual([problem?.type, problem?.headers?.["retry-after"], problem?.because?.["by"]], ["too-many-failures", "90", "account"]);
    assert.equal(looks(), looked, "the password was not looked at");
  }
});

test("R33: an address has to wait after thirty failures, whatever accounts it tries", async (t) => {
  const { send } = await bench(t, { options: { attempts: { address: 5 } } });
  const statuses: unknown[] = [];
  for (let guess = 0; guess < 7; guess++) statuses.push((await send(as(`user${guess}`, WRONG))).problem?.status);
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429]);
  assert.equal((await send(as("ann", PASSWORD, { address: "198.51.100.1" }))).problem, undefined, "others go on");
});

test("strangers cannot lock out a device that has logged in before", async (t) => {
  const { send } = await bench(t, { options: { remember: "0s" } });
  const { cookie } = await send(as("ann", PASSWORD));
  assert.match(cookie ?? "", /^[\w.-]+$/);
  for (let guess = 0; guess < 12; guess++) await send(as("ann", WRONG, { address: `203.0.${guess}.1` }));
  assert.equal((await send(as("ann", PASSWORD))).problem?.status, 429);
  assert.equal((await send(as("ann", PASSWORD, {}, cookie))).principal?.subject, "ann");
  assert.equal((await send(as("ann", PASSWORD, {}, `${cookie}x`))).problem?.status, 429);
});

test("the cookie of a device goes to its own host over TLS alone, and not to scripts", async (t) => {
  const { database } = await bench(t);
  const { exchange } = await post({ guard: basic, operation: asks, store: memoryStore(), site: { database, peppers } })({ now: NOW, ...as("ann", PASSWORD) });
  assert.match(exchange.reply.one("set-cookie") ?? "", /^__Host-sallyport-device=[^;]+; Path=\/; Max-Age=15552000; Secure; HttpOnly; SameSite=Strict$/);
});

test("what is remembered costs no attempt, no look and no hash", async (t) => {
  const { send, looks } = await bench(t, { options: { attempts: { account: 1 } } });
  assert.equal((await send(as("ann", PASSWORD))).problem, undefined);
  const elsewhere = (password: string): Given => ({ ...as("ann", password), address: "198.51.100.7" });
  assert.equal((await send(elsewhere(WRONG))).problem?.status, 401);
  assert.equal((await send(elsewhere(WRONG))).problem?.status, 429);
  const looked = looks();
  for (let turn = 0; turn < 100; turn++) assert.equal((await send(as("ann", PASSWORD))).principal?.subject, "ann", "strangers elsewhere change nothing");
  assert.equal(looks(), looked);
  assert.equal((await send(elsewhere(PASSWORD))).problem?.status, 429, "and what is remembered here answers no guess there");
});

test("memory answers no guess from the place that it is for, either", async (t) => {
  const { send } = await bench(t, { options: { attempts: { account: 1 } } });
  assert.equal((await send(as("ann", PASSWORD))).problem, undefined);
  assert.equal((await send(as("ann", WRONG))).problem?.status, 401);
  for (let turn = 0; turn < 3; turn++) assert.equal((await send(as("ann", PASSWORD))).problem?.status, 429);
});

test("a cookie that somebody wrote himself names no address: memory answers no guess for it, and forgets nothing", async (t) => {
  const { send, looks } = await bench(t, { options: { attempts: { account: 1 } } });
  const home = { address: "203.0.113.9" };
  const written = (password: string): Given => as("ann", password, { address: "198.51.100.7" }, "203.0.113.9/32");
  assert.equal((await send(as("ann", PASSWORD, home))).principal?.subject, "ann");
  assert.equal((await send(written(WRONG))).problem?.status, 401);
  const looked = looks();
  assert.equal((await send(as("ann", PASSWORD, home))).principal?.subject, "ann", "what is remembered at home is remembered");
  assert.equal((await send(written(PASSWORD))).problem?.status, 429, "and answers at home alone");
  assert.equal(looks(), looked);
});

test("a hundred requests with one login at the same moment are one attempt and one hash", async (t) => {
  const { send, looks } = await bench(t);
  const sent = await Promise.all(Array.from({ length: 100 }, () => send(as("ann", PASSWORD))));
  assert.equal(sent.filter(({ principal }) => principal?.subject === "ann").length, 100);
  assert.equal(looks(), 1);
  const wrong = await Promise.all(Array.from({ length: 100 }, () => send(as("ann", WRONG))));
  assert.equal(wrong.filter(({ problem }) => problem?.status === 401).length, 100);
  assert.equal(looks(), 2);
});

test("many logins at once are refused beyond the queue, and are not held against anybody", async (t) => {
  const { send, database } = await bench(t, { options: { hashes: 1, waiting: 1, attempts: { account: 1, address: 1 } } });
  for (let user = 0; user < 6; user++) await addUser(database, peppers, { name: `user${user}` });
  const sent = await Promise.all(Array.from({ length: 6 }, (_, user) => send(as(`user${user}`, PASSWORD, { address: `203.${user}.113.1` }))));
  const types = sent.map(({ problem }) => problem?.type);
  assert.equal(types.filter((type) => type === undefined).length, 2);
  assert.equal(types.filter((type) => type === "logins-busy").length, 4);
  const busy = sent.find(({ problem }) => problem?.type === "logins-busy")?.problem;
  assert.deepEqual([busy?.status, busy?.blame, busy?.headers?.["retry-after"]], [503, "sallyport", "2"]);
  for (let user = 0; user < 6; user++) assert.equal((await send(as(`user${user}`, PASSWORD, { address: `203.${user}.113.1` }))).problem, undefined);
});

test("late answer, broken store: where attempts cannot be counted nobody passes, not even with the right password", async (t) => {
  const taking = (take: Meter["take"]): Store => ({ ...silent, meter: () => ({ take, charge: () => undefined }) });
  const late = await bench(t, { store: taking(async () => ({ granted: true, left: 1, waitMilliseconds: 0 })) });
  assert.equal((await late.send(as("ann", PASSWORD))).principal?.subject, "ann");
  for (const take of [() => assert.fail("away"), () => Promise.reject(new Error("away")), () => ({}) as never]) {
    const { send, looks } = await bench(t, { store: taking(take) });
    const { problem } = await send(as("ann", PASSWORD));
    assert.deepEqual([problem?.type, problem?.status, problem?.blame], ["store-unavailable", 503, "sallyport"]);
    assert.equal(looks(), 0);
  }
});

test("while the database is away nobody passes, and it is held against nobody", async (t) => {
  const { send, database } = await bench(t, { options: { attempts: { account: 1, address: 1 } } });
  database.fault = AWAY;
  const { problem } = await send(as("ann", PASSWORD));
  assert.deepEqual([problem?.type, problem?.status, problem?.blame], ["database-unavailable", 503, "sallyport"]);
  database.fault = undefined;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal((await send(as("ann", PASSWORD))).principal?.subject, "ann");
});

test("without a database or a pepper nothing starts; where no password is asked for there is nothing to check", async (t) => {
  assert.match(misfits(basic, {}, asks, { peppers }).join(), /there is no database with users; allowed: database:/);
  assert.match(misfits(basic, {}, asks, { database: (await bench(t)).database }).join(), /need a pepper/);
  assert.deepEqual(misfits(basic, {}, {}), []);
});

test("each option has its bounds", () => {
  for (const [option, least, most] of [["hashes", 1, 16], ["waiting", 0, 10_000], ["cache", 1, 1_000_000]] as const) {
    for (const value of [least - 1, most + 1]) assert.match(misfits(basic, { [option]: value }, asks).join(), /whole number/, `${option} ${value}`);
  }
  assert.match(misfits(basic, { remember: "2h" }, asks).join(), /out of range/);
  assert.match(misfits(basic, { attempts: { account: 101 } }, asks).join(), /1 to 100/);
});

test("R38: what was switched to another protocol lasts until its user is switched off, has another password, or nobody can say", async (t) => {
  for (const end of ["disabled", "password", "away"] as const) {
    const { database, ask } = await bench(t);
    const { exchange } = await ask({ ...as("ann", PASSWORD), protocol: "websocket" });
    assert.equal(exchange.followers.length, 1);
    const lasts = (now: number): boolean => exchange.followers.every((follower) => follower.lasts?.(now) === true);
    const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
    for (const now of [NOW + 2_000, NOW + 400_000, NOW + 402_000]) {
      assert.equal(lasts(now), true, "memory is over, and nothing has changed");
      await settle();
    }
    if (end === "away") database.fault = AWAY;
    else if (end === "disabled") await disableUser("ann", NOW, database);
    else await changePassword(database, peppers, "ann", `${PASSWORD} again`, NOW + 1);
    for (let look = 0; lasts(NOW + 404_000) && look < 200; look++) await settle();
    assert.equal(lasts(NOW + 404_000), false, end);
  }
  const { ask, database } = await bench(t);
  const { exchange } = await ask({ ...as("ann", PASSWORD), protocol: "websocket" });
  await addUser(database, peppers, { name: "bob" });
  for (const now of [NOW + 2_000, NOW + 4_000, NOW + 6_000]) {
    assert.ok(exchange.followers.every((follower) => follower.lasts?.(now) === true), "another user changes nothing");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal((await ask(as("ann", PASSWORD))).exchange.followers.length, 0);
});
