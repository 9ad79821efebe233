/**
 * Exchange: one request and its answer on their way through both doors.
 *
 * At run time it is one object; in the types it is nine views, one per stage, so that a guard sees only what exists
 * where it stands and may write only what its stage is for. The views are least privilege for honest code, not a
 * sandbox for hostile code.
 */
import type { Json } from "../contract/json-value.ts";
import type { Operation, RawPair } from "../contract/operation.ts";
import type { ClientCertificate } from "./certificate.ts";
import { Content } from "./content.ts";
import type { Refusal } from "./decision.ts";
import type { Fields, WritableFields } from "./fields.ts";
import type { Gauge } from "./gauge.ts";
import type { Principal } from "./principal.ts";
import type { Problem } from "./problem.ts";
import type { Bounded, Readable, Rewritable } from "./readable.ts";

/** The request as the host read it. Nothing in it changes, but that a coding of the body is gone once it has been undone. */
export interface Request {
  readonly method: string;
  /** As it came, for the record only: what is forwarded is written anew. */
  readonly target: string;
  /** Canonical path (see contract/target.ts); the empty text when the target did not parse. */
  readonly path: string;
  /** Canonical query without `?`. */
  readonly search: string | undefined;
  readonly query: readonly RawPair[];
  readonly fields: Fields;
  readonly version: "1.0" | "1.1" | "2";
  /** Why the target could not be read, where it could not. */
  readonly wrong: string | undefined;
}

/** How an exchange went on after a guard's own check. */
export interface Ending {
  /** Milliseconds since the epoch: now, while the exchange's own `now` is that of its arrival. */
  readonly now: number;
  /** That the caller gets. */
  readonly status: number;
  /** Where it was refused; undefined: nowhere. */
  readonly refusedAt: Stage | "host" | undefined;
  /** From asking the API to the head of its answer, or to giving up; undefined: it was not asked. */
  readonly apiMilliseconds: number | undefined;
  /** Bytes of the bodies that have gone by. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Who wants to hear it: to give back, to charge what is known only now, to let somebody else in. Nothing waits for it. */
export interface Follower {
  /** The answer is decided and about to leave; its body has yet to. Not called when the caller left before. */
  readonly answered?: (ending: Ending) => void;
  /** Everything is over. Called once, whatever happened. */
  readonly concluded?: (ending: Ending) => void;
  /** Asked now and then while a connection is open that was switched to another protocol: whether it may stay so. */
  readonly lasts?: (now: number) => boolean;
}

/** What the stage screen sees. */
export interface Arrival {
  /** A UUID. It names the exchange in the audit log and in the problem's `instance`. */
  readonly id: string;
  /** Milliseconds since the epoch at which the request was complete in its head. Guards have no other clock. */
  readonly now: number;
  /** Aborted when the caller leaves or the deadline passes. */
  readonly signal: AbortSignal;
  readonly operation: Operation;
  /** Raw texts of the path parameters, in the order of `operation.pathNames`. */
  readonly pathValues: readonly string[];
  readonly request: Request;
  /** Address at the other end of the connection, canonical. */
  readonly peer: string;
  /** The caller's address, canonical: behind trusted proxies not the same as `peer`. */
  readonly address: string;
  /** Why the forwarding fields of a trusted proxy could not be read, where they could not. */
  readonly addressFault: string | undefined;
  /** Whether the caller's connection is encrypted. */
  readonly secure: boolean;
  /** The certificate with which the caller came, trusted or not; behind a trusted proxy what that says, where it does. */
  readonly certificate: ClientCertificate | undefined;
  readonly content: Bounded;
  /** What the connection is switched to if the API agrees (RFC 9110, section 7.8); undefined: nothing. Written with `agree`. */
  readonly protocol: string | undefined;
  /** For the guard that has judged the handshake. */
  agree(protocol: string): void;
  /** Fields that the caller gets with whatever answer there will be. */
  readonly reply: WritableFields;
  /** Writes down, without refusing, what a guard does not act on and the operator must know. */
  witness(guard: string, stage: Stage, problem: Problem): void;
  /** Tells a guard how the exchange goes on. */
  follow(follower: Follower): void;
}

/** authenticate, throttle and authorize: who it is, as far as that is known. Undefined is a stranger. */
export interface Known extends Arrival {
  readonly principal: Principal | undefined;
}

/** validate: the body may be read. */
export interface Inspected extends Known {
  readonly content: Readable;
  /** Values of the parameters, in the order of `operation.parameters`, undefined where one was not given. Empty until they have been read. */
  readonly values: readonly (Json | undefined)[];
  /** For the guard that has read the parameters. */
  understand(values: readonly (Json | undefined)[]): void;
}

/** prepare: what goes to the API may be written. */
export interface Prepared extends Inspected {
  readonly content: Rewritable;
  readonly outgoing: WritableFields;
}

/** The answer as it stands at the second door. */
export interface Answer {
  readonly status: number;
  readonly fields: Fields;
  readonly content: Readable;
  /** `api`: it came from behind the doors. `door`: the house wrote it itself. */
  readonly from: "api" | "door";
}

export interface WritableAnswer extends Answer {
  readonly fields: WritableFields;
  /** Replaces status and body. */
  replace(status: number, body: Uint8Array): void;
  /** Lets the body flow through `gauge`, which may take from it. What is here already is judged at once. */
  trim(gauge: Gauge): Problem | undefined;
}

/** verify: the answer may be read. */
export interface Answered extends Inspected {
  readonly answer: Answer;
}

/** disclose and seal: it may be changed. */
export interface Disclosed extends Inspected {
  readonly answer: WritableAnswer;
}

/** The keys are the pipeline, in order. */
export interface Views {
  screen: Arrival;
  authenticate: Known;
  throttle: Known;
  authorize: Known;
  validate: Inspected;
  prepare: Prepared;
  verify: Answered;
  disclose: Disclosed;
  seal: Disclosed;
}

export type Stage = keyof Views;

/** All views at once: what the engine holds, and what only the engine writes. */
export interface Exchange extends Prepared, Disclosed {
  principal: Principal | undefined;
  protocol: string | undefined;
  values: readonly (Json | undefined)[];
  readonly content: Content;
  readonly outgoing: WritableFields;
  answer: OpenAnswer;
  /** Refusals of guards that stand in observe mode: witnessed, not obeyed. */
  readonly observed: Refusal[];
}

/** The engine's own answer object. */
export class OpenAnswer implements WritableAnswer {
  status: number;
  fields: WritableFields;
  content: Content;
  readonly from: "api" | "door";

  constructor(status: number, fields: WritableFields, content: Content, from: "api" | "door") {
    this.status = status;
    this.fields = fields;
    this.content = content;
    this.from = from;
  }

  trim(gauge: Gauge): Problem | undefined {
    const { held } = this.content;
    if (held === undefined) {
      this.content = this.content.trimmed(gauge);
      this.fields.remove("content-length");
      return undefined;
    }
    const [taken, rest] = [gauge.take(held), gauge.end()];
    if (!(taken instanceof Uint8Array)) return taken;
    if (!(rest instanceof Uint8Array)) return rest;
    this.replace(this.status, Buffer.concat([taken, rest]));
    return undefined;
  }

  replace(status: number, body: Uint8Array): void {
    this.content.cancel();
    this.status = status;
    this.content = Content.holding(body);
    this.fields.remove("content-length");
    this.fields.remove("content-encoding");
    this.fields.remove("transfer-encoding");
  }
}
