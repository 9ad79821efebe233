/**
 * Definition: what a guard is.
 *
 * A guard is a value: a name, a stage, the shape of its options, and a function that compiles them for one operation
 * into a check. `defineGuard` closes over the type of the options, so that the engine's Guard needs no type
 * parameter.
 */
import type { Contract } from "../contract/contract.ts";
import type { Json, JsonObject } from "../contract/json-value.ts";
import type { Operation } from "../contract/operation.ts";
import type { Ask } from "../exchange/ask.ts";
import type { Reply } from "../exchange/decision.ts";
import type { Stage, Views } from "../exchange/exchange.ts";
import type { Principal } from "../exchange/principal.ts";
import type { Problem } from "../exchange/problem.ts";
import type { Peppers } from "../keys/pepper.ts";
import type { Database } from "../stores/database/database.ts";
import type { Store } from "../stores/store.ts";
import type { Identity } from "./identity.ts";
import { type At, misread, type Shape } from "./shape.ts";

/** OWASP API Security Top 10, 2023. */
export const RISKS = ["API1:2023", "API2:2023", "API3:2023", "API4:2023", "API5:2023", "API6:2023", "API7:2023", "API8:2023", "API9:2023", "API10:2023"] as const;
export type Risk = (typeof RISKS)[number];

/** undefined passes. Only screen may answer for itself; only authenticate may answer with somebody. */
export type Verdict<S extends Stage = Stage> =
  | Problem
  | undefined
  | (S extends "screen" ? Reply : never)
  | (S extends "authenticate" ? Principal : never);

export type Check<S extends Stage> = (exchange: Views[S]) => Verdict<S> | Promise<Verdict<S>>;

/** What a guard knows of its surroundings while it compiles. */
export interface Site {
  readonly operation: Operation;
  readonly contract: Contract;
  readonly store: Store;
  /** Keys, users, quotas: what outlives the process. undefined: the policy names none. */
  readonly database?: Database | undefined;
  /** What hashes in the database are keyed with. undefined: the policy names none. */
  readonly peppers?: Peppers | undefined;
  /** The folder of the policy file: relative file names in options start here. */
  readonly folder: string;
  /** Where callers find this door: canonical addresses, without a slash at the end. */
  readonly external: readonly string[];
  /** This API as a protected resource, where requests are answered that the contract does not list. */
  readonly resource?: { readonly path: string; readonly metadata: JsonObject } | undefined;
  /** Why strangers may come in here, when the policy says so. */
  readonly public: string | undefined;
  /** WWW-Authenticate challenges of the authenticate guards whose schemes this operation takes (RFC 9110, section 11.6.1). */
  readonly challenges: readonly string[];
  /** Names of the security schemes that some authenticate guard here can establish. */
  readonly schemes: ReadonlySet<string>;
  /** Roles of principals, and the claims that the policy declares. */
  readonly identity: Identity;
  /** Random bytes: enters here so that tests need no patched clock or dice. */
  readonly random: (bytes: number) => Uint8Array;
  /**
   * One thing for all operations with the same key, and for the plans after a reload: a key set, a cache. `close` is
   * called once no plan holds it any more.
   */
  readonly share: <T>(key: string, make: () => { readonly value: T; readonly close?: () => void }) => T;
  /** Opens the way for questions of the door's own to the API. undefined: nobody said where it is. */
  readonly openAsk?: (() => Ask) | undefined;
  /** Waits until a whole number of steps has passed since a moment (see doors/tide.ts). Absent: nobody waits. */
  readonly tide?: ((since: number, stepMilliseconds: number) => Promise<void>) | undefined;
  /** Names of the guards that are enforced at this operation. */
  readonly posted?: ReadonlySet<string>;
  /** The options of each posting of a guard here, as written; none where it does not stand, or was waived. */
  readonly optionsOf?: (guard: string) => readonly Json[];
  /** How this posting is meant: what only changes an answer, and refuses nothing, must ask. Default: enforce. */
  readonly mode?: "enforce" | "observe";
  /** false: the host cannot switch protocols. */
  readonly switches?: boolean;
  /** Reports a misfit of this posting. */
  readonly report: (message: string, allowed?: string) => void;
}

export interface Definition<S extends Stage, Options> {
  readonly name: string;
  readonly stage: S;
  readonly risks: readonly Risk[];
  readonly options: Shape<Options>;
  /** Stands at every operation with its default options, named in the policy or not. */
  readonly standing?: boolean;
  /** The option that a posting stands for which is only a text. */
  readonly short?: string;
  /** For authenticate. */
  readonly establishes?: (options: Options, site: Pick<Site, "operation" | "external">) => Established;
  /** undefined: nothing to check at this operation. */
  readonly compile: (options: Options, site: Site) => Check<S> | undefined;
  /** What the same posting does at other stages, where one decision takes several steps. Each sees what its stage may see. */
  readonly elsewhere?: { readonly [T in Stage]?: (options: Options, site: Site) => Check<T> | undefined };
}

/** What an authenticate guard can find out at an operation. */
export interface Established {
  /** Names of the security schemes of the contract that it can fulfil here. */
  readonly schemes: readonly string[];
  /** How callers are asked for it (RFC 9110, section 11.6.1); none where HTTP has no word for it. */
  readonly challenges: readonly string[];
  /** The access tokens that it takes, for those who ask what this API takes (RFC 9728). */
  readonly tokens?: AcceptedTokens;
}

export interface AcceptedTokens {
  readonly issuer: string;
  readonly bound: "dpop" | "mtls" | "either" | undefined;
  /** Signature algorithms of proofs of possession. */
  readonly proofs: readonly string[];
}

/** What `post` yields: options understood once, ready to compile. */
export interface Post {
  readonly establishes: (site: Pick<Site, "operation" | "external">) => Established | undefined;
  /**
   * The check is typed by its stage where it is defined; from here on the engine keeps stage and check together.
   * `stage` is one of the guard's stages; its own when left out.
   */
  readonly compile: (site: Site, stage?: Stage) => Check<Stage> | undefined;
}

export interface Guard {
  readonly name: string;
  readonly stage: Stage;
  /** All stages at which it does something, its own first. */
  readonly stages: readonly Stage[];
  readonly risks: readonly Risk[];
  readonly standing: boolean;
  readonly short: string | undefined;
  readonly schema: JsonObject;
  /** Reads options. Undefined after misfits have been reported. */
  readonly post: (options: Json, at: At) => Post | undefined;
}

/** Makes a guard of a definition. A guard's file exports the result and nothing else. */
export function defineGuard<S extends Stage, Options>(definition: Definition<S, Options>): Guard {
  const { name, stage, risks, standing = false, short, options: shape, establishes, compile, elsewhere = {} } = definition;
  return {
    name,
    stage,
    stages: [stage, ...(Object.keys(elsewhere) as Stage[])],
    risks,
    standing,
    short,
    schema: shape.schema,
    post(given, at) {
      const options = shape.read(given, at);
      if (options === misread) return undefined;
      return {
        establishes: (site) => establishes?.(options, site),
        // The views of a stage are all cut from the one Exchange that the engine holds.
        compile: (site, at = stage) => (at === stage ? compile : elsewhere[at])?.(options, site) as Check<Stage> | undefined,
      };
    },
  };
}
