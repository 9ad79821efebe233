/** Proxy header: one way to read it, whatever comes behind, and every other way refused. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readProxyHeader, VERSION_1_BYTES_MAX, VERSION_2_BYTES_MAX } from "../../../../src/hosts/gateway/wire/proxy-header.ts";

const read = (text: string): ReturnType<typeof readProxyHeader> => readProxyHeader(Buffer.from(text, "latin1"));

/** Version 2: command, family, and what follows. */
function second(command: number, family: number, rest: string | Buffer, length: number = rest.length): string {
  const head = Buffer.from([command, family, length >> 8, length & 255]);
  return `\r\n\r\n\0\r\nQUIT\n${head.toString("latin1")}${typeof rest === "string" ? rest : rest.toString("latin1")}`;
}

const FOUR = Buffer.from([192, 0, 2, 1, 10, 0, 0, 1, 0x12, 0x34, 0x01, 0xbb]);
const SIX = Buffer.concat([Buffer.from("20010db8000000000000000000000001", "hex"), Buffer.alloc(16, 1), Buffer.from([1, 2, 3, 4])]);

const GOOD: Readonly<Record<string, readonly [text: string, source: string | undefined]>> = {
  "version 1, IPv4": ["PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n", "192.0.2.1"],
  "version 1, IPv6": ["PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n", "2001:db8::1"],
  "version 1, IPv6 in another spelling": ["PROXY TCP6 2001:DB8:0:0::1 ::1 0 65535\r\n", "2001:db8::1"],
  "version 1, unknown": ["PROXY UNKNOWN\r\n", undefined],
  "version 1, unknown with something behind": ["PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", undefined],
  "version 2, IPv4": [second(0x21, 0x11, FOUR), "192.0.2.1"],
  "version 2, IPv6": [second(0x21, 0x21, SIX), "2001:db8::1"],
  "version 2, with more behind the addresses": [second(0x21, 0x11, Buffer.concat([FOUR, Buffer.from("\x03\x00\x04abcd")])), "192.0.2.1"],
  "version 2, the proxy itself": [second(0x20, 0x00, ""), undefined],
  "version 2, the proxy itself, with addresses": [second(0x20, 0x11, FOUR), undefined],
  "version 2, of no family": [second(0x21, 0x00, "whatever"), undefined],
  "version 2, as long as it may be": [second(0x21, 0x11, Buffer.concat([FOUR, Buffer.alloc(VERSION_2_BYTES_MAX - 16 - 12)])), "192.0.2.1"],
};

describe("read", () => {
  for (const [title, [text, source]] of Object.entries(GOOD)) {
    test(title, () => {
      assert.deepEqual(read(text), { source, bytes: text.length });
      assert.deepEqual(read(`${text}GET / HTTP/1.1\r\n\r\n`), { source, bytes: text.length }, "with a request behind it");
      for (let to = 0; to < text.length; to++) assert.equal(read(text.slice(0, to)), "more", `cut at ${to}`);
    });
  }
});

const WRONG: Readonly<Record<string, string>> = {
  "a request": "GET / HTTP/1.1\r\n",
  "a greeting of TLS": "\x16\x03\x01",
  "lower case": "proxy TCP4 192.0.2.1 10.0.0.1 1 2\r\n",
  "two spaces": "PROXY  TCP4 192.0.2.1 10.0.0.1 1 2\r\n",
  "a tab": "PROXY TCP4\t192.0.2.1 10.0.0.1 1 2\r\n",
  "another family": "PROXY UDP4 192.0.2.1 10.0.0.1 1 2\r\n",
  "an address of the other family": "PROXY TCP4 2001:db8::1 10.0.0.1 1 2\r\n",
  "a destination of the other family": "PROXY TCP6 2001:db8::1 10.0.0.1 1 2\r\n",
  "an address in octal": "PROXY TCP4 0300.0.2.1 10.0.0.1 1 2\r\n",
  "no address": "PROXY TCP4 example 10.0.0.1 1 2\r\n",
  "a zone": "PROXY TCP6 2001:db8::1%eth0 ::1 1 2\r\n",
  "a port too few": "PROXY TCP4 192.0.2.1 10.0.0.1 1\r\n",
  "a port too many": "PROXY TCP4 192.0.2.1 10.0.0.1 1 2 3\r\n",
  "a port that is none": "PROXY TCP4 192.0.2.1 10.0.0.1 65536 2\r\n",
  "a port with a zero in front": "PROXY TCP4 192.0.2.1 10.0.0.1 01 2\r\n",
  "a sign": "PROXY TCP4 192.0.2.1 10.0.0.1 +1 2\r\n",
  "nothing said": "PROXY \r\n",
  "a bare LF that never ends": `PROXY TCP4 192.0.2.1 10.0.0.1 1 2\n${"x".repeat(VERSION_1_BYTES_MAX)}`,
  "a line that is too long": `PROXY UNKNOWN ${"x".repeat(VERSION_1_BYTES_MAX)}\r\n`,
  "version 2, another version": second(0x31, 0x11, FOUR),
  "version 2, another command": second(0x22, 0x11, FOUR),
  "version 2, datagrams": second(0x21, 0x12, FOUR),
  "version 2, a path of UNIX": second(0x21, 0x31, Buffer.alloc(216)),
  "version 2, too short for its addresses": second(0x21, 0x11, FOUR.subarray(0, 11)),
  "version 2, IPv4 where IPv6 is said": second(0x21, 0x21, FOUR),
  "version 2, a byte too long": second(0x21, 0x11, Buffer.concat([FOUR, Buffer.alloc(VERSION_2_BYTES_MAX - 16 - 11)])),
  "version 2, a signature with a slip": `\r\n\r\n\0\r\nQUIT\r${second(0x21, 0x11, FOUR).slice(12)}`,
};

describe("refused", () => {
  for (const [title, text] of Object.entries(WRONG)) test(title, () => assert.equal(read(text), "wrong"));
});
