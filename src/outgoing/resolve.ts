/**
 * Resolve: the addresses of a name, as this machine's resolver gives them, bounded in time and number.
 *
 * All addresses of a name count: a name with one public and one inner address is a trap for whoever looks at the first
 * and dials the second. What is answered here is also what is dialled: a name that is looked up twice may lead to two
 * places (DNS rebinding).
 */
import { lookup } from "node:dns";
import { canonicalAddress } from "../exchange/address.ts";

export interface Resolver {
  /** Never rejects. At least one address, or why there is none. `now` in milliseconds since the epoch. */
  readonly resolve: (name: string, now: number) => readonly string[] | Unresolved | Promise<readonly string[] | Unresolved>;
}

export interface Unresolved {
  /** `unknown`: there is no such name. `late`: nobody said so in time. `busy`: too many others ask. */
  readonly unresolved: "unknown" | "late" | "busy";
}

export type Lookup = (name: string, done: (addresses: readonly string[] | undefined) => void) => void;

export const RESOLVE_MILLISECONDS_MAX = 3_000;
/** The system's resolver takes one of few threads for as long as it asks. */
export const RESOLVING_MAX = 64;
export const REMEMBER_MILLISECONDS = 30_000;
export const NAMES_MAX = 10_000;
const ADDRESSES_MAX = 32;

const system: Lookup = (name, done) =>
  lookup(name, { all: true, verbatim: true }, (fault, found) => done(fault === null ? found.map(({ address }) => address) : undefined));

interface Entry {
  readonly addresses: readonly string[] | Unresolved;
  readonly until: number;
}

export function openResolver(ask: Lookup = system): Resolver {
  const known = new Map<string, Entry>();
  const asking = new Map<string, Promise<readonly string[] | Unresolved>>();

  const settle = (name: string, now: number, found: readonly string[] | undefined): readonly string[] | Unresolved => {
    const read = (found ?? []).slice(0, ADDRESSES_MAX).map(canonicalAddress);
    const whole = read.filter((address) => address !== undefined);
    const addresses = whole.length > 0 && whole.length === read.length ? whole : ({ unresolved: "unknown" } as const);
    if (known.size >= NAMES_MAX) known.delete(known.keys().next().value ?? "");
    known.set(name, { addresses, until: now + REMEMBER_MILLISECONDS });
    return addresses;
  };

  const begin = (name: string, now: number): Promise<readonly string[] | Unresolved> => {
    const { promise, resolve } = Promise.withResolvers<readonly string[] | Unresolved>();
    asking.set(name, promise);
    const timer = setTimeout(() => resolve({ unresolved: "late" }), RESOLVE_MILLISECONDS_MAX);
    // Late is not over: the resolver's thread is still taken.
    ask(name, (found) => {
      clearTimeout(timer);
      asking.delete(name);
      resolve(settle(name, now, found));
    });
    return promise;
  };

  return {
    resolve(name, now) {
      const entry = known.get(name);
      if (entry !== undefined && now < entry.until) return entry.addresses;
      const under = asking.get(name);
      if (under !== undefined) return under;
      if (asking.size >= RESOLVING_MAX) return { unresolved: "busy" };
      return begin(name, now);
    },
  };
}
