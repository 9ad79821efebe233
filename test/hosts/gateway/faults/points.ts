/**
 * Points: of an exchange, at which a caller or an API can do something that is not foreseen, and what is told of it.
 */
import type { IncomingMessage } from "node:http";
import { SIGNATURE_BYTES } from "../../../../src/contract/media/signature.ts";
import { token } from "../../../hosts.ts";
import type { Caller } from "../wire/fronts.ts";
import { eventually } from "../wire/fronts.ts";
import { type Bench, commit, type Deed, type End, gauged, HANG_MILLISECONDS, heard, type Side } from "./suffer.ts";

/** Without encryption. */
export const DEEDS: readonly Deed[] = ["reset", "half-close", "silence"];
/** With it. Silence is the same there. */
export const SECURE_DEEDS: readonly Deed[] = ["reset", "close-notify", "truncation"];

/** What is told where TLS tells of an end as TCP does: bytes that are counted need no alert to be whole. */
function plainly(deed: Deed): PlainDeed {
  return deed === "close-notify" || deed === "truncation" ? "half-close" : deed;
}

type PlainDeed = Exclude<Deed, "close-notify" | "truncation">;

const OPAQUE = { "content-type": "application/octet-stream" };

type Told = Side["told"];

/** The caller does it, at a point of an exchange that would go well. */
interface CallerPoint {
  readonly at: string;
  /** Sends and waits up to the point. */
  readonly reach: (caller: Caller, seen: () => number, bench: Bench) => Promise<void>;
  readonly api?: Side["api"];
  readonly told: Readonly<Partial<Record<PlainDeed, Told>>>;
  readonly got?: Readonly<Partial<Record<PlainDeed, RegExp>>>;
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
  { at: "before the head", reach: async (_caller, _seen, { rig }) => void (await gauged(rig, ["sallyport_connections_open"], ([open]) => open === 1)), told: { reset: [], "half-close": [], silence: [] } },
  {
    at: "in the head",
    reach: (caller) => heard(caller.write("GET /files/a HTT").socket),
    told: { reset: [], "half-close": ["refused 400 malformed-request caller"], silence: ["refused 408 request-slow caller"] },
    got: { "half-close": /^HTTP\/1\.1 400 /, silence: /^HTTP\/1\.1 408 / },
  },
  // The first bytes of a file say what it is: before they are here, the API is not asked.
  {
    at: "between head and body",
    reach: (caller, _seen, bench) => taken(caller, bench, `${PUT}content-length: 9\r\n\r\n`),
    told: { reset: LEFT, "half-close": ["refused 400 body-broke-off caller"], silence: ["refused 408 request-slow caller"] },
    got: { "half-close": /^HTTP\/1\.1 400 /, silence: /^HTTP\/1\.1 408 / },
  },
  {
    at: "in the beginning of a body with a length",
    reach: (caller, _seen, bench) => taken(caller, bench, `${PUT}content-length: 9\r\n\r\n1234`),
    told: { reset: LEFT, "half-close": ["refused 400 body-broke-off caller"], silence: ["refused 408 request-slow caller"] },
    got: { "half-close": /^HTTP\/1\.1 400 /, silence: /^HTTP\/1\.1 408 / },
  },
  {
    at: "in the beginning of a body of chunks",
    reach: (caller, _seen, bench) => taken(caller, bench, `${PUT}transfer-encoding: chunked\r\n\r\n4\r\n1234\r\n5\r\n12`),
    told: { reset: LEFT, "half-close": ["refused 400 body-broke-off caller"], silence: ["refused 408 request-slow caller"] },
    got: { "half-close": /^HTTP\/1\.1 400 /, silence: /^HTTP\/1\.1 408 / },
  },
  {
    at: "in a body with a length",
    reach: (caller, seen) => asked(caller, seen, `${PUT}content-length: ${2 * SIGNATURE_BYTES}\r\n\r\n${"1".repeat(SIGNATURE_BYTES + 1)}`),
    told: { reset: LEFT, "half-close": ["failed 400 body-broke-off caller"], silence: ["failed 408 request-slow caller"] },
    got: { "half-close": /^HTTP\/1\.1 400 /, silence: /^HTTP\/1\.1 408 / },
  },
  {
    at: "in a body of chunks",
    reach: (caller, seen) => asked(caller, seen, `${PUT}transfer-encoding: chunked\r\n\r\n${SIGNATURE_BYTES.toString(16)}\r\n${"1".repeat(SIGNATURE_BYTES)}\r\n5\r\n12`),
    told: { reset: LEFT, "half-close": ["failed 400 body-broke-off caller"], silence: ["failed 408 request-slow caller"] },
    got: { "half-close": /^HTTP\/1\.1 400 /, silence: /^HTTP\/1\.1 408 / },
  },
  {
    at: "in a body that is held to be judged",
    reach: async (caller) => {
      caller.write("POST /orders HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{");
      await caller.until("HTTP/1.1 401", 1, HANG_MILLISECONDS);
    },
    // Nobody who is unknown gets as far as his body being read.
    told: { reset: ["refused 401 unauthenticated caller"], "half-close": ["refused 401 unauthenticated caller"], silence: ["refused 401 unauthenticated caller"] },
  },
  {
    at: "while the API is asked",
    api: mute,
    reach: (caller, seen) => asked(caller, seen, GET),
    told: { reset: LEFT, "half-close": LEFT, silence: ["failed 504 api-late api"] },
    got: { silence: /^HTTP\/1\.1 504 / },
  },
  {
    at: "while the API is asked, which then answers",
    api: (request, response) => {
      const answer = async (): Promise<void> => {
        await heard(request.socket);
        response.writeHead(200, OPAQUE).end("late");
      };
      void answer();
    },
    reach: (caller, seen) => asked(caller, seen, GET),
    told: { "half-close": ["allowed 200"] },
    got: { "half-close": /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)*HTTP\/1\.1 200 [\s\S]*late/ },
  },
  {
    at: "in the answer",
    api: endless,
    reach: async (caller) => {
      caller.write(GET);
      await caller.until("HTTP/1.1 200", 1, HANG_MILLISECONDS);
      caller.socket.pause();
    },
    told: { reset: ["failed 200 caller-left caller"], "half-close": ["failed 200 caller-left caller"], silence: ["failed 200 caller-left caller"] },
  },
  {
    at: "after the answer",
    reach: async (caller) => {
      caller.write(`${PUT}content-length: 2\r\n\r\nab`);
      await caller.until("HTTP/1.1 204", 1, HANG_MILLISECONDS);
    },
    told: { reset: ["allowed 204"], "half-close": ["allowed 204"], silence: ["allowed 204"] },
  },
];

/** The exchange has begun. */
async function taken(caller: Caller, { rig }: Bench, text: string): Promise<void> {
  caller.write(text);
  await gauged(rig, ["sallyport_exchanges_open"], ([open]) => open === 1);
}

/** The API has been asked. */
async function asked(caller: Caller, seen: () => number, text: string): Promise<void> {
  caller.write(text);
  await eventually(() => seen() > 0, () => "the API asked", HANG_MILLISECONDS);
}

export function callerSides(deeds: readonly Deed[]): readonly Side[] {
  return CALLER_POINTS.flatMap((point) => deeds.flatMap((deed) => callerSide(point, deed)));
}

function callerSide({ at, reach, api = drain, told, got }: CallerPoint, deed: Deed): readonly Side[] {
  const plain = plainly(deed);
  const expected = told[plain];
  const form = got?.[plain];
  if (expected === undefined) return [];
  let seen = 0;
  const side: Side = {
    title: `the caller: ${deed} ${at}`,
    api: (request, response, end) => {
      seen++;
      api(request, response, end);
    },
    call: async (bench) => {
      const caller = await bench.call();
      await reach(caller, () => seen, bench);
      commit(deed, caller);
      return caller;
    },
    told: expected,
    ...(form === undefined ? {} : { got: form }),
  };
  return [side];
}

/** The API does it, while the caller waits for his answer. */
interface ApiPoint {
  readonly at: string;
  /** What it says before. undefined: it does it as soon as it is connected to. */
  readonly says: string | undefined;
  /** What of it the caller gets to see, so that it has been read. */
  readonly shown?: string;
  /** Silence after a whole answer is no fault. */
  readonly told: Readonly<Partial<Record<PlainDeed, Told>>>;
  readonly got?: Readonly<Record<PlainDeed, RegExp>>;
  readonly request?: string;
}

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n";
const unanswered = {
  told: { reset: ["failed 502 api-unreachable api"], "half-close": ["failed 502 api-unreachable api"], silence: ["failed 504 api-late api"] },
  got: { reset: /^HTTP\/1\.1 502 /, "half-close": /^HTTP\/1\.1 502 /, silence: /^HTTP\/1\.1 504 / },
};
const BROKE_OFF = ["failed 200 api-broke-off api"];
const brokenOff = {
  shown: "HTTP/1.1 200",
  told: { reset: BROKE_OFF, "half-close": BROKE_OFF, silence: BROKE_OFF },
  // What was cut off must not look whole: neither the last chunk nor all of the length may have come.
  got: { reset: cutOff(), "half-close": cutOff(), silence: cutOff() },
};
const fine = { shown: "1234", told: { reset: ["allowed 200"], "half-close": ["allowed 200"] } };

function cutOff(): RegExp {
  return /^HTTP\/1\.1 200 (?![\s\S]*(?:\r\n0\r\n\r\n|123456789))/;
}

const UNTIL_THE_END = "in a body that ends with its connection";

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
    at: UNTIL_THE_END,
    says: `${HEAD}connection: close\r\n\r\n1234`,
    shown: "1234",
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

/** Behind TLS nobody can say of such a body that it is whole: it is refused before anything of it has left. */
const UNPROVEN: ApiPoint = {
  at: UNTIL_THE_END,
  says: `${HEAD}connection: close\r\n\r\n1234`,
  shown: "HTTP/1.1 502",
  told: { reset: ["failed 502 api-broke-off api"], "half-close": ["failed 502 api-broke-off api"] },
};

export function apiSides(deeds: readonly Deed[], secure = false): readonly Side[] {
  const points = secure ? API_POINTS.map((point) => (point.at === UNTIL_THE_END ? UNPROVEN : point)) : API_POINTS;
  return points.flatMap((point) => deeds.flatMap((deed) => apiSide(point, deed)));
}

function apiSide({ at, says, shown, told, got, request = GET }: ApiPoint, deed: Deed): readonly Side[] {
  const plain = plainly(deed);
  const expected = told[plain];
  const form = got?.[plain];
  if (expected === undefined) return [];
  const asking = Promise.withResolvers<Caller>();
  const say = async (end: End): Promise<void> => {
    end.socket.write(says ?? "");
    if (shown === undefined) await heard(end.socket);
    else await (await asking.promise).until(shown, 1, HANG_MILLISECONDS);
    commit(deed, end);
  };
  const side: Side = {
    title: `the API: ${deed} ${at}`,
    api: (_request, _response, end) => void say(end),
    ...(says === undefined ? { accept: (end: End) => commit(deed, end), api: mute } : {}),
    call: async ({ call }) => {
      const caller = (await call()).write(request.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"));
      asking.resolve(caller);
      return caller;
    },
    told: expected,
    ...(form === undefined ? {} : { got: form }),
  };
  return [side];
}

/** Far more than what sockets hold, and only a bit of it is read. */
const UPLOAD_BYTES = 48 * 2 ** 20;

export function uploadSides(deeds: readonly Deed[]): readonly Side[] {
  return deeds.map((deed): Side => {
    let read: IncomingMessage | undefined;
    return {
      title: `the API: ${deed} in the request's body`,
      api: (request, _response, end) => {
        read = request;
        request.once("data", () => {
          request.pause();
          commit(deed, end);
        });
      },
      call: async ({ call }) => (await call()).write(`${PUT}content-length: ${UPLOAD_BYTES}\r\n\r\n`).write(Buffer.alloc(UPLOAD_BYTES, "x")),
      // Who does not read does not hear of the end either.
      after: () => read?.resume(),
      told: [deed === "silence" ? "failed 504 api-late api" : "failed 502 api-unreachable api"],
    };
  });
}

/** Each is fast enough for the wire's limits, and too slow for the deadline. */
export const LATE_SIDES: readonly Side[] = [
  {
    title: "the caller: a body that takes longer than the deadline",
    api: drain,
    call: (bench) => dawdle(bench, `${PUT}content-length: 1000000\r\n\r\n`),
    told: ["failed 408 request-slow caller"],
    got: /^HTTP\/1\.1 408 /,
  },
  {
    title: "the caller: a body that takes longer than the deadline and is held to be judged",
    api: drain,
    call: (bench) => dawdle(bench, `POST /orders HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token()}\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n`),
    told: ["refused 408 request-slow caller"],
    got: /^HTTP\/1\.1 408 /,
  },
  {
    title: "the API: an answer that takes longer than the deadline and is held to be judged",
    api: (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const timer = setInterval(() => (response.closed ? clearInterval(timer) : response.write(" ")), 50);
    },
    call: async ({ call }) => (await call()).write(`GET /orders/a-1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer ${token()}\r\n\r\n`),
    told: ["failed 504 api-late api"],
    got: /^HTTP\/1\.1 504 /,
  },
];

async function dawdle({ call }: Bench, text: string): Promise<Caller> {
  const caller = (await call()).write(text);
  const timer = setInterval(() => caller.write("x".repeat(500)), 50);
  await caller.end(HANG_MILLISECONDS);
  clearInterval(timer);
  return caller;
}
