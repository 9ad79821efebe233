/** Fetch plain: one request over plain HTTP to the address that was judged, its fields written anew. */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { EgressSettings } from "../../policy/egress.ts";
import { codeOf } from "../assemble.ts";
import type { Admitted } from "./admission.ts";
import { keepBounds, unreachable } from "./bounds.ts";
import { answerWith } from "./tell-refusal.ts";
import type { Trip } from "./trip.ts";

interface Fetching {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly way: Admitted;
  readonly trip: Trip;
  readonly settings: EgressSettings;
}

/** Of one hop alone (RFC 9110, section 7.6.1), or between client and proxy. */
const HOP: ReadonlySet<string> = new Set(["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "host"]);

export function fetchPlain({ request, response, way, trip, settings }: Fetching): void {
  const url = new URL(request.url ?? ""); // it was read before
  const far = http.request({ host: way.address, port: way.port, method: request.method ?? "GET", path: `${url.pathname}${url.search}`, agent: false, headers: { ...Object.fromEntries(kept(request)), host: url.host } });
  const fail = (why: Parameters<typeof answerWith>[2]): void => {
    bounds.clear();
    far.destroy();
    answerWith(response, trip, why);
  };
  const bounds = keepBounds(trip, settings, fail);
  trip.abandon = () => {
    bounds.clear();
    far.destroy();
    response.destroy();
    trip.end();
  };
  far.once("socket", (socket) => socket.once("connect", () => bounds.connected()));
  request.on("data", (chunk: Buffer) => {
    if (bounds.moved("up", chunk.byteLength) && !far.write(chunk)) request.pause();
  });
  far.on("drain", () => request.resume());
  request.once("end", () => far.end());
  far.once("response", (answer) => {
    trip.status = answer.statusCode ?? 0;
    response.writeHead(trip.status, Object.fromEntries(kept(answer)));
    answer.on("data", (chunk: Buffer) => {
      if (bounds.moved("down", chunk.byteLength) && !response.write(chunk)) answer.pause();
    });
    response.on("drain", () => answer.resume());
    answer.once("end", () => response.end());
    answer.once("error", () => trip.abandon());
  });
  far.on("error", (fault) => fail(unreachable({ because: { code: codeOf(fault) } })));
  response.once("close", () => {
    bounds.clear();
    far.destroy();
    trip.end();
  });
}

function kept({ headers }: IncomingMessage): readonly [string, string | string[]][] {
  const named = new Set((headers.connection ?? "").toLowerCase().split(/[ \t]*,[ \t]*/));
  return Object.entries(headers).flatMap(([name, value]): [string, string | string[]][] => (value === undefined || HOP.has(name) || named.has(name) ? [] : [[name, value]]));
}
