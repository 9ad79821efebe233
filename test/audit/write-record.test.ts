import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { AuditRecord } from "../../src/audit/record.ts";
import { PIECES_MAX, writeRecord } from "../../src/audit/write-record.ts";

const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom("", '"', "\\", "\n", "\u0000", "\u007f", "\u2028", "\ud800", "\udc00x", "caf\u00e9"));
const details = fc.dictionary(fc.string(), fc.oneof(text, fc.integer(), fc.constant(null)), { maxKeys: 3 });

/** One of each member: a new one that nobody writes does not compile here. */
const members: { readonly [Name in keyof Required<AuditRecord>]: fc.Arbitrary<Required<AuditRecord>[Name]> } = {
  time: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  id: fc.uuid(),
  outcome: fc.constantFrom("allowed", "refused", "replied", "failed"),
  method: text,
  operation: text,
  template: text,
  destination: text,
  status: fc.integer({ min: 100, max: 999 }),
  address: text,
  principal: text,
  client: text,
  credential: text,
  evidence: fc.record({ kid: text, alg: text, acr: text, bound: fc.constantFrom("dpop", "mtls", "both") }, { requiredKeys: [] }),
  also: fc.array(fc.record({ principal: text, credential: text }, { requiredKeys: ["principal"] }), { maxLength: 2 }),
  guard: text,
  problem: text,
  blame: fc.constantFrom("caller", "api", "issuer", "sallyport"),
  because: details,
  observed: fc.array(fc.record({ guard: text, type: text, because: details }, { requiredKeys: ["guard", "type"] }), { maxLength: 2 }),
  question: fc.constant(true),
  asker: text,
  bytesIn: fc.nat(),
  bytesOut: fc.nat(),
  milliseconds: fc.nat(),
  policy: text,
};
const required = ["time", "id", "outcome", "method", "operation", "template", "status", "address", "bytesIn", "bytesOut", "milliseconds", "policy"] as const;

test("a record is one line, and says what JSON.stringify would say", () => {
  fc.assert(
    fc.property(fc.record(members, { requiredKeys: [...required] }), (record) => {
      const line = writeRecord(record);
      assert.equal(line.indexOf("\n"), line.length - 1);
      assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(record)));
    }),
    { numRuns: 1_000 },
  );
});

const bare: AuditRecord = { time: "", id: "", outcome: "allowed", method: "", operation: "", template: "", status: 200, address: "", bytesIn: 0, bytesOut: 0, milliseconds: 0, policy: "" };

test("a piece that is kept is of this operation and this principal, and of no other", () => {
  const record = { ...bare, operation: "read", principal: "ada" };
  const others: readonly AuditRecord[] = [
    { ...record, method: "GET" }, { ...record, template: "/a" }, { ...record, policy: "1" }, { ...record, operation: "write" },
    { ...record, principal: "bob" }, { ...record, client: "web" }, { ...record, credential: "1" }, { ...record, evidence: { alg: "ES256" } }, { ...record, evidence: { alg: "ES256", kid: "k" } }, { ...record, client: "web", credential: "1" },
    { ...record, also: [] }, { ...record, asker: "console" }, { ...record, question: true }, { ...bare, operation: "read" }, { ...bare, operation: "read", also: [{ principal: "ada" }] },
  ];
  for (let round = 0; round < 2; round++) {
    for (const other of others) for (const one of [record, other]) assert.deepEqual(JSON.parse(writeRecord(one)), one);
  }
});

test("more operations and principals than are kept change nothing", () => {
  for (let at = 0; at < 2 * PIECES_MAX + 1; at++) {
    const record = { ...bare, operation: `o${at}`, principal: `p${at}`, client: "x".repeat(at % 600) };
    assert.deepEqual(JSON.parse(writeRecord(record)), record);
  }
});

test("every character of a text is written as JSON.stringify writes it", () => {
  for (let code = 0; code < 0x1_0000; code += code < 0x300 ? 1 : 97) {
    const principal = `a${String.fromCharCode(code)}b`;
    assert.ok(writeRecord({ ...bare, principal }).includes(`"principal":${JSON.stringify(principal)},`), String(code));
  }
});
