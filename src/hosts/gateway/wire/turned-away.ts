/**
 * Turned away: connections that found no place, counted, and told of together.
 *
 * A flood of them must not become a flood of records: what comes within a second is one.
 */
import type { NoPlace } from "./connection-counts.ts";
import type { Ticked } from "./front-clock.ts";

/** Between two words of it. */
export const TELL_MILLISECONDS = 1_000;

export interface TurnedAwayNews {
  /** The address of the last one. */
  readonly peer: string;
  /** Connections since the last word, by why there was no place. */
  readonly counts: Readonly<Partial<Record<NoPlace, number>>>;
}

export class TurnedAway implements Ticked {
  /** Since the start. */
  readonly totals: Record<NoPlace, number> = { connections: 0, connectionsPerAddress: 0, connectionsCrowd: 0, newConnectionsPerSecond: 0, newConnectionsInAllPerSecond: 0, handshakes: 0 };
  readonly #tell: (news: TurnedAwayNews) => void;
  #counts: Partial<Record<NoPlace, number>> = {};
  #peer: string | undefined;
  #told = Number.NEGATIVE_INFINITY;

  constructor(tell: (news: TurnedAwayNews) => void) {
    this.#tell = tell;
  }

  add(peer: string, why: NoPlace): void {
    this.#peer = peer;
    this.totals[why]++;
    this.#counts[why] = (this.#counts[why] ?? 0) + 1;
  }

  tick(now: number): void {
    if (this.#peer === undefined || now - this.#told < TELL_MILLISECONDS) return;
    this.#told = now;
    this.flush();
  }

  /** Tells what has not been told yet. */
  flush(): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    const counts = this.#counts;
    this.#peer = undefined;
    this.#counts = {};
    this.#tell({ peer, counts });
  }
}
