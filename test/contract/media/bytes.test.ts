/** Bytes: texts and numbers that stand alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decoderOf, outcome, readOne } from "./media-desk.ts";

test("a number or a flag that stands alone is read as its type", (t) => {
  const decode = decoderOf(t, "text/plain", { schema: { type: ["integer", "boolean"] } });
  assert.deepEqual([decode("7"), decode("true")].map(outcome), [7, true]);
  for (const body of ["07", "seven", "TRUE", "7\n", ""]) assert.deepEqual(outcome(decode(body)), [" type"], body);
  assert.deepEqual(outcome(decode(Uint8Array.of(0x37, 0xff))), [" encoding"]);
});

test("of several readings the schema chooses, and the narrowest is told of where none fits", (t) => {
  const decode = decoderOf(t, "text/plain", { schema: { type: ["integer", "string"], maximum: 5, maxLength: 2 } });
  assert.deepEqual(["4", "44", "444"].map((body) => outcome(decode(body))), [4, "44", 444]);
});

test("a text alone needs no reading of its own", (t) => assert.equal(readOne(t, "text/plain", { schema: { type: "string", maxLength: 3 } }).type.decode, undefined));

test("of bytes each is a character, so that lengths count bytes", (t) => {
  const { type } = readOne(t, "application/octet-stream", { schema: { type: "string", maxLength: 3 } });
  const decoded = type.decode?.(Buffer.from("\u00e9\u00ff", "latin1"), { type: "x/y", parameters: new Map() }, {} as never) ?? assert.fail();
  assert.deepEqual(outcome(decoded), "\u00e9\u00ff");
  assert.deepEqual([type.validator?.check("\u00e9\u00ff\u0000"), type.validator?.check("\u00e9\u00ff\u0000\u0000")], [true, false]);
});
