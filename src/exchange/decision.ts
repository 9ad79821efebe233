/** Decision: what a door answers to its host. */
import type { Problem } from "./problem.ts";
import type { Stage } from "./exchange.ts";

/** An answer that the door itself gives, which is no refusal: a CORS preflight, for example. */
export interface Reply {
  readonly kind: "reply";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A guard's no, with the guard's name. */
export interface Refusal {
  readonly kind: "refusal";
  readonly guard: string;
  readonly stage: Stage | "host";
  readonly problem: Problem;
}

/** A reply, with the name of the guard that gave it. */
export interface Replied {
  readonly kind: "replied";
  readonly guard: string;
  readonly stage: Stage;
  readonly reply: Reply;
}

/** undefined: the door opens. Everything else keeps it shut. */
export type Outcome = Refusal | Replied | undefined;
