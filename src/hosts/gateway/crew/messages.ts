/** Messages: what the crew and its members say to each other. Each is answered at most once. */
import type { JsonObject } from "../../../contract/json-value.ts";
import type { Misfit } from "../../../contract/misfit.ts";
import type { Origin } from "../../../keys/ask.ts";
import type { Severity } from "../../../watch/operations.ts";
import type { Snapshot } from "../../../watch/metrics.ts";
import type { StationOptions } from "../station.ts";

/** What a member is given when it begins. */
export interface MemberOrders {
  readonly policyFile: string;
  readonly port: number;
  readonly limits: StationOptions["limits"];
  /** The memory of limits, which all threads share. */
  readonly table: SharedArrayBuffer | undefined;
  /** What connections are counted in by all threads, and which of its sheets is this one's. */
  readonly connections: { readonly memory: SharedArrayBuffer; readonly thread: number };
  /** One 32-bit number that the member raises while its thread is not stuck. */
  readonly pulse: SharedArrayBuffer;
}

/** A member wants a document of an issuer. `newer`: the one that others were given lately is not enough. */
export interface DocumentQuestion {
  readonly kind: "document";
  readonly question: number;
  readonly url: string;
  readonly origin: Origin;
  readonly newer: boolean;
}

export interface DocumentAnswer {
  readonly kind: "document";
  readonly question: number;
  readonly document: { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly wrong: string };
}

export type ToMember =
  | DocumentAnswer
  /** The audit text that was handed over last is written, or is not. */
  | { readonly kind: "written"; readonly fault: string | undefined }
  | { readonly kind: "count" }
  | { readonly kind: "prepare" }
  | { readonly kind: "move" }
  | { readonly kind: "forget" }
  | { readonly kind: "stop" };

export type FromMember =
  | DocumentQuestion
  | { readonly kind: "open"; readonly url: string; readonly policy: string }
  | { readonly kind: "misfits"; readonly misfits: readonly Misfit[] }
  | { readonly kind: "said"; readonly severity: Severity; readonly event: string; readonly particulars: JsonObject }
  | { readonly kind: "audit"; readonly text: string }
  | { readonly kind: "counted"; readonly snapshot: Snapshot; readonly ready: boolean }
  | { readonly kind: "prepared"; readonly misfits: readonly Misfit[] }
  | { readonly kind: "moved" };
