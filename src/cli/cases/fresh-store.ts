/**
 * Fresh store: a memory of limits that each case has for itself.
 *
 * Guards ask for their meters at start-up and keep them. So what they get here leads to the store of the case that runs.
 */
import { memoryStore } from "../../stores/memory.ts";
import type { LeaseLimit, Leases, Limit, Meter, Once, Store } from "../../stores/store.ts";

const STORE_BYTES = 1_048_576;

export class FreshStore implements Store {
  #store: Store = memoryStore({ bytes: STORE_BYTES });
  #used = false;

  /** From here on nothing has been taken. */
  renew(): void {
    if (this.#used) this.#store = memoryStore({ bytes: STORE_BYTES });
    this.#used = false;
  }

  meter(limit: Limit): Meter {
    return this.#meter((store) => store.meter(limit));
  }

  stamps(limit: Limit): Meter {
    return this.#meter((store) => store.stamps(limit));
  }

  leases(limit: LeaseLimit): Leases {
    const leases = this.#follow((store) => store.leases(limit));
    return {
      take: (owner, now) => leases().take(owner, now),
      renew: (owner, lease, now) => leases().renew(owner, lease, now),
      release: (owner, lease, now) => leases().release(owner, lease, now),
    };
  }

  once(name: string, until: number, now: number): Once | Promise<Once> {
    this.#used = true;
    return this.#store.once(name, until, now);
  }

  close(): void {
    this.#store.close();
  }

  #meter(of: (store: Store) => Meter): Meter {
    const meter = this.#follow(of);
    return { take: (owner, cost, now) => meter().take(owner, cost, now), charge: (owner, tokens, now) => meter().charge(owner, tokens, now) };
  }

  /** Made at once, so that a limit that makes no sense is found at start-up, and anew in each store. */
  #follow<T>(of: (store: Store) => T): () => T {
    let [store, made] = [this.#store, of(this.#store)];
    return () => {
      this.#used = true;
      if (store !== this.#store) [store, made] = [this.#store, of(this.#store)];
      return made;
    };
  }
}
