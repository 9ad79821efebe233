/**
 * Document desk: one place that fetches documents of issuers for all threads of a process.
 *
 * Each thread keeps its keys by its own rules (see key-source.ts) and asks here where it would have asked the issuer: a
 * young document is handed to whoever needs one. Who has met a key id that nobody knows needs one that may be newer: that
 * is fetched once per cooldown, whoever asks, so that made-up ids cost an issuer one request, not one for each thread.
 * There is never more than one request for a document under way, and a failure is handed on for a moment. Documents are
 * handed on unread: each thread judges them.
 */
import type { Document, FetchDocument } from "./fetch-document.ts";
import { COOLDOWN_MILLISECONDS, RETRY_MILLISECONDS } from "./key-source.ts";
import type { Origin } from "./ask.ts";

/** Most documents that are kept. A policy names a few issuers, with two documents each; the oldest makes room. */
export const DESK_DOCUMENTS_MAX = 64;
/** How long a document is handed on. Keys may count this much longer than `stale` says: a thread counts from when it got them. */
export const HAND_ON_MILLISECONDS: number = COOLDOWN_MILLISECONDS;
/** How long a failure is handed on: less than a thread waits before it tries again. */
export const HAND_ON_FAILURE_MILLISECONDS: number = RETRY_MILLISECONDS / 2;

interface Place {
  document: { readonly bytes: Buffer; readonly at: number } | undefined;
  failure: { readonly wrong: string; readonly at: number } | undefined;
  /** When a newer one was last asked for. */
  renewedAt: number | undefined;
  loading: { readonly newer: boolean; readonly document: Promise<Document> } | undefined;
}

export class DocumentDesk {
  readonly #fetch: FetchDocument;
  readonly #now: () => number;
  /** By origin and address, the oldest first: what may be fetched depends on who named it. */
  readonly #places = new Map<string, Place>();

  /** @param now a clock in milliseconds that never goes back */
  constructor(fetch: FetchDocument, now: () => number = () => performance.now()) {
    this.#fetch = fetch;
    this.#now = now;
  }

  /**
   * Never rejects.
   *
   * @param newer whether the one that all have is not enough
   */
  async hand(url: URL, origin: Origin, newer: boolean): Promise<Document> {
    const place = this.#placeOf(`${origin} ${url.href}`);
    if (place.loading !== undefined) {
      const { loading } = place;
      const document = await loading.document;
      // It may have begun before the issuer had what is wanted.
      return newer && !loading.newer ? this.hand(url, origin, newer) : document;
    }
    const now = this.#now();
    const { document, failure, renewedAt } = place;
    const rests = renewedAt !== undefined && now - renewedAt < COOLDOWN_MILLISECONDS;
    if (failure !== undefined && ((newer && rests) || now - failure.at < HAND_ON_FAILURE_MILLISECONDS)) return { wrong: failure.wrong };
    if (document !== undefined && (newer ? rests : now - document.at < HAND_ON_MILLISECONDS)) return document;
    if (newer) place.renewedAt = now;
    const loading = this.#load(place, url, origin).finally(() => (place.loading = undefined));
    place.loading = { newer, document: loading };
    return loading;
  }

  #placeOf(name: string): Place {
    const held = this.#places.get(name);
    if (held !== undefined) return held;
    const [oldest] = this.#places.keys();
    if (oldest !== undefined && this.#places.size >= DESK_DOCUMENTS_MAX) this.#places.delete(oldest);
    const place: Place = { document: undefined, failure: undefined, renewedAt: undefined, loading: undefined };
    this.#places.set(name, place);
    return place;
  }

  async #load(place: Place, url: URL, origin: Origin): Promise<Document> {
    const loaded = await this.#fetch(url, origin).catch(() => ({ wrong: "broken" }));
    const at = this.#now();
    if ("wrong" in loaded) {
      place.failure = { wrong: loaded.wrong, at };
      return { wrong: loaded.wrong };
    }
    place.failure = undefined;
    place.document = { bytes: loaded.bytes, at };
    return place.document;
  }
}
