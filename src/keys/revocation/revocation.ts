/**
 * Revocation: which tokens count no more, although their issuer signed them and their time is not over.
 *
 * One token, or all of a subject, a client, a session, an issuer, or everybody's that were issued before a moment. A
 * revocation lasts until no such token can be alive any more; then it says nothing that the token's own end does not.
 */
import type { Row } from "../../stores/database/database.ts";

export const REVOCATION_KINDS = ["token", "subject", "client", "session", "everything"] as const;
export type RevocationKind = (typeof REVOCATION_KINDS)[number];

export interface Revocation {
  readonly id: string;
  readonly kind: RevocationKind;
  /** The empty text: of every issuer. */
  readonly issuer: string;
  /** Who or what; of a token the hash of its id; the empty text for everything. */
  readonly value: string;
  /** Tokens that were issued at this moment or later still count; of one token it says nothing. Milliseconds since the epoch, like all that follow. */
  readonly before: number;
  readonly ends: number;
  readonly created: number;
  readonly reason: string | undefined;
  /** Why it was taken back. */
  readonly lifted: string | undefined;
}

/** What a token says that a revocation can be about. */
export interface TokenFacts {
  readonly issuer: string;
  /** The hash of its id, see `hashOfTokenId`. */
  readonly token: string | undefined;
  /** A user; programs are clients. */
  readonly subject: string | undefined;
  readonly client: string | undefined;
  readonly session: string | undefined;
  readonly issued: number | undefined;
}

export const REVOCATION_COLUMNS = "id, kind, issuer, value, before, ends, created, reason, lifted";

/** Throws a TypeError where somebody else has written into the table. */
export function readRevocationRow(row: Row): Revocation {
  const kind = REVOCATION_KINDS.find((one) => one === row["kind"]);
  const { id, issuer, value, before, ends, created, reason, lifted } = row;
  if (kind === undefined) throw new TypeError("column kind");
  if (typeof id !== "string" || typeof issuer !== "string" || typeof value !== "string") throw new TypeError("column id, issuer or value");
  if (typeof before !== "number" || typeof ends !== "number" || typeof created !== "number") throw new TypeError("column before, ends or created");
  return { id, kind, issuer, value, before, ends, created, reason: typeof reason === "string" ? reason : undefined, lifted: typeof lifted === "string" ? lifted : undefined };
}
