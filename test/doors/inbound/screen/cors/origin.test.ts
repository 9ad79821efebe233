import assert from "node:assert/strict";
import { test } from "node:test";
import { headerName, isSameOrigin, methodName, originText } from "../../../../../src/doors/inbound/screen/cors/origin.ts";
import { misread, type Shape } from "../../../../../src/policy/shape.ts";

function read(shape: Shape<string>, value: string): string {
  const said: string[] = [];
  const outcome = shape.read(value, { pointer: "", report: (_, message, allowed) => void said.push(`${message}; allowed: ${allowed}`) });
  return outcome === misread ? said.join() : outcome;
}

test("an origin is read as it is written, if a browser would write it so", () => {
  for (const origin of ["*", "https://app.example", "http://localhost:5173", "https://app.example:80", "http://app.example:443", "capacitor://localhost", "https://[2001:db8::1]"]) assert.equal(read(originText, origin), origin);
});

const CORRECTED: readonly (readonly [string, string])[] = [
  ["HTTPS://app.example", "https://app.example"],
  ["https://APP.example", "https://app.example"],
  ["https://app.example:443", "https://app.example"],
  ["http://app.example:80", "http://app.example"],
  ["http://app.example:080", "http://app.example"],
  ["https://app.example/", "https://app.example"],
  ["https://[2001:DB8:0::1]:443/", "https://[2001:db8::1]"],
];

for (const [written, canonical] of CORRECTED) test(`${written} is told its one form`, () => assert.equal(read(originText, written), `not as a browser writes it; allowed: ${canonical}`));

for (const wrong of ["app.example", "//app.example", "https://", "https:///", "https://a/b", "https://a//", "https://a?b", "https://a@b", "https://*.a", "1http://a", "https://a:65536", " https://a"]) {
  test(`${JSON.stringify(wrong)} is no origin`, () => assert.match(read(originText, wrong), /^not an origin/));
}

test("the origin null is told why it is none", () => assert.match(read(originText, "null"), /sandboxed/));

test("a page is of this host when scheme, host and port are", () => {
  assert.equal(isSameOrigin("https://api.example", "api.example", true), true);
  assert.equal(isSameOrigin("https://api.example", "API.example:443", true), true);
  assert.equal(isSameOrigin("http://api.example:443", "api.example:443", false), true);
  for (const [origin, host, secure] of [["http://api.example", "api.example", true], ["https://api.example", "api.example:80", true], ["https://api.example", undefined, true], ["https://", "", true], ["null", "null", true], ["https://a@b", "a@b", true]] as const) {
    assert.equal(isSameOrigin(origin, host, secure), false, origin);
  }
});

test("methods and field names are read as they stand on the wire", () => {
  assert.equal(read(methodName, "PATCH"), "PATCH");
  for (const wrong of ["patch", "CONNECT", "TRACE", "TRACK", "*", "GET,POST"]) assert.match(read(methodName, wrong), /not a method/);
  assert.equal(read(headerName, "X-Trace-1"), "x-trace-1");
  for (const wrong of ["*", "x y", "x_y", "a,b"]) assert.match(read(headerName, wrong), /not a field name/);
});
