/** Bank: through real HTTP: it keeps its contract and its money, and has the weaknesses that it says it has. */
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { Check } from "typebox/schema";
import { parse } from "yaml";
import { startBank } from "../../examples/bank/bank.ts";
import type { Bank } from "../../examples/bank/bank.ts";

const root = join(import.meta.dirname, "../..");
const contract = parse(readFileSync(join(root, "examples/bank/openapi.yaml"), "utf8"));
let folder = "";
let bank: Bank;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "sallyport-bank-"));
  bank = await startBank({ port: 0, file: ":memory:" });
});

after(async () => {
  await bank.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReturnType<typeof JSON.parse>; // its shape is what the tests are about
}

async function ask(path: string, subject = "", order?: unknown, base: string = bank.url, method = "POST"): Promise<Told> {
  const headers: Record<string, string> = { "Sallyport-Scopes": "accounts:read transfers:write" };
  if (subject !== "") headers["Sallyport-Subject"] = subject;
  if (order !== undefined) headers["Content-Type"] = "application/json";
  const init = order === undefined ? { headers } : { method, headers, body: JSON.stringify(order) };
  const response = await fetch(base + path, init);
  return { status: response.status, headers: response.headers, body: response.status === 204 ? undefined : await response.json() };
}

function order(fromAccountId: string, toAccountId: string, amount: number, extra: object = {}): object {
  return { fromAccountId, toAccountId, amount, currency: "EUR", ...extra };
}

async function balanceOf(accountId: string, base: string = bank.url): Promise<number> {
  return (await ask(`/accounts/${accountId}`, "", undefined, base)).body.balance;
}

/** Whether a body is what the contract says of this status of this operation. */
function keepsContract(path: string, method: string, told: Told): boolean {
  const answers = contract.paths[path][method].responses;
  const answer = answers[told.status] ?? answers.default;
  const place = answer.$ref === undefined ? answer : contract.components.responses.Problem;
  if (place.content === undefined) return told.body === undefined && told.headers.get("content-type") === null;
  const media = place.content[told.headers.get("content-type") ?? ""];
  return media !== undefined && Check({ ...contract, allOf: [media.schema] }, told.body);
}

test("every operation of the contract answers as the contract says", async () => {
  const made = await ask("/transfers", "cus-1001", order("acc-100101", "acc-100201", 1, { reference: "First" }));
  const calls: readonly (readonly [string, string, number, Promise<Told>])[] = [
    ["/rates", "get", 200, ask("/rates")],
    ["/rates", "get", 200, ask("/rates?currency=CHF")],
    ["/accounts", "get", 200, ask("/accounts", "cus-1001")],
    ["/accounts/{accountId}", "get", 200, ask("/accounts/acc-100101", "cus-1001")],
    ["/accounts/{accountId}", "get", 404, ask("/accounts/acc-999999", "cus-1001")],
    ["/accounts/{accountId}/statement", "get", 200, ask("/accounts/acc-100101/statement", "cus-1001")],
    ["/accounts/{accountId}/statement", "get", 404, ask("/accounts/acc-999999/statement", "cus-1001")],
    ["/transfers", "post", 201, Promise.resolve(made)],
    ["/transfers", "post", 404, ask("/transfers", "cus-1001", order("acc-100101", "acc-999999", 1))],
    ["/transfers", "post", 403, ask("/transfers", "cus-1002", order("acc-100101", "acc-100201", 1))],
    ["/transfers", "post", 409, ask("/transfers", "cus-1002", order("acc-100201", "acc-100101", 100_000_000))],
    ["/transfers", "post", 422, ask("/transfers", "cus-1001", order("acc-100101", "acc-100302", 1))],
    ["/transfers", "post", 422, ask("/transfers", "cus-1001", order("acc-100101", "acc-100101", 1))],
    ["/accounts/{accountId}", "patch", 204, ask("/accounts/acc-100102", "cus-1001", { title: "Rainy days" }, undefined, "PATCH")],
    ["/accounts/{accountId}", "patch", 404, ask("/accounts/acc-999999", "cus-1001", { title: "Rainy days" }, undefined, "PATCH")],
    ["/transfers", "get", 200, ask("/transfers", "cus-1001")],
    ["/transfers/{transferId}", "get", 200, ask(made.headers.get("location") ?? "", "cus-1001")],
    ["/transfers/{transferId}", "get", 404, ask("/transfers/00000000-0000-4000-8000-000000000000", "cus-1001")],
    ["/customers/{customerId}", "get", 200, ask("/customers/cus-1003", "teller-north")],
    ["/customers/{customerId}", "get", 404, ask("/customers/cus-9999", "teller-south")],
  ];
  const seen = new Set<string>();
  for (const [path, method, status, asked] of calls) {
    const told = await asked;
    assert.equal(told.status, status, `${method} ${path}: ${JSON.stringify(told.body)}`);
    assert.ok(keepsContract(path, method, told), `${method} ${path} ${status}: ${JSON.stringify(told.body)}`);
    seen.add(`${method} ${path}`);
  }
  const promised = Object.entries<object>(contract.paths).flatMap(([path, item]) =>
    Object.keys(item).filter((key) => key !== "parameters").map((method) => `${method} ${path}`));
  assert.deepEqual([...seen].toSorted(), promised.toSorted());
});

test("the comparison with the contract can fail", async () => {
  const told = await ask("/accounts/acc-100101");
  assert.equal(keepsContract("/accounts/{accountId}", "get", { ...told, body: { ...told.body, balance: -1 } }), false);
  assert.equal(keepsContract("/accounts", "get", told), false);
});

test("what the contract does not know is not there", async () => {
  for (const path of ["/", "/nothing", "/accounts/acc-100101/nothing", "/accounts/acc-100101/statement/more", "/rates/EUR"]) {
    const told = await ask(path);
    assert.equal(told.status, 404, path);
    assert.equal(told.headers.get("content-type"), "application/problem+json");
  }
});

test("everybody's list holds his own accounts, and a stranger's holds none", async () => {
  const numbers = async (subject: string): Promise<unknown> =>
    (await ask("/accounts", subject)).body.map((account: { accountId: string }) => account.accountId);
  assert.deepEqual(await numbers("cus-1001"), ["acc-100101", "acc-100102"]);
  assert.deepEqual(await numbers("cus-2003"), ["acc-200301", "acc-200302"]);
  assert.deepEqual(await numbers("teller-north"), []);
});

test("there are customers of both branches, and accounts lie where their customers are", async () => {
  const customers: readonly { customerId: string; branch: string }[] = (await ask("/customers")).body;
  const branches = new Map(customers.map(({ customerId, branch }) => [customerId, branch]));
  assert.deepEqual(new Set(branches.values()), new Set(["north", "south"]));
  for (const account of (await ask("/accounts")).body) assert.equal(account.branch, branches.get(account.customerId));
});

test("a statement shows the days asked for, both included, the latest first, and no more than its limit", async () => {
  const days = async (query: string): Promise<readonly string[]> =>
    (await ask(`/accounts/acc-200102/statement${query}`)).body.entries.map((entry: { bookedAt: string }) => entry.bookedAt.slice(0, 10));
  assert.deepEqual(await days(""), ["2026-02-17", "2026-02-03", "2026-01-31", "2026-01-02"]);
  assert.deepEqual(await days("?from=2026-01-31&to=2026-02-03"), ["2026-02-03", "2026-01-31"]);
  assert.deepEqual(await days("?from=2026-02-03&to=2026-02-03"), ["2026-02-03"]);
  assert.deepEqual(await days("?limit=1"), ["2026-02-17"]);
});

test("a transfer moves the money once and stands on both statements", async () => {
  const [payer, payee] = [await balanceOf("acc-200101"), await balanceOf("acc-200201")];
  const { body, headers } = await ask("/transfers", "cus-2001", order("acc-200101", "acc-200201", 12_345, { reference: "Rent" }));
  assert.equal(headers.get("location"), `/transfers/${body.transferId}`);
  assert.equal(await balanceOf("acc-200101"), payer - 12_345);
  assert.equal(await balanceOf("acc-200201"), payee + 12_345);
  for (const [accountId, amount, balance] of [["acc-200101", -12_345, payer - 12_345], ["acc-200201", 12_345, payee + 12_345]]) {
    const [entry] = (await ask(`/accounts/${accountId}/statement?limit=1`)).body.entries;
    assert.deepEqual([entry.transferId, entry.amount, entry.balance, entry.text], [body.transferId, amount, balance, "Rent"]);
  }
});

test("the last cent can be spent, the one after it cannot", async () => {
  const balance = await balanceOf("acc-100202");
  const over = await ask("/transfers", "cus-1002", order("acc-100202", "acc-100201", balance + 1));
  assert.equal(over.status, 409);
  assert.equal((await ask("/transfers", "cus-1002", order("acc-100202", "acc-100201", balance))).status, 201);
  assert.equal(await balanceOf("acc-100202"), 0);
});

test("a transfer that breaks in the middle has moved nothing", async () => {
  const before = [await balanceOf("acc-200101"), await balanceOf("acc-200202")];
  for (const [amount, extra] of [[0.5, {}], [-1, {}], [1, { reference: null }], [1, { bookedAt: null }]] as const) {
    const told = await ask("/transfers", "cus-2001", order("acc-200101", "acc-200202", amount, extra));
    assert.equal(told.status, 500, `${amount} ${JSON.stringify(extra)}`);
    assert.deepEqual([await balanceOf("acc-200101"), await balanceOf("acc-200202")], before);
  }
});

test("weakness: a call without a subject sees everybody's accounts", async () => {
  assert.equal((await ask("/accounts")).body.length, 12);
});

test("weakness: everybody's transfers are listed, and anybody's account is changed, in every column that is named", async () => {
  await ask("/transfers", "cus-2001", order("acc-200101", "acc-200201", 1));
  const page = (await ask("/transfers?limit=1", "cus-1003")).body;
  assert.deepEqual([page.items.length, page.items[0].customerId], [1, "cus-2001"]);
  assert.ok(page.total >= 1);
  const changed = await ask("/accounts/acc-200302", "cus-1001", { title: "Mine", balance: 1, nothing: 2 }, undefined, "PATCH");
  assert.equal(changed.status, 204);
  const { title, balance } = (await ask("/accounts/acc-200302")).body;
  assert.deepEqual([title, balance], ["Mine", 1]);
});

test("weakness: a stranger's account, statement and transfer are shown", async () => {
  assert.equal((await ask("/accounts/acc-200301", "cus-1001")).body.customerId, "cus-2003");
  const statement = await ask("/accounts/acc-200301/statement", "cus-1001");
  assert.deepEqual([statement.status, statement.body.customerId], [200, "cus-2003"]);
  const { headers } = await ask("/transfers", "cus-2001", order("acc-200101", "acc-200201", 1));
  const seen = await ask(headers.get("location") ?? "", "cus-1001");
  assert.deepEqual([seen.status, seen.body.customerId], [200, "cus-2001"]);
});

test("weakness: a customer of the south is shown with what is internal, which the contract does not know", async () => {
  const told = await ask("/customers/cus-2003", "teller-south");
  assert.deepEqual([told.status, told.body.riskScore, told.body.internalNote], [200, 90, "watched since March"]);
  const { riskScore, internalNote, ...declared } = told.body;
  assert.equal(keepsContract("/customers/{customerId}", "get", told), false);
  assert.ok(keepsContract("/customers/{customerId}", "get", { ...told, body: declared }), `more than ${riskScore} and ${internalNote} is wrong`);
});

test("what the contract says of answers is closed: one member more breaks it, wherever it stands", async () => {
  const { headers } = await ask("/transfers", "cus-1001", order("acc-100101", "acc-100201", 1));
  const places: readonly (readonly [path: string, asked: string, within: (body: Told["body"]) => object])[] = [
    ["/rates", "/rates", ([rate]) => rate],
    ["/accounts", "/accounts", ([account]) => account],
    ["/accounts/{accountId}", "/accounts/acc-100101", (account) => account],
    ["/accounts/{accountId}", "/accounts/acc-999999", (problem) => problem],
    ["/accounts/{accountId}/statement", "/accounts/acc-100101/statement", (statement) => statement],
    ["/accounts/{accountId}/statement", "/accounts/acc-100101/statement", ({ entries: [entry] }) => entry],
    ["/transfers/{transferId}", headers.get("location") ?? "", (transfer) => transfer],
    ["/customers/{customerId}", "/customers/cus-1001", (customer) => customer],
  ];
  for (const [path, asked, within] of places) {
    const told = await ask(asked, "cus-1001");
    assert.ok(keepsContract(path, "get", told), asked);
    Object.assign(within(told.body), { riskScore: 1 });
    assert.equal(keepsContract(path, "get", told), false, asked);
  }
});

test("weakness: a customer reads what is for tellers, and the forgotten list of all customers", async () => {
  assert.equal((await ask("/customers/cus-2001", "cus-1001")).body.email, "dario@example.com");
  const { body } = await ask("/customers", "cus-1001");
  assert.equal(body.length, 6);
  for (const customer of body) assert.equal(typeof customer.internalNote, "string");
  assert.equal(contract.paths["/customers"], undefined);
});

test("weakness: properties that are not the caller's to set are taken over", async () => {
  const extra = { createdBy: "cus-2001", bookedAt: "2020-01-01T00:00:00.000Z" };
  const stolen = await ask("/transfers", "cus-1001", order("acc-200102", "acc-100101", 1000, extra));
  assert.equal(stolen.status, 201);
  assert.equal(stolen.body.bookedAt, extra.bookedAt);
  assert.equal(Check({ ...contract, $ref: "#/components/schemas/TransferOrder" }, order("acc-200102", "acc-100101", 1000, extra)), false);
});

test("weakness: a negative amount collects money from a stranger", async () => {
  const before = await balanceOf("acc-200102");
  assert.equal((await ask("/transfers", "cus-1001", order("acc-100101", "acc-200102", -5000))).status, 201);
  assert.equal(await balanceOf("acc-200102"), before - 5000);
});

test("weakness: the price list reads other tables for the caller", async () => {
  const injected = "' UNION SELECT customerId, internalNote, riskScore, name FROM customers --";
  const { body } = await ask(`/rates?currency=${encodeURIComponent(injected)}`);
  assert.ok(body.some((row: { title: string }) => row.title === "watched since March"));
});

test("weakness: a statement that ends before it begins tells where the code lies", async () => {
  const told = await ask("/accounts/acc-100101/statement?from=2026-02-02&to=2026-02-01", "cus-1001");
  assert.equal(told.status, 500);
  assert.match(told.body.stack, /examples\/bank\/ledger\.ts:\d+/);
  assert.equal(keepsContract("/accounts/{accountId}/statement", "get", told), false);
});

test("weakness: every answer names the server", async () => {
  for (const path of ["/rates", "/nothing"]) {
    const { headers } = await ask(path);
    assert.equal(headers.get("server"), "NorthSouthBank/1.4.2");
    assert.equal(headers.get("x-powered-by"), `Node.js ${process.version}`);
  }
});

interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly url: string;
  readonly lines: readonly string[];
}

async function runBank(home: string, port = "0"): Promise<Running> {
  const environment = { ...process.env, BANK_FOLDER: home };
  const child = spawn(process.execPath, ["examples/bank/bank.ts", port], { cwd: root, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  child.stdout.on("data", (piece: Buffer) => lines.push(piece.toString()));
  child.stderr.on("data", (piece: Buffer) => lines.push(piece.toString()));
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  return { child, url: /http\S+/.exec(lines.join(""))?.[0] ?? "", lines };
}

/** Asks a process to end; gives its exit code, or null when the signal had to kill it. */
async function endBank({ child }: Running, signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const ended = once(child, "exit");
  child.kill(signal);
  const [code] = await ended;
  return code;
}

test("two processes on one file seed it once, and parallel transfers through both never overdraw", async () => {
  const home = join(folder, "shared");
  const banks = await Promise.all([runBank(home), runBank(home)]);
  try {
    const [first = "", second = ""] = banks.map(({ url }) => url);
    const start = await balanceOf("acc-100201", first);
    const amount = 1000;
    const orders = Array.from({ length: 40 }, (_, index) =>
      ask("/transfers", "cus-1002", order("acc-100201", "acc-100101", amount), index % 2 === 0 ? first : second));
    const statuses = (await Promise.all(orders)).map(({ status }) => status);
    const paid = Math.floor(start / amount);
    assert.equal(statuses.filter((status) => status === 201).length, paid);
    assert.equal(statuses.filter((status) => status === 409).length, 40 - paid);
    assert.equal(await balanceOf("acc-100201", second), start - paid * amount);
  } finally {
    for (const running of banks) assert.equal(await endBank(running), 0);
  }
  const database = new DatabaseSync(join(home, "bank.db"), { readOnly: true });
  const wrong = database.prepare(`
    SELECT accountId, balance, (SELECT sum(amount) FROM entries WHERE entries.accountId = accounts.accountId) AS entered
    FROM accounts WHERE balance IS NOT entered`).all();
  assert.deepEqual(wrong, []);
  assert.equal(database.prepare("SELECT count(*) AS found FROM customers").get()?.found, 6);
  database.close();
});

test("a second start finds what the first one booked", async () => {
  const file = join(folder, "again", "bank.db");
  const first = await startBank({ port: 0, file });
  await ask("/transfers", "cus-1001", order("acc-100101", "acc-100102", 777), first.url);
  const seen = (await ask("/accounts", "", undefined, first.url)).body;
  await first.close();
  const second = await startBank({ port: 0, file });
  assert.deepEqual((await ask("/accounts", "", undefined, second.url)).body, seen);
  assert.equal(seen[0].balance, 250_000 - 777);
  await second.close();
});

test("the process says where it listens in one line and ends cleanly on a signal", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const running = await runBank(join(folder, "signals"));
    assert.match(running.lines.join(""), /^bank: listening on http:\/\/127\.0\.0\.1:\d+\n$/);
    await ask("/rates", "", undefined, running.url); // leaves a connection open behind it
    assert.equal(await endBank(running, signal), 0);
    assert.equal(running.lines.length, 1);
    await assert.rejects(fetch(`${running.url}/rates`));
  }
});

test("a caller who never ends cannot keep the bank from ending", { timeout: 10_000 }, async () => {
  const running = await startBank({ port: 0, file: ":memory:" });
  const endless = { method: "POST", body: new ReadableStream(), duplex: "half" } as const;
  const hanging = fetch(`${running.url}/transfers`, endless).catch(() => "cut off");
  await ask("/rates", "", undefined, running.url);
  await running.close();
  assert.equal(await hanging, "cut off");
});

test("a port that is taken, or none at all, is told in one line", async () => {
  for (const port of [new URL(bank.url).port, "eighty"]) {
    const { child, lines } = await runBank(join(folder, "taken"), port);
    if (child.exitCode === null) await once(child, "exit");
    assert.equal(child.exitCode, 1);
    assert.match(lines.join(""), /^bank: [^\n]+\n$/);
  }
});
