/**
 * Store: what guards remember between exchanges, as verbs.
 *
 * Each verb takes and judges in one atomic step. There is no get and no set: a guard that reads, decides and writes
 * lets through as many requests as come in between. What is the same for all requests is said once, at start-up: a
 * guard asks the store for a meter, and keeps it.
 */

/**
 * Whose memory it is that names fill: a flood of strangers must not wash out callers who proved who they are, nor
 * those who are trying passwords.
 */
export const ROOMS = ["known", "strangers", "logins"] as const;
export type RoomName = (typeof ROOMS)[number];

/** A token bucket for each owner, understood once. */
export interface Limit {
  /** Unique among all limits; limits of one name share their buckets. Made with `limitName`. */
  readonly name: string;
  readonly room: RoomName;
  /** Whole tokens that a bucket holds. */
  readonly capacity: number;
  /** Milliseconds in which an empty bucket fills up; may be broken. */
  readonly window: number;
  /** Milliseconds for which `charge` may drive a bucket below empty. */
  readonly debt?: number;
  /** What holds while the servers of a shared store are away; the store's own setting when left out. */
  readonly whenDown?: WhenDown;
}

/**
 * `local`: each process decides by what it has seen itself. `open`: everybody passes. `closed`: nobody does. Never
 * silently: whoever decided without the servers says so.
 */
export type WhenDown = "local" | "open" | "closed";

/** Most milliseconds that a bucket can be behind, window and debt together: 99 days. */
export const BEHIND_MILLISECONDS_MAX = 8_589_934_592;
/** Most tokens that a bucket can gain in a millisecond: stores count in sixteenths of a microsecond or finer. */
export const TOKENS_PER_MILLISECOND_MAX = 16_000;

export interface Taken {
  readonly granted: boolean;
  /** Whole and broken tokens that are left. */
  readonly left: number;
  /** Until `cost` tokens are there; 0 when granted, infinite when they never are. */
  readonly waitMilliseconds: number;
  /** Decided without the servers that should have: how. */
  readonly alone?: "local" | "open";
}

/** The buckets of one limit. `now`: milliseconds since the epoch. */
export interface Meter {
  /** Takes `cost` tokens from the owner's bucket, or none: a refused attempt costs nothing. */
  readonly take: (owner: string, cost: number, now: number) => Taken | Promise<Taken>;
  /** Takes tokens that are used already, whether they are there or not. A negative number gives back. */
  readonly charge: (owner: string, tokens: number, now: number) => void;
}

/** Most requests of one window that are remembered one by one. */
export const STAMPS_MAX = 64;

/** How many may be under way at the same moment. */
export interface LeaseLimit {
  /** As in Limit. */
  readonly name: string;
  readonly most: number;
  /** Milliseconds after which a lease that nobody renews has ended: whoever held it is taken to be dead. */
  readonly lasts: number;
  readonly whenDown?: WhenDown;
}

export interface Leased {
  readonly granted: boolean;
  /** How many more there may be. */
  readonly left: number;
  /** To be shown when it is renewed or given back; without meaning where none was granted. */
  readonly lease: number;
  /** As in Taken. */
  readonly alone?: "local" | "open";
}

export interface Leases {
  readonly take: (owner: string, now: number) => Leased | Promise<Leased>;
  /** Says that the holder lives. Answers the lease that takes its place. */
  readonly renew: (owner: string, lease: number, now: number) => number | Promise<number>;
  readonly release: (owner: string, lease: number, now: number) => void;
}

/** A step that somebody has done, and that is a condition of another one. */
export interface Stepped {
  /** Whether it was done long enough ago, and not too long; it is used up then. */
  readonly passed: boolean;
  /** Until it is long enough ago; infinite when it was not done, or too long ago. */
  readonly waitMilliseconds: number;
  /** When it was done, for `restore`. */
  readonly at: number;
}

export interface Steps {
  /** Remembers that the owner has done it now. A mark that finds no room is one that was never made. */
  readonly mark: (owner: string, now: number) => void;
  /** Uses it up, or says why not. */
  readonly take: (owner: string, atLeastMilliseconds: number, now: number) => Stepped | Promise<Stepped>;
  /** Puts back what was used up in vain. */
  readonly restore: (owner: string, at: number, now: number) => void;
}

/**
 * What somebody has been given, and may come back with. Room for it is bounded: what ends soonest is forgotten first, and
 * what is forgotten counts as never given.
 */
export interface Marks {
  /** Remembers it for as many milliseconds; what was remembered for longer already stays so. */
  readonly mark: (name: string, lastsMilliseconds: number, now: number) => void;
  readonly isMarked: (name: string, now: number) => boolean | Promise<boolean>;
}

export type Once = "first" | "again" | "full";
/** `names` when left out. */
export type OnceRoom = "names" | "proofs";

export interface Store {
  /** @throws RangeError when the numbers make no bucket */
  readonly meter: (limit: Limit) => Meter;
  /**
   * A meter that remembers each request, at most STAMPS_MAX: never more than `capacity` in any `window`, wherever it
   * begins. It has no debt: `charge` can only give back.
   */
  readonly stamps: (limit: Limit) => Meter;
  /** @throws RangeError as `meter` does */
  readonly leases: (limit: LeaseLimit) => Leases;
  /**
   * Remembers this name until `until`, and says whether that is news. `full`: there is no room, and nothing was
   * remembered; whoever asks must refuse. Both in milliseconds since the epoch, `until` later than `now`. What callers do
   * once fills another room than the proofs that say who they are: full of the one, there is place for the other.
   */
  readonly once: (name: string, until: number, now: number, room?: OnceRoom) => Once | Promise<Once>;
  /** Forgets a name of `once` before its end; of those that are no proofs. */
  readonly forget: (name: string, now: number) => void;
  /** @param lasts milliseconds for which a step that was done counts */
  readonly steps: (name: string, lasts: number) => Steps;
  /** Marks of different names share nothing. */
  readonly marks: (name: string) => Marks;
  readonly close: () => void;
}

/** One name of several parts, each with its length in front: no two lists of parts give one name. */
export function limitName(...parts: readonly (string | number)[]): string {
  return parts.map((part) => `${String(part).length}:${part}`).join("");
}
