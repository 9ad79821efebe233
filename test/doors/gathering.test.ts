import assert from "node:assert/strict";
import { test } from "node:test";
import { Gathering, NAMED_MAX } from "../../src/doors/gathering.ts";

function told(...operations: readonly string[]): readonly string[] {
  const gathering = new Gathering();
  for (const id of operations) gathering.add(id, "/everywhere/a", "a: no", "yes");
  const lines: string[] = [];
  gathering.tell((pointer, message, allowed) => lines.push(`${pointer} ${message} ${allowed}`));
  return lines;
}

test("one operation is named, more are counted, and the first of them named", () => {
  assert.deepEqual(told("b"), ["/everywhere/a b: a: no yes"]);
  assert.deepEqual(told("b", "c"), ["/everywhere/a 2 operations (b, c): a: no yes"]);
  const many = Array.from({ length: NAMED_MAX + 2 }, (_, at) => `o${at}`);
  assert.deepEqual(told(...many, ...many), ["/everywhere/a 5 operations (o0, o1, o2 and 2 more): a: no yes"]);
});

test("what stands for operations that are not listed is no operation", () => {
  assert.deepEqual(told("", "b"), ["/everywhere/a b: a: no yes"]);
  assert.deepEqual(told(""), ["/everywhere/a what is not listed: a: no yes"]);
});

test("another place, another message or another way out is told apart", () => {
  const gathering = new Gathering();
  for (const [pointer, message, allowed] of [["/a", "x", "y"], ["/b", "x", "y"], ["/a", "z", "y"], ["/a", "x", undefined]] as const) gathering.add("o", pointer, message, allowed);
  let count = 0;
  gathering.tell(() => void (count += 1));
  assert.equal(count, 4);
});
