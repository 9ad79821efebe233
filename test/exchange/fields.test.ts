import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { FieldBlock, fieldsOf } from "../../src/exchange/fields.ts";

test("a field that came twice is seen twice, in order", () => {
  const fields = fieldsOf(["host", "a", "cookie", "x=1", "host", "b"]);
  assert.equal(fields.one("host"), "a");
  assert.deepEqual(fields.all("host"), ["a", "b"]);
  assert.equal(fields.count("host"), 2);
  assert.equal(fields.one("missing"), undefined);
});

test("a value is never taken for a name", () => {
  const fields = fieldsOf(["x-name", "host", "host", "right"]);
  assert.equal(fields.one("host"), "right");
  assert.equal(fields.count("host"), 1);
  fields.remove("host");
  assert.deepEqual(fields.list, ["x-name", "host"]);
});

test("set leaves exactly one, where the first stood", () => {
  const fields = fieldsOf(["a", "1", "b", "2", "a", "3", "a", "4"]);
  fields.set("a", "5");
  assert.deepEqual(fields.list, ["a", "5", "b", "2"]);
  fields.set("c", "6");
  assert.deepEqual(fields.list, ["a", "5", "b", "2", "c", "6"]);
});

test("remove takes all of them, append adds behind", () => {
  const fields = fieldsOf(["a", "1", "b", "2", "a", "3"]);
  fields.remove("a");
  fields.append("b", "4");
  assert.deepEqual(fields.list, ["b", "2", "b", "4"]);
});

test("removeWhere asks once per field, in order, and keeps the order of the rest", () => {
  const fields = fieldsOf(["a", "1", "b", "a", "a", "2", "c", "3"]);
  const asked: string[] = [];
  fields.removeWhere((name) => asked.push(name) > 0 && name === "a");
  assert.deepEqual(asked, ["a", "b", "a", "c"]);
  assert.deepEqual(fields.list, ["b", "a", "c", "3"]);
  fields.removeWhere(() => false);
  assert.deepEqual(fields.list, ["b", "a", "c", "3"]);
  fields.removeWhere(() => true);
  assert.deepEqual(fields.list, []);
});

test("what is sound stays so as long as what is put in can be written", () => {
  const fields = fieldsOf(["a", "1"], true);
  fields.set("a", "fine");
  fields.append("b", "caf\u00e9\t");
  fields.remove("a");
  assert.ok(fields.sound);
  for (const put of ["set", "append"] as const) {
    for (const value of ["a\r\nb: c", "a\nb", "\0", "\u010a", "\u007f"]) {
      const broken = fieldsOf(["a", "1"], true);
      broken[put]("a", value);
      assert.ok(!broken.sound, JSON.stringify(value));
      // Taken away again, nobody remembers which one it was: the writer looks.
      broken.set("a", "fine");
      assert.ok(!broken.sound);
    }
  }
  assert.ok(!fieldsOf(["a", "1"]).sound);
});

test("a block is its fields, whatever is done before and behind it", () => {
  const name = fc.constantFrom("a", "b", "c", "te");
  const value = fc.constantFrom("1", "2", "x\ny");
  const pairs = fc.array(fc.tuple(name, value), { maxLength: 3 }).map((list) => list.flat());
  const step = fc.oneof(
    fc.record({ kind: fc.constant("block" as const), list: pairs }),
    fc.record({ kind: fc.constantFrom("set" as const, "append" as const), name, value }),
    fc.record({ kind: fc.constantFrom("remove" as const, "removeWhere" as const), name }),
  );
  fc.assert(
    fc.property(pairs, fc.array(step, { maxLength: 6 }), (given, steps) => {
      const [blocked, plain] = [fieldsOf([...given], true), fieldsOf([...given], true)];
      for (const one of steps) {
        if (one.kind === "block") {
          blocked.appendAll(new FieldBlock(one.list));
          for (let at = 0; at < one.list.length; at += 2) plain.append(one.list[at] ?? "", one.list[at + 1] ?? "");
          continue;
        }
        for (const fields of [blocked, plain]) {
          if (one.kind === "set" || one.kind === "append") fields[one.kind](one.name, one.value);
          else if (one.kind === "remove") fields.remove(one.name);
          else fields.removeWhere((other) => other === one.name);
        }
      }
      assert.deepEqual([blocked.list, blocked.sound], [plain.list, plain.sound]);
      for (const { from, block } of blocked.blocks) assert.deepEqual(blocked.list.slice(from, from + block.list.length), block.list);
    }),
    { numRuns: 2_000 },
  );
});
