/** Reuse: how many connections an API sees, by what the policy says of them. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Content } from "../../../../src/exchange/content.ts";
import { openWireUpstream } from "../../../../src/hosts/gateway/wire/upstream.ts";
import type { Reuse } from "../../../../src/policy/upstream.ts";
import { ask, startApi, wordOf } from "./upstream-trial.ts";

async function connectionsFor(t: TestContext, reuse: Reuse, ...asked: readonly (readonly [string, string])[]): Promise<number> {
  // The body may come behind the head: what is in it is of no interest here.
  const api = await startApi((socket, text) => void (text.includes(" HTTP/1.1\r\n") && socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")));
  const upstream = openWireUpstream(api.url, { reuse });
  t.after(async () => {
    await upstream.close();
    api.close();
  });
  for (const [method, body] of asked) assert.equal(wordOf(await ask(upstream.forward, { method, content: Content.holding(Buffer.from(body)) })), "200 hello");
  return api.connections();
}

test("usual: one connection for all, unless a body stands where usually none does", async (t) => {
  assert.equal(await connectionsFor(t, "usual", ["GET", ""], ["POST", "x"], ["PUT", "x"], ["PATCH", "x"], ["QUERY", "x"], ["DELETE", ""], ["GET", ""]), 1);
  assert.equal(await connectionsFor(t, "usual", ["GET", "x"], ["DELETE", "x"], ["GET", ""]), 3);
});

test("bodiless: behind a body comes a new one", async (t) => {
  assert.equal(await connectionsFor(t, "bodiless", ["GET", ""], ["POST", ""], ["POST", "x"], ["GET", ""]), 2);
});

test("never: each request has its own", async (t) => {
  assert.equal(await connectionsFor(t, "never", ["GET", ""], ["GET", ""], ["POST", "x"]), 3);
});
