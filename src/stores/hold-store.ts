/**
 * Hold store: the one memory of limits of a process, made when a policy is first read and the same after each reload.
 *
 * A new one would give everybody his burst again: that is a new start, not a reload. Where the policy names servers that
 * keep the limits for several processes, this process's own memory stands behind them.
 */
import { randomBytes } from "node:crypto";
import type { Unusable } from "./database/database.ts";
import { type MemoryStore, memoryStore } from "./memory.ts";
import { openRedis, type RedisWishes } from "./redis/open-redis.ts";
import { type SharedStore, sharedStore } from "./redis/shared-store.ts";
import type { Link } from "./redis/link.ts";
import type { Store, WhenDown } from "./store.ts";

/** How limits are remembered. */
export interface StoreWishes extends RedisWishes {
  /** Bytes that the table of this process may take. */
  readonly memory: number;
}

export type OpenStore = (wishes: StoreWishes, folder: string) => { readonly store: Store } | Unusable;

export interface HeldStore {
  readonly open: OpenStore;
  /** Reaches for the servers, where there are any. What keeps this from being right for good is answered; servers that are away are not. */
  readonly reach: () => Promise<Unusable | undefined>;
  /** The part of it that lies in this process; undefined until a policy was read. */
  readonly memory: () => MemoryStore | undefined;
  /** How often limits were decided without the servers. */
  readonly alone: (how: WhenDown) => number;
  readonly close: () => Promise<void>;
}

export interface HoldStoreOptions {
  /** true: other threads will attach to the table. */
  readonly shared?: boolean;
  /** The table of another thread, in the place of a new one. */
  readonly table?: SharedArrayBuffer | undefined;
  /** Told once when the servers are lost, and once when they are back. */
  readonly changed?: (up: boolean, reason: string) => void;
}

interface Held {
  readonly wishes: string;
  readonly store: Store;
  readonly memory: MemoryStore;
  readonly remote: { readonly link: Link; readonly store: SharedStore } | undefined;
}

export function holdStore({ shared = false, table, changed = () => undefined }: HoldStoreOptions = {}): HeldStore {
  let held: Held | undefined;

  const make = (wishes: StoreWishes, folder: string, written: string): Held | Unusable => {
    const opened = wishes.redis === undefined ? undefined : openRedis(wishes, folder, changed);
    if (opened !== undefined && "wrong" in opened) return opened;
    const memory = memoryStore({ bytes: wishes.memory, shared, ...(table === undefined ? {} : { table }) });
    if (opened === undefined) return { wishes: written, store: memory, memory, remote: undefined };
    const { mode, nodes, whenDown } = wishes;
    const store = sharedStore({ memory, link: opened.link, mode, nodes, whenDown, random: randomBytes });
    return { wishes: written, store, memory, remote: { link: opened.link, store } };
  };

  return {
    open(wishes, folder) {
      const written = JSON.stringify([wishes, folder]);
      if (held !== undefined) return held.wishes === written ? held : { wrong: "the memory of limits cannot be changed while the doors are open", allowed: "a restart" };
      const made = make(wishes, folder, written);
      if ("wrong" in made) return made;
      held = made;
      return made;
    },
    async reach() {
      const reason = await held?.remote?.link.open();
      return reason !== undefined && MISTAKES.has(reason) ? { wrong: `the servers do not let this process in (${reason})` } : undefined;
    },
    memory: () => held?.memory,
    alone: (how) => held?.remote?.store.alone()[how] ?? 0,
    async close() {
      held?.store.close();
      await held?.remote?.link.close();
    },
  };
}

/** What waiting does not mend: a wrong password, no right to run scripts. */
const MISTAKES: ReadonlySet<string> = new Set(["WRONGPASS", "NOAUTH", "NOPERM"]);
