/**
 * Hold store: the one memory of limits of a process, made when a policy is first read and the same after each reload.
 *
 * A new one would give everybody his burst again: that is a new start, not a reload.
 */
import { type MemoryStore, memoryStore } from "./memory.ts";
import type { Store } from "./store.ts";

/** How limits are remembered. */
export interface StoreWishes {
  /** Bytes that the table may take. */
  readonly memory: number;
}

export type OpenStore = (wishes: StoreWishes, folder: string) => { readonly store: Store } | { readonly wrong: string; readonly allowed?: string };

export interface HeldStore {
  readonly open: OpenStore;
  /** The part of it that lies in this process; undefined until a policy was read. */
  readonly memory: () => MemoryStore | undefined;
  readonly close: () => void;
}

export interface HoldStoreOptions {
  /** true: other threads will attach to the table. */
  readonly shared?: boolean;
  /** The table of another thread, in the place of a new one. */
  readonly table?: SharedArrayBuffer | undefined;
}

export function holdStore({ shared = false, table }: HoldStoreOptions = {}): HeldStore {
  let held: { readonly store: MemoryStore; readonly wishes: string } | undefined;
  return {
    open(wishes, folder) {
      const written = JSON.stringify([wishes, folder]);
      if (held !== undefined) return held.wishes === written ? held : { wrong: "the memory of limits cannot be changed while the doors are open", allowed: "a restart" };
      held = { store: memoryStore({ bytes: wishes.memory, shared, ...(table === undefined ? {} : { table }) }), wishes: written };
      return held;
    },
    memory: () => held?.store,
    close: () => held?.store.close(),
  };
}
