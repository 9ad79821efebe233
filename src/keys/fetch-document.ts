/** Fetch document: one small JSON document of an issuer, within the bounds of `ask`. */
import { ANSWER_BYTES_MAX, ask, type Origin } from "./ask.ts";

export const DOCUMENT_BYTES_MAX: number = ANSWER_BYTES_MAX;

export type Document = { readonly bytes: Buffer } | { readonly wrong: string };

/** Never rejects. */
export type FetchDocument = (url: URL, origin: Origin) => Promise<Document>;

export const fetchDocument: FetchDocument = (url, origin) => ask({ url, origin, accept: "application/json, application/jwk-set+json" });
