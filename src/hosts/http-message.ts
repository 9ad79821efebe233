/**
 * HTTP message: Node's own request and response objects as the engine's facts and responder.
 *
 * For every host that stands on node:http: the gateway's front of today, `sallyport/node` and `sallyport/express`.
 * The types are structural, so that whatever a framework hands over will do.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import type { ArrivalFacts } from "../doors/engine.ts";
import type { OpenExchange } from "../doors/open-exchange.ts";
import type { ClientCertificate } from "../exchange/certificate.ts";
import { Content, type Sink } from "../exchange/content.ts";
import type { OpenAnswer } from "../exchange/exchange.ts";
import { fieldsOf } from "../exchange/fields.ts";
import { type Problem, problem } from "../exchange/problem.ts";
import { callerLeft, type Responder } from "./carry.ts";
import { peerCertificate } from "./peer-certificate.ts";
import type { Outlet } from "./hold.ts";

const bodyBrokeOff = problem("body-broke-off", 400, "The body broke off");

/** Lower-case forms of names as they come: the same few hundred texts again and again, bounded against invention. */
const NAMES_MAX = 1_024;
const lowered = new Map<string, string>();

function lower(name: string): string {
  let known = lowered.get(name);
  if (known === undefined) {
    known = name.toLowerCase();
    if (lowered.size < NAMES_MAX) lowered.set(name, known);
  }
  return known;
}

/** @param target the request target as it came, where a framework has rewritten `request.url` */
export function readFacts(request: IncomingMessage, target: string = request.url ?? ""): ArrivalFacts {
  const list = request.rawHeaders.map((text, at) => (at % 2 === 0 ? lower(text) : text));
  const fields = fieldsOf(list);
  const { socket } = request;
  return {
    method: request.method ?? "",
    target,
    version: request.httpVersion === "1.0" ? "1.0" : request.httpVersion === "2.0" ? "2" : "1.1",
    fields,
    peer: socket.remoteAddress ?? "",
    secure: "encrypted" in socket && socket.encrypted === true,
    certificate: certificateOf(socket),
    content: contentOf(request, fields.one("content-length"), fields.one("transfer-encoding")),
  };
}

const certificates = new WeakMap<object, ClientCertificate | "none">();

/** Read once for all requests of a connection. */
function certificateOf(socket: object): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  let known = certificates.get(socket);
  if (known === undefined) certificates.set(socket, (known = peerCertificate(socket) ?? "none"));
  return known === "none" ? undefined : known;
}

function contentOf(request: IncomingMessage, length: string | undefined, coding: string | undefined): Content {
  const declared = coding !== undefined ? undefined : length === undefined ? 0 : Number(length);
  if (declared === 0) return new Content(undefined, 0);
  let over = false;
  return new Content(
    {
      open: (sink: Sink) => {
        request.on("data", (chunk: Buffer) => {
          if (!sink.data(chunk)) request.pause();
        });
        request.on("end", () => {
          over = true;
          sink.end();
        });
        request.on("close", () => {
          if (!over) sink.fail(bodyBrokeOff());
          over = true;
        });
        request.on("error", () => undefined);
      },
      pause: () => void request.pause(),
      resume: () => void request.resume(),
      // The rest of the body is not read: the answer says `connection: close` and the connection ends with it.
      cancel: () => {
        over = true;
        request.pause();
      },
    },
    Number.isSafeInteger(declared) ? declared : undefined,
  );
}

/** Statuses without a body (RFC 9110, sections 6.4.1 and 15). */
function isBodiless(status: number, method: string): boolean {
  return method === "HEAD" || status === 204 || status === 304;
}

/** Fields that frame the answer on this wire; whatever the API said of them was about another wire. */
const FRAMING: ReadonlySet<string> = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "trailer", "content-length"]);

/** @param outlet where the answer is written when the program behind the doors holds the response's own methods */
export function responderOf(request: IncomingMessage, response: ServerResponse, outlet: () => Outlet = () => response): Responder {
  let sent = false;
  return {
    onGone(callback) {
      response.once("close", () => {
        if (!sent && !response.writableFinished) callback();
      });
    },
    send(answer, exchange, done) {
      sent = true;
      const headers = headersOf(answer, exchange, request);
      const wire = outlet();
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      wire.writeHead(answer.status, headers);
      const { held } = answer.content;
      const bodiless = isBodiless(answer.status, exchange.request.method);
      if (held === undefined && !bodiless) return streamOut(answer, response, wire, done);
      response.once("close", () => done(response.writableFinished ? undefined : callerLeft()));
      if (bodiless) wire.end();
      else wire.end(held);
    },
  };
}

function headersOf(answer: OpenAnswer, exchange: OpenExchange, request: IncomingMessage): string[] {
  const { list } = answer.fields;
  const headers: string[] = [];
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] ?? "";
    if (!FRAMING.has(name)) headers.push(name, list[at + 1] ?? "");
  }
  const length = answer.content.held?.byteLength ?? answer.content.declared;
  if (isBodiless(answer.status, exchange.request.method)) {
    const announced = answer.fields.one("content-length");
    if (exchange.request.method === "HEAD" && announced !== undefined && answer.from === "api") headers.push("content-length", announced);
  } else if (length !== undefined) headers.push("content-length", String(length));
  if (!request.complete && !isSmall(exchange)) headers.push("connection", "close");
  return headers;
}

/** The rest of an unread body is read and thrown away up to here, so that a small refused request keeps its connection. */
export const DISCARD_BYTES_MAX = 65_536;

function isSmall({ content: { declared }, request: { fields } }: OpenExchange): boolean {
  return declared !== undefined && declared <= DISCARD_BYTES_MAX && fields.one("expect") === undefined;
}

function streamOut(answer: OpenAnswer, response: ServerResponse, wire: Outlet, done: (fault?: Problem) => void): void {
  const { content } = answer;
  let ended = false;
  response.on("drain", () => content.resume());
  response.once("close", () => {
    if (!ended) content.cancel();
    done(ended ? undefined : callerLeft());
  });
  content.stream({
    data: (chunk) => wire.write(chunk),
    end: () => {
      ended = true;
      wire.end();
    },
    fail: (why) => {
      // The head has left: all that is left to say is that the answer is not whole.
      ended = true;
      done(why);
      response.destroy();
    },
  });
}
