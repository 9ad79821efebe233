/**
 * Measure: one run of load against one subject, with what it cost the subject and those around it.
 */
import type { Load, Outcome } from "./generator/outcome.ts";
import { judgeOutcome } from "./generator/outcome.ts";
import type { Running } from "./launch.ts";
import { readCost } from "./process-tree.ts";
import type { Stage } from "./stage.ts";

export interface Measurement {
  readonly outcome: Outcome;
  /** Why the run does not count. */
  readonly invalid: string | undefined;
  readonly requestsPerSecond: number;
  /** CPU time of the subject per request, user and system. Moves less than the rate with what else runs. */
  readonly cpuMicroseconds: number;
  /** CPU time over wall time; 1 is one core. The one that is near 1 is what held the rate down. */
  readonly busy: { readonly subject: number; readonly upstream: number; readonly generator: number | undefined };
  readonly rssBytes: number;
}

export async function measure(stage: Stage, subject: Running, load: Omit<Load, "port" | "requestFile" | "authorityFile">): Promise<Measurement> {
  const pids = { subject: subject.pid, upstream: stage.upstream.pid, generator: stage.generator.pid };
  const before = readCosts(pids);
  const started = performance.now();
  const outcome = await stage.generator.run({ ...load, port: subject.port, requestFile: stage.material.requestFile, authorityFile: stage.material.tls?.authorityFile });
  const wallSeconds = (performance.now() - started) / 1_000;
  const after = readCosts(pids);
  const subjectSeconds = after.subject.cpuSeconds - before.subject.cpuSeconds;
  return {
    outcome,
    invalid: subject.ended() ? "the subject ended" : judgeOutcome(outcome),
    requestsPerSecond: outcome.requests / outcome.seconds,
    cpuMicroseconds: (subjectSeconds * 1e6) / outcome.requests,
    busy: {
      subject: subjectSeconds / wallSeconds,
      upstream: (after.upstream.cpuSeconds - before.upstream.cpuSeconds) / wallSeconds,
      generator:
        after.generator && before.generator && (after.generator.cpuSeconds - before.generator.cpuSeconds) / wallSeconds,
    },
    rssBytes: after.subject.rssBytes,
  };
}

function readCosts(pids: { readonly subject: number; readonly upstream: number; readonly generator: number | undefined }) {
  return {
    subject: readCost(pids.subject),
    upstream: readCost(pids.upstream),
    generator: pids.generator === undefined ? undefined : readCost(pids.generator),
  };
}
