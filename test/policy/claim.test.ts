import assert from "node:assert/strict";
import { test } from "node:test";
import { CLAIM_LEVELS_MAX, claimPath, findClaim } from "../../src/policy/claim.ts";

const pathOf = (written: string): readonly string[] | undefined => {
  const read = claimPath(written);
  return "value" in read ? read.value : undefined;
};

test("the place of a claim is names with dots between, or a JSON Pointer", () => {
  assert.deepEqual(pathOf("tenant"), ["tenant"]);
  assert.deepEqual(pathOf("realm_access.roles"), ["realm_access", "roles"]);
  assert.deepEqual(pathOf("/https:~1~1id.example~1roles"), ["https://id.example/roles"]);
  assert.deepEqual(pathOf("/a~01/b"), ["a~1", "b"]);
});

test("what is neither is refused", () => {
  for (const written of ["", ".", "a.", ".a", "a..b", "a b", "https://id.example/roles", "/", "//", "/a/", "/a~2", "a/b", "$.a"]) assert.equal(pathOf(written), undefined, written);
});

test("a place has at most eight names", () => {
  assert.equal(pathOf(Array.from({ length: CLAIM_LEVELS_MAX }, () => "a").join("."))?.length, CLAIM_LEVELS_MAX);
  assert.equal(pathOf(Array.from({ length: CLAIM_LEVELS_MAX + 1 }, () => "a").join(".")), undefined);
});

test("a claim is found, or is not there, or something stands in its way", () => {
  const claims = { tenant: "north", realm_access: { roles: ["a"], none: null }, text: "x", list: [{ a: 1 }] };
  assert.deepEqual(findClaim(claims, ["tenant"]), { value: "north" });
  assert.deepEqual(findClaim(claims, ["realm_access", "roles"]), { value: ["a"] });
  assert.deepEqual(findClaim(claims, ["realm_access", "none"]), { value: null });
  assert.equal(findClaim(claims, ["other"]), undefined);
  assert.equal(findClaim(claims, ["realm_access", "other"]), undefined);
  for (const path of [["text", "length"], ["list", "0"], ["realm_access", "none", "x"]]) assert.deepEqual(findClaim(claims, path), { wrong: "not an object on the way" });
});

test("what objects inherit is no claim", () => {
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) assert.equal(findClaim({}, [name]), undefined);
});
