/**
 * Shared store: limits that several processes have in common, kept by Redis or Valkey.
 *
 * `strict` asks for every request; `leased` takes ahead what is a rate, and asks for all else: what is small or must be
 * exact (stamps, leases of concurrency, names that come once, steps) is not worth taking ahead. Whatever the servers say
 * is noted in this process's own memory too, and what they do not say in time is decided by it, as the limit says.
 */
import { limitName, type Marks, type Once, type OnceRoom, type Stepped, type Steps, type Store, type WhenDown } from "../store.ts";
import { type AloneOptions, atOnce } from "./alone.ts";
import { LeasedMeter } from "./leased.ts";
import { type Link, StoreDown } from "./link.ts";
import { ask, askTwo, keyOf } from "./remote.ts";
import { askOr, strictLeases, strictMeter, strictStamps } from "./strict.ts";

export interface SharedStoreOptions {
  readonly memory: Store;
  readonly link: Link;
  readonly mode: "strict" | "leased";
  readonly nodes: number;
  readonly whenDown: WhenDown;
  readonly random: (bytes: number) => Uint8Array;
}

export interface SharedStore extends Store {
  /** How often something was decided without the servers. */
  readonly alone: () => Readonly<Record<WhenDown, number>>;
}

/** How often what was taken ahead is looked through. */
const SWEEP_MILLISECONDS = 250;

export function sharedStore({ memory, link, mode, nodes, whenDown, random }: SharedStoreOptions): SharedStore {
  const counts = { local: 0, open: 0, closed: 0 };
  const decided = (how: WhenDown): void => void counts[how]++;
  const options: AloneOptions = { memory, nodes, whenDown, decided };
  // A reload asks for the same meters again: what they hold goes on.
  const leased = new Map<string, LeasedMeter>();
  const sweep = (): void => {
    for (const meter of leased.values()) meter.sweep();
  };
  const sweeping = mode === "leased" ? setInterval(sweep, SWEEP_MILLISECONDS).unref() : undefined;

  /** Of names and steps it is not known which limit they belong to; nobody may pass twice because nobody looked. */
  const alone = <T>(decide: () => T): T => {
    decided(whenDown === "open" ? "local" : whenDown);
    if (whenDown === "closed") throw new StoreDown("the servers are away, and nobody may pass without them");
    return decide();
  };

  const once = async (name: string, until: number, now: number, room: OnceRoom): Promise<Once> => {
    const first = await ask(link, keyOf("once", room, name), "once", Math.ceil(until - now));
    // The servers may have been away when it came, or have lost it since: news is what is news here as well.
    return first === 1 && atOnce(memory.once(name, until, now, room)) !== "again" ? "first" : "again";
  };

  return {
    meter(limit) {
      if (mode === "strict") return strictMeter(limit, link, options);
      const written = JSON.stringify(limit);
      const meter = leased.get(written) ?? new LeasedMeter(limit, link, options);
      leased.set(written, meter);
      return meter;
    },
    stamps: (limit) => strictStamps(limit, link, options),
    leases: (limit) => strictLeases(limit, link, options, random),
    once(name, until, now, room = "names") {
      if (!(Number.isFinite(now) && until > now && Number.isFinite(until))) throw new RangeError("not a time to remember");
      if (!link.up(keyOf("once", room, name))) return alone(() => atOnce(memory.once(name, until, now, room)));
      return askOr(once(name, until, now, room), () => alone(() => atOnce(memory.once(name, until, now, room))));
    },
    forget(name, now) {
      memory.forget(name, now);
      link.call(keyOf("once", "names", name), ["forget"]).catch(() => undefined);
    },
    steps: (name, lasts) => sharedSteps(name, lasts, link, { own: memory.steps(name, lasts), used: memory.steps(limitName("used here", name), lasts) }, alone),
    marks: (name) => sharedMarks(name, link, memory.marks(name), alone),
    alone: () => counts,
    close() {
      clearInterval(sweeping);
      for (const meter of leased.values()) meter.close();
      memory.close();
    },
  };
}

const NEVER: Stepped = { passed: false, waitMilliseconds: Number.POSITIVE_INFINITY, at: 0 };

/** `used`: what was used up here while the servers, which may still have it, were away. */
function sharedSteps(name: string, lasts: number, link: Link, { own, used }: { readonly own: Steps; readonly used: Steps }, alone: <T>(decide: () => T) => T): Steps {
  const keyFor = (owner: string): string => keyOf("steps", limitName(name, lasts), owner);
  const tell = (owner: string, ago: number): void => void link.call(keyFor(owner), ["mark", String(lasts), String(ago)]).catch(() => undefined);
  return {
    mark(owner, now) {
      own.mark(owner, now);
      tell(owner, 0);
    },
    restore(owner, at, now) {
      own.restore(owner, at, now);
      atOnce(used.take(owner, 0, now));
      tell(owner, now - at);
    },
    take(owner, atLeast, now) {
      const decide = (): Stepped => {
        const stepped = alone(() => atOnce(own.take(owner, atLeast, now)));
        if (stepped.passed) used.mark(owner, now);
        return stepped;
      };
      if (!link.up(keyFor(owner))) return decide();
      const asked = askTwo(link, keyFor(owner), "step", Math.ceil(atLeast)).then(([ago, wait]) => {
        if (wait === 0) atOnce(own.take(owner, 0, now));
        const before = wait === 0 ? atOnce(used.take(owner, 0, now)) : NEVER;
        if (before.passed && before.at >= now - ago) return NEVER;
        return wait < 0 ? NEVER : { passed: wait === 0, waitMilliseconds: wait, at: now - ago };
      });
      return askOr<Stepped>(asked, decide);
    },
  };
}

/** What this process has given out itself it knows; for the rest it asks. */
function sharedMarks(name: string, link: Link, own: Marks, alone: <T>(decide: () => T) => T): Marks {
  const keyFor = (marked: string): string => keyOf("marks", name, marked);
  return {
    mark(marked, lasts, now) {
      own.mark(marked, lasts, now);
      link.call(keyFor(marked), ["note", String(Math.ceil(lasts))]).catch(() => undefined);
    },
    isMarked(marked, now) {
      if (atOnce(own.isMarked(marked, now))) return true;
      const unknown = (): boolean => alone(() => false);
      const key = keyFor(marked);
      return link.up(key) ? askOr(ask(link, key, "noted").then((answer) => answer === 1), unknown) : unknown();
    },
  };
}
