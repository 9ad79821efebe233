import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  decodeSegment,
  decodeValue,
  PATH_SEGMENTS_MAX,
  QUERY_PAIRS_MAX,
  readTarget,
  type Target,
  TARGET_BYTES_MAX,
} from "../../src/contract/target.ts";
import { run } from "../../fuzz/target.ts";

function accept(text: string): Target {
  const target = readTarget(text);
  if ("wrong" in target) assert.fail(`${text}: ${target.wrong}`);
  return target;
}

function refuse(text: string, reason: RegExp): void {
  const target = readTarget(text);
  assert.ok("wrong" in target, `accepted: ${JSON.stringify(text)}`);
  assert.match(target.wrong, reason);
}

const write = ({ path, search }: Target): string => (search === undefined ? path : `${path}?${search}`);

test("a plain target is taken as it stands", () => {
  assert.deepEqual(accept("/v1/orders/7?limit=10&after=abc"), {
    path: "/v1/orders/7",
    segments: ["v1", "orders", "7"],
    query: [
      ["limit", "10"],
      ["after", "abc"],
    ],
    search: "limit=10&after=abc",
    parameters: false,
  });
});

test("a target that is not in origin form is refused", () => {
  for (const text of ["", "*", "a", "http://host.test/a", "host.test:443", "?a=b", "\\a", "%2Fa"]) refuse(text, /begin with a slash/);
});

test("a trailing slash makes another path, with a last empty segment", () => {
  assert.deepEqual(accept("/").segments, [""]);
  assert.deepEqual(accept("/a").segments, ["a"]);
  assert.deepEqual(accept("/a/").segments, ["a", ""]);
  assert.deepEqual(accept("/a/").path, "/a/");
});

test("empty segments are refused wherever they stand", () => {
  for (const text of ["//", "//a", "/a//", "/a//b", "///", "//host.test/a?b=c"]) refuse(text, /empty segment/);
});

test("dot segments are refused, also encoded and with path parameters", () => {
  const dots = [".", "..", "%2e", "%2E%2e", ".%2e", "..;", "..;x=1", ".;a", "%2e%2E;x", "..%3bx", ".%3B"];
  for (const dot of dots) for (const text of [`/${dot}`, `/a/${dot}`, `/a/${dot}/b`, `/${dot}/`]) refuse(text, /dot segment/);
});

test("dots within a segment are data", () => {
  for (const text of ["/...", "/.a", "/..a", "/a..", "/a.;x", "/..,", "/a?b=../.."]) assert.equal(write(accept(text)), text);
});

test("an encoded slash or backslash in a path is refused, in a query it is data", () => {
  for (const text of ["/a%2Fb", "/a%2fb", "/%5c", "/a%5Cb"]) refuse(text, /slash or backslash/);
  assert.deepEqual(accept("/a?b=%2F%5C").query, [["b", "%2F%5C"]]);
});

test("a raw backslash or fragment is refused everywhere", () => {
  for (const text of ["/a\\b", "/a?b=\\"]) refuse(text, /backslash/);
  for (const text of ["/a#b", "/a?b#c", "/#"]) refuse(text, /fragment/);
});

test("control characters are refused, raw and encoded, in path and query", () => {
  for (const text of ["/\0", "/a\tb", "/a\r\nb", "/\u007f", "/a?b=\n", "/\u0085"]) refuse(text, /control/);
  for (const triplet of ["%00", "%09", "%0a", "%0D", "%1f", "%7F", "%C2%80", "%c2%9F"]) {
    refuse(`/a${triplet}`, /control/);
    refuse(`/a?b=${triplet}`, /control/);
    refuse(`/a?${triplet}=b`, /control/);
  }
  assert.equal(accept("/%c2%a0").path, "/%C2%A0");
});

test("raw characters beyond RFC 3986 are refused in a path", () => {
  for (const character of [...'" < > ^ ` { | } [ ]'.split(" "), " ", "\u00e9", "\ud800", "\u{1f600}", "\ufeff"]) refuse(`/a${character}`, /percent-encoded/);
  for (const character of [' ', '"', "<", ">", "\u00e9", "\udc00"]) refuse(`/a?b=${character}`, /percent-encoded/);
});

test("characters that browsers leave raw in a query are read as data and written encoded", () => {
  const target = accept("/a?f[x]={1}|^`");
  assert.equal(target.search, "f%5Bx%5D=%7B1%7D%7C%5E%60");
  assert.deepEqual(target.query, [["f[x]", "%7B1%7D%7C%5E%60"]]);
});

test("malformed triplets are refused", () => {
  for (const text of ["/%", "/a%", "/%4", "/%4g", "/%g4", "/%%41", "/% 41", "/%u0041", "/a?%=b", "/a?b=%", "/a?b=%4%31", "/%\uff11\uff11"]) {
    refuse(text, /two hexadecimal digits/);
  }
});

test("octets that are not UTF-8 are refused", () => {
  const broken = [
    "%80", "%bf", "%C3", "%C3a", "%C3%28", "%c0%ae", "%C1%81", "%e0%80%ae", "%E0%9F%BF", "%e2%82", "%e2%82a",
    "%ed%a0%80", "%f0%80%80%ae", "%f0%8f%bf%bf", "%F4%90%80%80", "%f5%80%80%80", "%ff", "%fe", "%f0%9f%98",
  ];
  for (const octets of broken) for (const text of [`/${octets}`, `/a?b=${octets}`, `/a?${octets}=b`]) refuse(text, /not UTF-8/);
  refuse("/%C3/%A9", /not UTF-8/);
  refuse("/a?b=%C3&%A9", /not UTF-8/);
});

test("every Unicode character but the controls passes when encoded, and only encoded", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.integer({ min: 0xa0, max: 0x10ffff }).filter((code) => code < 0xd800 || code > 0xdfff).map((code) => String.fromCodePoint(code)), minLength: 1 }), (text) => {
      const encoded = encodeURIComponent(text);
      assert.equal(decodeSegment(accept(`/${encoded.toLowerCase()}`).segments[0] ?? ""), text);
      assert.deepEqual(accept(`/a?${encoded}=${encoded}`).query, [[text, encoded]]);
      assert.ok("wrong" in readTarget(`/${text}`));
    }),
  );
});

test("encoded characters that need no encoding are written plain, all others in upper case", () => {
  assert.equal(accept("/%61%2d%7e%5F%2E%41z").path, "/a-~_.Az");
  assert.equal(accept("/%3a%3A%2c,%21!").path, "/%3A%3A%2C,%21!");
  assert.equal(accept("/x?%61=%62%2c").search, "a=b%2C");
});

test("text that was encoded twice stays encoded once", () => {
  assert.equal(accept("/%252e%252e").path, "/%252e%252e");
  assert.equal(decodeSegment("%252e"), "%2e");
  assert.equal(accept("/%25%32%65").path, "/%252e");
});

test("case is kept", () => {
  assert.equal(accept("/Admin/ADMIN").path, "/Admin/ADMIN");
});

test("a raw semicolon in a path is flagged, an encoded one is data", () => {
  assert.equal(accept("/a;b=c/d").parameters, true);
  assert.equal(accept("/a%3Bb").parameters, false);
  assert.equal(accept("/a?b=;").parameters, false);
});

test("a plus is a space in a query and itself in a path", () => {
  const target = accept("/a+b?c+d=e+f%2Bg");
  assert.equal(target.path, "/a+b");
  assert.equal(target.search, "c%20d=e%20f%2Bg");
  assert.deepEqual(target.query, [["c d", "e%20f%2Bg"]]);
  assert.equal(decodeSegment("a+b"), "a+b");
  assert.equal(decodeValue("a+b%20c%2Bd"), "a b c+d");
});

test("only an ampersand separates pairs, only the first equals sign a name from its value", () => {
  assert.deepEqual(accept("/a?b=c;d=e&f==g%3D%26").query, [
    ["b", "c;d=e"],
    ["f", "=g%3D%26"],
  ]);
  assert.deepEqual(accept("/a?b%3Dc=d%26e=f").query, [["b=c", "d%26e=f"]]);
});

test("a pair without an equals sign has an empty value and is written with one", () => {
  assert.deepEqual(accept("/a?b&c=").query, [
    ["b", ""],
    ["c", ""],
  ]);
  assert.equal(accept("/a?b&c").search, "b=&c=");
});

test("a lone question mark means no query; a second one is data", () => {
  assert.deepEqual(accept("/a?"), accept("/a"));
  assert.deepEqual(accept("/a??b=?").query, [["?b", "?"]]);
});

test("empty pairs and empty names are refused", () => {
  for (const text of ["/a?&", "/a?b=c&", "/a?&b=c", "/a?b=c&&d=e"]) refuse(text, /empty pair/);
  for (const text of ["/a?=", "/a?=b", "/a?b=c&=d"]) refuse(text, /empty name/);
});

test("names of object members are ordinary query names", () => {
  assert.deepEqual(accept("/a?__proto__=x&constructor=y").query, [
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
});

test("a target has at most TARGET_BYTES_MAX bytes, as sent and as written", () => {
  assert.equal(accept(`/${"a".repeat(TARGET_BYTES_MAX - 1)}`).path.length, TARGET_BYTES_MAX);
  refuse(`/${"a".repeat(TARGET_BYTES_MAX)}`, /too long/);
  refuse(`/a?b=${"+".repeat(TARGET_BYTES_MAX / 2)}`, /too long/);
  refuse(`/${"%61".repeat(Math.ceil(TARGET_BYTES_MAX / 3))}`, /too long/);
  assert.ok("wrong" in readTarget("/abc", { targetBytes: 3 }));
  assert.ok("path" in readTarget("/abc", { targetBytes: 4 }));
  assert.ok("wrong" in readTarget("/a?b", { targetBytes: 4 }), "written as /a?b=");
});

test("a path has at most PATH_SEGMENTS_MAX segments", () => {
  assert.equal(accept("/a".repeat(PATH_SEGMENTS_MAX)).segments.length, PATH_SEGMENTS_MAX);
  refuse("/a".repeat(PATH_SEGMENTS_MAX + 1), /too many segments/);
  refuse(`${"/a".repeat(PATH_SEGMENTS_MAX)}/`, /too many segments/);
  assert.ok("wrong" in readTarget("/a/b/c", { segments: 2 }));
});

test("a query has at most QUERY_PAIRS_MAX pairs", () => {
  assert.equal(accept(`/a?${"b=1&".repeat(QUERY_PAIRS_MAX - 1)}b=1`).query.length, QUERY_PAIRS_MAX);
  refuse(`/a?${"b=1&".repeat(QUERY_PAIRS_MAX)}b=1`, /too many pairs/);
  assert.ok("wrong" in readTarget("/a?b=1&c=2", { pairs: 1 }));
});

test("decoding malformed text gives nothing instead of throwing", () => {
  for (const text of ["%", "%4", "%zz", "%C3", "%c0%ae", "a%ED%A0%80"]) {
    assert.equal(decodeSegment(text), undefined);
    assert.equal(decodeValue(text), undefined);
  }
  assert.equal(decodeSegment("\ud800%41"), "\ud800A");
});

test("no reason quotes what the caller sent", () => {
  for (const text of ["/zzz//", "/zzz%2F", "/zzz\\", "/zzz?zzz=\u00e9", "/zzz?zzz&&", "zzz"]) {
    const target = readTarget(text);
    assert.ok("wrong" in target && !target.wrong.includes("zzz"));
  }
});

test("what is accepted the WHATWG parser reads alike, and the canonical text reads the same again", () => run(5_000, 20_251_123));
