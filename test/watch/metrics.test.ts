import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditRecord } from "../../src/audit/record.ts";
import { openMetrics, writeMetrics } from "../../src/watch/metrics.ts";

const base: AuditRecord = { time: "", id: "", outcome: "allowed", method: "GET", operation: "listOrders", template: "/orders", status: 200, address: "", bytesIn: 0, bytesOut: 0, milliseconds: 3, policy: "" };

test("exchanges are counted by operation, outcome and status", () => {
  const metrics = openMetrics();
  metrics.arrived(false);
  metrics.arrived(false);
  metrics.concluded(base);
  const text = metrics.write();
  assert.match(text, /^sallyport_exchanges_total\{operation="listOrders",outcome="allowed",status="200"\} 1$/m);
  assert.match(text, /^sallyport_exchanges_open 1$/m);
});

test("the histogram adds up from bound to bound", () => {
  const metrics = openMetrics();
  for (const milliseconds of [0, 3, 3, 700, 60_000]) metrics.concluded({ ...base, milliseconds });
  const text = metrics.write();
  const at = (bound: string): number => Number(new RegExp(`le="${bound}"\\} (\\d+)`).exec(text)?.[1]);
  assert.deepEqual(["0.001", "0.0025", "0.005", "0.5", "1", "10", "\\+Inf"].map(at), [1, 1, 3, 3, 4, 4, 5]);
  assert.match(text, /_count\{operation="listOrders"\} 5/);
});

test("refusals name guard, problem and blame; observed ones are counted apart", () => {
  const metrics = openMetrics();
  metrics.concluded({ ...base, outcome: "refused", status: 401, guard: "jwt", problem: "unauthenticated", blame: "caller", observed: [{ guard: "scope", type: "scope-missing" }] });
  const text = metrics.write();
  assert.match(text, /^sallyport_refusals_total\{guard="jwt",problem="unauthenticated",blame="caller"\} 1$/m);
  assert.match(text, /^sallyport_observed_total\{guard="scope",problem="scope-missing"\} 1$/m);
});

test("a label's value cannot break out of its quotes", () => {
  const metrics = openMetrics();
  metrics.concluded({ ...base, operation: 'a"} 1\nevil{x="\\' });
  assert.ok(!/^evil/m.test(metrics.write()));
});

test("what several threads counted is written as one", () => {
  const threads = [openMetrics(), openMetrics()];
  for (const [at, metrics] of threads.entries()) {
    metrics.arrived(false);
    metrics.concluded({ ...base, outcome: "refused", status: 429, guard: "token-bucket", problem: "too-many-requests", blame: "caller" });
    metrics.arrived(false);
    metrics.gauge("sallyport_connections_open", "Connections of callers.", () => 3 + at);
  }
  threads[1]?.concluded({ ...base, operation: "other" });
  const text = writeMetrics(structuredClone(threads.map((metrics) => metrics.read())));
  assert.match(text, /^sallyport_exchanges_total\{operation="listOrders",outcome="refused",status="429"\} 2$/m);
  assert.match(text, /^sallyport_exchanges_total\{operation="other",outcome="allowed",status="200"\} 1$/m);
  assert.match(text, /^sallyport_refusals_total\{guard="token-bucket",problem="too-many-requests",blame="caller"\} 2$/m);
  assert.match(text, /^sallyport_exchange_seconds_bucket\{operation="listOrders",le="0.005"\} 2$/m);
  assert.match(text, /^sallyport_exchange_seconds_count\{operation="listOrders"\} 2$/m);
  assert.match(text, /^sallyport_connections_open 7$/m);
  assert.match(text, /^sallyport_exchanges_open 1$/m);
  assert.equal(text.match(/^# TYPE sallyport_exchanges_open gauge$/gm)?.length, 1);
});
