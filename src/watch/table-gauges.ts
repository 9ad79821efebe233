/**
 * Table gauges: how full the memory of limits is.
 *
 * `held` is worked out from a sample. `evicted` should stay at 0: it grows when somebody who still owed something was
 * forgotten for a newcomer, which is what a flood of names wants; more memory under `limits` is the answer.
 */
import type { HeldStore } from "../stores/hold-store.ts";
import { TABLE_ROOMS } from "../stores/table/table.ts";
import type { Metrics } from "./metrics.ts";

/** How often a process decided by itself because the servers that keep the limits did not answer. */
export function watchDecisions(metrics: Pick<Metrics, "gauge">, memory: Pick<HeldStore, "alone">): void {
  for (const how of ["local", "open", "closed"] as const) metrics.gauge(`sallyport_limits_alone_${how}`, `Limits decided without the servers that keep them (${how}).`, () => memory.alone(how));
}

export function watchTable(metrics: Pick<Metrics, "gauge">, memory: Pick<HeldStore, "memory">): void {
  for (const room of TABLE_ROOMS) {
    const read = (what: "places" | "held" | "evicted") => () => memory.memory()?.table.state(Date.now())[room][what] ?? 0;
    metrics.gauge(`sallyport_limits_${room}_places`, `Names that the memory of limits can hold (${room}).`, read("places"));
    metrics.gauge(`sallyport_limits_${room}_held`, `Names that owe something now (${room}).`, read("held"));
    metrics.gauge(`sallyport_limits_${room}_evicted`, `Names that were forgotten though they owed something (${room}).`, read("evicted"));
  }
}
