import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { writeLine } from "../../src/audit/line.ts";
import type { AuditRecord } from "../../src/audit/record.ts";

const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme-ascii" }), fc.constantFrom('"', "\\", "\n", "\u007f", "\u2028", "\ud800", "</script>", "/orders/{id}"));
const count = fc.nat();
const because = fc.dictionary(text, fc.jsonValue()) as fc.Arbitrary<NonNullable<AuditRecord["because"]>>;

const required = { time: text, id: text, outcome: fc.constantFrom("allowed", "refused", "replied", "failed"), method: text, operation: text, template: text, status: count, address: text };
const optional = { principal: text, client: text, credential: text, guard: text, problem: text, blame: fc.constantFrom("caller", "api", "issuer", "sallyport"), because, observed: fc.array(fc.record({ guard: text, type: text, because }, { requiredKeys: ["guard", "type"] })) };
const rest = { bytesIn: count, bytesOut: count, milliseconds: count, policy: text };
const records = fc.record({ ...required, ...optional, ...rest }, { requiredKeys: [...Object.keys(required), ...Object.keys(rest)] as never[] }) as fc.Arbitrary<AuditRecord>;

test("a line is what JSON.stringify writes, whatever the texts hold", () => {
  fc.assert(fc.property(records, (record) => assert.equal(writeLine(record), JSON.stringify(record))));
});

test("members that are missing are not written", () => {
  const record: AuditRecord = { time: "t", id: "i", outcome: "allowed", method: "GET", operation: "o", template: "/o", status: 200, address: "192.0.2.1", bytesIn: 0, bytesOut: 2, milliseconds: 1, policy: "0" };
  assert.equal(writeLine(record), JSON.stringify(record));
});
