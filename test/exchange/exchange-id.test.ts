import assert from "node:assert/strict";
import { test } from "node:test";
import { IDS_MADE, newExchangeId } from "../../src/exchange/exchange-id.ts";

const ids = Array.from({ length: 20 * IDS_MADE + 1 }, newExchangeId);

test("each id is a random UUID, and none comes twice", () => {
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set(ids).size, ids.length);
});

test("every digit that is not fixed takes every value", () => {
  for (let at = 0; at < 36; at++) {
    const values = new Set(ids.map((id) => id[at]));
    const fixed = [8, 13, 14, 18, 23].includes(at);
    assert.equal(values.size, fixed ? 1 : at === 19 ? 4 : 16, `digit ${at}`);
  }
});
