import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../src/contract/json-value.ts";
import type { Parameter } from "../../src/contract/operation.ts";
import { readerOf } from "../../src/doors/parameter-value.ts";
import { exchangeOf, type Given, operation } from "../walk.ts";
import { parameter } from "./samples.ts";

function read(one: Parameter, given: Given): Json | undefined {
  const at = operation({ pathNames: ["first", "id"], parameters: [one] });
  const found = readerOf(at, one)(exchangeOf(given, at));
  return found === undefined ? undefined : "value" in found ? found.value : (found.findings[0]?.keyword ?? null);
}

test("a path parameter is read at its place in the template", () => {
  assert.equal(read(parameter("id", "path"), { pathValues: ["other", "good"] }), "good");
  assert.equal(read(parameter("id", "path"), { pathValues: ["good", "other"] }), "const");
  assert.equal(read(parameter("id", "path"), { pathValues: ["good"] }), "required");
  assert.equal(read(parameter("elsewhere", "path"), { pathValues: ["good", "good"] }), "required");
});

test("a query parameter is read from the pairs that are its own", () => {
  assert.equal(read(parameter("id", "query"), { query: [["x", "other"], ["id", "good"]] }), "good");
  assert.equal(read(parameter("id", "query"), { query: [["x", "good"]] }), undefined);
  assert.equal(read(parameter("id", "query", { required: true }), { query: [["x", "good"]] }), "required");
});

test("a field is read by its name in any case, and only when it came once", () => {
  assert.equal(read(parameter("X-Id", "header"), { fields: [["x-id", "good"]] }), "good");
  assert.equal(read(parameter("X-Id", "header"), { fields: [["x-id", "good"], ["x-id", "good"]] }), "unique");
  assert.equal(read(parameter("X-Id", "header"), {}), undefined);
  assert.equal(read(parameter("X-Id", "header", { required: true }), {}), "required");
});
