/**
 * Join: who it is when an operation asks for several credentials at once.
 *
 * The contract's `security` is an OR of ANDs. Two credentials in one request are taken together only where one of its
 * alternatives asks for both, and each of them fulfils a part that no other does; all others are several credentials of
 * which nobody could say which decides (RFC 6750, section 2). A user speaks for a program that comes with them; of
 * equals, the one whose guard stands first. Nothing is merged: the others stand beside with what is theirs.
 */
import type { Operation } from "../contract/operation.ts";
import type { Principal } from "../exchange/principal.ts";

/** undefined: nobody asked for these two together. */
export type Join = (known: Principal, found: Principal) => Principal | undefined;

/** undefined: this operation never takes two credentials. */
export function joinOf({ security = [] }: Pick<Operation, "security">): Join | undefined {
  const together = security.map((all) => new Set(all.map(({ scheme }) => scheme.name))).filter(({ size }) => size > 1);
  if (together.length === 0) return undefined;
  return (known, found) => {
    const all = [known, ...(known.also ?? []), found];
    return together.some((names) => all.every((one) => hasPartOfItsOwn(one, all, names))) ? combine(known, all) : undefined;
  };
}

function hasPartOfItsOwn(one: Principal, all: readonly Principal[], names: ReadonlySet<string>): boolean {
  return one.schemes.some((name) => names.has(name) && all.every((other) => other === one || !other.schemes.includes(name)));
}

function combine(first: Principal, all: readonly Principal[]): Principal {
  const speaker = all.find(({ party }) => party === "user") ?? first;
  const ends = all.flatMap(({ until }) => until ?? []);
  const others = all.filter((one) => one !== speaker).map((one) => (one.also === undefined ? one : { ...one, also: [] }));
  return { ...speaker, until: ends.length === 0 ? undefined : Math.min(...ends), also: others };
}
