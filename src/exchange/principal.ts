/** Principal: who is asking, once an authenticate guard has found out. */
import type { Json } from "../contract/json-value.ts";

/** What of a token's proof may stand in the audit log: how it was signed, how its holder logged in, and what it is bound to. */
export interface Evidence {
  readonly kid?: string;
  readonly alg?: string;
  /** The claim of that name (RFC 9470, section 6). */
  readonly acr?: string;
  /** The kind of its `cnf` (RFC 7800). */
  readonly bound?: "dpop" | "mtls" | "both";
}

export interface Principal {
  readonly kind: "principal";
  /** Unique among all issuers: users of two issuers, and a user and a client, never share one. */
  readonly id: string;
  readonly issuer: string;
  /** A person, or a program on its own account: the same name twice is two principals (RFC 9700, section 4.15). */
  readonly party: "user" | "client";
  /** The subject as the issuer named it. */
  readonly subject: string;
  /** The OAuth client that acts, where one does. */
  readonly client: string | undefined;
  readonly scopes: ReadonlySet<string>;
  readonly claims: Readonly<Record<string, Json>>;
  /** How it was established: names of the security schemes of the contract that this fulfils. */
  readonly schemes: readonly string[];
  /** The header field that carried the credential, in lower case; undefined: none did. */
  readonly field: string | undefined;
  /** Names of the guards that established it. */
  readonly methods: readonly string[];
  /** Milliseconds since the epoch at which the credential ends; undefined: it does not. */
  readonly until: number | undefined;
  /** What may stand in the audit log to find the credential again: a key id, a hash of the jti. Never the credential. */
  readonly credential: string | undefined;
  /** undefined: nothing that a token would say. The same object for the same token, as long as it is remembered. */
  readonly evidence?: Evidence | undefined;
  /**
   * Who else is there, where the contract asks for several credentials at once (see doors/join.ts). Each keeps the
   * scopes and claims of its own credential: what one was granted is not granted to the other.
   */
  readonly also?: readonly Principal[];
}

/** Of all who are there, the one whose credential fulfils this security scheme. */
export function holderOf(principal: Principal | undefined, scheme: string): Principal | undefined {
  return principal?.schemes.includes(scheme) === true ? principal : principal?.also?.find(({ schemes }) => schemes.includes(scheme));
}
