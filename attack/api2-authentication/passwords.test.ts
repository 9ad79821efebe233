/**
 * Passwords and keys: what is tried on whoever has some: guessing one account, spraying many, asking who exists, and using what a
 * copy of the database holds. First against a server as many are written, then against the doors.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { type Desk, openDesk } from "../../test/cli/desk.ts";
import { CONTRACT, type Host, POLICY, startHosts } from "../../test/hosts.ts";

/** Among the first that everybody tries. */
const COMMON = Array.from({ length: 60 }, (_, at) => `Summer-of-${1966 + at}!`);
const NAMES = Array.from({ length: 40 }, (_, at) => `user-${at}`);
const [VICTIM, WEAK] = ["user-35", COMMON[45] ?? ""];
/** Of somebody who does not guess. */
const STRONG = "correct horse battery";

interface Told {
  readonly status: number;
  readonly text: string;
  readonly cookie: string | undefined;
}

type Ask = (headers: http.OutgoingHttpHeaders) => Promise<Told>;

function asker(port: number): Ask {
  return (headers) =>
    new Promise((resolve, reject) => {
      http.get({ port, host: "127.0.0.1", path: "/orders/a-1", headers, agent: false }, (response) => {
        let text = `${response.statusCode} ${Object.keys(response.headers).filter((name) => name !== "content-length").toSorted().join()} `;
        response.on("data", (chunk: Buffer) => (text += chunk.toString().replace(/urn:uuid:[0-9a-f-]+/, "")));
        response.once("end", () => resolve({ status: response.statusCode ?? 0, text, cookie: response.headers["set-cookie"]?.[0]?.split(";")[0] }));
      }).once("error", reject);
    });
}

const login = (name: string, password: string): http.OutgoingHttpHeaders => ({ authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` });

/** A server as many are written: it knows whom it knows, compares, and never tires. */
const passwords = new Map(NAMES.map((name) => [name, name === VICTIM ? WEAK : STRONG]));
const keyTable = new Map([["k-4711", "user-1"]]);
const bare = http.createServer((request, response) => {
  const key = request.headers["x-api-key"];
  if (typeof key === "string") return void response.writeHead(keyTable.has(key) ? 200 : 401).end();
  const [name = "", password] = Buffer.from(request.headers.authorization?.slice("Basic ".length) ?? "", "base64").toString().split(":");
  const known = passwords.get(name);
  if (known === undefined) return void response.writeHead(404).end("no such user");
  response.writeHead(known === password ? 200 : 401).end(known === password ? "welcome" : "wrong password");
});

const cleaners: (() => unknown)[] = [];
let desk: Desk;
let host: Host;
let keyHost: Host;
let typed = STRONG;
/** The cookie of a device from which the victim has logged in. */
let device = "";

before(async () => {
  await new Promise<void>((resolve) => bare.listen(0, "127.0.0.1", resolve));
  const files = { "sallyport.yaml": "contract: ./none.yaml\ndatabase: { sqlite: ./house.db, pepper: file:./pepper }\n" };
  desk = openDesk({ after: (clean) => void cleaners.push(clean as () => unknown) }, files, { stdin: () => Readable.from([typed]) });
  writeFileSync(path.join(desk.folder, "pepper"), randomBytes(48));
  for (const name of [VICTIM, "user-1"]) {
    typed = passwords.get(name) ?? "";
    assert.equal((await desk.run("users", "create", name, "--scopes", "orders:read")).code, 0);
  }
  const database = { sqlite: path.join(desk.folder, "house.db"), pepper: `file:${path.join(desk.folder, "pepper")}`, wait: "10s" };
  const open = async (scheme: JsonObject, guard: JsonObject): Promise<Host> => {
    const policy = { ...POLICY, deadline: "20s", database, everywhere: { ...guard, "token-bucket": { burst: 100_000, window: "1s" } } };
    const [one = assert.fail()] = await startHosts({ policy, contract: { ...CONTRACT, components: { securitySchemes: { login: scheme } } }, only: ["gateway"] });
    return one;
  };
  host = await open({ type: "http", scheme: "basic" }, { basic: { plain: "a test over plain HTTP" } });
  // So that it is the hash that holds, and not the count of failures.
  keyHost = await open({ type: "apiKey", in: "header", name: "X-API-Key" }, { "api-key": { failures: { burst: 100_000, window: "1m" } } });
  device = (await asker(host.port)(login(VICTIM, WEAK))).cookie ?? assert.fail("no device cookie");
});

after(async () => {
  bare.close();
  bare.closeAllConnections();
  await host.stop();
  await keyHost.stop();
  for (const clean of cleaners) clean();
});

/** Works against the bare server, and not against the doors. */
function attack(title: string, at: () => Host, run: (ask: Ask) => Promise<boolean>): void {
  test(`${title}: open at a bare server`, async () => assert.ok(await run(asker((bare.address() as AddressInfo).port)), "an attack that never works proves nothing"));
  test(`${title}: closed`, async () => assert.ok(!(await run(asker(at().port))), "the attack worked"));
}

attack("who exists is asked", () => host, async (ask) => {
  const [known, unknown] = [await ask(login("user-1", "wrong")), await ask(login("nobody-at-all", "wrong"))];
  return known.text !== unknown.text;
});

attack("the passwords that everybody tries are tried on one account", () => host, async (ask) => {
  for (const password of COMMON) if ((await ask(login(VICTIM, password))).status === 200) return true;
  return false;
});

attack("one password is tried on every account", () => host, async (ask) => {
  for (const name of NAMES) if ((await ask(login(name, WEAK))).status === 200) return true;
  return false;
});

test("meanwhile the account's holder comes in from a device that has been his before, and from no other", async () => {
  const ask = asker(host.port);
  assert.equal((await ask(login(VICTIM, WEAK))).status, 429, "a device that nobody knows");
  assert.equal((await ask({ ...login(VICTIM, WEAK), cookie: device })).status, 200);
  assert.equal((await ask({ ...login("user-1", STRONG), cookie: device })).status, 429, "another account's device is no better than none");
});

attack("a copy of the database is searched for keys that open something", () => keyHost, async (ask) => {
  const made = await desk.run("keys", "create", "--owner", "shop", "--scopes", "orders:read", "--json");
  const { key } = JSON.parse(made.out) as { readonly key: string };
  const isBare = (await ask({ "x-api-key": "k-4711" })).status === 200;
  if (!isBare) assert.equal((await ask({ "x-api-key": key })).status, 200, "the key itself opens");
  const stolen = isBare ? [...keyTable.keys()].join("\n") : readdirSync(desk.folder).filter((name) => name.startsWith("house.db")).map((name) => readFileSync(path.join(desk.folder, name), "latin1")).join("\n");
  assert.ok(!stolen.includes(key) && !stolen.includes(key.split("_").at(-2) ?? key), "not even a part of it");
  for (const [candidate] of stolen.matchAll(/[\w-]{6,90}/g)) if ((await ask({ "x-api-key": candidate })).status === 200) return true;
  return false;
});
