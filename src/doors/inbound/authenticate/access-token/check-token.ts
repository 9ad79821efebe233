/**
 * Check token: from a request to somebody, the same for every guard that takes access tokens.
 *
 * The guard says how a token is judged; how it is read from the request, what answers a bad one, and what its sender
 * must hold beside it, is said here once.
 */
import { type Known, type Particulars, type Principal, type Problem, problem, type Site, type Verdict } from "../../../../guard.ts";
import { bearerSchemes, challenging, credentialInvalid, credentialMalformed, databaseUnavailable, type PresentedToken, readAccessToken } from "../../../../keys/bearer.ts";
import type { Grant } from "../../../../keys/claims.ts";
import type { Wrong } from "../../../../keys/compact-jws.ts";
import type { Exhausted } from "../../../../keys/exhausted.ts";
import type { Unavailable } from "../../../../keys/key-source.ts";
import type { Judgement } from "../../../../keys/revocation/revocations.ts";
import { follow, lastingOf } from "../lasting-credential.ts";
import type { Possession } from "./possession.ts";
import type { JudgeRevocation } from "./revocation.ts";

const tokensTooMany: (particulars?: Particulars) => Problem = problem("tokens-too-many", 429, "Too many tokens that are not known yet");

/** undefined: another guard's business. */
type Judged = Grant | Wrong | Unavailable | Exhausted | undefined;
type Somebody = Verdict<"authenticate">;

export interface TokenCheck {
  readonly possession: Possession;
  /** undefined: nothing can be revoked here. */
  readonly revocation: JudgeRevocation | undefined;
  readonly judge: (token: string, exchange: Known) => Judged | Promise<Judged>;
  /** Asks anew about a token that was good, for what goes on behind it. Absent: nobody but a revocation takes it back. */
  readonly again?: (token: string, now: number) => Judged | Promise<Judged>;
  /** The refusal while nobody can say whether a token is good. */
  readonly unavailable: (why: string) => Problem;
}

export function checkToken({ possession, revocation, judge, again, unavailable }: TokenCheck, { operation, posted, challenges }: Site): (exchange: Known) => Somebody | Promise<Somebody> {
  const schemes = bearerSchemes(operation);
  const lasting = lastingOf({ operation, posted });
  const malformed = challenging(challenges, 'error="invalid_request"');
  const { takes, prove } = possession;
  // One object for one grant: guards behind keep what they worked out for somebody.
  const admitted = new WeakMap<Principal, Principal>();

  function entering(principal: Principal): Principal {
    const known = admitted.get(principal);
    if (known !== undefined) return known;
    const entered = { ...principal, schemes };
    admitted.set(principal, entered);
    return entered;
  }

  function answer(judged: Judged, presented: PresentedToken, exchange: Known): Somebody | Promise<Somebody> {
    if (judged === undefined) return undefined;
    if ("wrong" in judged) return invalid(judged.wrong, presented);
    if ("unavailable" in judged) return unavailable(judged.unavailable);
    if ("exhausted" in judged) return tokensTooMany({ headers: { "retry-after": "1" } });
    if (revocation === undefined) return admit(judged, presented, exchange);
    const judgement = revocation(judged.facts, exchange.now);
    return judgement instanceof Promise ? judgement.then((late) => unlessRevoked(late, judged, presented, exchange)) : unlessRevoked(judgement, judged, presented, exchange);
  }

  function unlessRevoked(judgement: Judgement, grant: Grant, presented: PresentedToken, exchange: Known): Somebody | Promise<Somebody> {
    if (judgement === "counts") return admit(grant, presented, exchange);
    if (judgement === "revoked") return naming(invalid("revoked", presented), grant.principal);
    return databaseUnavailable({ headers: { "retry-after": "1" }, because: { database: judgement.unavailable } });
  }

  function admit({ principal, bound, facts }: Grant, presented: PresentedToken, exchange: Known): Somebody | Promise<Somebody> {
    if (lasting(exchange)) {
      if (revocation !== undefined) follow(exchange, (now) => countsOf(revocation(facts, now)));
      if (again !== undefined) follow(exchange, (now) => isGood(again(presented.token, now)));
    }
    const refused = prove(bound, presented, exchange);
    if (refused instanceof Promise) return refused.then((late) => (late === undefined ? entering(principal) : naming(late, principal)));
    return refused === undefined ? entering(principal) : naming(refused, principal);
  }

  function invalid(why: string, { scheme }: PresentedToken): Problem {
    return credentialInvalid({ ...challenging(challenges, 'error="invalid_token"', scheme), because: { token: why } });
  }

  return (exchange) => {
    const presented = readAccessToken(exchange.request);
    if (presented === undefined) return undefined;
    if ("malformed" in presented) return credentialMalformed({ ...malformed, because: { credential: presented.malformed } });
    if (!takes(presented.scheme)) return undefined;
    const judged = judge(presented.token, exchange);
    return judged instanceof Promise ? judged.then((late) => answer(late, presented, exchange)) : answer(judged, presented, exchange);
  };
}

/** Its issuer vouches for it, so its id is not made up: a token that was stolen can be found, and revoked. */
function naming(refused: Problem, { credential }: Principal): Problem {
  return credential === undefined ? refused : { ...refused, because: { ...refused.because, id: credential } };
}

function countsOf(judgement: Judgement | Promise<Judgement>): boolean | Promise<boolean> {
  return judgement instanceof Promise ? judgement.then(countsOf) : judgement === "counts";
}

function isGood(judged: Judged | Promise<Judged>): boolean | Promise<boolean> {
  return judged instanceof Promise ? judged.then(isGood) : judged !== undefined && "principal" in judged;
}
