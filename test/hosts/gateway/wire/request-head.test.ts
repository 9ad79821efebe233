/** Request head: what is read, and everything that is refused instead of being guessed at. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FRONT_LIMITS } from "../../../../src/hosts/gateway/wire/front-limits.ts";
import { HeadReader, LENGTH_DIGITS_MAX, METHOD_BYTES_MAX, type RequestHead } from "../../../../src/hosts/gateway/wire/request-head.ts";

const reader = new HeadReader(FRONT_LIMITS);

/** The whole text, and then every prefix of it: what is not whole must never be taken for whole. */
function read(text: string): RequestHead | number | undefined {
  const bytes = Buffer.from(text, "latin1");
  const whole = reader.read(bytes, 0, bytes.length);
  for (let to = 1; to < bytes.length; to++) {
    const part = reader.read(bytes, 0, to);
    if (typeof part === "object" && typeof whole === "object" && to >= whole.end) continue;
    assert.ok(part === undefined || part === whole, `${JSON.stringify(text.slice(0, to))} gave ${JSON.stringify(part)}, the whole ${JSON.stringify(whole)}`);
  }
  // Somewhere in a longer buffer, with other bytes around.
  const framed = Buffer.concat([Buffer.from("\r\n\r\nGET / "), bytes, Buffer.from("\r\n\r\nx")]);
  const shifted = reader.read(framed, 10, 10 + bytes.length);
  if (typeof whole === "object") assert.deepEqual(shifted, { ...whole, end: whole.end + 10 });
  else assert.equal(shifted, whole);
  return whole;
}

function good(text: string): RequestHead {
  const head = read(text);
  return typeof head === "object" ? head : assert.fail(`${JSON.stringify(text)} was answered ${head}`);
}

test("a request line and its fields are read as they stand", () => {
  const text = "GET /orders/a-1?limit=5 HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Spaced: \t one \t two\t \r\nX-High: caf\xe9\r\n\r\n";
  assert.deepEqual(good(`${text}more`), {
    method: "GET", target: "/orders/a-1?limit=5", version: "1.1", list: ["host", "a", "x-empty", "", "x-spaced", "one \t two", "x-high", "caf\xe9"],
    end: text.length, declared: 0, close: false, expects: false,
  });
});

test("a field that comes twice is seen twice", () => {
  assert.deepEqual(good("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: one\r\nauthorization: two\r\n\r\n").list.slice(2), ["authorization", "one", "authorization", "two"]);
});

test("one empty line before a request line is passed over, a second one is not", () => {
  assert.equal(good("\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n").method, "GET");
  assert.equal(read("\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n"), 400);
  assert.equal(read("\nGET / HTTP/1.1\r\nhost: a\r\n\r\n"), 400);
  assert.equal(read("\r\rGET / HTTP/1.1\r\nhost: a\r\n\r\n"), 400);
});

test("every octet of a method, a target, a name and a value is looked at", () => {
  for (let octet = 0; octet < 256; octet++) {
    const character = String.fromCharCode(octet);
    const accepts = (text: string): boolean => typeof reader.read(Buffer.from(text, "latin1"), 0, text.length) === "object";
    assert.equal(accepts(`G${character}T / HTTP/1.1\r\nhost: a\r\n\r\n`), /[A-Z0-9_-]/.test(character), `method ${octet}`);
    assert.equal(accepts(`GET /a${character}b HTTP/1.1\r\nhost: a\r\n\r\n`), octet > 0x20 && octet < 0x7f, `target ${octet}`);
    assert.equal(accepts(`GET / HTTP/1.1\r\nhost: a\r\nx${character}y: b\r\n\r\n`), /[!#$%&'*+.^_`|~0-9A-Za-z:-]/.test(character), `name ${octet}`);
    assert.equal(accepts(`GET / HTTP/1.1\r\nhost: a\r\nx: b${character}c\r\n\r\n`), octet === 9 || (octet >= 0x20 && octet !== 0x7f), `value ${octet}`);
  }
});

describe("refused with 400", () => {
  const line = "GET / HTTP/1.1\r\n";
  const cases: Readonly<Record<string, string>> = {
    "a lower-case method": "get / HTTP/1.1\r\nhost: a\r\n\r\n",
    "a method that begins with a digit": "1GET / HTTP/1.1\r\nhost: a\r\n\r\n",
    "a long method": `${"G".repeat(METHOD_BYTES_MAX + 1)} / HTTP/1.1\r\nhost: a\r\n\r\n`,
    "no method": " / HTTP/1.1\r\nhost: a\r\n\r\n",
    "white space before the method": " GET / HTTP/1.1\r\nhost: a\r\n\r\n",
    "CONNECT in origin form": "CONNECT / HTTP/1.1\r\nhost: a\r\n\r\n",
    "CONNECT": "CONNECT a:443 HTTP/1.1\r\nhost: a:443\r\n\r\n",
    "two spaces": "GET  / HTTP/1.1\r\nhost: a\r\n\r\n",
    "two spaces before the version": "GET /  HTTP/1.1\r\nhost: a\r\n\r\n",
    "a tab for a space": "GET\t/ HTTP/1.1\r\nhost: a\r\n\r\n",
    "a space behind the version": "GET / HTTP/1.1 \r\nhost: a\r\n\r\n",
    "no target": "GET HTTP/1.1\r\nhost: a\r\n\r\n",
    "no version": "GET /\r\nhost: a\r\n\r\n",
    "absolute form": "GET http://a/ HTTP/1.1\r\nhost: a\r\n\r\n",
    "asterisk form": "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n",
    "a relative target": "GET a HTTP/1.1\r\nhost: a\r\n\r\n",
    "a lower-case protocol": "GET / http/1.1\r\nhost: a\r\n\r\n",
    "another protocol": "GET / RTSP/1.0\r\nhost: a\r\n\r\n",
    "a version with two digits": "GET / HTTP/1.10\r\nhost: a\r\n\r\n",
    "a version without a dot": "GET / HTTP/1_1\r\nhost: a\r\n\r\n",
    "a letter for a version": "GET / HTTP/1.x\r\nhost: a\r\n\r\n",
    "a bare LF behind the request line": "GET / HTTP/1.1\nhost: a\r\n\r\n",
    "a bare CR behind the request line": "GET / HTTP/1.1\rhost: a\r\n\r\n",
    "a bare LF behind a field": `${line}host: a\nx: b\r\n\r\n`,
    "a bare LF at the end": `${line}host: a\r\n\n`,
    "a bare CR at the end": `${line}host: a\r\n\rx\r\n\r\n`,
    "a bare CR in a value": `${line}host: a\rb\r\n\r\n`,
    "a NUL in a value": `${line}host: a\0b\r\n\r\n`,
    "a folded line": `${line}host: a\r\nx: b\r\n c\r\n\r\n`,
    "a first line folded": `${line} host: a\r\n\r\n`,
    "white space before the colon": `${line}host : a\r\n\r\n`,
    "white space before a name": `${line}\thost: a\r\n\r\n`,
    "no name": `${line}host: a\r\n: b\r\n\r\n`,
    "no colon": `${line}host: a\r\nx\r\n\r\n`,
    "a name with a high octet": `${line}host: a\r\nx\xe9: b\r\n\r\n`,
    "no Host": `${line}\r\n`,
    "two Hosts": `${line}host: a\r\nHost: a\r\n\r\n`,
    "two Hosts in HTTP/1.0": "GET / HTTP/1.0\r\nhost: a\r\nhost: a\r\n\r\n",
  };
  for (const [title, text] of Object.entries(cases)) test(title, () => assert.equal(read(text), 400));
});

test("other versions are answered 505, the preface of HTTP/2 among them", () => {
  for (const version of ["0.9", "1.2", "2.0", "3.0", "9.9"]) assert.equal(read(`GET / HTTP/${version}\r\nhost: a\r\n\r\n`), 505, version);
  assert.equal(read("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
});

describe("where the body ends", () => {
  const post = (...lines: readonly string[]): string => `POST / HTTP/1.1\r\nhost: a\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;

  test("a length, chunks, or nothing", () => {
    assert.equal(good(post()).declared, 0);
    assert.equal(good(post("Content-Length: 0")).declared, 0);
    assert.equal(good(post("Content-Length:42")).declared, 42);
    assert.equal(good(post(`Content-Length: ${"9".repeat(LENGTH_DIGITS_MAX)}`)).declared, 999_999_999_999_999);
    assert.equal(good(post("Transfer-Encoding: chunked")).declared, undefined);
    assert.equal(good(post("transfer-encoding: Chunked")).declared, undefined);
  });

  const refused: readonly string[] = [
    "Content-Length:", "Content-Length: +1", "Content-Length: -1", "Content-Length: 1,1", "Content-Length: 1, 1", "Content-Length: 1 1", "Content-Length: 0x1", "Content-Length: 1.0", "Content-Length: 1e3",
    "Content-Length: 010", "Content-Length: 00", `Content-Length: 1${"0".repeat(LENGTH_DIGITS_MAX)}`, "Content-Length: \xb2", "Content-Length: a",
    "Transfer-Encoding:", "Transfer-Encoding: gzip", "Transfer-Encoding: identity", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: chunked,", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked;q=1",
    "Transfer-Encoding: chunked\t", "Transfer-Encoding: chunked ", "Transfer-Encoding: \x0bchunked", "Transfer-Encoding: \"chunked\"",
  ];
  for (const line of refused) test(`refused: ${JSON.stringify(line)}`, () => assert.equal(read(post(line)), 400));

  test("said twice, or in two ways, is refused", () => {
    for (const lines of [
      ["Content-Length: 1", "Content-Length: 1"],
      ["Content-Length: 0", "Content-Length: 1"],
      ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
      ["Content-Length: 1", "Transfer-Encoding: chunked"],
      ["Transfer-Encoding: chunked", "Content-Length: 1"],
      ["Content-Length: 0", "Transfer-Encoding: chunked"],
    ]) {
      assert.equal(read(post(...lines)), 400, lines.join());
    }
  });

  test("HTTP/1.0 has lengths and no chunks", () => {
    assert.equal(good("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\n").declared, 3);
    assert.equal(read("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  });
});

test("the connection ends when the caller says so, and always in HTTP/1.0", () => {
  const closes = (...values: readonly string[]): boolean => good(`GET / HTTP/1.1\r\nhost: a\r\n${values.map((value) => `connection: ${value}\r\n`).join("")}\r\n`).close;
  assert.equal(closes(), false);
  assert.equal(closes("keep-alive"), false);
  assert.equal(closes("Keep-Alive, TE"), false);
  assert.equal(closes("x-close"), false);
  assert.equal(closes("close"), true);
  assert.equal(closes("Close"), true);
  assert.equal(closes("te , CLOSE"), true);
  assert.equal(closes("keep-alive", "close"), true);
  assert.equal(good("GET / HTTP/1.1\r\nhost: a\r\nproxy-connection: close\r\n\r\n").close, true);
  assert.equal(good("GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: ws\r\n\r\n").close, true);
  assert.equal(good("GET / HTTP/1.0\r\n\r\n").close, true);
  assert.equal(good("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n").close, true);
});

test("who waits to be told to send his body is known", () => {
  const expects = (lines: string, version = "1.1"): boolean => good(`POST / HTTP/${version}\r\nhost: a\r\n${lines}\r\n`).expects;
  assert.equal(expects("expect: 100-Continue\r\ncontent-length: 1\r\n"), true);
  assert.equal(expects("expect: 100-continue\r\ntransfer-encoding: chunked\r\n"), true);
  assert.equal(expects("expect: 100-continue\r\n"), false);
  assert.equal(expects("expect: more\r\ncontent-length: 1\r\n"), false);
  assert.equal(expects("expect: 100-continue\r\ncontent-length: 1\r\n", "1.0"), false);
});

describe("limits", () => {
  const small = { ...FRONT_LIMITS, headBytes: 300, lineBytes: 100, fields: 4 };
  const bounded = new HeadReader(small);
  const status = (text: string): number | undefined => {
    const head = bounded.read(Buffer.from(text, "latin1"), 0, text.length);
    return typeof head === "object" ? 200 : head;
  };
  const field = (bytes: number): string => `${"x".repeat(8)}: ${"y".repeat(bytes - 12)}\r\n`;

  test("lineBytes holds for the request line", () => {
    const target = "a".repeat(100 - "GET / HTTP/1.1\r\n".length);
    assert.equal(status(`GET /${target} HTTP/1.1\r\nhost: a\r\n\r\n`), 200);
    assert.equal(status(`GET /${target}a HTTP/1.1\r\nhost: a\r\n\r\n`), 414);
    assert.equal(status(`GET /${target.repeat(3)}`), 414, "before its end has come");
  });

  test("lineBytes holds for each field", () => {
    assert.equal(status(`GET / HTTP/1.1\r\nhost: a\r\n${field(100)}\r\n`), 200);
    assert.equal(status(`GET / HTTP/1.1\r\nhost: a\r\n${field(101)}\r\n`), 431);
    assert.equal(status(`GET / HTTP/1.1\r\nhost: a\r\n${field(120).slice(0, -2)}`), 431, "before its end has come");
  });

  test("fields holds for their number", () => {
    assert.equal(status(`GET / HTTP/1.1\r\nhost: a\r\n${"x: y\r\n".repeat(3)}\r\n`), 200);
    assert.equal(status(`GET / HTTP/1.1\r\nhost: a\r\n${"x: y\r\n".repeat(4)}\r\n`), 431);
  });

  test("headBytes holds for all together", () => {
    const line = "GET / HTTP/1.1\r\nhost: a\r\n";
    const rest = 300 - line.length - 2 - 180;
    assert.equal(status(`${line}${field(90)}${field(90)}${field(rest)}\r\n`), 200);
    assert.equal(status(`${line}${field(90)}${field(90)}${field(rest + 1)}\r\n`), 431);
    assert.equal(status(`${line}${field(100)}${field(100)}${field(90).slice(0, -2)}`), 431, "before its end has come");
  });

  test("by default a head of 40 KiB is read", () => {
    const line = "GET / HTTP/1.1\r\nhost: a\r\n";
    const lines = Array.from({ length: 4 }, () => `x: ${"y".repeat(10_000)}\r\n`).join("");
    assert.equal(typeof reader.read(Buffer.from(`${line}${lines}\r\n`), 0, line.length + lines.length + 2), "object");
    assert.equal(reader.read(Buffer.from(`${line}${lines}${lines}\r\n`), 0, line.length + 2 * lines.length + 2), 431);
  });
});
