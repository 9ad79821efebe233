/**
 * Check token: from a request to somebody, the same for every guard that takes access tokens.
 *
 * The guard says how a token is judged; how it is read from the request, what answers a bad one, and what its sender
 * must hold beside it, is said here once.
 */
import { type Known, type Problem, type Site, type Verdict } from "../../../../guard.ts";
import { bearerSchemes, challenging, credentialInvalid, credentialMalformed, type PresentedToken, readAccessToken } from "../../../../keys/bearer.ts";
import type { Grant } from "../../../../keys/claims.ts";
import type { Wrong } from "../../../../keys/compact-jws.ts";
import type { Unavailable } from "../../../../keys/key-source.ts";
import type { Possession } from "./possession.ts";

/** undefined: another guard's business. */
type Judged = Grant | Wrong | Unavailable | undefined;
type Somebody = Verdict<"authenticate">;

export interface TokenCheck {
  readonly possession: Possession;
  /** `now` in milliseconds since the epoch. */
  readonly judge: (token: string, now: number) => Judged | Promise<Judged>;
  /** The refusal while nobody can say whether a token is good. */
  readonly unavailable: (why: string) => Problem;
}

export function checkToken({ possession, judge, unavailable }: TokenCheck, { operation, challenges }: Site): (exchange: Known) => Somebody | Promise<Somebody> {
  const schemes = bearerSchemes(operation);
  const malformed = challenging(challenges, 'error="invalid_request"');
  const { takes, prove } = possession;

  function answer(judged: Judged, presented: PresentedToken, exchange: Known): Somebody | Promise<Somebody> {
    if (judged === undefined) return undefined;
    if ("wrong" in judged) return credentialInvalid({ ...challenging(challenges, 'error="invalid_token"', presented.scheme), because: { token: judged.wrong } });
    if ("unavailable" in judged) return unavailable(judged.unavailable);
    const { principal, bound } = judged;
    const refused = prove(bound, presented, exchange);
    if (refused instanceof Promise) return refused.then((late) => late ?? { ...principal, schemes });
    return refused ?? { ...principal, schemes };
  }

  return (exchange) => {
    const presented = readAccessToken(exchange.request);
    if (presented === undefined) return undefined;
    if ("malformed" in presented) return credentialMalformed({ ...malformed, because: { credential: presented.malformed } });
    if (!takes(presented.scheme)) return undefined;
    const judged = judge(presented.token, exchange.now);
    return judged instanceof Promise ? judged.then((late) => answer(late, presented, exchange)) : answer(judged, presented, exchange);
  };
}
