import assert from "node:assert/strict";
import { test } from "node:test";
import { OnceNames } from "../../src/stores/once-names.ts";

const START = 1_800_000_000_000;

test("the bound holds to the name, and one that has ended makes room", () => {
  const names = new OnceNames(100);
  for (let name = 0; name < 100; name++) assert.equal(names.take(`name ${name}`, START + 1_000 + name, START), "first");
  assert.equal(names.take("one more", START + 5_000, START), "full");
  assert.equal(names.take("one more", START + 5_000, START + 999), "full");
  assert.equal(names.take("one more", START + 5_000, START + 1_000), "first");
  assert.equal(names.take("and one more", START + 5_000, START + 1_000), "full");
  assert.equal(names.size, 100);
});

test("names that have ended go as new ones come, far below the bound", () => {
  const names = new OnceNames(1_000_000);
  for (let name = 0; name < 20_000; name++) names.take(`name ${name}`, START + name + 100, START + name);
  assert.ok(names.size < 500, `${names.size} names`);
});

test("a few names that last long do not keep the others in", () => {
  const names = new OnceNames(200);
  for (let name = 0; name < 100; name++) names.take(`long ${name}`, START + 3_600_000, START);
  for (let name = 0; name < 20_000; name++) assert.equal(names.take(`short ${name}`, START + name + 10, START + name), "first");
  for (let name = 0; name < 100; name++) assert.equal(names.take(`long ${name}`, START + 3_600_000, START + 20_000), "again");
});
