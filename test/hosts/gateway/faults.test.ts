/**
 * Faults: resets, half-closes and silence at every point of an exchange, on both sides of a whole gateway.
 *
 * After each of them: nothing hangs, the next caller is served, the exchange has exactly one record that says whose
 * fault it was, and no connection is left on either side.
 */
import { SIGNATURE_BYTES } from "../../../src/contract/media/signature.ts";
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { GatewayOptions } from "../../../src/hosts/gateway/gateway.ts";
import { eachOf, exchangeBytes } from "../../conformance/raw-http.ts";
import { token } from "../../hosts.ts";
import { type Behind, openApi, openRig, type Rig } from "./rig.ts";
import { Caller, eventually } from "./wire/fronts.ts";

/** Small, so that silence is noticed soon. The coarse clock adds half a second to each. */
const LIMITS: NonNullable<GatewayOptions["limits"]> = {
  front: { headMilliseconds: 600, bodyBytesPerSecond: 1_000, bodyGraceMilliseconds: 600, stallMilliseconds: 300, idleMilliseconds: 300, lingerMilliseconds: 200, halfClosedMilliseconds: 300 },
  upstream: { stallMilliseconds: 300, idleMilliseconds: 300, idleMillisecondsMax: 300, idleMarginMilliseconds: 0 },
};
/** Longer than all of them: what ends by the wire's limits must not end by the deadline. */
const DEADLINE = "1500ms";
/** Nothing may take longer: the deadline, a limit after it, and room for a busy machine. */
const HANG_MILLISECONDS = 10_000;

const AT_ONCE = 6;

const DEEDS = ["reset", "half-close", "silence"] as const;
type Deed = (typeof DEEDS)[number];

function commit(deed: Deed, socket: Socket): void {
  if (deed === "reset") socket.resetAndDestroy();
  else if (deed === "half-close") socket.end();
}

const good = (_request: IncomingMessage, response: ServerResponse): void => void response.writeHead(200, { "content-type": "application/json" }).end("[1]");

const OPAQUE = { "content-type": "application/octet-stream" };

/** A record in words: outcome, status, slug and blame. */
type Told = readonly string[];

interface Side {
  readonly title: string;
  readonly api: (request: IncomingMessage, response: ServerResponse) => void;
  readonly accept?: (socket: Socket) => void;
  readonly call: (rig: Rig) => Promise<Caller>;
  readonly told: Told;
  /** What the caller must have got, where that is certain. */
  readonly got?: RegExp;
}

async function open({ api, accept }: Side): Promise<{ readonly rig: Rig; readonly behind: Behind; readonly sockets: Set<Socket> }> {
  const behind = await openApi((request, response) => {
    request.on("error", () => undefined);
    if (request.url === "/prices") good(request, response);
    else api(request, response);
  });
  const sockets = new Set<Socket>();
  behind.server.on("connection", (socket: Socket) => {
    // Only the first one is met by a fault.
    if (accept !== undefined && sockets.size === 0) accept(socket);
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  return { rig: await openRig(behind.port, { deadline: DEADLINE }, LIMITS), behind, sockets };
}

async function suffer(side: Side): Promise<void> {
  const { rig, behind, sockets } = await open(side);
  try {
    await watch(side, rig, sockets);
  } finally {
    await rig.stop();
    for (const socket of sockets) socket.destroy();
    await behind.stop();
  }
  const told = rig.records.map(({ outcome, status, problem = "", blame = "" }) => `${outcome} ${status} ${problem} ${blame}`.trim());
  // The next caller's own record is last.
  assert.deepEqual(told, [...side.told, "allowed 200"], side.title);
}

async function watch(side: Side, rig: Rig, sockets: ReadonlySet<Socket>): Promise<void> {
  const { title } = side;
  const begun = performance.now();
  const caller = await side.call(rig);
  if (caller.socket.isPaused()) {
    // Who does not read does not hear of the end either.
    await emptied(rig, title);
    caller.socket.resume();
  }
  await caller.end(HANG_MILLISECONDS).catch(() => assert.fail(`${title}: it hangs, with ${caller.received.slice(0, 200)}`));
  const next = await exchangeBytes(rig.port, Buffer.from("GET /prices HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"));
  assert.match(next, /^HTTP\/1\.1 200 [\s\S]*\[1\]$/, `${title}: the next caller is not served`);
  assert.ok(performance.now() - begun < HANG_MILLISECONDS, `${title}: it took too long`);
  if (side.got !== undefined) assert.match(caller.received, side.got, title);
  caller.leave();
  await emptied(rig, title);
  for (const socket of sockets) socket.resume();
  await eventually(() => [...sockets].every((socket) => socket.destroyed || socket.readableEnded), () => `${title}: the end of the API's connections`);
}

/** Idle connections end by their limits; what does not has leaked. */
async function emptied(rig: Rig, title: string): Promise<void> {
  const names = ["sallyport_connections_open", "sallyport_upstream_connections_open", "sallyport_upstream_waiting", "sallyport_exchanges_open"];
  const deadline = performance.now() + 3_000;
  for (;;) {
    const values = await Promise.all(names.map((name) => rig.gauge(name)));
    if (values.every((value) => value === 0)) return;
    if (performance.now() > deadline) assert.fail(`${title}: left over: ${names.map((name, at) => `${name} ${values[at]}`).join(", ")}`);
    await wait(50);
  }
}

/** The caller does it, at a point of an exchange that would go well. */
interface CallerPoint {
  readonly at: string;
  /** Sends and waits up to the point. */
  readonly reach: (caller: Caller, seen: () => number) => Promise<void>;
  readonly api?: Side["api"];
  readonly told: Readonly<Record<Deed, Told>>;
  readonly got?: Partial<Record<Deed, RegExp>>;
}

const drain: Side["api"] = (request, response) => {
  request.resume();
  request.on("end", () => response.writeHead(204).end());
};

const mute: Side["api"] = (request) => void request.resume();

/** Far more than what sockets hold. */
const LONG_BYTES = 48 * 2 ** 20;

const endless: Side["api"] = (_request, response) => {
  const piece = Buffer.alloc(65_536, "x");
  let left = LONG_BYTES;
  const push = (): void => {
    while (left > 0 && response.writable) {
      left -= piece.byteLength;
      if (!response.write(piece)) return void response.once("drain", push);
    }
    response.end();
  };
  response.writeHead(200, { ...OPAQUE, "content-length": LONG_BYTES });
  push();
};

const PUT = "PUT /files/a HTTP/1.1\r\nhost: a\r\ncontent-type: application/octet-stream\r\n";
const GET = "GET /files/a HTTP/1.1\r\nhost: a\r\n\r\n";
const LEFT = ["failed 500 caller-left caller"];

const CALLER_POINTS: readonly CallerPoint[] = [
  { at: "before the head", reach: () => wait(20), told: { reset: [], "half-close": [], silence: [] } },
  {
    at: "in the head",
    reach: (caller) => send(caller, "GET /files/a HTT"),
    told: { reset: [], "half-close": ["refused 400 malformed-request caller"], silence: ["refused 408 request-slow caller"] },
    got: { "half-close": /^HTTP\/1\.1 400 /, silence: /^HTTP\/1\.1 408 / },
  },
  // The first bytes of a file say what it is: before they are here, the API is not asked.
  {
    at: "between head and body",
    reach: (caller) => send(caller, `${PUT}content-length: 9\r\n\r\n`),
    told: { reset: LEFT, "half-close": ["refused 400 body-broke-off caller"], silence: ["refused 408 request-slow caller"] },
    got: { "half-close": /^HTTP\/1\.1 400 /, silence: /^HTTP\/1\.1 408 / },
  },
  {
    at: "in the beginning of a body with a length",
    reach: (caller) => send(caller, `${PUT}content-length: 9\r\n\r\n1234`),
    told: { reset: LEFT, "half-close": ["refused 400 body-broke-off caller"], silence: ["refused 408 request-slow caller"] },
    got: { "half-close": /^HTTP\/1\.1 400 /, silence: /^HTTP\/1\.1 408 / },
  },
  {
    at: "in the beginning of a body of chunks",
    reach: (caller) => send(caller, `${PUT}transfer-encoding: chunked\r\n\r\n4\r\n1234\r\n5\r\n12`),
    told: { reset: LEFT, "half-close": ["refused 400 body-broke-off caller"], silence: ["refused 408 request-slow caller"] },
    got: { "half-close": /^HTTP\/1\.1 400 /, silence: /^HTTP\/1\.1 408 / },
  },
  {
    at: "in a body with a length",
    reach: (caller) => send(caller, `${PUT}content-length: ${2 * SIGNATURE_BYTES}\r\n\r\n${"1".repeat(SIGNATURE_BYTES + 1)}`),
    told: { reset: LEFT, "half-close": ["failed 400 body-broke-off caller"], silence: ["failed 408 request-slow caller"] },
    got: { "half-close": /^HTTP\/1\.1 400 /, silence: /^HTTP\/1\.1 408 / },
  },
  {
    at: "in a body of chunks",
    reach: (caller) => send(caller, `${PUT}transfer-encoding: chunked\r\n\r\n${SIGNATURE_BYTES.toString(16)}\r\n${"1".repeat(SIGNATURE_BYTES)}\r\n5\r\n12`),
    told: { reset: LEFT, "half-close": ["failed 400 body-broke-off caller"], silence: ["failed 408 request-slow caller"] },
    got: { "half-close": /^HTTP\/1\.1 400 /, silence: /^HTTP\/1\.1 408 / },
  },
  {
    at: "in a body that is held to be judged",
    reach: (caller) => send(caller, "POST /orders HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"),
    // Nobody who is unknown gets as far as his body being read.
    told: { reset: ["refused 401 unauthenticated caller"], "half-close": ["refused 401 unauthenticated caller"], silence: ["refused 401 unauthenticated caller"] },
  },
  {
    at: "while the API is asked",
    api: mute,
    reach: async (caller, seen) => {
      caller.write(GET);
      await eventually(() => seen() > 0, () => "the API asked");
    },
    told: { reset: LEFT, "half-close": LEFT, silence: ["failed 504 api-late api"] },
    got: { silence: /^HTTP\/1\.1 504 / },
  },
  {
    at: "in the answer",
    api: endless,
    reach: async (caller) => {
      caller.write(GET);
      await caller.until("HTTP/1.1 200");
      caller.socket.pause();
    },
    told: { reset: ["failed 200 caller-left caller"], "half-close": ["failed 200 caller-left caller"], silence: ["failed 200 caller-left caller"] },
  },
  {
    at: "after the answer",
    reach: async (caller) => {
      caller.write(`${PUT}content-length: 2\r\n\r\nab`);
      await caller.until("HTTP/1.1 204");
    },
    told: { reset: ["allowed 204"], "half-close": ["allowed 204"], silence: ["allowed 204"] },
  },
];

async function send(caller: Caller, text: string): Promise<void> {
  caller.write(text);
  await wait(60);
}

const callerSides: readonly Side[] = CALLER_POINTS.flatMap(({ at, reach, api = drain, told, got }) =>
  DEEDS.map((deed): Side => {
    let seen = 0;
    return {
      title: `the caller: ${deed} ${at}`,
      api: (request, response) => {
        seen++;
        api(request, response);
      },
      call: async ({ port }) => {
        const caller = new Caller(port);
        await reach(caller, () => seen);
        commit(deed, caller.socket);
        return caller;
      },
      told: told[deed],
      ...(got?.[deed] === undefined ? {} : { got: got[deed] }),
    };
  }),
);

/** The API does it, while the caller waits for his answer. */
interface ApiPoint {
  readonly at: string;
  /** What it says before. undefined: it does it as soon as it is connected to. */
  readonly says: string | undefined;
  /** Silence after a whole answer is no fault. */
  readonly told: Readonly<Partial<Record<Deed, Told>>>;
  readonly got?: Readonly<Record<Deed, RegExp>>;
  readonly request?: string;
}

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n";
const unanswered = {
  told: { reset: ["failed 502 api-unreachable api"], "half-close": ["failed 502 api-unreachable api"], silence: ["failed 504 api-late api"] },
  got: { reset: /^HTTP\/1\.1 502 /, "half-close": /^HTTP\/1\.1 502 /, silence: /^HTTP\/1\.1 504 / },
};
const BROKE_OFF = ["failed 200 api-broke-off api"];
const brokenOff = {
  told: { reset: BROKE_OFF, "half-close": BROKE_OFF, silence: BROKE_OFF },
  // What was cut off must not look whole: neither the last chunk nor all of the length may have come.
  got: { reset: cutOff(), "half-close": cutOff(), silence: cutOff() },
};
const fine = { told: { reset: ["allowed 200"], "half-close": ["allowed 200"] } };

function cutOff(): RegExp {
  return /^HTTP\/1\.1 200 (?![\s\S]*(?:\r\n0\r\n\r\n|123456789))/;
}

const API_POINTS: readonly ApiPoint[] = [
  { at: "when it is connected to", says: undefined, ...unanswered },
  { at: "before its answer", says: "", ...unanswered },
  { at: "in the status line", says: "HTTP/1.1 2", ...unanswered },
  { at: "in the head", says: "HTTP/1.1 200 OK\r\ncontent-ty", ...unanswered },
  { at: "after an interim answer", says: "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", ...unanswered },
  { at: "after the head", says: `${HEAD}content-length: 9\r\n\r\n`, ...brokenOff },
  { at: "in a body with a length", says: `${HEAD}content-length: 9\r\n\r\n1234`, ...brokenOff },
  { at: "after the head of chunks", says: `${HEAD}transfer-encoding: chunked\r\n\r\n`, ...brokenOff },
  { at: "in a chunk", says: `${HEAD}transfer-encoding: chunked\r\n\r\n9\r\n1234`, ...brokenOff },
  { at: "between chunks", says: `${HEAD}transfer-encoding: chunked\r\n\r\n4\r\n1234\r\n`, ...brokenOff },
  { at: "in the last chunk", says: `${HEAD}transfer-encoding: chunked\r\n\r\n4\r\n1234\r\n0\r\n`, ...brokenOff },
  {
    at: "in a body that ends with its connection",
    says: `${HEAD}connection: close\r\n\r\n1234`,
    told: { reset: BROKE_OFF, "half-close": ["allowed 200"], silence: BROKE_OFF },
    got: { reset: cutOff(), "half-close": /\r\n4\r\n1234\r\n0\r\n\r\n$/, silence: cutOff() },
  },
  { at: "after a body with a length", says: `${HEAD}content-length: 4\r\n\r\n1234`, ...fine },
  { at: "after the last chunk", says: `${HEAD}transfer-encoding: chunked\r\n\r\n4\r\n1234\r\n0\r\n\r\n`, ...fine },
  {
    at: "in a body that is held to be judged",
    request: `GET /orders/a-1 HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token()}\r\n\r\n`,
    says: "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n[",
    told: { reset: ["failed 502 api-broke-off api"], "half-close": ["failed 502 api-broke-off api"], silence: ["failed 502 api-broke-off api"] },
    got: { reset: /^HTTP\/1\.1 502 /, "half-close": /^HTTP\/1\.1 502 /, silence: /^HTTP\/1\.1 502 / },
  },
];

const apiSides: readonly Side[] = API_POINTS.flatMap(({ at, says, told, got, request = GET }) =>
  DEEDS.flatMap((deed): readonly Side[] => {
    const expected = told[deed];
    if (expected === undefined) return [];
    const answer: Side["api"] = ({ socket }) => {
      socket.write(says ?? "");
      setTimeout(() => commit(deed, socket), 40);
    };
    const side: Side = {
      title: `the API: ${deed} ${at}`,
      api: answer,
      ...(says === undefined ? { accept: (socket: Socket) => commit(deed, socket), api: mute } : {}),
      call: ({ port }) => Promise.resolve(new Caller(port).write(request.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"))),
      told: expected,
      ...(got === undefined ? {} : { got: got[deed] }),
    };
    return [side];
  }),
);

/** Far more than what sockets hold, and only a bit of it is read. */
const UPLOAD_BYTES = 48 * 2 ** 20;

const uploadSides: readonly Side[] = DEEDS.map((deed) => ({
  title: `the API: ${deed} in the request's body`,
  api: (request) => {
    request.once("data", () => {
      request.pause();
      commit(deed, request.socket);
      // Who does not read does not hear of the end either.
      setTimeout(() => request.resume(), 2_500);
    });
  },
  call: ({ port }) => {
    const caller = new Caller(port).write(`${PUT}content-length: ${UPLOAD_BYTES}\r\n\r\n`);
    return Promise.resolve(caller.write(Buffer.alloc(UPLOAD_BYTES, "x")));
  },
  told: [deed === "silence" ? "failed 504 api-late api" : "failed 502 api-unreachable api"],
}));

/** Each is fast enough for the wire's limits, and too slow for the deadline. */
const lateSides: readonly Side[] = [
  {
    title: "the caller: a body that takes longer than the deadline",
    api: drain,
    call: ({ port }) => dawdle(port, `${PUT}content-length: 1000000\r\n\r\n`),
    told: ["failed 408 request-slow caller"],
    got: /^HTTP\/1\.1 408 /,
  },
  {
    title: "the caller: a body that takes longer than the deadline and is held to be judged",
    api: drain,
    call: ({ port }) => dawdle(port, `POST /orders HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token()}\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n`),
    told: ["refused 408 request-slow caller"],
    got: /^HTTP\/1\.1 408 /,
  },
  {
    title: "the API: an answer that takes longer than the deadline and is held to be judged",
    api: (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const timer = setInterval(() => (response.closed ? clearInterval(timer) : response.write(" ")), 50);
    },
    call: ({ port }) => Promise.resolve(new Caller(port).write(`GET /orders/a-1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer ${token()}\r\n\r\n`)),
    told: ["failed 504 api-late api"],
    got: /^HTTP\/1\.1 504 /,
  },
];

async function dawdle(port: number, text: string): Promise<Caller> {
  const caller = new Caller(port).write(text);
  const timer = setInterval(() => caller.write("x".repeat(500)), 50);
  await caller.end(HANG_MILLISECONDS);
  clearInterval(timer);
  return caller;
}

async function sufferAll(sides: readonly Side[]): Promise<void> {
  const faults: string[] = [];
  await eachOf(sides, AT_ONCE, async (side) => {
    await suffer(side).catch((fault: unknown) => faults.push(`${side.title}: ${fault instanceof Error ? fault.message : String(fault)}`));
  });
  assert.deepEqual(faults, []);
}

test(`a caller who resets, half-closes or falls silent, at ${CALLER_POINTS.length} points`, async () => {
  await sufferAll(callerSides);
});

test(`an API that resets, half-closes or falls silent, at ${API_POINTS.length} points`, async () => {
  await sufferAll(apiSides);
});

test("an API that resets, shuts its side or stops reading while it is sent a body", async () => {
  await sufferAll(uploadSides);
});

test("a deadline that passes while one side still sends is that side's", async () => {
  await sufferAll(lateSides);
});
