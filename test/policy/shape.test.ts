import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Json } from "../../src/contract/json-value.ts";
import { checked, count, duration, fields, flag, listOf, mapOf, misread, oneOf, optional, or, reason, type Shape, size, text, url } from "../../src/policy/shape.ts";

function read<T>(shape: Shape<T>, value: Json): { value: T | typeof misread; said: string[] } {
  const said: string[] = [];
  const report = (pointer: string, message: string, allowed?: string): unknown => said.push(`${pointer}: ${message}${allowed === undefined ? "" : `; ${allowed}`}`);
  return { value: shape.read(value, { pointer: "", report }), said };
}

const bucket = fields({ burst: count("Tokens.", { min: 1, max: 100 }), window: or(duration("Time."), "1m"), by: optional(oneOf("Whom.", ["caller", "address"])) });

test("options are read with their defaults, written as in the policy", () => {
  assert.deepEqual({ ...(read(bucket, { burst: 5 }).value as object) }, { burst: 5, window: 60_000 });
  assert.deepEqual({ ...(read(bucket, { burst: 5, window: "10s", by: "caller" }).value as object) }, { burst: 5, window: 10_000, by: "caller" });
});

test("all faults are said at once, each with its place and what is allowed", () => {
  const { value, said } = read(bucket, { burst: 0, window: "soon", by: "me", "a/b": 1 });
  assert.equal(value, misread);
  assert.deepEqual(said, [
    '/a~1b: unknown option "a/b"; burst, window, by',
    "/burst: expected a whole number, found a number; 1 to 100",
    "/window: expected a time such as 250ms, 10s, 1m, 2h or 7d, found a text; a time such as 250ms, 10s, 1m, 2h or 7d",
    "/by: expected one of a few words, found a text; caller, address",
  ]);
});

test("a missing option is named", () => {
  assert.deepEqual(read(bucket, {}).said, [': option "burst" is missing']);
});

test("no message repeats a value: it may be a secret in the wrong place", () => {
  const shapes: readonly Shape<unknown>[] = [bucket, text("T.", { max: 3 }), flag("F."), url("U."), size("S."), reason("R."), listOf("L.", count("C.", { min: 0, max: 1 })), mapOf("M.", flag("F."))];
  for (const shape of shapes) for (const value of ["canary-77", ["canary-77"], { burst: "canary-77", by: "canary-77" }, { name: "canary-77" }]) assert.ok(!read(shape, value).said.join().includes("canary-77"));
});

test("times and sizes carry their unit", () => {
  const times: readonly [string, number | typeof misread][] = [["250ms", 250], ["10s", 10_000], ["1m", 60_000], ["2h", 7_200_000], ["7d", 604_800_000], ["10", misread], ["1.5s", misread], ["-1s", misread], ["1 m", misread], ["366d", misread]];
  for (const [written, expected] of times) assert.equal(read(duration("T."), written).value, expected, written);
  const sizes: readonly [string, number | typeof misread][] = [["512B", 512], ["64KiB", 65_536], ["1MiB", 1_048_576], ["1KB", misread], ["2GiB", misread], ["64", misread]];
  for (const [written, expected] of sizes) assert.equal(read(size("S."), written).value, expected, written);
});

test("bounds are exact", () => {
  for (const [value, fits] of [[0, false], [1, true], [100, true], [101, false], [1.5, false]] as const) assert.equal(read(count("C.", { min: 1, max: 100 }), value).value === value, fits, String(value));
  for (const [value, fits] of [["", false], ["abc", true], ["abcd", false], ["a\nb", false]] as const) assert.equal(read(text("T.", { max: 3 }), value).value === value, fits);
});

test("a reason is a sentence, not a shrug", () => {
  for (const shrug of ["", "ok", "x".repeat(7), "        ", true, null]) assert.equal(read(reason("Why."), shrug).value, misread);
  assert.equal(read(reason("Why."), "agreed with the board").value, "agreed with the board");
});

test("a URL is http or https and carries no credentials, query or fragment", () => {
  for (const bad of ["ftp://a", "file:///etc/passwd", "http://u:p@a", "http://a?x=1", "http://a#x", "a", "//a"]) assert.equal(read(url("U."), bad).value, misread, bad);
  assert.equal((read(url("U."), "http://127.0.0.1:8080/api").value as URL).pathname, "/api");
});

test("a single item may stand for a list of one", () => {
  const list = listOf("L.", count("C.", { min: 0, max: 9 }), { min: 1, max: 2 });
  assert.deepEqual(read(list, 3).value, [3]);
  assert.deepEqual(read(list, [3, 4]).value, [3, 4]);
  assert.equal(read(list, []).value, misread);
  assert.equal(read(list, [1, 2, 3]).value, misread);
  assert.deepEqual(read(list, [1, "x"]).said, ["/1: expected a whole number, found a text; 0 to 9"]);
});

test("a rule on top of a shape answers in its own words", () => {
  const even = checked(count("C.", { min: 0, max: 9 }), (value) => (value % 2 === 0 ? { value } : { wrong: "odd", allowed: "even" }));
  assert.equal(read(even, 4).value, 4);
  assert.deepEqual(read(even, 3).said, [": odd; even"]);
});

test("names of Object's prototype are options like any other: unknown", () => {
  for (const name of ["__proto__", "constructor", "toString"]) {
    const value = JSON.parse(`{"burst": 1, ${JSON.stringify(name)}: 1}`) as Json;
    assert.equal(read(bucket, value).value, misread, name);
  }
});

test("reading never throws, whatever the policy says, and never passes a value that was complained of", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const shape of [bucket, mapOf("M.", bucket), listOf("L.", bucket), url("U."), reason("R.")]) {
        const { value: result, said } = read(shape as Shape<unknown>, value as Json);
        assert.equal(result === misread, said.length > 0);
      }
    }),
  );
});

test("the JSON Schema names what is required, what is allowed and the default", () => {
  assert.deepEqual(bucket.schema["required"], ["burst"]);
  assert.equal(bucket.schema["additionalProperties"], false);
  assert.deepEqual((bucket.schema["properties"] as Record<string, Json>)["window"], { type: "string", description: "Time. From 1ms to 365d.", pattern: "^[0-9]+(ms|s|m|h|d)$", default: "1m" });
});
