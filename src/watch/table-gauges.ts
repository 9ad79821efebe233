/**
 * Table gauges: how full the memory of limits is.
 *
 * `held` is worked out from a sample. `evicted` should stay at 0: it grows when somebody who still owed something was
 * forgotten for a newcomer, which is what a flood of names wants; more memory under `limits` is the answer.
 */
import type { HeldStore } from "../stores/hold-store.ts";
import { TABLE_ROOMS } from "../stores/table/table.ts";
import type { Metrics } from "./metrics.ts";

export function watchTable(metrics: Pick<Metrics, "gauge">, memory: Pick<HeldStore, "memory">): void {
  for (const room of TABLE_ROOMS) {
    const read = (what: "places" | "held" | "evicted") => () => memory.memory()?.table.state(Date.now())[room][what] ?? 0;
    metrics.gauge(`sallyport_limits_${room}_places`, `Names that the memory of limits can hold (${room}).`, read("places"));
    metrics.gauge(`sallyport_limits_${room}_held`, `Names that owe something now (${room}).`, read("held"));
    metrics.gauge(`sallyport_limits_${room}_evicted`, `Names that were forgotten though they owed something (${room}).`, read("evicted"));
  }
}
