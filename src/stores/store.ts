/**
 * Store: what guards remember between exchanges, as verbs.
 *
 * Each verb takes and judges in one atomic step. There is no get and no set: a guard that reads, decides and writes
 * lets through as many requests as come in between.
 */

/** A token bucket: holds `capacity` tokens, gains `perMillisecond`, and `cost` are wanted at `now`. */
export interface Want {
  readonly cost: number;
  readonly capacity: number;
  readonly perMillisecond: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Taken {
  readonly granted: boolean;
  /** Whole and broken tokens that are left. */
  readonly left: number;
  /** Until `cost` tokens are there; 0 when granted. */
  readonly waitMilliseconds: number;
}

export type Once = "first" | "again" | "full";

export interface Store {
  /** Takes `cost` tokens from the bucket of this name, or none. A refused attempt costs nothing. */
  readonly take: (bucket: string, want: Want) => Taken | Promise<Taken>;
  /**
   * Remembers this name until `until`, and says whether that is news. `full`: there is no room, and nothing was
   * remembered; whoever asks must refuse. Both in milliseconds since the epoch, `until` later than `now`.
   */
  readonly once: (name: string, until: number, now: number) => Once | Promise<Once>;
  readonly close: () => void;
}
