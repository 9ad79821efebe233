/**
 * Unread: an API that passes over bodies and takes them for requests (CL.0, TE.0), and answers what it found there as late
 * as it likes: when the next caller has asked on the same connection.
 */
import assert from "node:assert/strict";
import net from "node:net";
import { describe, test, type TestContext } from "node:test";
import type { Reuse } from "../../../../src/policy/upstream.ts";
import { listenOn } from "../rig.ts";
import { Caller } from "../wire/fronts.ts";
import { openCarrier } from "./recorder.ts";
import { HIDDEN } from "./requests.ts";

const answer = (status: number, text: string): string => `HTTP/1.1 ${status} X\r\ncontent-type: text/plain\r\ncontent-length: ${status === 204 ? 0 : text.length}\r\n\r\n${status === 204 ? "" : text}`;

/** Answers `/attacked` with `first`; what it finds in the body only when somebody asks on. */
async function openDeafApi(t: TestContext, first: string): Promise<number> {
  const server = net.createServer({ noDelay: true }, (socket) => {
    let text = "";
    let owed = "";
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
        const target = /[A-Z]+ (\/\S*) HTTP\/1\.1\r\n/.exec(text.slice(0, end))?.[1] ?? "";
        text = text.slice(end + 4);
        if (target === "/hidden") owed += answer(200, "evil");
        else if (target === "/attacked") socket.write(first);
        else if (target !== "") {
          socket.write(owed + answer(200, target));
          owed = "";
        }
      }
    });
  });
  const port = await listenOn(server);
  t.after(() => void server.close());
  return port;
}

async function talk(port: number, request: string): Promise<string> {
  const caller = new Caller(port).write(request);
  await caller.end();
  return caller.received;
}

/** @returns what the next caller gets */
async function attackAndAsk(t: TestContext, request: string, first: string, reuse: Reuse): Promise<string> {
  const gateway = await openCarrier(await openDeafApi(t, first), reuse);
  t.after(gateway.stop);
  const attacker = await talk(gateway.port, request);
  assert.match(attacker, /^HTTP\/1\.1 [0-9]{3} /);
  const victim = await talk(gateway.port, "GET /victim HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  return victim.slice(victim.indexOf("\r\n\r\n") + 4);
}

const withLength = (method: string): string => `${method} /attacked HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`;
const inChunks = (method: string): string => `${method} /attacked HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`;

describe("an API that takes a body for a request", () => {
  test("shown: answers the next caller out of it, where the connection is used again", async (t) => {
    for (const request of [withLength("POST"), inChunks("POST")]) assert.equal(await attackAndAsk(t, request, answer(200, "fine"), "usual"), "evil");
  });

  for (const method of ["GET", "DELETE", "OPTIONS", "HEAD"]) {
    test(`is asked nothing more on a connection that carried a body of ${method}`, async (t) => {
      const first = answer(200, "fine").slice(0, method === "HEAD" ? -4 : undefined);
      for (const request of [withLength(method), inChunks(method)]) assert.equal(await attackAndAsk(t, request, first, "usual"), "/victim");
    });
  }

  test("is asked nothing more on a connection where nobody was there for the body", async (t) => {
    for (const status of [301, 302, 307, 308, 404, 405, 501]) assert.equal(await attackAndAsk(t, withLength("POST"), answer(status, "not here"), "usual"), "/victim", `${status}`);
  });

  for (const reuse of ["bodiless", "never"] as const) {
    test(`is never asked again behind a body with reuse: ${reuse}`, async (t) => {
      for (const request of [withLength("POST"), inChunks("PUT")]) assert.equal(await attackAndAsk(t, request, answer(200, "fine"), reuse), "/victim");
    });
  }
});
