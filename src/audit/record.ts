/**
 * Record: what is kept of an exchange, allowed or refused.
 *
 * Never a secret: no credential, no field value, no query, no body, and not the path as the caller wrote it, since
 * callers put secrets there too; the contract's template says which operation it was.
 */
import type { JsonObject } from "../contract/json-value.ts";
import type { Evidence } from "../exchange/principal.ts";
import type { Blame } from "../exchange/problem.ts";

export interface Observation {
  readonly guard: string;
  readonly type: string;
  readonly because?: JsonObject;
}

/** A new member is written in write-record.ts, or nowhere. */
export interface AuditRecord {
  /** ISO 8601, UTC, with milliseconds. */
  readonly time: string;
  /** UUID of the exchange; the caller sees it in a problem's `instance`. */
  readonly id: string;
  /** `failed`: allowed in, but no answer of the API came out. */
  readonly outcome: "allowed" | "refused" | "replied" | "failed";
  readonly method: string;
  /** operationId; empty where the contract lists none. */
  readonly operation: string;
  readonly template: string;
  /** Where the API went, of what it fetched: host and port. */
  readonly destination?: string;
  readonly status: number;
  readonly address: string;
  readonly principal?: string;
  readonly client?: string;
  readonly credential?: string;
  /** How the token that was let in was signed, how its holder logged in, and what it is bound to. */
  readonly evidence?: Evidence;
  /** Who else was there, where the contract asks for several credentials. */
  readonly also?: readonly { readonly principal: string; readonly credential?: string }[];
  /** The guard that refused or replied. */
  readonly guard?: string;
  /** Slug of the problem. */
  readonly problem?: string;
  readonly blame?: Blame;
  readonly because?: JsonObject;
  readonly observed?: readonly Observation[];
  /** Nobody did anything: it was asked what would be decided (see hosts/decisions/). */
  readonly question?: true;
  /** The client of this house's own that asked, by name. */
  readonly asker?: string;
  /** Bytes of the bodies. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** From the head of the request to the end of the answer. */
  readonly milliseconds: number;
  /** Version of the policy that decided. */
  readonly policy: string;
}
