/** Destination: URLs that two readers could take to two places lead nowhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { barredAddress, readDestination, readHostList, readHostPort, URL_CHARACTERS_MAX } from "../../src/outgoing/destination.ts";

const GOOD: readonly (readonly [url: string, scheme: string, host: string, port: number])[] = [
  ["https://api.example/a?b#c", "https", "api.example", 443],
  ["http://api.example", "http", "api.example", 80],
  ["HTTPS://API.Example:8443/", "https", "api.example", 8443],
  ["https://192.0.2.1/", "https", "192.0.2.1", 443],
  ["https://[2001:DB8::1]:444/", "https", "2001:db8::1", 444],
  ["https://xn--bcher-kva.example/", "https", "xn--bcher-kva.example", 443],
  ["https://[::ffff:a9fe:a9fe]/", "https", "169.254.169.254", 443],
  ["ftp://files.example:21/x", "ftp", "files.example", 21],
];
for (const [url, scheme, host, port] of GOOD) {
  test(`${url} leads to ${host}`, () => {
    const read = readDestination(url);
    assert.ok(!("wrong" in read), JSON.stringify(read));
    assert.deepEqual([read.scheme, read.host, read.port], [scheme, host, port]);
  });
}

const BAD: readonly string[] = [
  "", "/path", "//api.example/", "api.example", "javascript:alert(1)", "file:///etc/passwd", "https:///api.example", "https:api.example", "https://", "https://:443/",
  "https://user@api.example/", "https://user:pass@api.example/", "https://api.example@evil.example/", "https://@api.example/",
  "https://api.example\\@evil.example/", "https:\\\\api.example", "https://api.example\t.evil.example/", " https://api.example", "https://api.example/ ", "https://api.example/\n",
  "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://0x7f.1/", "http://127.0.0.1./", "http://1.1.1.1.1/", "http://1.2.3/",
  "http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://a.localhost/", "http://db/", "http://metadata.google.internal/", "http://printer.local/", "http://router.home.arpa/",
  "http://api.example./", "http://api..example/", "http://.example/", "http://-a.example/", "http://a-.example/", "http://a_b.example:0/", "http://api.example:99999/", "http://api.example:/", "http://api.example:80a/", "http://[::1", "http://[::1]x/", "http://[v1.a]/", "http://[fe80::1%25eth0]/",
  "http://b\u{fc}cher.example/", "http://127\u{3002}0\u{3002}0\u{3002}1/", "http://\u{2460}27.0.0.1/", "http://%31%32%37.0.0.1/", "http://api.example%2f@evil/", "gopher://api.example/", `https://api.example/${"a".repeat(URL_CHARACTERS_MAX)}`,
];
for (const url of BAD) {
  test(`${JSON.stringify(url.slice(0, 60))} leads nowhere`, () => assert.ok("wrong" in readDestination(url)));
}

test("The longest URL is taken, and one character more is not", () => {
  const url = (length: number): string => "https://api.example/".padEnd(length, "a");
  assert.ok(!("wrong" in readDestination(url(URL_CHARACTERS_MAX))));
  assert.ok("wrong" in readDestination(url(URL_CHARACTERS_MAX + 1)));
});

test("Whatever is read leads to where the WHATWG parser goes, and nothing throws", () => {
  const pieces = fc.constantFrom("http", "https", "://", ":", "/", "//", "@", "\\", "#", "?", "127.0.0.1", "0x7f.1", "api.example", "evil.example", "[::1]", "[::ffff:7f00:1]", "%2e", "%00", ".", "..", "443", " ", "\t", "\u{3002}", "localhost", "1", "-");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 10 }).map((parts) => parts.join("")), (url) => {
      const read = readDestination(url);
      if ("wrong" in read) return;
      const parsed = new URL(url);
      assert.equal(parsed.username + parsed.password, "");
      assert.equal(readHostPort(parsed.host, read.port) && parsed.hostname.includes(":"), read.host.includes(":"));
      if (!read.host.includes(":")) assert.equal(parsed.hostname, read.host);
    }),
    { numRuns: 3_000 },
  );
});

test("CONNECT names a host and a port", () => {
  assert.deepEqual(readHostPort("api.example:443"), { host: "api.example", isAddress: false, port: 443 });
  assert.deepEqual(readHostPort("[2001:db8::1]:443"), { host: "2001:db8::1", isAddress: true, port: 443 });
  for (const text of ["api.example", "api.example:", "api.example:0", "api.example:443/", "http://api.example:443", "user@api.example:443", ":443", ""]) assert.ok("wrong" in readHostPort(text), text);
});

test("A list of hosts holds names, names below a name, addresses, and all names", () => {
  const list = readHostList(["api.example", "*.partner.example", "192.0.2.1"]);
  assert.ok("has" in list);
  for (const host of ["api.example", "a.partner.example", "b.a.partner.example", "192.0.2.1"]) assert.ok(list.has(host), host);
  for (const host of ["example", "x.api.example", "partner.example", "notpartner.example", "evilpartner.example", "192.0.2.2", ""]) assert.ok(!list.has(host), host);
  const all = readHostList(["*"]);
  assert.ok("has" in all && all.has("anything.example") && !all.has("192.0.2.1"));
  for (const text of ["", "*.", "**", "*.*.example", "a.*", "api.example:443", "https://api.example", "*.192.0.2.1", "localhost", "api example"]) assert.ok("wrong" in readHostList([text]), text);
});

test("Only public addresses may be dialled", () => {
  assert.equal(barredAddress("8.8.8.8"), undefined);
  assert.match(barredAddress("169.254.169.254") ?? "", /metadata/);
  assert.match(barredAddress("nonsense") ?? "", /unreadable/);
});
