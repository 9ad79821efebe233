import assert from "node:assert/strict";
import { test } from "node:test";
import { slotOf, SLOTS } from "../../../src/stores/redis/slot.ts";

test("keys belong to the slots that the specification of Redis Cluster says", () => {
  // The check value of CRC-16/XMODEM, and slots as CLUSTER KEYSLOT answers.
  assert.equal(slotOf("123456789"), 0x31c3 % SLOTS);
  for (const [key, slot] of [["foo", 12_182], ["bar", 5_061], ["hello", 866], ["", 0]] as const) assert.equal(slotOf(key), slot, key);
});
