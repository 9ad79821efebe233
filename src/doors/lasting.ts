/**
 * Lasting: a stream of items goes on no longer than the credential that it was opened with.
 *
 * Events and lines flow for hours, and a token lives for minutes: with its end, or its revocation, no further byte leaves.
 * Whatever has an end of its own was asked for in time and is finished. See ASVS 5.0, 4.4.
 */
import { framingOf } from "../contract/media/sequence/framing.ts";
import { readMediaType } from "../contract/media-type.ts";
import type { Fields } from "../exchange/fields.ts";
import type { Gauge } from "../exchange/gauge.ts";
import { type Particulars, type Problem, problem } from "../exchange/problem.ts";
import type { OpenExchange } from "./open-exchange.ts";

/** For the record only: the head has left, and all that the caller can be told is that there is no more. */
const streamClosed: (particulars?: Particulars) => Problem = problem("stream-closed", 408, "The stream was closed");

/** How often is asked whether a credential still counts; its own end is looked at for every piece. */
export const LASTS_MILLISECONDS = 1_000;

const NOTHING = new Uint8Array(0);

/** Whether an answer is a sequence of items, of which nobody knows how many there will be. */
export function isEndless(fields: Fields): boolean {
  const text = fields.one("content-type");
  const media = text === undefined ? undefined : readMediaType(text);
  return media !== undefined && "type" in media && framingOf(media.type) !== undefined;
}

/** @param clock milliseconds since the epoch */
export function lastingGauge(exchange: OpenExchange, clock: () => number): Gauge {
  const until = exchange.principal?.until ?? Number.POSITIVE_INFINITY;
  let asked = clock();
  return {
    take(chunk) {
      const now = clock();
      if (now >= until) return streamClosed({ because: { fault: "the credential ended" } });
      if (now - asked < LASTS_MILLISECONDS) return chunk;
      asked = now;
      return exchange.lasts(now) ? chunk : streamClosed({ because: { fault: "the credential counts no more" } });
    },
    end: () => NOTHING,
  };
}
