/**
 * Subject: what the bench knows about one of those it measures.
 */
import type { Command } from "../launch.ts";
import type { Place } from "../place.ts";

/** What is proved to work before anything is measured; proof.ts holds one experiment for each. */
export const guardNames = ["token", "parameters", "body", "limit", "headers", "answer", "record"] as const;
export type GuardName = (typeof guardNames)[number];

export interface Subject {
  readonly name: string;
  readonly about: string;
  /** The guards that it claims: it is not measured when one of them does not hold, or when one holds unclaimed. */
  readonly guards: readonly GuardName[];
  /** Whether it is set up for callers who come over TLS, too. */
  readonly overTls: boolean;
  /** Why it cannot be started here, as one line. */
  readonly missing: () => string | undefined;
  /** May write files into the place's folder. */
  readonly command: (place: Place) => Command;
}
