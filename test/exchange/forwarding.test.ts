import assert from "node:assert/strict";
import { test } from "node:test";
import { readRanges } from "../../src/exchange/address.ts";
import { fieldsOf } from "../../src/exchange/fields.ts";
import { type Caller, callerAddress, isUnbelieved, writeForwarded } from "../../src/exchange/forwarding.ts";
import { HOPS_MAX } from "../../src/exchange/hops.ts";

const PROXY = "10.0.0.1";

function caller(fields: readonly (readonly [string, string])[], { peer = PROXY, secure = false, trust = ["10.0.0.0/8"] }: { peer?: string; secure?: boolean; trust?: string[] } = {}): Caller {
  const trusted = readRanges(trust);
  assert.ok(!("wrong" in trusted));
  return callerAddress({ peer, secure, fields: fieldsOf(fields.flat()), trusted });
}

const xff = (...values: string[]): [string, string][] => values.map((value) => ["x-forwarded-for", value]);
const forwarded = (...values: string[]): [string, string][] => values.map((value) => ["forwarded", value]);

test("without fields the peer is the caller, in its one form", () => {
  assert.deepEqual(caller([], { peer: "::ffff:192.0.2.1" }), { address: "192.0.2.1", chain: ["192.0.2.1"], secure: false, host: undefined, fault: undefined });
  assert.equal(caller([]).address, PROXY);
});

test("an untrusted peer is the caller, whatever its fields say", () => {
  for (const fields of [xff("10.0.0.7"), forwarded("for=10.0.0.7;proto=https"), xff("rubbish"), [["x-forwarded-proto", "https"]] as [string, string][]]) {
    const found = caller(fields, { peer: "203.0.113.5" });
    assert.deepEqual([found.address, found.secure, found.fault], ["203.0.113.5", false, undefined]);
    assert.equal(caller(fields, { trust: [] }).address, PROXY, "nobody is trusted by default");
  }
});

test("a connection without an IP address is a fault", () => {
  assert.deepEqual([caller([], { peer: "" }).address, caller([], { peer: "" }).fault], ["", "the connection has no IP address"]);
});

test("the caller is the first from the right that is no trusted proxy, never the left-most", () => {
  assert.equal(caller(xff("203.0.113.5")).address, "203.0.113.5");
  assert.equal(caller(xff("1.1.1.1, 203.0.113.5")).address, "203.0.113.5");
  assert.deepEqual(caller(xff("1.1.1.1, 203.0.113.5, 10.0.0.9")).chain, ["203.0.113.5", "10.0.0.9", PROXY]);
  assert.equal(caller(xff("10.0.0.8, 203.0.113.5, 10.0.0.9")).address, "203.0.113.5");
  assert.equal(caller(xff("1.1.1.1", "203.0.113.5")).address, "203.0.113.5", "several lines are one list");
  assert.equal(caller(forwarded("for=1.1.1.1", "for=203.0.113.5")).address, "203.0.113.5");
  assert.equal(caller(forwarded("for=1.1.1.1, For=203.0.113.5 , for=10.0.0.9;by=10.0.0.1")).address, "203.0.113.5");
});

test("when all are trusted, the caller stands at the far end", () => assert.equal(caller(xff("10.0.0.7, 10.0.0.8")).address, "10.0.0.7"));

test("addresses are read with ports, brackets and in one form", () => {
  for (const written of ["203.0.113.5:4711", "::ffff:203.0.113.5", "[::ffff:203.0.113.5]", "[::ffff:cb00:7105]:80"]) assert.equal(caller(xff(written)).address, "203.0.113.5", written);
  assert.equal(caller(xff("2001:DB8::1")).address, "2001:db8::1");
  for (const written of ['"203.0.113.5:4711"', '"[::ffff:203.0.113.5]"', '"203.0.113.5:_port"', '"\\203.0.113.5"']) assert.equal(caller(forwarded(`for=${written}`)).address, "203.0.113.5", written);
});

test("a proxy that hides the address before it is a fault, if the walk gets there", () => {
  for (const fields of [xff("unknown"), xff("_hidden"), forwarded("for=unknown"), forwarded('for="_hidden:_p"'), forwarded("proto=https")]) {
    assert.deepEqual([caller(fields).address, caller(fields).fault], [PROXY, "a trusted proxy hides the address before it"]);
  }
  assert.equal(caller(xff("unknown, 203.0.113.5")).address, "203.0.113.5", "what strangers write further left hurts nobody");
});

const MALFORMED: readonly (readonly [string, string])[] = [
  ...xff("", ",", "999.0.0.1, 203.0.113.5", "[203.0.113.5]", "203.0.113.5,", ", 203.0.113.5", "203.0.113.5 10.0.0.1", "203.0.113.5;10.0.0.1", "evil.example, 203.0.113.5", "203.0.113.5:", "203.0.113.5:123456", "[2001:db8::1", "2001:db8::1]", "'203.0.113.5'", '"203.0.113.5"', "203.0.113.5/32", "<script>, 203.0.113.5"),
  ...forwarded("", ",", "for", "for=", "for=203.0.113.5,", "for=203.0.113.5;", "for=203.0.113.5;;proto=http", "for=203.0.113.5;for=10.0.0.9", "for=2001:db8::1", 'for="2001:db8::1"', 'for="203.0.113.5', 'for="203.0.113.5\\', "for =203.0.113.5", "for= 203.0.113.5", "for=203.0.113.5 proto=http", "for=evil.example", "for=203.0.113.5;proto=ftp", "for=203.0.113.5;proto=", 'for=203.0.113.5;host="a b"', 'for="[::1]x"', "for=203.0.113.5, =x"),
];

for (const [name, value] of MALFORMED) {
  test(`${name}: ${JSON.stringify(value)} is malformed`, () => {
    const found = caller([[name, value]]);
    assert.match(found.fault ?? "", /malformed/);
    assert.equal(found.address, PROXY);
  });
}

test("a quote that one line leaves open does not swallow the next", () => assert.match(caller(forwarded('for="1.1.1.1', 'for="203.0.113.5"')).fault ?? "", /malformed/));

test(`a list of ${HOPS_MAX} is read, one more is a fault`, () => {
  const list = (count: number): string[] => Array.from({ length: count }, () => "10.0.0.9");
  assert.equal(caller(xff(list(HOPS_MAX).join(", "))).fault, undefined);
  assert.equal(caller(xff(list(HOPS_MAX + 1).join(", "))).fault, "X-Forwarded-For has too many entries");
  assert.equal(caller(xff(...list(HOPS_MAX + 1))).fault, "X-Forwarded-For has too many entries");
  assert.equal(caller(forwarded(list(HOPS_MAX).map((one) => `for=${one}`).join(", "))).fault, undefined);
  assert.equal(caller(forwarded(list(HOPS_MAX + 1).map((one) => `for=${one}`).join(", "))).fault, "Forwarded has too many entries");
  assert.match(caller(xff("1".repeat(9_000))).fault ?? "", /malformed/);
  assert.match(caller(forwarded(`for=${"1".repeat(9_000)}`)).fault ?? "", /malformed/);
});

test("two kinds of fields must name the same caller", () => {
  assert.equal(caller([...xff("203.0.113.5"), ...forwarded("for=203.0.113.5")]).address, "203.0.113.5");
  const torn = caller([...xff("203.0.113.5"), ...forwarded("for=1.1.1.1")]);
  assert.deepEqual([torn.address, torn.fault], [PROXY, "Forwarded and X-Forwarded-For disagree on the caller"]);
  assert.match(caller([...xff("203.0.113.5"), ...forwarded("rubbish")]).fault ?? "", /malformed/);
  assert.match(caller([...xff("unknown"), ...forwarded("for=203.0.113.5")]).fault ?? "", /hides/);
});

const proto = (value: string): [string, string] => ["x-forwarded-proto", value];

test("a trusted proxy says whether the caller's connection is encrypted", () => {
  assert.equal(caller(forwarded("for=203.0.113.5;proto=https")).secure, true);
  assert.equal(caller(forwarded("for=203.0.113.5;proto=HTTP"), { secure: true }).secure, false);
  assert.equal(caller([...xff("203.0.113.5"), proto("https")]).secure, true);
  assert.equal(caller([proto("https")]).secure, true, "also one that names no address");
  assert.equal(caller(xff("203.0.113.5"), { secure: true }).secure, true, "else the connection to this door counts");
  assert.equal(caller(forwarded("for=1.1.1.1;proto=https, for=203.0.113.5;proto=http")).secure, false, "what the caller wrote counts for nothing");
});

test("a list of protocols is read along the list of addresses", () => {
  assert.equal(caller([...xff("1.1.1.1, 203.0.113.5"), proto("https, http")]).secure, false);
  assert.equal(caller([...xff("203.0.113.5, 10.0.0.9"), proto("https, http")]).secure, true);
  assert.match(caller([...xff("203.0.113.5"), proto("https, http")]).fault ?? "", /does not fit/);
  assert.match(caller([...xff("203.0.113.5"), proto("gopher")]).fault ?? "", /malformed/);
  assert.match(caller([...xff("203.0.113.5, 10.0.0.9"), proto("https, gopher")]).fault ?? "", /malformed/);
});

test("of two kinds of fields only what both say is believed", () => {
  const both = (one: string, ...more: [string, string][]): Caller => caller([...xff("203.0.113.5"), ...forwarded(one), ...more]);
  assert.equal(both("for=203.0.113.5;proto=https").secure, false, "a proxy that writes X-Forwarded-For lets a Forwarded of the caller's own pass");
  assert.equal(both("for=203.0.113.5", proto("https")).secure, false);
  assert.equal(both("for=203.0.113.5;proto=https", proto("https")).secure, true);
  assert.match(both("for=203.0.113.5;proto=https", proto("http")).fault ?? "", /disagree/);
  assert.equal(both("for=203.0.113.5;host=evil.example").host, undefined);
});

test("the host is believed from Forwarded alone", () => {
  assert.equal(caller(forwarded('for=203.0.113.5;host="api.example:8443"')).host, "api.example:8443");
  assert.equal(caller([...xff("203.0.113.5"), ["x-forwarded-host", "evil.example"]]).host, undefined);
});

test("what the API is told is written anew from what was established", () => {
  const outgoing = fieldsOf(["accept", "a", "forwarded", "for=evil", "x-forwarded-for", "1.1.1.1", "x-real-ip", "1.1.1.1", "x-forwarded-port", "1", "x-forwarded-prefix", "/", "x-forwarded-for", "2.2.2.2", "true-client-ip", "1.1.1.1", "cookie", "x-forwarded-for"]);
  writeForwarded(outgoing, { chain: ["2001:db8::1", "10.0.0.1"], secure: true }, "api.example:8443");
  assert.deepEqual(outgoing.list, [
    "accept", "a", "cookie", "x-forwarded-for",
    "forwarded", 'for="[2001:db8::1]";host="api.example:8443";proto=https, for=10.0.0.1',
    "x-forwarded-for", "2001:db8::1, 10.0.0.1",
    "x-forwarded-proto", "https",
    "x-forwarded-host", "api.example:8443",
  ]);
});

test("a host that is none is not passed on, and without an address nothing is", () => {
  const outgoing = fieldsOf(["x-forwarded-for", "1.1.1.1"]);
  writeForwarded(outgoing, { chain: ["192.0.2.1"], secure: false }, 'x";proto=https');
  assert.deepEqual(outgoing.list, ["forwarded", "for=192.0.2.1;proto=http", "x-forwarded-for", "192.0.2.1", "x-forwarded-proto", "http"]);
  writeForwarded(outgoing, { chain: [], secure: false }, "api.example");
  assert.deepEqual(outgoing.list, []);
});

test("what is written can be read again by the next door", () => {
  const outgoing = fieldsOf([]);
  writeForwarded(outgoing, { chain: ["2001:db8::1", "10.0.0.2"], secure: true }, "api.example");
  const trusted = readRanges(["10.0.0.0/8"]);
  assert.ok(!("wrong" in trusted));
  const found = callerAddress({ peer: PROXY, secure: false, fields: outgoing, trusted });
  assert.deepEqual([found.address, found.chain, found.secure, found.fault], ["2001:db8::1", ["2001:db8::1", "10.0.0.2", PROXY], true, undefined]);
});

test("what is told of a caller is his own, and of the host that he asks for now", () => {
  const trusted = readRanges([]);
  assert.ok(!("wrong" in trusted));
  const tell = (peer: string, secure: boolean, host: string | undefined): readonly string[] => {
    const outgoing = fieldsOf([]);
    writeForwarded(outgoing, callerAddress({ peer, secure, fields: fieldsOf([]), trusted }), host);
    return outgoing.list;
  };
  for (let round = 0; round < 2; round++) {
    for (const peer of ["192.0.2.1", "192.0.2.2"]) {
      for (const secure of [false, true]) {
        for (const host of ["a.example", "b.example", undefined]) {
          const proto = secure ? "https" : "http";
          const list = ["forwarded", `for=${peer}${host === undefined ? "" : `;host="${host}"`};proto=${proto}`, "x-forwarded-for", peer, "x-forwarded-proto", proto];
          assert.deepEqual(tell(peer, secure, host), host === undefined ? list : [...list, "x-forwarded-host", host]);
        }
      }
    }
  }
  assert.deepEqual(tell("not an address", false, "a.example"), []);
});

test("forwarding fields of somebody who is not trusted are noticed, and those of a proxy that is are not", () => {
  const unbelieved = (fields: readonly (readonly [string, string])[], peer: string): boolean => isUnbelieved(caller(fields, { peer }), fieldsOf(fields.flat()));
  for (const fields of [xff("203.0.113.9"), forwarded("for=203.0.113.9")]) {
    assert.equal(unbelieved(fields, "192.0.2.1"), true);
    assert.equal(unbelieved(fields, PROXY), false);
  }
  assert.equal(unbelieved([], "192.0.2.1"), false);
  assert.equal(unbelieved(xff("nonsense"), PROXY), false, "that is a fault already");
});
