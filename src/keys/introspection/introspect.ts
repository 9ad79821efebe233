/**
 * Introspect: asks the issuer about a token, as seldom as possible and never more often than it can bear.
 *
 * A good token is believed for a while, never longer than it lives; a bad one is refused for a shorter while without
 * asking. Equal tokens at the same moment are one question. There are never more than so many questions at once:
 * whoever makes up tokens makes this door ask, but not without bound, and has a bound of his own before. What the issuer cannot say, nobody says.
 */
import { hash } from "node:crypto";
import type { JsonObject } from "../../contract/json-value.ts";
import { type ClaimRules, type Grant, readClaims } from "../claims.ts";
import { TOKEN_CHARACTERS_MAX, type Wrong } from "../compact-jws.ts";
import { EXHAUSTED, type Exhausted } from "../exhausted.ts";
import { keySetOf } from "../key-set.ts";
import type { Unavailable } from "../key-source.ts";
import { TokenCache } from "../token-cache.ts";
import { isSaidToBeBound, mayBeAccessToken } from "../token-kind.ts";
import type { Answer } from "./read-answer.ts";

export interface IntrospectionRules {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly skewMilliseconds: number;
  /** Whether the answer may leave out `exp` and `aud`. */
  readonly incomplete: boolean;
  readonly goodMilliseconds: number;
  readonly badMilliseconds: number;
  readonly entriesMax: number;
  readonly questionsMax: number;
}

export type Introspected = Grant | Wrong | Unavailable | Exhausted;

/**
 * `now` in milliseconds since the epoch. The promise never rejects.
 *
 * @param mayAsk asked before a question that nobody else is asking already
 */
export type Introspect = (token: string, now: number, mayAsk?: () => boolean) => Introspected | Promise<Introspected>;

/** Asks the issuer. The promise may reject: that is no answer, too. */
export type AskIssuer = (token: string, now: number) => Promise<Answer>;

export function introspector(rules: IntrospectionRules, ask: AskIssuer): Introspect {
  const memory = new Memory(rules, ask);
  return (token, now, mayAsk) => memory.judge(token, now, mayAsk);
}

/** The cache of tokens is made for keys that change; here nothing does. */
const ALWAYS = keySetOf([]);

class Memory {
  readonly #rules: IntrospectionRules;
  readonly #ask: AskIssuer;
  readonly #good: TokenCache;
  readonly #bad = new Map<string, { readonly wrong: string; readonly at: number }>();
  readonly #asking = new Map<string, Promise<Introspected>>();

  constructor(rules: IntrospectionRules, ask: AskIssuer) {
    this.#rules = rules;
    this.#ask = ask;
    this.#good = new TokenCache(rules.entriesMax);
  }

  judge(token: string, now: number, mayAsk?: () => boolean): Introspected | Promise<Introspected> {
    if (token.length > TOKEN_CHARACTERS_MAX) return { wrong: "token too long" };
    const good = this.#good.find(token, ALWAYS, now);
    if (good !== undefined) return good;
    const digest = hash("sha256", token);
    const bad = this.#bad.get(digest);
    if (bad !== undefined && Math.abs(now - bad.at) < this.#rules.badMilliseconds) return { wrong: bad.wrong };
    const asking = this.#asking.get(digest);
    if (asking !== undefined) return asking;
    if (mayAsk?.() === false) return EXHAUSTED;
    if (this.#asking.size >= this.#rules.questionsMax) return { unavailable: "too many questions at once" };
    const question = this.#question(token, digest, now).finally(() => this.#asking.delete(digest));
    this.#asking.set(digest, question);
    return question;
  }

  async #question(token: string, digest: string, now: number): Promise<Introspected> {
    const answer = await this.#ask(token, now).catch((fault: unknown) => ({ wrong: fault instanceof Error ? fault.name : "broken" }));
    if (answer !== "inactive" && "wrong" in answer) return { unavailable: answer.wrong };
    const judged = answer === "inactive" ? { wrong: "not active" } : this.#read(answer.claims, now);
    if ("wrong" in judged) this.#keepBad(digest, judged.wrong, now);
    else this.#good.keep(token, ALWAYS, judged, token.length + JSON.stringify(judged.principal.claims).length);
    return judged;
  }

  /** What the issuer says is held to the same rules as a token that says it itself (RFC 7662, section 4). */
  #read(claims: JsonObject, now: number): Grant | Wrong {
    const { issuer, audiences, skewMilliseconds, incomplete, goodMilliseconds } = this.#rules;
    const { iss = issuer, aud, exp, ...others } = claims;
    if (iss !== issuer) return { wrong: "iss: another issuer" };
    if (!mayBeAccessToken(claims)) return { wrong: "typ: not an access token" };
    const whole = {
      ...others,
      iss,
      ...(aud === undefined && incomplete ? { aud: [...audiences] } : aud === undefined ? {} : { aud }),
      ...(exp === undefined && incomplete ? { exp: Math.ceil((now + goodMilliseconds) / 1_000) } : exp === undefined ? {} : { exp }),
    };
    const rules: ClaimRules = { issuer, audiences, skewMilliseconds, lifetimeMilliseconds: Number.POSITIVE_INFINITY, incomplete: true, method: "introspection" };
    const grant = readClaims(whole, rules, now);
    if ("wrong" in grant) return grant;
    if (isSaidToBeBound(claims) && grant.bound?.key === undefined) return { wrong: "cnf: missing, although the issuer calls it bound" };
    const until = exp === undefined ? undefined : grant.principal.until;
    return { ...grant, principal: { ...grant.principal, claims, until }, end: Math.min(grant.end, now + goodMilliseconds) };
  }

  #keepBad(digest: string, wrong: string, at: number): void {
    if (this.#rules.badMilliseconds === 0) return;
    this.#bad.delete(digest);
    this.#bad.set(digest, { wrong, at });
    if (this.#bad.size <= this.#rules.entriesMax) return;
    for (const oldest of this.#bad.keys()) {
      this.#bad.delete(oldest);
      break;
    }
  }
}
