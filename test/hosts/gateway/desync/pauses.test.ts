/**
 * Pauses: desynchronisation by waiting: a body that comes late, an answer that comes early, and what each side then takes
 * for the beginning of the next message.
 */
import assert from "node:assert/strict";
import net, { type Socket } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { SIGNATURE_BYTES } from "../../../../src/contract/media/signature.ts";
import { heard as readSoFar } from "../faults/suffer.ts";
import { listenOn } from "../rig.ts";
import { Caller, eventually } from "../wire/fronts.ts";
import { openCarrier, type OpenGateway } from "./recorder.ts";
import { HIDDEN } from "./requests.ts";

/** Each connection to the API: what came in on it. */
interface Heard {
  readonly socket: Socket;
  text: string;
}

/** What is looked at before a body begins to flow. */
const BEGINNING = "x".repeat(SIGNATURE_BYTES);

let gateway: OpenGateway;
let api: net.Server;
let heard: Heard[] = [];
/** What the API does with what it has heard. */
let react: (one: Heard) => void = () => undefined;

const answer = (text: string): string => `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
const polite = (one: Heard): void => {
  const [, target = ""] = one.text.split(" ");
  if (!one.text.endsWith("\r\n\r\n")) return;
  one.text = "";
  one.socket.write(answer(target));
};

before(async () => {
  api = net.createServer((socket) => {
    const one: Heard = { socket, text: "" };
    heard.push(one);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      one.text += chunk.toString("latin1");
      react(one);
    });
  });
  gateway = await openCarrier(await listenOn(api));
});
after(async () => {
  await gateway.stop();
  api.close();
});
beforeEach(() => {
  for (const { socket } of heard) socket.destroy();
  heard = [];
});

async function victim(): Promise<void> {
  react = polite;
  const caller = new Caller(gateway.port);
  caller.write("GET /victim HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await caller.end();
  assert.match(caller.received, /^HTTP\/1\.1 200 [\s\S]*\r\n\r\n\/victim$/);
  for (const { text } of heard) assert.ok(!text.includes("/victim"), "asked on a connection that was not free");
}

test("an API that answers before the body has come is asked nothing more on that connection", async () => {
  react = (one) => {
    if (one.text.includes("\r\n\r\n")) one.socket.write(answer("early"));
    react = () => undefined;
  };
  const caller = new Caller(gateway.port);
  caller.write(`POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${BEGINNING.length + HIDDEN.length}\r\n\r\n${BEGINNING}`);
  await eventually(() => caller.received.endsWith("early"), () => caller.received);
  // The late body is what was announced, and no request; what comes behind it is one.
  caller.write(HIDDEN);
  await eventually(() => heard[0]?.socket.destroyed === true || heard[0]?.socket.readableEnded === true, () => "the connection to the API");
  assert.equal(caller.received.split("HTTP/1.1 ").length, 2, caller.received);
  assert.equal(heard.length, 1);
  await victim();
  caller.leave();
});

test("behind an early answer the late body is passed over, and the next request is read where it begins", async () => {
  react = (one) => {
    one.socket.end(answer("early"));
    react = polite;
  };
  const caller = new Caller(gateway.port);
  caller.write(`POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${BEGINNING.length + HIDDEN.length}\r\n\r\n${BEGINNING}${HIDDEN.slice(0, 10)}`);
  await eventually(() => caller.received.endsWith("early"), () => caller.received);
  caller.write(`${HIDDEN.slice(10)}GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  await caller.end();
  assert.ok(caller.received.endsWith("/next"), caller.received);
  assert.ok(!caller.received.includes("/hidden"));
});

test("who was never told to send his body has nothing more to say on this connection", async () => {
  react = (one) => one.socket.write(answer("early"));
  const caller = new Caller(gateway.port);
  // The wire does not ask for the body before the API wants it, so nobody knows whether what follows is the body.
  caller.write(`POST //a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${HIDDEN.length}\r\n\r\n`);
  await eventually(() => caller.received.includes("HTTP/1.1 400 "), () => caller.received);
  caller.write(HIDDEN);
  await caller.end();
  assert.equal(caller.received.split("HTTP/1.1 ").length, 2, caller.received);
  assert.equal(heard.length, 0);
});

test("a body that pauses where a request would begin is still that body", async () => {
  react = (one) => {
    if (one.text.includes("X: y\r\n\r\n")) one.socket.write(answer("whole"));
  };
  const caller = new Caller(gateway.port);
  caller.write(`POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${HIDDEN.length.toString(16)}\r\n`);
  await readSoFar(caller.socket);
  caller.write(`${HIDDEN}\r\n0\r\n\r\n`);
  await eventually(() => caller.received.endsWith("whole"), () => caller.received);
  assert.equal(heard.length, 1);
  assert.match(heard[0]?.text ?? "", /^POST \/a HTTP\/1\.1\r\n/);
  caller.leave();
});

test("a caller who leaves in the middle of his body leaves no half of it to the next one", async () => {
  react = () => undefined;
  const caller = new Caller(gateway.port);
  caller.write(`POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${HIDDEN.length + BEGINNING.length + 100}\r\n\r\n${HIDDEN}${BEGINNING}`);
  await eventually(() => heard.length === 1 && heard[0]?.text.includes("/hidden") === true, () => "the body to reach the API");
  caller.socket.destroy();
  await eventually(() => heard[0]?.socket.destroyed === true || heard[0]?.socket.readableEnded === true, () => "the connection to the API");
  await victim();
});

test("an answer that comes while nothing is asked is nobody's", async () => {
  react = polite;
  const first = new Caller(gateway.port);
  first.write("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
  await eventually(() => first.received.endsWith("/first"), () => first.received);
  // The connection is kept, and the next answer lies in it before the next question.
  heard[0]?.socket.write(answer("evil"));
  await eventually(() => heard[0]?.socket.destroyed === true || heard[0]?.socket.readableEnded === true, () => "the connection to the API");
  await victim();
  first.write("GET /again HTTP/1.1\r\nHost: a\r\n\r\n");
  await eventually(() => first.received.endsWith("/again"), () => first.received);
  first.leave();
});

test("an answer that comes with the question is nobody's either, or the question's, and never the next one's", async () => {
  react = (one) => {
    if (!one.text.endsWith("\r\n\r\n")) return;
    one.text = "";
    one.socket.write(answer("mine") + answer("evil"));
  };
  for (let round = 0; round < 5; round++) {
    const caller = new Caller(gateway.port);
    caller.write("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    await eventually(() => caller.received.endsWith("mine"), () => caller.received);
    caller.leave();
  }
  await victim();
});
