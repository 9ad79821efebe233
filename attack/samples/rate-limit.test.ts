/**
 * Rate limit: the limiter that everybody copies, behind a proxy, as the "before".
 *
 * With the address of the connection all callers behind the proxy are one, and one greedy caller locks out the others.
 * So tutorials say `trust proxy`, and then the address is whatever the caller writes. Here only the proxies that the policy
 * names are believed, from the right to the left.
 */
import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import express from "express";
import { rateLimit } from "express-rate-limit";
import { POLICY, startHosts } from "../../test/hosts.ts";

const LIMIT = 5;
const TRIES = 20;

async function openSample(t: TestContext, trustProxy: boolean): Promise<number> {
  const app = express();
  app.set("trust proxy", trustProxy);
  // `validate` would only write warnings: what passes is the same.
  app.use(rateLimit({ windowMs: 60_000, limit: LIMIT, validate: false }));
  app.get("/prices", (_request, response) => void response.json([1]));
  const server = http.createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

async function openDoor(t: TestContext, trust: readonly string[]): Promise<number> {
  const [host = assert.fail()] = await startHosts({ policy: { ...POLICY, trust: [...trust], everywhere: { ...(POLICY["everywhere"] as object), "token-bucket": { burst: LIMIT, window: "1h" } } }, only: ["gateway"] });
  host.api = (_request, response) => void response.writeHead(200, { "content-type": "application/json" }).end("[1]");
  t.after(host.stop);
  return host.port;
}

function ask(port: number, forwarded?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
    http.get({ port, host: "127.0.0.1", path: "/prices", agent: false, headers }, (response) => response.resume().once("end", () => resolve(response.statusCode ?? 0))).once("error", reject);
  });
}

/** How many of these come through. */
async function passing(port: number, forwarded: (at: number) => string | undefined): Promise<number> {
  let passed = 0;
  for (let at = 0; at < TRIES; at++) if ((await ask(port, forwarded(at))) === 200) passed++;
  return passed;
}

test("a caller who writes a new address each time: the copied limiter counts none of them, Sallyport one", async (t) => {
  const invented = (at: number): string => `198.51.100.${at}`;
  assert.equal(await passing(await openSample(t, true), invented), TRIES);
  assert.equal(await passing(await openDoor(t, []), invented), LIMIT);
});

test("a caller behind a proxy who writes addresses of his own in front: the proxy's word counts", async (t) => {
  const chained = (at: number): string => `198.51.100.${at}, 203.0.113.7`;
  assert.equal(await passing(await openSample(t, true), chained), TRIES);
  assert.equal(await passing(await openDoor(t, ["127.0.0.1"]), chained), LIMIT);
});

test("two callers behind one proxy: in the copied limiter one uses up what is the other's, in Sallyport each has his own", async (t) => {
  const sample = await openSample(t, false);
  assert.equal(await passing(sample, () => "203.0.113.7"), LIMIT);
  assert.equal(await passing(sample, () => "203.0.113.8"), 0);
  const door = await openDoor(t, ["127.0.0.1"]);
  assert.equal(await passing(door, () => "203.0.113.7"), LIMIT);
  assert.equal(await passing(door, () => "198.51.100.8"), LIMIT);
});
