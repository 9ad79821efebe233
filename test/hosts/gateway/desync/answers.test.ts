/**
 * Answers: whatever an API sends, the caller gets one answer that Node's own client frames as it was meant, or 502, and
 * the next caller gets his own.
 *
 * Both callers share one connection to the door, and whatever connection to the API is kept; each reply is sent in one
 * piece, and then octet by octet.
 */
import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { after, before, describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { listenOn } from "../rig.ts";
import { EVIL, type Reply, REPLIES } from "./answers.ts";
import { openCarrier, type OpenGateway } from "./recorder.ts";

let reply: Reply | undefined;
let splits = false;
let gateway: OpenGateway;
let api: net.Server;
/** One connection to the door, as long as it lasts. */
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

async function send(socket: net.Socket, { bytes, ends = false }: Reply): Promise<void> {
  for (const piece of splits ? bytes : [bytes]) {
    if (socket.destroyed) return;
    socket.write(Buffer.from(piece, "latin1"));
    if (splits) await turn();
  }
  if (ends) socket.end();
}

before(async () => {
  api = net.createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      // A request without a body, in one piece.
      const [, target = ""] = chunk.toString("latin1").split(" ");
      if (reply !== undefined && target === "/attacked") void send(socket, reply);
      else socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${target.length}\r\n\r\n${target}`);
    });
  });
  gateway = await openCarrier(await listenOn(api));
});
after(async () => {
  agent.destroy();
  await gateway.stop();
  api.close();
});

/** What Node's client makes of the answer: status and body, or how it broke off. */
function ask(path: string, method: string): Promise<string> {
  return new Promise((resolve) => {
    const request = http.request({ port: gateway.port, host: "127.0.0.1", path, method, agent }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
      response.on("end", () => resolve(`${response.statusCode} ${body}`));
      response.on("error", () => resolve(`${response.statusCode} ${body}...`));
    });
    request.on("error", ({ message }) => resolve(message));
    request.end();
  });
}

async function answerAndAsk(one: Reply, at: number): Promise<void> {
  reply = one;
  const { comes, method = "GET" } = one;
  const got = await ask("/attacked", method);
  if (comes !== undefined) assert.equal(got, comes);
  // The fault may come when the answer has begun: then it breaks off, and is never whole.
  else assert.ok(got.startsWith("502 ") || ((splits || one.ends === true) && got.endsWith("...")), got);
  assert.ok(!got.includes("evil"), got);
  for (const path of [`/victim-${at}`, `/other-${at}`]) assert.equal(await ask(path, "GET"), `200 ${path}`);
}

test("what nobody must ever get would be an answer", () => assert.match(EVIL, /^HTTP\/1\.1 200 OK\r\nContent-Length: 4\r\n\r\nevil$/));

for (const pieces of [false, true]) {
  describe(pieces ? "what an API sends octet by octet" : "what an API sends in one piece", () => {
    before(() => void (splits = pieces));
    for (const [at, one] of REPLIES.entries()) test(`${one.name} ${one.comes === undefined ? "is refused" : "comes as one answer"}`, () => answerAndAsk(one, at));
  });
}
