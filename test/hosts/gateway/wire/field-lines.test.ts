import assert from "node:assert/strict";
import { test } from "node:test";
import { FieldBlock, fieldsOf } from "../../../../src/exchange/fields.ts";
import { FieldLines } from "../../../../src/hosts/gateway/wire/field-lines.ts";

const lines = new FieldLines(["te"]);

test("a line for each field, in their order, behind what stands in front; what is the wire's is passed over", () => {
  assert.equal(lines.write("first\r\n", fieldsOf(["a", "1", "te", "trailers", "b", "2", "a", "3"])), "first\r\na: 1\r\nb: 2\r\na: 3\r\n");
  assert.equal(lines.write("first\r\n", fieldsOf([])), "first\r\n");
});

test("a value that was put into sound fields is looked at all the same", () => {
  const fields = fieldsOf(["a", "1"], true);
  fields.append("b", "2\r\nc: 3");
  assert.equal(lines.write("", fields), undefined);
  assert.equal(lines.write("", fieldsOf(["b", "2\r\nc: 3"])), undefined);
});

test("a name is looked at even among sound fields: guards write names of their own", () => {
  const fields = fieldsOf([], true);
  fields.append("b\r\nc", "2");
  assert.equal(lines.write("", fields), undefined);
});

test("a block is written as its fields are, by each writer in its own way, and however often", () => {
  const others = new FieldLines(["a"]);
  const block = new FieldBlock(["a", "1", "te", "2", "b", "3"]);
  for (let round = 0; round < 2; round++) {
    for (const [writer, text] of [[lines, "a: 1\r\nb: 3\r\n"], [others, "te: 2\r\nb: 3\r\n"]] as const) {
      const fields = fieldsOf(["x", "0"], true);
      fields.appendAll(block);
      fields.append("y", "4");
      fields.appendAll(block);
      assert.equal(writer.write("", fields), `x: 0\r\n${text}y: 4\r\n${text}`);
    }
  }
});

test("a block that cannot be written spoils whatever it is in, each time", () => {
  for (const list of [["a", "1\n2"], ["a\n", "1"], ["A", "1"], ["a", "\u010a"]]) {
    const block = new FieldBlock(list);
    for (let round = 0; round < 2; round++) {
      const fields = fieldsOf([], true);
      fields.appendAll(block);
      assert.equal(lines.write("", fields), undefined, JSON.stringify(list));
    }
  }
});
