/** Field names: lower case, values as they stand, and a memory that nobody can fill. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nameAt, NAMES_MAX, namesKept, VALUE_BYTES_KEPT_MAX, valueAt, VALUES_MAX, valuesKept } from "../../../../src/hosts/gateway/wire/field-names.ts";
import { hashOn } from "../../../../src/hosts/gateway/wire/octet-texts.ts";

function lowered(name: string): string {
  const bytes = Buffer.from(name);
  return nameAt(bytes, 0, bytes.byteLength, bytes.reduce(hashOn, 0)).name;
}

function valued(value: string): string {
  return valueAt(Buffer.from(`: ${value}\r\n`, "latin1"), 2, 2 + value.length);
}

test("names come out in lower case, known or not, again and again", () => {
  for (const name of ["Host", "host", "HOST", "CoNtEnT-LeNgTh", "ETag", "TE", "X-New-Name", "x-new-name", "constructor", "__proto__", "toString"]) {
    for (let round = 0; round < 3; round++) assert.equal(lowered(name), name.toLowerCase());
  }
});

test("no value is kept of a field that may hold a secret", () => {
  for (const name of ["authorization", "Cookie", "set-cookie", "DPoP", "x-api-key", "proxy-authorization", "X-Invented", "referer"]) {
    const bytes = Buffer.from(name);
    assert.equal(nameAt(bytes, 0, bytes.byteLength, bytes.reduce(hashOn, 0)).repeats, false, name);
  }
});

test("values come out as they stand, long ones too", () => {
  for (const value of ["", "a", "text/plain;charset=utf-8", "caf\u00e9", "x".repeat(VALUE_BYTES_KEPT_MAX), "x".repeat(VALUE_BYTES_KEPT_MAX + 1)]) {
    for (let round = 0; round < 2; round++) assert.equal(valued(value), value);
  }
});

test("invented names fill the memory up to a bound, invented values make it begin anew", () => {
  for (let at = 0; at < 8 * NAMES_MAX; at++) assert.equal(lowered(`X-${at}`), `x-${at}`);
  assert.equal(namesKept(), NAMES_MAX);
  assert.equal(lowered("Content-Type"), "content-type");
  for (let at = 0; at < 3 * VALUES_MAX; at++) {
    assert.equal(valued(`value ${at}`), `value ${at}`);
    assert.ok(valuesKept() <= VALUES_MAX);
  }
  assert.equal(valued("value 0"), "value 0");
});
