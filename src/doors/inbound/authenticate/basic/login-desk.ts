/**
 * Login desk: takes a login from the header to somebody or to a refusal.
 *
 * In this order: what is remembered; whether there may be one more attempt; the password. Requests with the same login at
 * the same moment are one attempt and one hash.
 */
import { addressPrefix } from "../../../../exchange/address.ts";
import type { Known } from "../../../../guard.ts";
import { decodeLogin } from "../../../../keys/basic.ts";
import type { KnownUser, LoginFinding, LoginMark, Logins } from "../../../../keys/password/logins.ts";
import type { Pepper } from "../../../../keys/pepper.ts";
import { type Admission, ATTEMPT_LIMITS, type Attempts } from "../../../../stores/attempts.ts";
import { readDevice, tellDevice } from "./device-cookie.ts";

/** What a login came to. */
export type Outcome =
  | KnownUser
  | { readonly malformed: string }
  /** `account`: a keyed hash of the name, for the record. */
  | { readonly wrong: string; readonly account: string }
  | { readonly waitMilliseconds: number; readonly by: string; readonly account: string }
  | { readonly busy: true }
  | { readonly unavailable: string }
  | { readonly uncounted: string };

interface Flight {
  readonly signal: AbortSignal;
  readonly outcome: Promise<Outcome>;
}

/** Names that come in are kept in the record as this: somebody may have typed the password into the wrong field. */
const ACCOUNT_CHARACTERS = 16;

export class LoginDesk {
  readonly #logins: Logins;
  readonly #attempts: Attempts;
  readonly #pepper: Pepper;
  readonly #flights = new Map<string, Flight>();

  constructor(logins: Logins, attempts: Attempts, pepper: Pepper) {
    this.#logins = logins;
    this.#attempts = attempts;
    this.#pepper = pepper;
  }

  /** @param token the login as it came, in base64 */
  login(token: string, exchange: Known): Outcome | Promise<Outcome> {
    const { now } = exchange;
    const mark = this.#logins.markOf(token, placeOf(exchange));
    const confirming = this.#logins.confirm(now);
    if (confirming !== undefined) return confirming.then((trouble) => (trouble === undefined ? (this.#logins.recall(mark, now) ?? this.#join(token, mark, exchange)) : { unavailable: trouble }));
    return this.#logins.recall(mark, now) ?? this.#join(token, mark, exchange);
  }

  /** See Logins. */
  stillCounts(user: KnownUser): (now: number) => Promise<boolean> {
    return this.#logins.stillCounts(user);
  }

  async #join(token: string, mark: LoginMark, exchange: Known): Promise<Outcome> {
    for (;;) {
      const flying = this.#flights.get(mark.mark);
      if (flying === undefined) return this.#begin(token, mark, exchange);
      const outcome = await flying.outcome;
      // The one whose attempt it was has left before it was made.
      if (!("busy" in outcome && flying.signal.aborted)) return outcome;
    }
  }

  #begin(token: string, mark: LoginMark, exchange: Known): Promise<Outcome> {
    const outcome = this.#attempt(token, mark, exchange).finally(() => this.#flights.delete(mark.mark));
    this.#flights.set(mark.mark, { signal: exchange.signal, outcome });
    return outcome;
  }

  async #attempt(token: string, mark: LoginMark, exchange: Known): Promise<Outcome> {
    const { now, address, signal } = exchange;
    const login = decodeLogin(token);
    if ("malformed" in login) return login;
    const account = this.#pepper.hash("login", login.name).toString("hex");
    const admission = await this.#ask({ account, address, device: readDevice(exchange), now });
    if ("uncounted" in admission) return admission;
    const short = account.slice(0, ACCOUNT_CHARACTERS);
    if (!admission.allowed) {
      // Memory must not tell whoever may not try any more that he was right at last.
      this.#logins.forgetAt(login.name, mark.place);
      return { waitMilliseconds: admission.waitMilliseconds, by: admission.by, account: short };
    }
    const finding = await this.#logins.verify(login.name, login.password, mark, now, signal);
    if ("wrong" in finding) {
      this.#logins.forgetAt(login.name, mark.place);
      return { ...finding, account: short };
    }
    if ("record" in finding) tellDevice(exchange, admission.succeed(now), ATTEMPT_LIMITS.deviceKnownFor);
    else admission.withdraw(now);
    return finding satisfies LoginFinding;
  }

  async #ask(attempt: Parameters<Attempts["begin"]>[0]): Promise<Admission | { readonly uncounted: string }> {
    try {
      return await this.#attempts.begin(attempt);
    } catch (fault) {
      return { uncounted: fault instanceof Error ? fault.name : typeof fault };
    }
  }
}

/** Those who fail together. Anybody writes a cookie as he likes: what it says is never the name of an address. */
function placeOf(exchange: Known): string {
  const device = readDevice(exchange);
  return device === undefined ? `range ${addressPrefix(exchange.address)}` : `device ${device}`;
}
