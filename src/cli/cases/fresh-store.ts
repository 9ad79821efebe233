/**
 * Fresh store: a memory of limits that each case has for itself.
 *
 * Guards ask for their meters at start-up and keep them. So what they get here, whichever verb they asked, leads to the
 * store of the case that runs.
 */
import { memoryStore } from "../../stores/memory.ts";
import type { Store } from "../../stores/store.ts";

const STORE_BYTES = 1_048_576;

export interface FreshStore {
  readonly store: Store;
  /** From here on nothing has been taken. */
  readonly renew: () => void;
}

type Verb = (...words: readonly unknown[]) => unknown;

export function openFreshStore(): FreshStore {
  let current: Store = memoryStore({ bytes: STORE_BYTES });
  let used = false;

  /** Made at once, so that a limit that makes no sense is found at start-up, and anew in each store. */
  const follow = (make: (store: Store) => object): object => {
    let [store, made] = [current, make(current)];
    return new Proxy(made, {
      get(_first, name) {
        if (store !== current) [store, made] = [current, make(current)];
        used = true;
        return bound(made, name);
      },
    });
  };

  const store = new Proxy(current, {
    get(_first, name) {
      return (...words: readonly unknown[]): unknown => {
        const ask = (of: Store): unknown => bound(of, name)(...words);
        const made = ask(current);
        // A verb that answers with something to keep is asked again in each store; the others have had their effect.
        if (typeof made === "object" && made !== null && !(made instanceof Promise)) return follow((of) => ask(of) as object);
        used = true;
        return made;
      };
    },
  });
  return {
    store,
    renew() {
      if (used) current = memoryStore({ bytes: STORE_BYTES });
      used = false;
    },
  };
}

/** Stores and what they make have verbs alone. */
function bound(owner: object, name: string | symbol): Verb {
  const verb: unknown = Reflect.get(owner, name);
  return (verb as Verb).bind(owner);
}
