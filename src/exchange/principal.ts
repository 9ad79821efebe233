/** Principal: who is asking, once an authenticate guard has found out. */
import type { Json } from "../contract/json-value.ts";

export interface Principal {
  readonly kind: "principal";
  /** Unique among all issuers: users of two issuers, and a user and a client, never share one. */
  readonly id: string;
  readonly issuer: string;
  /** The subject as the issuer named it. */
  readonly subject: string;
  /** The OAuth client that acts, where one does. */
  readonly client: string | undefined;
  readonly scopes: ReadonlySet<string>;
  readonly claims: Readonly<Record<string, Json>>;
  /** How it was established: names of the security schemes of the contract that this fulfils. */
  readonly schemes: readonly string[];
  /** Names of the guards that established it. */
  readonly methods: readonly string[];
  /** Milliseconds since the epoch at which the credential ends; undefined: it does not. */
  readonly until: number | undefined;
  /** What may stand in the audit log to find the credential again: a key id, a hash of the jti. Never the credential. */
  readonly credential: string | undefined;
}
