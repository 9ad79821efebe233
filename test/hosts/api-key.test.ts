/** A key from the command line to the API, behind every host. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { FRESH_MILLISECONDS } from "../../src/stores/database/change-feed.ts";
import { type Desk, openDesk } from "../cli/desk.ts";
import { CONTRACT, type Host, POLICY, send, startHosts } from "../hosts.ts";

const cleaners: (() => void)[] = [];
let desk: Desk;
let hosts: readonly Host[];

before(async () => {
  desk = openDesk({ after: (clean) => void cleaners.push(clean as () => void) }, { "sallyport.yaml": "contract: ./none.yaml\ndatabase: { sqlite: ./house.db, pepper: file:./pepper }\n" });
  writeFileSync(path.join(desk.folder, "pepper"), randomBytes(48));
  const database = { sqlite: path.join(desk.folder, "house.db"), pepper: `file:${path.join(desk.folder, "pepper")}`, wait: "10s" };
  const policy = { ...POLICY, deadline: "20s", database, everywhere: { "api-key": {}, "token-bucket": { burst: 1_000, window: "1s" } } };
  const contract = { ...CONTRACT, components: { securitySchemes: { login: { type: "apiKey", in: "header", name: "X-API-Key" } } } };
  hosts = await startHosts({ policy, contract });
});

after(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  for (const clean of cleaners) clean();
});

async function make(...words: readonly string[]): Promise<{ readonly key: string; readonly record: { readonly id: string } }> {
  const { out, error } = await desk.run("keys", "create", "--owner", "shop", ...words, "--json");
  assert.equal(error, "");
  return JSON.parse(out) as { key: string; record: { id: string } };
}

test("a key opens what its scopes allow, reaches the API as a name and not as a key, and is recorded by its id", async () => {
  const { key, record } = await make("--scopes", "orders:read", "--tenant", "acme");
  for (const host of hosts) {
    host.asked.length = 0;
    host.records.length = 0;
    assert.equal((await send(host, { headers: { "x-api-key": key } })).status, 200, host.name);
    const [asked] = host.asked;
    assert.equal(asked?.headers["sallyport-subject"], "shop");
    assert.equal(asked?.headers["x-api-key"], undefined);
    assert.equal((await send(host, { method: "POST", target: "/orders", headers: { "x-api-key": key, "content-type": "application/json" }, body: '{"id":"a","amount":1}' })).status, 403);
    assert.equal((await send(host, {})).status, 401);
    for (let turn = 0; turn < 500 && host.records.length < 2; turn++) await wait(10);
    assert.deepEqual(host.records.map(({ credential, status }) => [credential, status]).slice(0, 2), [[`key:${record.id}`, 200], [`key:${record.id}`, 403]]);
  }
});

test("a key that is disabled at the command line counts nowhere a second later", async () => {
  const { key, record } = await make("--scopes", "orders:read");
  for (const host of hosts) assert.equal((await send(host, { headers: { "x-api-key": key } })).status, 200, host.name);
  assert.equal((await desk.run("keys", "disable", record.id)).code, 0);
  await wait(FRESH_MILLISECONDS);
  for (const host of hosts) assert.equal((await send(host, { headers: { "x-api-key": key } })).status, 401, host.name);
});

test("while a rotated key overlaps, both count; without an overlap only the new one", async () => {
  const old = await make("--scopes", "orders:read");
  const { out } = await desk.run("keys", "rotate", old.record.id, "--overlap", "1h", "--json");
  const { key: next, record } = JSON.parse(out) as { key: string; record: { id: string } };
  const statuses = (key: string): Promise<readonly number[]> => Promise.all(hosts.map(async (host) => (await send(host, { headers: { "x-api-key": key } })).status));
  assert.deepEqual(await statuses(old.key), [200, 200, 200]);
  assert.deepEqual(await statuses(next), [200, 200, 200]);
  const { out: last } = await desk.run("keys", "rotate", record.id, "--overlap", "0s", "--json");
  await wait(FRESH_MILLISECONDS);
  assert.deepEqual(await statuses(next), [401, 401, 401]);
  assert.deepEqual(await statuses((JSON.parse(last) as { key: string }).key), [200, 200, 200]);
});
