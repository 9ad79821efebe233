/**
 * Outcome: what one run of load brought, whichever generator made it, and when it counts.
 */
export interface Load {
  readonly port: number;
  readonly requestFile: string;
  /** Set: over TLS 1.3, with a certificate of this authority (PEM). */
  readonly authorityFile: string | undefined;
  readonly connections: number;
  /** Stop sending after this time. */
  readonly seconds: number;
  /** Stop sending after this many, if that comes first. */
  readonly requests?: number;
}

export interface Outcome {
  readonly seconds: number;
  readonly requests: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers whose status is not the one of their kind (GET 200, POST 201) or whose body is not the order asked for. */
  readonly wrong: number;
  /** Connections that failed or closed under a request. */
  readonly broken: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

export interface Generator {
  readonly name: "own" | "wrk";
  /** The generator's process, where it lives on between runs. */
  readonly pid: number | undefined;
  readonly run: (load: Load) => Promise<Outcome>;
  readonly stop: () => void;
}

/** Why the run does not count, or undefined. */
export function judgeOutcome(outcome: Outcome): string | undefined {
  const statuses = Object.entries(outcome.statuses).map(([status, count]) => `${count} x ${status}`).join(", ");
  if (outcome.requests === 0) return "no answers at all";
  if (outcome.wrong > 0) return `${outcome.wrong} wrong answers (${statuses})`;
  if (outcome.broken > 0) return `${outcome.broken} broken connections`;
  return undefined;
}
