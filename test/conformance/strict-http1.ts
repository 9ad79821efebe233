/**
 * Strict HTTP/1: bytes that an API got, read by two parsers: a line-based one that knows nothing optional, and Node's.
 */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { exchangeBytes } from "./raw-http.ts";

export interface Message {
  readonly line: string;
  readonly body: string;
}

/** RFC 9112 with nothing optional: any doubt is an answer in words. */
export function readStrictly(bytes: Buffer): readonly Message[] | string {
  const messages: Message[] = [];
  let rest = bytes.toString("latin1");
  while (rest !== "") {
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) return "the head never ended";
    const [line = "", ...fields] = rest.slice(0, end).split("\r\n");
    if (!/^[A-Z-]+ \/[\x21-\x7e]* HTTP\/1\.1$/.test(line)) return `not a request line: ${JSON.stringify(line)}`;
    const wrong = fields.find((field) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?[\t\x20-\x7e\x80-\xff]*$/.test(field));
    if (wrong !== undefined) return `not a field: ${JSON.stringify(wrong)}`;
    const values = (name: string): readonly string[] => fields.filter((field) => field.toLowerCase().startsWith(`${name}:`)).map((field) => field.slice(name.length + 1).trim());
    const lengths = values("content-length");
    const codings = values("transfer-encoding");
    if (values("host").length !== 1) return "not exactly one Host";
    if (lengths.length + codings.length > 1) return "framed twice";
    const body = codings.length === 1 ? readChunked(rest.slice(end + 4), codings[0] ?? "") : readLength(rest.slice(end + 4), lengths[0] ?? "0");
    if (typeof body === "string") return body;
    messages.push({ line, body: body.text });
    rest = body.rest;
  }
  return messages;
}

function readLength(rest: string, length: string): { readonly text: string; readonly rest: string } | string {
  if (!/^[0-9]{1,9}$/.test(length) || rest.length < Number(length)) return `length ${JSON.stringify(length)} with ${rest.length} bytes`;
  return { text: rest.slice(0, Number(length)), rest: rest.slice(Number(length)) };
}

function readChunked(bytes: string, coding: string): { readonly text: string; readonly rest: string } | string {
  if (coding !== "chunked") return `coding ${JSON.stringify(coding)}`;
  let text = "";
  for (let rest = bytes; ; ) {
    const size = /^([0-9a-fA-F]{1,8})\r\n/.exec(rest);
    if (size === null) return "not a chunk size";
    const length = Number.parseInt(size[1] ?? "", 16);
    const from = size[0].length;
    if (rest.slice(from + length, from + length + 2) !== "\r\n") return "a chunk that does not end";
    text += rest.slice(from, from + length);
    rest = rest.slice(from + length + 2);
    if (length === 0) return { text, rest };
  }
}

/** The same bytes through Node's parser. */
export async function readByNode(bytes: Buffer): Promise<readonly Message[]> {
  const messages: Message[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      messages.push({ line: `${request.method ?? ""} ${request.url ?? ""} HTTP/${request.httpVersion}`, body: Buffer.concat(chunks).toString("latin1") });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await exchangeBytes((server.address() as AddressInfo).port, bytes, { half: true, silence: 300 });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return messages;
}
