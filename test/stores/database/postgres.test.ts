import assert from "node:assert/strict";
import net, { type AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { boundDatabase } from "../../../src/stores/database/bounded-database.ts";
import { postgresDriver } from "../../../src/stores/database/postgres.ts";
import { readPostgresAddress } from "../../../src/stores/database/postgres-address.ts";
import type { Driver } from "../../../src/stores/database/database.ts";
import { databaseCases, faultOf, TABLES } from "../../database.cases.ts";
import { missing, PASSWORD, type PostgresServer, startPostgres } from "../../postgres.ts";

const skip = missing ?? false;
let server: PostgresServer;
before(async () => {
  if (missing === undefined) server = await startPostgres();
});
after(async () => {
  if (missing === undefined) await server.stop();
});

function driver(url: string, waitMilliseconds = 5_000): Driver {
  const read = readPostgresAddress(url, undefined);
  assert.ok("address" in read);
  return postgresDriver({ ...read, connections: 4, waitMilliseconds });
}

for (const { title, run } of databaseCases) {
  test(`postgres: ${title}`, { skip }, () => {
    const url = server.freshUrl();
    return run(() => driver(url));
  });
}

async function reasonOf(url: string, waitMilliseconds = 2_000): Promise<string> {
  const database = boundDatabase(driver(url, waitMilliseconds), { waitMilliseconds, migrations: TABLES });
  const unusable = await database.open();
  const fault = await database.run("SELECT 1").then(() => undefined, (caught: Error) => caught);
  assert.ok(!JSON.stringify([unusable, fault?.message, fault?.stack]).includes(PASSWORD), "the password is repeated");
  await database.close();
  return unusable?.wrong ?? "";
}

test("what keeps it from being opened is said in words, and never with the password", { skip }, async () => {
  const url = server.freshUrl();
  assert.equal(await reasonOf(url.replace(/:\d+\/(\w+)$/, ":1/$1")), "nobody listens there (connection refused)");
  assert.equal(await reasonOf(url.replace("127.0.0.1", "localhost").replace(/\/\w+$/, "/nowhere")), "there is no database of that name");
  assert.match(await reasonOf(url.replace("door:", "nobody:")), /did not accept user or password/);
});

test("a server that never answers is given up in time", async () => {
  const silent = net.createServer(() => undefined).listen(0, "127.0.0.1");
  await new Promise((resolve) => silent.once("listening", resolve));
  const { port } = silent.address() as AddressInfo;
  assert.equal(await reasonOf(`postgres://door:${PASSWORD}@127.0.0.1:${port}/orders`, 200), "no answer in time");
  silent.close();
});

test("a server that hangs or goes away costs a bounded wait, and is found again when it is back", { skip }, async () => {
  const database = boundDatabase(driver(server.freshUrl(), 1_000), { waitMilliseconds: 1_000, migrations: TABLES });
  assert.equal(await database.open(), undefined);
  server.freeze();
  await assert.rejects(database.run("SELECT name FROM notes"), faultOf("late"));
  server.thaw();
  let rows;
  for (let attempt = 0; rows === undefined && attempt < 20; attempt++) rows = await database.run("SELECT name FROM notes").catch(() => undefined);
  assert.deepEqual(rows, []);
  await database.close();
});

test("a statement that takes too long is ended on the server, too", { skip }, async () => {
  const database = boundDatabase(driver(server.freshUrl(), 1_000), { waitMilliseconds: 10_000, migrations: TABLES });
  assert.equal(await database.open(), undefined);
  await assert.rejects(database.run("SELECT pg_sleep(10)"), faultOf("late"));
  assert.deepEqual(await database.run("SELECT name FROM notes"), []);
  await database.close();
});
