/** Door: what the policy says by default of the wire's limits is what the wire has by default. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { frontLimitsOf } from "../../src/hosts/gateway/listen.ts";
import { FRONT_LIMITS } from "../../src/hosts/gateway/wire/front-limits.ts";
import { doorShape } from "../../src/policy/door.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { misread } from "../../src/policy/shape.ts";

function limitsOf(written: object | undefined): { readonly limits: ReturnType<typeof frontLimitsOf>; readonly wrong: readonly string[] } {
  const wrong: string[] = [];
  const limits = doorShape.read(written as never, { pointer: "", report: (pointer, message) => void wrong.push(`${pointer}: ${message}`) });
  // Nothing else of a policy is looked at.
  return { limits: limits === misread ? {} : frontLimitsOf({ settings: { listen: { limits, proxy: [] } } } as unknown as Policy), wrong };
}

test("the defaults are the wire's own", () => {
  const { limits } = limitsOf({});
  for (const [name, value] of Object.entries(limits)) assert.deepEqual(value, FRONT_LIMITS[name as keyof typeof FRONT_LIMITS], name);
  assert.equal(Object.keys(limits).length, 19);
});

test("each is said with its unit, and reaches the wire under its own name", () => {
  const { limits } = limitsOf({ connections: 50, perAddress: 5, crowd: 2, newPerSecond: 3, newBurst: 4, newInAllPerSecond: 8, newInAllBurst: 9, handshake: "1s", handshakes: 10, head: "2s", body: "3s", bodyRate: "1KiB", stall: "4s", answerRate: "2KiB", idle: "5s", requests: 6, halfClosed: "11s", tunnelIdle: "7s" });
  assert.deepEqual(limits, {
    proxies: undefined, connections: 50, connectionsPerAddress: 5, connectionsCrowd: 2, newConnectionsPerSecond: 3, newConnectionsBurst: 4, newConnectionsInAllPerSecond: 8, newConnectionsInAllBurst: 9, handshakeMilliseconds: 1_000, handshakes: 10, headMilliseconds: 2_000, bodyMilliseconds: 3_000,
    bodyBytesPerSecond: 1_024, stallMilliseconds: 4_000, answerBytesPerSecond: 2_048, idleMilliseconds: 5_000, requestsPerConnection: 6, halfClosedMilliseconds: 11_000, tunnelIdleMilliseconds: 7_000,
  });
});

test("none can be taken away", () => {
  for (const [name, value] of [["connections", 0], ["perAddress", 0], ["crowd", 0], ["newPerSecond", 0], ["newInAllPerSecond", 0], ["newInAllBurst", 0], ["handshakes", 0], ["head", "0s"], ["idle", "0s"], ["bodyRate", "0B"], ["requests", 0], ["head", "1d"]] as const) assert.equal(limitsOf({ [name]: value }).wrong.length, 1, name);
  assert.match(limitsOf({ conections: 5 }).wrong[0] ?? "", /conections/);
});
