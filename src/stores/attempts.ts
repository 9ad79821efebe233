/**
 * Attempts: how often somebody may try to be somebody.
 *
 * Guessing is bounded from four sides, each of which alone has a way around it: by account (many addresses, one
 * victim), by address and the ranges around it (one address, many accounts), by device, and by the failures of all
 * together (many of both: stuffed lists of stolen passwords). Accounts that do not exist are counted like those that
 * do, or the limit would tell which is which.
 *
 * A limit per account alone lets everybody lock out everybody else. So a device that has once brought the right secret
 * gets a cookie (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"): it has a limit of its own, and what
 * strangers try elsewhere does not touch it. An account is never locked for good: its bucket fills up again.
 *
 * An attempt is charged before the secret is looked at, and given back when it was right: a hundred at the same moment
 * are a hundred. See NIST SP 800-63B-4, section 3.2.2.
 */
import { createHmac } from "node:crypto";
import { addressPrefixes } from "../exchange/address.ts";
import { isSame } from "../keys/same.ts";
import { type Limit, limitName, type Meter, type Store, type Taken } from "./store.ts";
import { giveBack, takeAll, type Wanted } from "./take-all.ts";

/** So many failures at once, and as many again in `window` milliseconds. */
export interface Failures {
  readonly burst: number;
  readonly window: number;
}

export interface AttemptLimits {
  /** Of one account, from all devices that it does not know. */
  readonly account: Failures;
  /** The same, in the long run. */
  readonly accountInTheLongRun: Failures;
  /** Of one account, from one device that it knows. */
  readonly device: Failures;
  /** Of one address; ranges around it may fail `crowd` times as often as the range within. */
  readonly address: Failures;
  readonly crowd: number;
  /** Of everybody together: beyond, attempts from unknown devices count `tightened` times. */
  readonly everybody: Failures;
  readonly tightened: number;
  /** Milliseconds for which a device is known. */
  readonly deviceKnownFor: number;
}

const [MINUTE, DAY] = [60_000, 86_400_000];

/** In the long run at most a hundred failures of an account in a row (NIST SP 800-63B-4, section 3.2.2). */
export const ATTEMPT_LIMITS: AttemptLimits = {
  account: { burst: 10, window: 15 * MINUTE },
  accountInTheLongRun: { burst: 100, window: 30 * DAY },
  device: { burst: 10, window: 15 * MINUTE },
  address: { burst: 30, window: 15 * MINUTE },
  crowd: 8,
  everybody: { burst: 600, window: MINUTE },
  tightened: 3,
  deviceKnownFor: 180 * DAY,
};

export interface Attempt {
  /** As its holder wrote it, existing or not. */
  readonly account: string;
  /** Canonical. */
  readonly address: string;
  /** The device's cookie, where it sent one. */
  readonly device?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Admission =
  | {
      readonly allowed: true;
      /**
       * The secret was right: nothing has been tried. Answers the cookie by which the device is known from now on.
       * Whoever was wrong calls nothing: the attempt is charged already.
       */
      readonly succeed: (now: number) => string;
      /** The secret was not looked at after all, for a reason of ours: gives back what was charged, and no more. */
      readonly withdraw: (now: number) => void;
    }
  /** The secret must not be looked at. */
  | { readonly allowed: false; readonly waitMilliseconds: number; readonly by: "account" | "device" | "address" };

export interface Attempts {
  /** @throws or rejects when the store cannot be asked: then nobody may try */
  readonly begin: (attempt: Attempt) => Admission | Promise<Admission>;
}

export interface AttemptsOptions {
  /** Whose attempts: those of another name are counted apart. */
  readonly name: string;
  readonly store: Store;
  /** 32 random bytes that all threads and nodes share; they make the cookies. */
  readonly secret: Uint8Array;
  readonly random: (bytes: number) => Uint8Array;
  readonly limits?: Partial<AttemptLimits>;
}

export function openAttempts({ name, store, secret, random, limits: given }: AttemptsOptions): Attempts {
  const limits = { ...ATTEMPT_LIMITS, ...given };
  const meter = (kind: string, { burst, window }: Failures, times = 1): Meter => {
    const limit: Limit = { name: limitName("attempts", name, kind, burst, window, times), room: "logins", capacity: burst * times, window };
    return store.meter(limit);
  };
  const [account, longRun, device, everybody] = [meter("account", limits.account), meter("long run", limits.accountInTheLongRun), meter("device", limits.device), meter("everybody", limits.everybody)];
  const ranges = [0, 1, 2].map((level) => meter(`range ${level}`, limits.address, limits.crowd ** level));
  const cookies = deviceCookies(name, secret, random, limits.deviceKnownFor);

  const wantedBy = (who: string, { address }: Attempt, tokens: number): readonly Wanted[] => [
    { meter: account, owner: who, tokens: Math.min(tokens, limits.account.burst) },
    { meter: longRun, owner: who, tokens: 1 },
    ...addressPrefixes(address).flatMap((range, level) => (ranges[level] === undefined ? [] : [{ meter: ranges[level], owner: range, tokens: Math.min(tokens, limits.address.burst) }])),
  ];

  const known = (who: string, cookie: string, { now }: Attempt): Admission | Promise<Admission> => {
    const wanted = [{ meter: device, owner: limitName(who, cookie), tokens: 1 }];
    const admit = (taken: Taken): Admission => judge(taken, "device", (then) => (giveBack(wanted, then), cookies.make(who, then)), (then) => giveBack(wanted, then));
    const taken = takeAll(wanted, now);
    return taken instanceof Promise ? taken.then(admit) : admit(taken);
  };

  const unknown = (who: string, attempt: Attempt, everybodys: Taken): Admission | Promise<Admission> => {
    const wanted = wantedBy(who, attempt, everybodys.granted ? 1 : limits.tightened);
    const withdraw = (then: number): void => giveBack(everybodys.granted ? [...wanted, { meter: everybody, owner: "", tokens: 1 }] : wanted, then);
    const succeed = (then: number): string => {
      withdraw(then);
      // Failures in a row are over. Those of the address are not: else one good account would buy guesses at others.
      giveBack([{ meter: account, owner: who, tokens: limits.account.burst }, { meter: longRun, owner: who, tokens: limits.accountInTheLongRun.burst }], then);
      return cookies.make(who, then);
    };
    const admit = (taken: Taken & { readonly at: number }): Admission => {
      if (!taken.granted && everybodys.granted) everybody.charge("", -1, attempt.now);
      return judge(taken, taken.at < ACCOUNT_METERS ? "account" : "address", succeed, withdraw);
    };
    const taken = takeAll(wanted, attempt.now);
    return taken instanceof Promise ? taken.then(admit) : admit(taken);
  };

  return {
    begin(attempt) {
      const who = accountKey(attempt.account);
      const cookie = cookies.read(who, attempt.device, attempt.now);
      if (cookie !== undefined) return known(who, cookie, attempt);
      const everybodys = everybody.take("", 1, attempt.now);
      return everybodys instanceof Promise ? everybodys.then((late) => unknown(who, attempt, late)) : unknown(who, attempt, everybodys);
    },
  };
}

/** `wantedBy` names them first. */
const ACCOUNT_METERS = 2;

function judge({ granted, waitMilliseconds, left }: Taken, by: "account" | "device" | "address", succeed: (now: number) => string, withdraw: (now: number) => void): Admission {
  if (!(left >= 0 && waitMilliseconds >= 0)) throw new TypeError("the store gave no answer");
  return granted ? { allowed: true, succeed, withdraw } : { allowed: false, waitMilliseconds, by };
}

/** One name for all ways to write an account: a second way would be a second set of guesses. */
export function accountKey(account: string): string {
  return account.normalize("NFKC").trim().toLowerCase().normalize("NFKC");
}

interface DeviceCookies {
  readonly make: (account: string, now: number) => string;
  /** What tells the device from others of the account; undefined: the cookie is not good for this account. */
  readonly read: (account: string, cookie: string | undefined, now: number) => string | undefined;
}

const NONCE_BYTES = 12;
const COOKIE = /^([A-Za-z0-9_-]{16})\.([0-9]{13,15})\.([A-Za-z0-9_-]{43})$/;

/** `nonce.end.signature`. The account is signed and not said: a cookie tells nobody whose it is. */
function deviceCookies(name: string, secret: Uint8Array, random: (bytes: number) => Uint8Array, lastsMilliseconds: number): DeviceCookies {
  const sign = (nonce: string, until: string, account: string): Buffer => createHmac("sha256", secret).update(limitName("device", name, nonce, until, account)).digest();
  return {
    make(account, now) {
      const [nonce, until] = [Buffer.from(random(NONCE_BYTES)).toString("base64url"), String(now + lastsMilliseconds)];
      return `${nonce}.${until}.${sign(nonce, until, account).toString("base64url")}`;
    },
    read(account, cookie, now) {
      const [, nonce = "", until = "", signature = ""] = COOKIE.exec(cookie ?? "") ?? [];
      if (signature === "" || Number(until) <= now) return undefined;
      return isSame(Buffer.from(signature, "base64url"), sign(nonce, until, account)) ? nonce : undefined;
    },
  };
}
