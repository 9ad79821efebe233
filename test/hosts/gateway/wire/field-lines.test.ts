import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf } from "../../../../src/exchange/fields.ts";
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
