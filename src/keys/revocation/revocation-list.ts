/** Revocation list: the revocations that are known, found by what a token says. */
import type { Revocation, RevocationKind, TokenFacts } from "./revocation.ts";

export class RevocationList {
  readonly #byId = new Map<string, Revocation>();
  readonly #byKey = new Map<string, readonly Revocation[]>();
  /** The keys of a token, worked out once: it is asked about with every request. */
  readonly #keys = new WeakMap<TokenFacts, readonly string[]>();

  get size(): number {
    return this.#byId.size;
  }

  /** Puts it in the place of what is known under its id. */
  put(revocation: Revocation): void {
    this.#drop(revocation.id);
    const key = keyOf(revocation.kind, revocation.issuer, revocation.value);
    this.#byId.set(revocation.id, revocation);
    this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), revocation]);
  }

  /** Forgets what has ended at `now`, in milliseconds since the epoch. */
  sweep(now: number): void {
    for (const { id, ends } of this.#byId.values()) if (now >= ends) this.#drop(id);
  }

  clear(): void {
    this.#byId.clear();
    this.#byKey.clear();
  }

  isRevoked(facts: TokenFacts, now: number): boolean {
    if (this.#byId.size === 0) return false;
    let keys = this.#keys.get(facts);
    if (keys === undefined) this.#keys.set(facts, (keys = keysOf(facts)));
    return keys.some((key) => this.#byKey.get(key)?.some((one) => now < one.ends && isMeant(one, facts)) === true);
  }

  #drop(id: string): void {
    const known = this.#byId.get(id);
    if (known === undefined) return;
    const key = keyOf(known.kind, known.issuer, known.value);
    const left = (this.#byKey.get(key) ?? []).filter((one) => one.id !== id);
    this.#byId.delete(id);
    if (left.length === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, left);
  }
}

/** A token that does not say when it was issued cannot show that it is newer. */
function isMeant({ kind, before }: Revocation, { issued }: TokenFacts): boolean {
  return kind === "token" || issued === undefined || issued < before;
}

function keysOf({ issuer, token, subject, client, session }: TokenFacts): readonly string[] {
  const facts: readonly (readonly [RevocationKind, string | undefined])[] = [["token", token], ["subject", subject], ["client", client], ["session", session], ["everything", ""]];
  return facts.flatMap(([kind, value]) => (value === undefined ? [] : [keyOf(kind, issuer, value), keyOf(kind, "", value)]));
}

/** Lengths in front, so that no two lists of parts give one key. */
function keyOf(kind: RevocationKind, issuer: string, value: string): string {
  return `${kind} ${issuer.length}:${issuer} ${value}`;
}
