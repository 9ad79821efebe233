/** Tell refusal: a problem as the proxy's answer, on a request or on the bare connection of a CONNECT. */
import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type Problem, publish } from "../../exchange/problem.ts";
import type { Trip } from "./trip.ts";

function fieldsOf({ headers = {} }: Problem, body: string): Readonly<Record<string, string>> {
  return { "content-type": "application/problem+json", "cache-control": "no-store", "content-length": String(Buffer.byteLength(body)), connection: "close", ...headers };
}

export function answerWith(response: ServerResponse, trip: Trip, why: Problem): void {
  trip.end(why);
  if (response.headersSent) return void response.destroy();
  const body = publish(why, trip.id);
  response.writeHead(why.status, fieldsOf(why, body)).end(body);
}

export function answerSocket(socket: Duplex, trip: Trip, why: Problem): void {
  trip.end(why);
  const body = publish(why, trip.id);
  const fields = Object.entries(fieldsOf(why, body)).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${why.status} ${STATUS_CODES[why.status] ?? ""}\r\n${fields.join("")}\r\n${body}`);
}
