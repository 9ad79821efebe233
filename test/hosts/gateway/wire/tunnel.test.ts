import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import net, { type Socket } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { AuditRecord } from "../../../../src/audit/record.ts";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import { writeMisfit } from "../../../../src/contract/misfit.ts";
import { type Gateway, startGateway } from "../../../../src/hosts/gateway/gateway.ts";
import { MisfitError, sallyport } from "../../../../src/hosts/node.ts";
import { CONTRACT, POLICY, token, writeFiles } from "../../../hosts.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const PROOF = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const switching: JsonObject = { 101: { description: "switched" }, 200: { description: "text", content: { "text/plain": {} } }, 403: { description: "no", content: { "text/plain": {} } } };
const contract: JsonObject = {
  ...CONTRACT,
  paths: {
    "/chat": { get: { operationId: "chat", security: [{ login: ["orders:read"] }], responses: switching } },
    "/open": { get: { operationId: "open", security: [], responses: switching } },
    "/raw": { get: { operationId: "raw", security: [], responses: switching } },
    "/closed": { get: { operationId: "closed", security: [], responses: switching } },
    "/pages": { get: { operationId: "pages", security: [], responses: switching } },
    "/anywhere": { get: { operationId: "anywhere", security: [], responses: switching } },
  },
};
const websocket = { framing: { upgrade: "websocket" } };
const reason = { public: "a test of tunnels" };
const policy: JsonObject = {
  ...POLICY,
  drain: "300ms",
  operations: {
    chat: websocket,
    open: { ...reason, ...websocket },
    raw: { ...reason, framing: { upgrade: "echo" } },
    closed: reason,
    pages: { ...reason, ...websocket, cors: { origins: ["https://app.example"] } },
    anywhere: { ...reason, ...websocket, cors: { origins: ["*"] } },
  },
};

/** What the API does with a request that came whole, and with what came behind its head. */
type Serve = (socket: Socket, head: string, rest: Buffer) => void;

let serve: Serve;
/** Sockets of the API, in the order of coming. */
let sockets: Socket[] = [];
let heads: string[] = [];
let records: AuditRecord[] = [];
let gateway: Gateway;
let upstream: string;
const api = net.createServer({ allowHalfOpen: true }, (socket) => {
  sockets.push(socket);
  let bytes = Buffer.alloc(0);
  socket.on("error", () => undefined);
  const read = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return;
    socket.off("data", read);
    const head = bytes.toString("latin1", 0, end + 4);
    heads.push(head);
    serve(socket, head, bytes.subarray(end + 4));
  };
  socket.on("data", read);
});

async function openGateway(idleMilliseconds = 60_000): Promise<Gateway> {
  const sink = {
    write: (text: string, done: () => void) => {
      for (const line of text.trim().split("\n")) records.push(JSON.parse(line) as AuditRecord);
      done();
    },
    close: () => Promise.resolve(),
  };
  const start = await startGateway(writeFiles({ contract, policy }, upstream), { say: () => undefined, watch: false, sink, limits: { front: { tunnelIdleMilliseconds: idleMilliseconds } } });
  if ("misfits" in start) throw new Error(start.misfits.map(writeMisfit).join("\n"));
  return start.gateway;
}

before(async () => {
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  upstream = `http://127.0.0.1:${(api.address() as net.AddressInfo).port}`;
  gateway = await openGateway();
});
after(async () => {
  await gateway.stop();
  for (const socket of sockets) socket.destroy();
  api.close();
});
beforeEach(async () => {
  for (const socket of callers.splice(0)) socket.destroy();
  // Records are written a few milliseconds later, together.
  await wait(50);
  serve = echo;
  [sockets, heads, records] = [[], [], []];
});

function proofFor(head: string): string {
  const key = /sec-websocket-key: (\S+)/.exec(head)?.[1] ?? "";
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

const switched = (head: string, extra = ""): string => `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${proofFor(head)}\r\n${extra}\r\n`;

/** Bytes go back as they came; a side that is shut is shut in turn. */
const echo: Serve = (socket, head, rest) => {
  socket.write(/upgrade: echo/.test(head) ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n" : switched(head));
  if (rest.byteLength > 0) socket.write(rest);
  socket.pipe(socket);
};

/** A WebSocket server in a few lines (RFC 6455, section 5): unmasks each frame and sends its payload back. */
const echoFrames: Serve = (socket, head) => {
  socket.write(switched(head));
  let bytes = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      if (bytes.byteLength < 2) return;
      const short = (bytes[1] ?? 0) & 0x7f;
      const wide = short === 126 ? 2 : short === 127 ? 8 : 0;
      if (bytes.byteLength < 6 + wide) return;
      const length = wide === 0 ? short : wide === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
      const start = 6 + wide;
      if (bytes.byteLength < start + length) return;
      const payload = Buffer.from(bytes.subarray(start, start + length));
      for (let at = 0; at < length; at++) payload[at] = (payload[at] ?? 0) ^ (bytes[start - 4 + (at % 4)] ?? 0);
      socket.write(Buffer.concat([bytes.subarray(0, 1), Buffer.from([short]), bytes.subarray(2, 2 + wide), payload]));
      if (((bytes[0] ?? 0) & 0x0f) === 8) return void socket.end();
      bytes = bytes.subarray(start + length);
    }
  });
};

const FIELDS = ["connection: keep-alive, Upgrade", "upgrade: WebSocket", `sec-websocket-key: ${KEY}`, "sec-websocket-version: 13"];

const callers: Socket[] = [];

class Caller {
  readonly socket: Socket;
  text = "";
  bytes = 0;
  ended = false;
  closed = false;

  constructor(at: Gateway = gateway) {
    this.socket = net.connect({ port: Number(new URL(at.url).port), host: "127.0.0.1", allowHalfOpen: true });
    callers.push(this.socket);
    this.socket.on("data", (chunk: Buffer) => {
      this.bytes += chunk.byteLength;
      if (this.text.length < 100_000) this.text += chunk.toString("latin1");
    });
    this.socket.on("end", () => (this.ended = true));
    this.socket.on("close", () => (this.closed = true));
    this.socket.on("error", () => undefined);
  }

  get status(): number {
    return Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(this.text)?.[1]);
  }

  ask(path: string, fields: readonly string[] = FIELDS, behind = ""): this {
    this.socket.write(`GET ${path} HTTP/1.1\r\nhost: api.example\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n${behind}`, "latin1");
    return this;
  }
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 300; turn++) {
    if (holds()) return;
    await wait(10);
  }
  assert.fail(`never: ${what}`);
}

async function answered(path: string, fields?: readonly string[], behind?: string): Promise<Caller> {
  const caller = new Caller().ask(path, fields, behind);
  await until(() => caller.text.includes("\r\n\r\n"), "an answer");
  return caller;
}

async function theRecord(): Promise<AuditRecord> {
  await until(() => records.length > 0, "a record");
  await wait(50);
  assert.equal(records.length, 1, "one exchange, one record");
  return records[0] ?? assert.fail();
}

const bearer = (claims = {}): string => `authorization: Bearer ${token(claims)}`;

test("a WebSocket of Node's own client is carried both ways", async () => {
  serve = echoFrames;
  const options = { headers: { authorization: `Bearer ${token()}` } };
  const client: WebSocket = Reflect.construct(WebSocket, [`${gateway.url.replace("http", "ws")}/chat`, options]);
  client.binaryType = "arraybuffer";
  await new Promise((resolve, reject) => {
    client.onopen = resolve;
    client.onerror = reject;
  });
  const large = randomBytes(1_048_576);
  const received: unknown[] = [];
  client.onmessage = ({ data }: MessageEvent) => received.push(data);
  client.send("hello");
  client.send(large);
  await until(() => received.length === 2, "both messages back");
  assert.equal(received[0], "hello");
  assert.ok(Buffer.from(received[1] as ArrayBuffer).equals(large));
  client.close();
  await until(() => client.readyState === WebSocket.CLOSED, "the close");
  const { status, outcome, operation, principal, bytesIn, bytesOut } = await theRecord();
  assert.deepEqual([status, outcome, operation, principal?.endsWith("ann")], [101, "allowed", "chat", true]);
  assert.ok(bytesIn > 1_048_576 && bytesOut > 1_048_576, `${bytesIn} ${bytesOut}`);
});

test("the handshake is written anew, and no credential goes along", async () => {
  const caller = await answered("/chat", [...FIELDS, bearer(), "sec-websocket-protocol: a, b", "sec-websocket-extensions: permessage-deflate"]);
  assert.equal(caller.status, 101);
  const [head = ""] = heads;
  assert.equal(head.match(/^connection: Upgrade\r$/gm)?.length, 1, head);
  assert.equal(head.match(/^upgrade: websocket\r$/gm)?.length, 1, head);
  for (const line of [`sec-websocket-key: ${KEY}`, "sec-websocket-version: 13", "sec-websocket-protocol: a, b", "sec-websocket-extensions: permessage-deflate"]) assert.ok(head.includes(`${line}\r\n`), line);
  assert.ok(!/authorization|content-length|transfer-encoding|keep-alive/.test(head), head);
  assert.match(caller.text, /\r\nconnection: Upgrade\r\nupgrade: websocket\r\n/);
  assert.ok(caller.text.includes(`sec-websocket-accept: ${PROOF}\r\n`));
  assert.ok(!/content-length|transfer-encoding|connection: close/.test(caller.text), caller.text);
  caller.socket.destroy();
});

test("bytes that came along with a handshake, on either side, are not lost", async () => {
  serve = (socket, head, rest) => {
    socket.write(`${switched(head)}early`, "latin1");
    socket.write(rest);
    socket.pipe(socket);
  };
  const caller = new Caller().ask("/open", FIELDS, "surplus");
  await until(() => caller.text.endsWith("earlysurplus"), "both");
  caller.socket.write("later");
  await until(() => caller.text.endsWith("earlysurpluslater"), "what follows");
  caller.socket.destroy();
});

test("whoever reads slowly slows the other side down, and gets every byte", async () => {
  const size = 32 * 1_048_576;
  let written = 0;
  serve = (socket, head) => {
    socket.write(switched(head));
    const piece = Buffer.alloc(65_536, 97);
    const more = (): void => {
      while (written < size) {
        written += piece.byteLength;
        if (!socket.write(piece)) return void socket.once("drain", more);
      }
    };
    more();
  };
  const caller = await answered("/open");
  caller.socket.pause();
  await wait(300);
  const held = written;
  assert.ok(held < size, "the API was held up");
  caller.socket.resume();
  await until(() => caller.bytes >= size, "all of it");
  caller.socket.destroy();
});

test("an API that reads slowly slows the caller down", async () => {
  const size = 32 * 1_048_576;
  let taken = 0;
  serve = (socket, head) => {
    socket.write(switched(head));
    socket.on("data", (chunk: Buffer) => (taken += chunk.byteLength));
    socket.pause();
  };
  const caller = await answered("/open");
  const piece = Buffer.alloc(size);
  let flushed = false;
  caller.socket.write(piece, () => (flushed = true));
  await wait(300);
  assert.equal(flushed, false, "the caller was held up");
  sockets[0]?.resume();
  await until(() => taken === size, "all of it");
  caller.socket.destroy();
});

test("a side that is shut is shut on the other side, and the other direction goes on", async () => {
  serve = (socket, head) => {
    socket.write(switched(head));
    socket.resume();
    socket.on("end", () => setTimeout(() => socket.end("goodbye"), 50));
  };
  const caller = await answered("/open");
  caller.socket.end("last");
  await until(() => caller.ended, "the end");
  assert.ok(caller.text.endsWith("goodbye"));
  const { outcome, bytesIn, bytesOut } = await theRecord();
  assert.deepEqual([outcome, bytesIn, bytesOut], ["allowed", 4, 7]);
});

test("the API may shut its side first", async () => {
  let heard = "";
  serve = (socket, head) => {
    socket.end(`${switched(head)}bye`);
    socket.on("data", (chunk: Buffer) => (heard += chunk.toString()));
  };
  const caller = new Caller().ask("/open");
  await until(() => caller.ended, "the API's end");
  caller.socket.end("still here");
  await until(() => caller.closed, "the close");
  await until(() => heard === "still here", "the rest");
  assert.equal((await theRecord()).outcome, "allowed");
});

test("an API that shuts its side and then breaks off ends the tunnel", async () => {
  serve = (socket, head) => {
    socket.end(`${switched(head)}bye`);
    socket.once("data", () => socket.resetAndDestroy());
  };
  const caller = new Caller().ask("/open");
  await until(() => caller.ended, "the API's end");
  assert.ok(caller.text.endsWith("bye"));
  const writing = setInterval(() => caller.socket.write("nobody listens"), 20);
  const { problem } = await theRecord();
  clearInterval(writing);
  assert.equal(problem, "api-broke-off");
});

test("any other protocol of the policy is carried, without the proofs of a WebSocket", async () => {
  const caller = await answered("/raw", ["connection: upgrade", "upgrade: echo"]);
  assert.match(caller.text, /^HTTP\/1\.1 101 .*\r\nupgrade: echo\r\n/s);
  caller.socket.destroy();
});

test("what contract and policy do not open stays shut", async () => {
  for (const [path, upgrade] of [["/closed", "websocket"], ["/open", "h2c"], ["/open", "websocket, h2c"], ["/raw", "websocket"]] as const) {
    const caller = await answered(path, ["connection: upgrade", `upgrade: ${upgrade}`, `sec-websocket-key: ${KEY}`, "sec-websocket-version: 13"], "GET /smuggled HTTP/1.1\r\nhost: api.example\r\n\r\n");
    assert.equal(caller.status, 400, `${path} ${upgrade}`);
    assert.match(caller.text, /upgrade-refused/);
    await until(() => caller.ended, "the end");
    assert.equal(caller.text.match(/HTTP\/1\.1/g)?.length, 1, "nothing behind it is read");
    caller.socket.destroy();
  }
  assert.equal(heads.length, 0);
});

test("a handshake that is none is refused", async () => {
  const [connection = "", upgrade = "", key = "", version = ""] = FIELDS;
  const cases: readonly (readonly string[])[] = [
    [upgrade, key, version],
    ["connection: upgrade, close", upgrade, key, version],
    [connection, upgrade, version],
    [connection, upgrade, key, key, version],
    [connection, upgrade, "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ", version],
    [connection, upgrade, "sec-websocket-key: dGhlIHNhbXBsZSBub25jZR==", version],
    [connection, upgrade, key],
    [connection, upgrade, key, "sec-websocket-version: 8"],
    [connection, upgrade, key, version, version],
    [connection, upgrade, key, version, "transfer-encoding: chunked"],
  ];
  for (const fields of cases) {
    const caller = await answered("/open", fields);
    assert.equal(caller.status, 400, fields.join());
    assert.match(caller.text, /sec-websocket-version: 13\r\n/);
    caller.socket.destroy();
  }
  assert.equal(heads.length, 0);
});

test("guards of the first door stand: without a token, without the scope, nobody comes in", async () => {
  assert.equal((await answered("/chat")).status, 401);
  assert.equal((await answered("/chat", [...FIELDS, bearer({ scope: "orders:write" })])).status, 403);
  assert.equal(heads.length, 0);
});

test("a page of another origin opens nothing, unless cors lists it", async () => {
  const from = async (path: string, origin: string): Promise<number> => {
    const caller = await answered(path, [...FIELDS, `origin: ${origin}`]);
    caller.socket.destroy();
    return caller.status;
  };
  assert.equal(await from("/open", "https://evil.example"), 403);
  assert.equal(await from("/open", "null"), 403);
  assert.equal(await from("/open", "http://api.example"), 101);
  assert.equal(await from("/pages", "https://evil.example"), 403);
  assert.equal(await from("/pages", "https://app.example"), 101);
  assert.equal(await from("/anywhere", "https://evil.example"), 403, "cookies go along whatever cors says");
});

test("an API that does not switch as it was asked to is refused, and nothing of it is carried", async () => {
  const proof = `Sec-WebSocket-Accept: ${PROOF}\r\n`;
  const lines = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  const answers = [
    `${lines}Sec-WebSocket-Accept: ${randomBytes(20).toString("base64")}\r\n`,
    lines,
    lines + proof + proof,
    `Upgrade: h2c\r\nConnection: Upgrade\r\n${proof}`,
    `Upgrade: websocket\r\n${proof}`,
    `Upgrade: websocket\r\n${lines}${proof}`,
    `${lines}${proof}Content-Length: 6\r\n`,
    `${lines}${proof}Sec-WebSocket-Protocol: never-offered\r\n`,
  ];
  for (const fields of answers) {
    records = [];
    serve = (socket) => socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\nSECRET`);
    const caller = await answered("/open", FIELDS, "behind");
    assert.equal(caller.status, 502, fields);
    await until(() => caller.ended, "the end");
    assert.ok(!caller.text.includes("SECRET"));
    caller.socket.destroy();
    assert.equal((await theRecord()).blame, "api");
  }
});

test("an API that was not asked to switch must not", async () => {
  serve = (socket, head) => socket.write(switched(head));
  assert.equal((await answered("/open", [])).status, 502);
});

test("an answer instead of a switch goes through the second door, and nothing behind the request is forwarded or read", async () => {
  for (const status of [200, 403]) {
    heads = [];
    const heard: Buffer[] = [];
    serve = (socket, _head, rest) => {
      heard.push(rest);
      socket.on("data", (chunk: Buffer) => heard.push(chunk));
      setTimeout(() => socket.write(`HTTP/1.1 ${status} Well\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nno`), 30);
    };
    const caller = await answered("/open", FIELDS, "GET /open HTTP/1.1\r\nhost: api.example\r\n\r\n");
    await until(() => caller.ended, "the end");
    assert.equal(caller.status, status);
    assert.match(caller.text, /\r\nconnection: close\r\n/);
    assert.equal(caller.text.match(/HTTP\/1\.1/g)?.length, 1);
    assert.equal(Buffer.concat(heard).byteLength, 0, "nothing of it reached the API");
    assert.equal(heads.length, 1);
    caller.socket.destroy();
  }
});

test("a status that is not declared does not leave, switch or not", async () => {
  serve = (socket) => socket.write("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n");
  const caller = await answered("/open");
  assert.equal(caller.status, 502);
  assert.match(caller.text, /answer-breaks-contract/);
});

test("a reset on either side ends the other", async () => {
  const first = await answered("/open");
  first.socket.resetAndDestroy();
  await until(() => sockets[0]?.destroyed === true || sockets[0]?.readableEnded === true, "the API's side ends");
  assert.equal((await theRecord()).problem, "caller-left");
  records = [];
  const second = await answered("/open");
  sockets[1]?.resetAndDestroy();
  await until(() => second.closed || second.ended, "the caller's side ends");
  const { problem, blame, status } = await theRecord();
  assert.deepEqual([problem, blame, status], ["api-broke-off", "api", 101]);
});

test("the tunnel ends with the credential that opened it, not with the deadline", async () => {
  const ends = Math.floor(Date.now() / 1_000) + 4;
  const caller = await answered("/chat", [...FIELDS, bearer({ exp: ends })]);
  assert.equal(caller.status, 101);
  await wait(2_300);
  caller.socket.write("beyond the deadline");
  await until(() => caller.text.endsWith("beyond the deadline"), "the echo");
  while (!caller.closed && !caller.ended && Date.now() < ends * 1_000 + 5_000) await wait(20);
  assert.ok(Date.now() >= ends * 1_000, "not before");
  assert.ok(Date.now() < ends * 1_000 + 1_500, "and not much later");
  const { problem, because } = await theRecord();
  assert.deepEqual([problem, because], ["tunnel-closed", { fault: "the credential ended" }]);
});

test("a tunnel in which nothing moves is closed; one in which something moves is not", async () => {
  const at = await openGateway(700);
  const caller = new Caller(at).ask("/open");
  await until(() => caller.status === 101, "the switch");
  for (let turn = 0; turn < 6; turn++) {
    await wait(300);
    caller.socket.write(".");
  }
  assert.equal(caller.ended, false);
  await until(() => caller.ended || caller.closed, "the end");
  const { problem, because } = await theRecord();
  assert.deepEqual([problem, because], ["tunnel-closed", { fault: "nothing moved" }]);
  await at.stop();
});

test("a gateway that stops waits for its tunnels no longer than its grace", async () => {
  const at = await openGateway();
  const caller = new Caller(at).ask("/open");
  await until(() => caller.status === 101, "the switch");
  const begun = performance.now();
  const stopped = at.stop();
  await wait(100);
  caller.socket.write("in the grace");
  await until(() => caller.text.endsWith("in the grace"), "the echo");
  await stopped;
  const took = performance.now() - begun;
  assert.ok(took >= 290 && took < 1_500, String(took));
  await until(() => caller.closed || caller.ended, "the end");
  const { problem, because } = await theRecord();
  assert.deepEqual([problem, because], ["tunnel-closed", { fault: "the door was closed" }]);
});

test("a policy that nobody could keep does not start", () => {
  const said = (operations: JsonObject): string => {
    try {
      void sallyport(writeFiles({ contract, policy: { ...policy, operations } }), { say: () => undefined, watch: false }).close();
      return "starts";
    } catch (fault) {
      return fault instanceof MisfitError ? fault.message : String(fault);
    }
  };
  const others = { open: reason, raw: reason, closed: reason, pages: reason, anywhere: reason };
  assert.equal(said(others), "starts");
  assert.match(said({ ...others, open: { ...reason, ...websocket } }), /upgrade: this host cannot keep it/);
});
