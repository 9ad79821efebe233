/**
 * Hash queue: how many password hashes are computed at once, and how many may wait.
 *
 * A hash is made to be expensive: 19 MiB and a fortieth of a second or more. Whoever sends logins decides how many there
 * are, so they get two cores at most and a short queue; beyond that logins are refused, and everything else goes on.
 */
import { argon2 } from "node:crypto";
import type { Argon2Cost } from "./phc.ts";

/** Longest time in the queue. */
export const QUEUED_MILLISECONDS_MAX = 5_000;

export interface HashQueueOptions {
  /** Hashes that are computed at the same time. */
  readonly atOnce: number;
  /** Hashes that wait for their turn. */
  readonly waiting: number;
}

export interface HashWork extends Argon2Cost {
  /** Whose password it is: the hash of one is none of another, whoever copies it there. */
  readonly name: string;
  readonly password: string;
  readonly salt: Uint8Array;
  /** The pepper, 32 bytes. */
  readonly secret: Uint8Array;
  readonly digestBytes: number;
}

interface Turn {
  readonly begin: () => void;
  readonly giveUp: () => void;
}

export class HashQueue {
  readonly #options: HashQueueOptions;
  readonly #queue = new Set<Turn>();
  #running = 0;

  constructor(options: HashQueueOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** undefined: there is no room, it took too long until its turn, or nobody waits for it any more. */
  async compute(work: HashWork, signal?: AbortSignal): Promise<Buffer | undefined> {
    if (!(await this.#turn(signal))) return undefined;
    try {
      return await hashOf(work);
    } finally {
      this.#running--;
      const [next] = this.#queue;
      next?.begin();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<boolean> {
    if (signal?.aborted === true) return Promise.resolve(false);
    if (this.#running < this.#options.atOnce) {
      this.#running++;
      return Promise.resolve(true);
    }
    if (this.#queue.size >= this.#options.waiting) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (goes: boolean): void => {
        this.#queue.delete(turn);
        clearTimeout(timer);
        signal?.removeEventListener("abort", turn.giveUp);
        if (goes) this.#running++;
        resolve(goes);
      };
      const turn: Turn = { begin: () => end(true), giveUp: () => end(false) };
      const timer = setTimeout(turn.giveUp, QUEUED_MILLISECONDS_MAX);
      signal?.addEventListener("abort", turn.giveUp);
      this.#queue.add(turn);
    });
  }
}

function hashOf({ name, password, salt, secret, memory, passes, lanes, digestBytes }: HashWork): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2("argon2id", { message: password, nonce: salt, secret, associatedData: Buffer.from(name), memory, passes, parallelism: lanes, tagLength: digestBytes }, (fault, digest) => (fault === null ? resolve(digest) : reject(fault)));
  });
}
