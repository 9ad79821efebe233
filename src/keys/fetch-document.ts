/**
 * Fetch document: one small JSON document of an issuer, within the bounds of `ask`.
 *
 * A thread of several has them fetched by the one that looks after all (see document-desk.ts): `fetchThrough`, once, as it
 * begins. It belongs to the thread, not to a policy, and so is not handed through every guard's options.
 */
import { ANSWER_BYTES_MAX, ask, type Origin } from "./ask.ts";

export const DOCUMENT_BYTES_MAX: number = ANSWER_BYTES_MAX;

export type Document = { readonly bytes: Buffer } | { readonly wrong: string };

/**
 * Never rejects.
 *
 * @param newer whether a document that another thread was given lately is not enough
 */
export type FetchDocument = (url: URL, origin: Origin, newer?: boolean) => Promise<Document>;

/** From the issuer itself. */
export const fetchHere: FetchDocument = (url, origin) => ask({ url, origin, accept: "application/json, application/jwk-set+json" });

let through = fetchHere;

export function fetchThrough(other: FetchDocument): void {
  through = other;
}

export const fetchDocument: FetchDocument = (url, origin, newer) => through(url, origin, newer);
