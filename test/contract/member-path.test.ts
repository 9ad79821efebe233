import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type MemberPath, PATH_CHARACTERS_MAX, PATH_STEPS_MAX, readMemberPath, valuesAt, writeMemberPath } from "../../src/contract/member-path.ts";

const name = (text: string): MemberPath[number] => ({ kind: "name", name: text });
const item = { kind: "item" } as const;
const member = { kind: "member" } as const;
const any = { kind: "any" } as const;

function read(text: string): MemberPath {
  const outcome = readMemberPath(text);
  return "path" in outcome ? outcome.path : assert.fail(`${text}: ${outcome.wrong}`);
}

test("names, items, members and alternatives are read", () => {
  assert.deepEqual(read("customerId"), [name("customerId")]);
  assert.deepEqual(read("account.customerId"), [name("account"), name("customerId")]);
  assert.deepEqual(read("items[*].customerId"), [name("items"), item, name("customerId")]);
  assert.deepEqual(read("[*].customerId"), [item, name("customerId")]);
  assert.deepEqual(read("accounts.*.id"), [name("accounts"), member, name("id")]);
  assert.deepEqual(read("*.id"), [member, name("id")]);
  assert.deepEqual(read("a[*][*].b[?]"), [name("a"), item, item, name("b"), any]);
  assert.deepEqual(read('["https://bank.example/id"].x-y'), [name("https://bank.example/id"), name("x-y")]);
  assert.deepEqual(read('a["b\\"]c"]'), [name("a"), name('b"]c')]);
});

test("what is no path is refused, with the forms that are", () => {
  for (const text of ["", ".", ".a", "a.", "a..b", "a b", "[0]", "a[1]", "[", '["a"', '["a', '["\\q"]', "a[*]b", "*a", "/a/b", "a.[*]", 'a.["b c"]', "\u00e9", '["plain"]']) {
    const outcome = readMemberPath(text);
    assert.ok("wrong" in outcome, text);
    assert.match(outcome.allowed, /\[\*\] for each item/);
  }
});

test("a path is bounded in characters and in steps", () => {
  assert.ok("path" in readMemberPath("a".repeat(PATH_CHARACTERS_MAX)));
  assert.ok("wrong" in readMemberPath("a".repeat(PATH_CHARACTERS_MAX + 1)));
  assert.ok("path" in readMemberPath("[*]".repeat(PATH_STEPS_MAX)));
  assert.ok("wrong" in readMemberPath("[*]".repeat(PATH_STEPS_MAX + 1)));
});

test("what is written is read again as the same path, and there is one way to write it", () => {
  const step = fc.oneof(fc.constant(item), fc.constant(member), fc.constant(any), fc.string({ unit: "grapheme", minLength: 0, maxLength: 8 }).map(name));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (path) => {
      const text = writeMemberPath(path);
      assert.deepEqual(read(text), path);
      assert.equal(writeMemberPath(read(text)), text);
    }),
  );
});

test("values are found, and where nothing stands that is said", () => {
  const value = { a: { b: 1 }, list: [{ id: "x" }, {}, 3], map: { p: { id: "y" } } };
  assert.deepEqual(valuesAt(value, read("a.b")), [1]);
  assert.deepEqual(valuesAt(value, read("a.c")), [undefined]);
  assert.deepEqual(valuesAt(value, read("a.b.c")), [undefined]);
  assert.deepEqual(valuesAt(value, read("list[?].id")), ["x", undefined, undefined]);
  assert.deepEqual(valuesAt(value, read("map.*.id")), ["y"]);
  assert.deepEqual(valuesAt(value, read("a[?]")), [undefined]);
  assert.deepEqual(valuesAt(value, read("toString")), [undefined], "only own members");
  assert.deepEqual(valuesAt(undefined, read("a")), [undefined]);
});
