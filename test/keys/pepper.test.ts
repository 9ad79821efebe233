import assert from "node:assert/strict";
import { test } from "node:test";
import { readPeppers } from "../../src/keys/pepper.ts";
import { freshPeppers } from "./peppers.ts";

test("the first of several peppers is for what is new, and all can be found", () => {
  const peppers = freshPeppers(3);
  assert.equal(peppers.current, peppers.all[0]);
  assert.deepEqual(peppers.all.map(({ id }) => peppers.find(id)?.id), peppers.all.map(({ id }) => id));
  assert.equal(new Set(peppers.all.map(({ id }) => id)).size, 3);
  assert.equal(peppers.find("0000000000000000"), undefined);
});

test("hashes differ by pepper, purpose and text, and not by chance", () => {
  const { all: [one, other] } = freshPeppers(2);
  assert.ok(one !== undefined && other !== undefined);
  const hashes = [one.hash("api-key", "a"), other.hash("api-key", "a"), one.hash("password", "a"), one.hash("api-key", "b")].map((hash) => hash.toString("hex"));
  assert.equal(new Set(hashes).size, 4);
  assert.equal(one.hash("api-key", "a").toString("hex"), hashes[0]);
  assert.equal(one.hash("api-key", "a").byteLength, 32);
});

test("weak, missing and pasted peppers are refused without being repeated", () => {
  const said = (reference: string): string => JSON.stringify(readPeppers([reference], "/nowhere"));
  assert.match(said("env:SALLYPORT_NOWHERE"), /the environment has no/);
  assert.match(said("file:pepper"), /cannot be read/);
  assert.doesNotMatch(said("canary-8Zq4"), /canary/);
  process.env["SALLYPORT_WEAK_PEPPER"] = "correct horse battery staple correct horse";
  assert.match(said("env:SALLYPORT_WEAK_PEPPER"), /the pepper is weak: made of words/);
  delete process.env["SALLYPORT_WEAK_PEPPER"];
  assert.match(JSON.stringify(readPeppers([], "/nowhere")), /no pepper/);
});
