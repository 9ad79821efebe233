/** A password from the command line to the API, behind every host. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { FRESH_MILLISECONDS } from "../../src/stores/database/change-feed.ts";
import { type Desk, openDesk } from "../cli/desk.ts";
import { CONTRACT, type Host, POLICY, type Received, send, startHosts } from "../hosts.ts";

const PASSWORD = "correct horse battery";
const cleaners: (() => void)[] = [];
let desk: Desk;
let hosts: readonly Host[];

before(async () => {
  const files = { "sallyport.yaml": "contract: ./none.yaml\ndatabase: { sqlite: ./house.db, pepper: file:./pepper }\n" };
  desk = openDesk({ after: (clean) => void cleaners.push(clean as () => void) }, files, { stdin: () => Readable.from([PASSWORD]) });
  writeFileSync(path.join(desk.folder, "pepper"), randomBytes(48));
  for (const name of ["ann", "bob"]) assert.equal((await desk.run("users", "create", name, "--scopes", "orders:read")).code, 0);
  const database = { sqlite: path.join(desk.folder, "house.db"), pepper: `file:${path.join(desk.folder, "pepper")}`, wait: "10s" };
  const guards = { basic: { plain: "a test over plain HTTP", waiting: 2 }, "token-bucket": { burst: 1_000, window: "1s" } };
  const contract = { ...CONTRACT, components: { securitySchemes: { login: { type: "http", scheme: "basic" } } } };
  hosts = await startHosts({ policy: { ...POLICY, deadline: "20s", database, everywhere: guards }, contract });
});

after(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  for (const clean of cleaners) clean();
});

function login(host: Host, name: string, password: string, cookie?: string): Promise<Received> {
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
  return send(host, { headers: { authorization, ...(cookie === undefined ? {} : { cookie }) } });
}

test("a login opens what its scopes allow, and neither password nor device cookie reaches the API", async () => {
  for (const host of hosts) {
    host.asked.length = 0;
    const first = await login(host, "ann", PASSWORD);
    assert.equal(first.status, 200, host.name);
    const cookie = first.headers["set-cookie"]?.[0]?.split(";")[0];
    assert.match(cookie ?? "", /^__Host-sallyport-device=/);
    assert.equal((await login(host, "ann", PASSWORD, cookie)).status, 200);
    for (const { headers } of host.asked) assert.deepEqual([headers["sallyport-subject"], headers.authorization, headers.cookie], ["ann", undefined, undefined]);
    const stranger = await send(host, {});
    assert.deepEqual([stranger.status, stranger.headers["www-authenticate"]], [401, 'Basic realm="api", charset="UTF-8"']);
    assert.equal((await login(host, "ann", `${PASSWORD}!`)).status, 401);
  }
});

test("a user who is disabled at the command line comes in nowhere a second later", async () => {
  for (const host of hosts) assert.equal((await login(host, "bob", PASSWORD)).status, 200, host.name);
  assert.equal((await desk.run("users", "disable", "bob")).code, 0);
  await wait(FRESH_MILLISECONDS);
  for (const host of hosts) assert.equal((await login(host, "bob", PASSWORD)).status, 401, host.name);
});

test("a flood of logins is refused, and everything that needs none goes on", async () => {
  for (const host of hosts) {
    host.api = (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("[1]");
    const flood = Array.from({ length: 60 }, (_, turn) => login(host, `nobody${turn}`, PASSWORD));
    const others = await Promise.all(Array.from({ length: 60 }, () => send(host, { target: "/prices" })));
    assert.deepEqual([...new Set(others.map(({ status }) => status))], [200], host.name);
    const statuses = (await Promise.all(flood)).map(({ status }) => status);
    assert.ok(statuses.every((status) => status === 401 || status === 429 || status === 503), statuses.join());
    assert.ok(statuses.includes(503));
  }
});
