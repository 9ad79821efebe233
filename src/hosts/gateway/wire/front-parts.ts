/** Front parts: what the connections of one front share. */
import type { ClientCertificate } from "../../../exchange/certificate.ts";
import type { FrontEvents } from "../front.ts";
import type { FrontClock } from "./front-clock.ts";
import type { FrontLimits } from "./front-limits.ts";
import type { HeadReader } from "./request-head.ts";

/** Who is at the other end of a connection. */
export interface Peer {
  /** Its address. */
  readonly peer: string;
  readonly certificate?: ClientCertificate | undefined;
}

export interface FrontParts {
  readonly limits: FrontLimits;
  readonly clock: FrontClock;
  readonly reader: HeadReader;
  readonly events: FrontEvents;
  readonly secure: boolean;
  /** Whether the front lets its connections go. */
  readonly draining: () => boolean;
}
