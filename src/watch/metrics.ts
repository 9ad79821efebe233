/**
 * Metrics: counts and times of exchanges, in the text format of Prometheus (version 0.0.4).
 *
 * Labels come from the contract and the policy only (operationIds, guards, slugs), never from callers, so the number
 * of series is bounded by what the operator wrote.
 */
import type { AuditRecord } from "../audit/record.ts";

export interface Metrics {
  /** @param unbelieved it says that it was forwarded, and whoever sent it is not trusted to say so */
  readonly arrived: (unbelieved: boolean) => void;
  readonly concluded: (record: AuditRecord) => void;
  readonly reloaded: (worked: boolean) => void;
  /** Guards that failed when they heard how an exchange went on: what they remember of it may be wrong. */
  readonly followersFailed: (count: number) => void;
  /** Adds a value that is asked for when somebody scrapes. */
  readonly gauge: (name: string, about: string, read: () => number) => void;
  /** What was counted so far: a copy that can travel to another thread. */
  readonly read: () => Snapshot;
  readonly write: () => string;
}

export interface Gauge {
  readonly name: string;
  readonly about: string;
  readonly value: number;
}

export interface Snapshot {
  readonly operations: ReadonlyMap<string, Tally>;
  readonly refusals: ReadonlyMap<string, number>;
  readonly observed: ReadonlyMap<string, number>;
  readonly reloads: ReadonlyMap<string, number>;
  readonly gauges: readonly Gauge[];
}

/** Upper bounds of the duration histogram, in seconds. */
export const DURATION_BOUNDS_SECONDS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const OUTCOMES: readonly AuditRecord["outcome"][] = ["allowed", "refused", "replied", "failed"];

/** What is counted of one operation. Its labels are written when somebody scrapes, not for every exchange. */
export interface Tally {
  /** By status and outcome, as one number: `status * OUTCOMES.length + outcome`. */
  readonly exchanges: Map<number, number>;
  readonly buckets: number[];
  sum: number;
  count: number;
}

export function openMetrics(): Metrics {
  const operations = new Map<string, Tally>();
  const refusals = new Map<string, number>();
  const observed = new Map<string, number>();
  const reloads = new Map<string, number>();
  const gauges: { readonly name: string; readonly about: string; readonly read: () => number }[] = [];
  let open = 0;
  let failed = 0;
  let unbelieved = 0;
  gauges.push({ name: "sallyport_exchanges_open", about: "Exchanges in flight.", read: () => open });
  gauges.push({ name: "sallyport_followers_failed", about: "Guards that failed when they heard how an exchange went on.", read: () => failed });

  gauges.push({ name: "sallyport_forwarded_unbelieved", about: "Requests with forwarding fields of somebody whom trust does not name.", read: () => unbelieved });

  const read = (): Snapshot => ({
    operations: new Map([...operations].map(([operation, tally]) => [operation, copyOf(tally)])),
    refusals: new Map(refusals),
    observed: new Map(observed),
    reloads: new Map(reloads),
    gauges: gauges.map(({ name, about, read: ask }) => ({ name, about, value: ask() })),
  });

  return {
    arrived(said) {
      open++;
      if (said) unbelieved++;
    },
    concluded(record) {
      open--;
      const operation = record.operation === "" ? "unlisted" : record.operation;
      let tally = operations.get(operation);
      if (tally === undefined) operations.set(operation, (tally = newTally()));
      const key = record.status * OUTCOMES.length + OUTCOMES.indexOf(record.outcome);
      tally.exchanges.set(key, (tally.exchanges.get(key) ?? 0) + 1);
      measure(tally, record.milliseconds / 1_000);
      if (record.problem !== undefined) add(refusals, `guard="${label(record.guard ?? "host")}",problem="${label(record.problem)}",blame="${record.blame ?? ""}"`);
      for (const { guard, type } of record.observed ?? []) add(observed, `guard="${label(guard)}",problem="${label(type)}"`);
    },
    reloaded: (worked) => add(reloads, `result="${worked ? "worked" : "refused"}"`),
    followersFailed: (count) => void (failed += count),
    gauge: (name, about, read) => void gauges.push({ name, about, read }),
    read,
    write: () => writeMetrics([read()]),
  };
}

/** Several threads count apart and are read together: counts, times and gauges add up. */
export function writeMetrics(snapshots: readonly Snapshot[]): string {
  const operations = new Map<string, Tally>();
  for (const [operation, tally] of snapshots.flatMap((snapshot) => [...snapshot.operations])) {
    const sum = operations.get(operation);
    if (sum === undefined) operations.set(operation, copyOf(tally));
    else addTally(sum, tally);
  }
  const gauges = new Map<string, Gauge>();
  for (const gauge of snapshots.flatMap((snapshot) => snapshot.gauges)) gauges.set(gauge.name, { ...gauge, value: gauge.value + (gauges.get(gauge.name)?.value ?? 0) });
  return [
    counters("sallyport_exchanges_total", "Exchanges concluded.", countsOf(operations)),
    counters("sallyport_refusals_total", "Exchanges that a guard or the house refused, and whose fault it was.", sumOf(snapshots.map(({ refusals }) => refusals))),
    counters("sallyport_observed_total", "Refusals of guards in observe mode: witnessed, not obeyed.", sumOf(snapshots.map(({ observed }) => observed))),
    counters("sallyport_reloads_total", "Reloads of policy and contract.", sumOf(snapshots.map(({ reloads }) => reloads))),
    histograms(operations),
    ...[...gauges.values()].map(({ name, about, value }) => single(name, about, value)),
  ].join("");
}

function sumOf(all: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const sum = new Map<string, number>();
  for (const [labels, count] of all.flatMap((counts) => [...counts])) sum.set(labels, (sum.get(labels) ?? 0) + count);
  return sum;
}

function copyOf(tally: Tally): Tally {
  return { exchanges: new Map(tally.exchanges), buckets: [...tally.buckets], sum: tally.sum, count: tally.count };
}

function addTally(to: Tally, { exchanges, buckets, sum, count }: Tally): void {
  for (const [key, more] of exchanges) to.exchanges.set(key, (to.exchanges.get(key) ?? 0) + more);
  for (const [at, more] of buckets.entries()) to.buckets[at] = (to.buckets[at] ?? 0) + more;
  to.sum += sum;
  to.count += count;
}

function add(counts: Map<string, number>, labels: string): void {
  counts.set(labels, (counts.get(labels) ?? 0) + 1);
}

function newTally(): Tally {
  return { exchanges: new Map(), buckets: DURATION_BOUNDS_SECONDS.map(() => 0), sum: 0, count: 0 };
}

function measure(tally: Tally, seconds: number): void {
  const at = DURATION_BOUNDS_SECONDS.findIndex((bound) => seconds <= bound);
  if (at !== -1) tally.buckets[at] = (tally.buckets[at] ?? 0) + 1;
  tally.sum += seconds;
  tally.count++;
}

function countsOf(operations: ReadonlyMap<string, Tally>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [operation, { exchanges }] of operations) {
    for (const [key, count] of exchanges) counts.set(`operation="${label(operation)}",outcome="${OUTCOMES[key % OUTCOMES.length]}",status="${Math.floor(key / OUTCOMES.length)}"`, count);
  }
  return counts;
}

function heading(name: string, about: string, type: string): string {
  return `# HELP ${name} ${about}\n# TYPE ${name} ${type}\n`;
}

function counters(name: string, about: string, counts: ReadonlyMap<string, number>): string {
  return heading(name, about, "counter") + [...counts].map(([labels, count]) => `${name}{${labels}} ${count}\n`).join("");
}

function single(name: string, about: string, value: number): string {
  return `${heading(name, about, "gauge")}${name} ${value}\n`;
}

function histograms(operations: ReadonlyMap<string, Tally>): string {
  const name = "sallyport_exchange_seconds";
  const lines = [...operations].map(([id, { buckets, sum, count }]) => {
    const operation = label(id);
    let below = 0;
    const rows = DURATION_BOUNDS_SECONDS.map((bound, at) => `${name}_bucket{operation="${operation}",le="${bound}"} ${(below += buckets[at] ?? 0)}\n`);
    return `${rows.join("")}${name}_bucket{operation="${operation}",le="+Inf"} ${count}\n${name}_sum{operation="${operation}"} ${sum}\n${name}_count{operation="${operation}"} ${count}\n`;
  });
  return heading(name, "Time from the head of a request to the end of its answer.", "histogram") + lines.join("");
}

/** Escapes a label's value as the text format asks. */
function label(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
