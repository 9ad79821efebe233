/**
 * Key source: the current keys of an issuer, kept fresh.
 *
 * Keys are fetched when the first token needs them and again after a while, in the background. A token with an unknown
 * key id asks for a fetch as well, at most once per cooldown: a rotation is seen at once, and a flood of made-up ids
 * costs the issuer one request. There is never more than one fetch under way. While the issuer cannot be reached the
 * last good keys count, for a stated time. Time enters by parameter: there are no timers here.
 */
import type { KeySet } from "./key-set.ts";

export interface Unavailable {
  /** For the operator. */
  readonly unavailable: string;
}

export interface KeySource {
  /** The keys at `now`, in milliseconds since the epoch. The promise never rejects. */
  readonly keys: (now: number) => KeySet | Unavailable | Promise<KeySet | Unavailable>;
  /** For a token whose key `seen` does not have: a newer set where there is one, else `seen` again. */
  readonly renewed: (seen: KeySet, now: number) => KeySet | Promise<KeySet>;
}

/** Loads a set. Answers `held` itself when nothing has changed, so that what was made with it stays good. `newer`: for a key that `held` does not have. */
export type LoadKeys = (held: KeySet | undefined, now: number, newer?: boolean) => Promise<KeySet | { readonly wrong: string }>;

export interface KeyTimes {
  /** After this many milliseconds keys are fetched again in the background. */
  readonly refreshMilliseconds: number;
  /** Longest time that keys are believed without a successful fetch. */
  readonly staleMilliseconds: number;
}

/** Shortest time between two fetches that unknown key ids asked for. */
export const COOLDOWN_MILLISECONDS = 30_000;
/** Wait after a failed fetch; it doubles with each further failure, up to the cooldown. */
export const RETRY_MILLISECONDS = 1_000;

/** Keys that never change while they are held: from a file, or a secret. */
export function fixedKeys(set: KeySet): KeySource {
  return { keys: () => set, renewed: () => set };
}

export function remoteKeys(load: LoadKeys, times: KeyTimes): KeySource {
  return new RemoteKeys(load, times);
}

class RemoteKeys implements KeySource {
  readonly #load: LoadKeys;
  readonly #times: KeyTimes;
  #held: KeySet | undefined;
  #heldSince = 0;
  #loading: Promise<void> | undefined;
  #failures = 0;
  #failedAt = 0;
  #fault = "";
  #askedAt: number | undefined;

  constructor(load: LoadKeys, times: KeyTimes) {
    this.#load = load;
    this.#times = times;
  }

  keys(now: number): KeySet | Unavailable | Promise<KeySet | Unavailable> {
    const held = this.#good(now);
    if (held !== undefined) {
      if (hasPassed(this.#heldSince, now, this.#times.refreshMilliseconds) && this.#mayTry(now)) void this.#fetch(now);
      return held;
    }
    if (this.#loading === undefined && !this.#mayTry(now)) return { unavailable: this.#fault };
    return this.#fetch(now).then(() => this.#good(now) ?? { unavailable: this.#fault });
  }

  renewed(seen: KeySet, now: number): KeySet | Promise<KeySet> {
    if (this.#held !== undefined && this.#held !== seen) return this.#held;
    // A fetch that is under way may have begun before the rotation: join it, then ask again.
    if (this.#loading !== undefined) return this.#loading.then(() => this.renewed(seen, now));
    if (this.#askedAt !== undefined && !hasPassed(this.#askedAt, now, COOLDOWN_MILLISECONDS)) return seen;
    this.#askedAt = now;
    return this.#fetch(now, true).then(() => this.#held ?? seen);
  }

  #good(now: number): KeySet | undefined {
    return hasPassed(this.#heldSince, now, this.#times.staleMilliseconds) ? undefined : this.#held;
  }

  #mayTry(now: number): boolean {
    const wait = Math.min(COOLDOWN_MILLISECONDS, RETRY_MILLISECONDS * 2 ** (this.#failures - 1));
    return this.#loading === undefined && (this.#failures === 0 || hasPassed(this.#failedAt, now, wait));
  }

  #fetch(now: number, newer = false): Promise<void> {
    this.#loading ??= this.#run(now, newer).finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #run(now: number, newer: boolean): Promise<void> {
    const loaded = await this.#load(this.#held, now, newer).catch((fault: unknown) => ({ wrong: fault instanceof Error ? fault.name : "broken" }));
    if ("wrong" in loaded) {
      this.#failures++;
      this.#failedAt = now;
      this.#fault = loaded.wrong;
      return;
    }
    this.#failures = 0;
    this.#held = loaded;
    this.#heldSince = now;
  }
}

/** A clock that was set back counts as time passed: else nothing would be fetched until it has caught up. */
function hasPassed(since: number, now: number, wait: number): boolean {
  return Math.abs(now - since) >= wait;
}
