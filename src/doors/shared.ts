/**
 * Shared: what guards of several operations, and of the plans before and after a reload, hold in common.
 *
 * A key set or a token cache is made once per key. What no plan asks for after a reload is closed, but only after a
 * grace in which exchanges in flight finish on the plan that they began with.
 */

interface Entry {
  readonly value: unknown;
  readonly close: (() => void) | undefined;
  generation: number;
}

export interface Shared {
  /** Begins the making of a set of plans; answers the `share` of their sites. */
  readonly begin: () => <T>(key: string, make: () => { readonly value: T; readonly close?: () => void }) => T;
  /** The set begun last is in use now: after the grace, whatever it did not ask for is closed. */
  readonly settle: (graceMilliseconds: number) => void;
  readonly close: () => void;
}

export function openShared(): Shared {
  const entries = new Map<string, Entry>();
  let generation = 0;

  const sweep = (upTo: number): void => {
    for (const [key, entry] of entries) {
      if (entry.generation >= upTo) continue;
      entries.delete(key);
      entry.close?.();
    }
  };

  return {
    begin() {
      const current = ++generation;
      return <T>(key: string, make: () => { readonly value: T; readonly close?: () => void }): T => {
        const known = entries.get(key);
        if (known !== undefined) {
          known.generation = current;
          // The key names the type: whoever made the value asks for it.
          return known.value as T;
        }
        const { value, close } = make();
        entries.set(key, { value, close, generation: current });
        return value;
      };
    },
    settle(graceMilliseconds) {
      const current = generation;
      setTimeout(() => sweep(current), graceMilliseconds).unref();
    },
    close: () => sweep(Number.POSITIVE_INFINITY),
  };
}
