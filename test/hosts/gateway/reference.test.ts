/**
 * Reference: the gateway's own wire against the node:http front and the undici upstream that it took the place of.
 *
 * The same bytes go through both, with the same engine and the same policy between. What the wire lets through must
 * reach the API just as the reference would have sent it: method, target, fields, body. The wire may refuse more, and
 * each such case is listed with its reason; it may never refuse less.
 */
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { after, before, test } from "node:test";
import { assemble } from "../../../src/hosts/assemble.ts";
import { carry } from "../../../src/hosts/carry.ts";
import { openFront } from "../../../src/hosts/gateway/front.ts";
import { openUpstream } from "../../../src/hosts/gateway/upstream.ts";
import { openWireFront } from "../../../src/hosts/gateway/wire/front.ts";
import { openWireUpstream } from "../../../src/hosts/gateway/wire/upstream.ts";
import { exchangeBytes } from "../../conformance/raw-http.ts";
import { token, writeFiles } from "../../hosts.ts";
import { type Behind, openApi, recordingSink, RIG_CONTRACT, RIG_POLICY } from "./rig.ts";

/** What the API saw, one text per request. */
type Seen = readonly string[];

interface Side {
  readonly port: number;
  readonly seen: string[];
  readonly stop: () => Promise<void>;
}

/** Written by each wire in its own way (undici counts short streams), or different for each exchange. */
const OWN: ReadonlySet<string> = new Set(["content-length", "transfer-encoding", "host", "connection", "sallyport-request-id", "forwarded", "x-forwarded-for"]);

function describe(request: IncomingMessage, body: Buffer): string {
  const { rawHeaders } = request;
  const fields = rawHeaders.flatMap((name, at) => (at % 2 === 0 && !OWN.has(name.toLowerCase()) ? [`${name.toLowerCase()}: ${rawHeaders[at + 1]}`] : [])).sort();
  return [`${request.method} ${request.url}`, ...fields, "", body.toString("latin1")].join("\n");
}

async function openSide(openDoor: typeof openFront, openWay: typeof openUpstream): Promise<Side> {
  const seen: string[] = [];
  const behind: Behind = await openApi((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      seen.push(describe(request, Buffer.concat(chunks)));
      if (request.url?.startsWith("/files") === true) response.writeHead(200, { "content-type": "application/octet-stream" }).end("x");
      else if (request.url === "/prices") response.writeHead(200, { "content-type": "application/json" }).end("[1]");
      else response.writeHead(request.method === "POST" ? 201 : 200, { "content-type": "application/json" }).end('{"id":"a-1","amount":5}');
    });
  });
  const upstream = new URL(`http://127.0.0.1:${behind.port}`);
  const assembly = assemble(writeFiles({ contract: RIG_CONTRACT, policy: RIG_POLICY }, upstream.href), { say: () => undefined, watch: false, sink: recordingSink([]) });
  if ("misfits" in assembly) throw new Error("the policy does not fit");
  const way = openWay(upstream);
  const front = openDoor(undefined, {
    serve: (facts, responder) => carry(assembly.engine, facts, responder, way.forward),
    malformed: (_peer, status) => `HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
  });
  const { port } = await front.listen(0, "127.0.0.1");
  const stop = async (): Promise<void> => {
    await front.drain(0);
    await way.close();
    await assembly.close();
    await behind.stop();
  };
  return { port, seen, stop };
}

let wire: Side;
let reference: Side;

before(async () => {
  [wire, reference] = await Promise.all([openSide((tls, events) => openWireFront(tls, events), (url) => openWireUpstream(url)), openSide(openFront, openUpstream)]);
});

after(() => Promise.all([wire.stop(), reference.stop()]));

const BEARER = `authorization: Bearer ${token()}\r\n`;
const OPAQUE = "content-type: application/octet-stream\r\n";
const JSON_TYPE = "content-type: application/json\r\n";
const ORDER = '{"id":"a-1","amount":5}';
const head = (line: string, fields = ""): string => `${line} HTTP/1.1\r\nhost: a.example\r\n${fields}\r\n`;
const put = (fields: string, body = ""): string => head("PUT /files/a", OPAQUE + fields) + body;

/** Well-formed: both let them through. `times`: how many requests the API sees. */
const SOUND: Readonly<Record<string, string>> = {
  "a plain GET": head("GET /prices"),
  "a GET with a query": head("GET /orders/a-1?limit=5", BEARER),
  "a percent-encoded query": head("GET /orders/a-1?limit=%35", BEARER),
  "HEAD": head("HEAD /files/a"),
  "many fields": head("GET /prices", Array.from({ length: 60 }, (_, at) => `x-${at}: ${at}\r\n`).join("")),
  "mixed case of names": head("GET /prices", "X-One: 1\r\nx-TWO: 2\r\n"),
  "an empty value": head("GET /prices", "x-a:\r\nx-b: \r\n"),
  "spaces around a value": head("GET /prices", "x-a: \t b \t \r\n"),
  "a tab within a value": head("GET /prices", "x-a: b\tc\r\n"),
  "octets beyond ASCII in a value": head("GET /prices", "x-a: b\xe9\xff\r\n"),
  "a field twice": head("GET /prices", "x-a: 1\r\nx-a: 2\r\n"),
  "a field twice with another between": head("GET /prices", "x-a: 1\r\nx-b: 0\r\nx-a: 2\r\n"),
  "every character of a token": head("GET /prices", "x!#$%&'*+.^`|~9: 1\r\n"),
  "a long value": head("GET /prices", `x-a: ${"v".repeat(6_000)}\r\n`),
  "a cookie": head("GET /prices", "cookie: a=1; b=2\r\n"),
  "a coding that is asked for": head("GET /prices", "accept-encoding: gzip, br\r\n"),
  "forwarding fields of a stranger": head("GET /prices", "x-forwarded-for: 192.0.2.9\r\nforwarded: for=192.0.2.9\r\nx-real-ip: 192.0.2.9\r\n"),
  "an identity of his own": head("GET /prices", "sallyport-subject: root\r\nx-user: root\r\n"),
  "fields of the connection": head("GET /prices", "connection: close, te\r\nte: trailers\r\nkeep-alive: timeout=5\r\nproxy-connection: close\r\n"),
  "a range and a condition": head("GET /files/a", 'range: bytes=0-1\r\nif-none-match: "a"\r\n'),
  "a priority and a trace": head("GET /prices", "priority: u=1\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"),
  "HTTP/1.0": "GET /prices HTTP/1.0\r\nhost: a.example\r\n\r\n",
  "HTTP/1.0 without a host": "GET /prices HTTP/1.0\r\n\r\n",
  "HTTP/1.0 that would stay": "GET /prices HTTP/1.0\r\nhost: a.example\r\nconnection: keep-alive\r\n\r\n",
  "an empty line before": `\r\n${head("GET /prices")}`,
  "a body with its length": put("content-length: 5\r\n", "hello"),
  "a body of any octets": put("content-length: 6\r\n", "\x00\r\n\r\n\xff"),
  "a body like a request": put("content-length: 35\r\n", "GET /prices HTTP/1.1\r\nhost: evil\r\n\r\n".slice(0, 35)),
  "a body in chunks": put("transfer-encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
  "a body in many chunks": put("transfer-encoding: chunked\r\n", `${"1\r\nx\r\n".repeat(300)}0\r\n\r\n`),
  "sizes in either case": put("transfer-encoding: chunked\r\n", `A\r\n${"x".repeat(10)}\r\na\r\n${"y".repeat(10)}\r\n0\r\n\r\n`),
  "Chunked in capitals": put("transfer-encoding: CHUNKED\r\n", "1\r\nx\r\n0\r\n\r\n"),
  "an empty body in chunks": put("transfer-encoding: chunked\r\n", "0\r\n\r\n"),
  "an empty body with its length": put("content-length: 0\r\n"),
  "a PUT without a body": head("PUT /files/a"),
  "a POST whose body is judged": head("POST /orders", `${BEARER}${JSON_TYPE}content-length: ${ORDER.length}\r\n`) + ORDER,
  "a POST in chunks whose body is judged": `${head("POST /orders", `${BEARER}${JSON_TYPE}transfer-encoding: chunked\r\n`)}17\r\n${ORDER}\r\n0\r\n\r\n`,
  "a long body": put("content-length: 300000\r\n", "z".repeat(300_000)),
  "a caller who waits to be told to go on": put("expect: 100-continue\r\ncontent-length: 2\r\n", "ab"),
  "two requests at once": head("GET /prices") + head("GET /files/b"),
  "five with bodies at once": Array.from({ length: 5 }, (_, at) => head(`PUT /files/f${at}`, `${OPAQUE}content-length: 1\r\n`) + at).join(""),
};

/** Ill-formed or undeclared: neither lets anything of them through. */
const UNSOUND: Readonly<Record<string, string>> = {
  "no host": "GET /prices HTTP/1.1\r\n\r\n",
  "two hosts": head("GET /prices", "host: b.example\r\n"),
  "a host with a path": "GET /prices HTTP/1.1\r\nhost: a/b\r\n\r\n",
  "white space before the colon": head("GET /prices", "x-a : 1\r\n"),
  "a folded line": head("GET /prices", "x-a: 1\r\n 2\r\n"),
  "a line without a colon": head("GET /prices", "x-a\r\n"),
  "an empty name": head("GET /prices", ": 1\r\n"),
  "a NUL in a value": head("GET /prices", "x-a: 1\x002\r\n"),
  "a bare LF behind a field": head("GET /prices", "x-a: 1\nx-b: 2\r\n"),
  "a bare CR in a value": head("GET /prices", "x-a: 1\r2\r\n"),
  "an underscore in a name": head("GET /prices", "x_a: 1\r\n"),
  "both framings": put("content-length: 5\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"),
  "two lengths": put("content-length: 1\r\ncontent-length: 1\r\n", "x"),
  "two different lengths": put("content-length: 1\r\ncontent-length: 2\r\n", "xy"),
  "a list of lengths": put("content-length: 1, 1\r\n", "x"),
  "a length with a sign": put("content-length: +1\r\n", "x"),
  "a hexadecimal length": put("content-length: 0x1\r\n", "x"),
  "a length beyond numbers": put("content-length: 99999999999999999999\r\n", "x"),
  "another coding": put("transfer-encoding: gzip, chunked\r\n", "0\r\n\r\n"),
  "chunked twice": put("transfer-encoding: chunked, chunked\r\n", "0\r\n\r\n"),
  "identity as a coding": put("transfer-encoding: identity\r\ncontent-length: 1\r\n", "x"),
  "chunks in HTTP/1.0": `PUT /files/a HTTP/1.0\r\nhost: a\r\n${OPAQUE}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  "a size that is none": put("transfer-encoding: chunked\r\n", "g\r\nx\r\n0\r\n\r\n"),
  "a chunk longer than its size": put("transfer-encoding: chunked\r\n", "1\r\nxy\r\n0\r\n\r\n"),
  "no version": "GET /prices\r\n\r\n",
  "a space in the target": "GET /pri ces HTTP/1.1\r\nhost: a\r\n\r\n",
  "a fragment": head("GET /prices#a"),
  "dots in the path": head("GET /files/../prices"),
  "encoded dots": head("GET /files/%2e%2e/prices"),
  "an encoded slash": head("GET /files%2Fa"),
  "CONNECT": "CONNECT a.example:443 HTTP/1.1\r\nhost: a.example:443\r\n\r\n",
  "an asterisk": head("OPTIONS *"),
  "a method of nobody": head("BREW /prices"),
  "a method in small letters": head("get /prices"),
  "an upgrade": head("GET /prices", "connection: upgrade\r\nupgrade: websocket\r\n"),
  "an expectation of nobody": head("GET /prices", "expect: miracles\r\n"),
  "a connection that names a field": head("GET /prices", "connection: x-user\r\nx-user: 1\r\n"),
  "a greeting of TLS": "\x16\x03\x01\x00\x05hello\r\n\r\n",
};

/** Refused by the wire alone, and why that is right. */
const STRICTER: Readonly<Record<string, readonly [text: string, why: string]>> = {
  "a length with a leading zero": [put("content-length: 05\r\n", "hello"), "octal to whoever reads numbers as C does"],
  "an extension of a chunk": [put("transfer-encoding: chunked\r\n", "1;a=b\r\nx\r\n0\r\n\r\n"), "nobody sends them, and readers differ in where they end"],
  "a trailer": [put("transfer-encoding: chunked\r\n", "1\r\nx\r\n0\r\nx-user: root\r\n\r\n"), "a field that no guard has seen"],
  "a size with leading zeros": [put("transfer-encoding: chunked\r\n", `${"0".repeat(20)}1\r\nx\r\n0\r\n\r\n`), "more digits than a size has"],
  "two spaces before the target": ["GET  /prices HTTP/1.1\r\nhost: a\r\n\r\n", "RFC 9112 has one; readers that cut at each one see another target"],
  "HTTP/2.0 in the words of HTTP/1.1": ["GET /prices HTTP/2.0\r\nhost: a\r\n\r\n", "a version that this wire does not speak, answered 505"],
  "two empty lines before": [`\r\n\r\n${head("GET /prices")}`, "RFC 9112 allows for one"],
};

async function bothOf(text: string): Promise<readonly [Seen, Seen, string, string]> {
  const ask = async (side: Side): Promise<readonly [Seen, string]> => {
    side.seen.length = 0;
    const answer = await exchangeBytes(side.port, Buffer.from(text, "latin1"), { silence: 150 });
    return [[...side.seen], answer];
  };
  const [[ours, answer], [theirs, other]] = await Promise.all([ask(wire), ask(reference)]);
  return [ours, theirs, answer, other];
}

const statuses = (answer: string): string => [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status).filter((status) => status !== "100").join(" ");

test(`what both let through reaches the API alike: ${Object.keys(SOUND).length} requests`, async () => {
  for (const [title, text] of Object.entries(SOUND)) {
    const [ours, theirs, answer, other] = await bothOf(text);
    assert.ok(theirs.length > 0, `${title}: the reference does not let it through: ${other.slice(0, 300)}`);
    assert.deepEqual(ours, theirs, `${title}: ${answer.slice(0, 300)}`);
    assert.equal(statuses(answer), statuses(other), title);
  }
});

test(`what is ill-formed reaches nobody: ${Object.keys(UNSOUND).length} requests`, async (test) => {
  const looser: string[] = [];
  const reached: string[] = [];
  for (const [title, text] of Object.entries(UNSOUND)) {
    const [ours, theirs, answer] = await bothOf(text);
    if (ours.length > 0) looser.push(`${title}: ${answer.slice(0, 40)}`);
    if (theirs.length > 0) reached.push(title);
    assert.match(answer, /^HTTP\/1\.1 (4|5)\d\d /, title);
  }
  assert.deepEqual(looser, []);
  assert.deepEqual(reached, [], "the reference lets these through: list them as stricter");
  test.diagnostic("none reached the API, on either wire");
});

test(`what only the wire refuses: ${Object.keys(STRICTER).length} requests, each for a reason`, async (test) => {
  for (const [title, [text, why]] of Object.entries(STRICTER)) {
    const [ours, theirs, answer, other] = await bothOf(text);
    assert.deepEqual(ours, [], title);
    assert.match(answer, /^HTTP\/1\.1 (4\d\d|505) /, title);
    assert.ok(theirs.length > 0, `${title}: the reference refuses it, too: ${other.slice(0, 60)}`);
    test.diagnostic(`${title}: ${why}`);
  }
});
