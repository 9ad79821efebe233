/** Cut rich: of a form of which every pair is cut, twice as many are twice the work. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { rewrite } from "../../../../src/doors/inbound/validate/injection/cut-rich.ts";
import type { Prepared } from "../../../../src/guard.ts";
import { beginCounting, workOf } from "../../../detection/work.ts";

after(beginCounting());

function workFor(count: number): number {
  const list = Array.from({ length: count }, () => "a<b>");
  let written: Uint8Array = new Uint8Array(0);
  // As much of an exchange as is looked at.
  const exchange = { content: { read: () => Buffer.from(list.map(() => "list=a%3Cb%3E").join("&")), value: { list }, rewrite: (bytes: Uint8Array) => void (written = bytes) }, outgoing: { removeWhere: () => undefined, count: () => 0 } } as unknown as Prepared;
  const changes = list.map((before, at) => ({ path: ["list", String(at)], before, text: "a" }));
  const work = workOf(() => assert.equal(rewrite(exchange, changes, "form"), true));
  assert.equal(Buffer.from(written).toString(), list.map(() => "list=a").join("&"));
  return work;
}

test("twice the pairs are twice the work", () => {
  const growth = workFor(2_000) / workFor(1_000);
  assert.ok(growth < 2.3, String(growth));
});
