/**
 * Logins: whether a name and a password belong together, and who that is.
 *
 * A login that was right is remembered for a while under a salted hash, so that a program that logs in with every request
 * costs one password hash and not one per request; it is forgotten as soon as its user has changed (see
 * change-feed.ts). It is remembered for the place that it came from, and forgotten when anybody fails from there: else
 * memory would answer guesses that nobody counts. Passwords are remembered nowhere. A name that nobody has costs the same work as one that somebody has,
 * or the time would tell which names there are.
 */
import { hash } from "node:crypto";
import type { JsonObject } from "../../contract/json-value.ts";
import { ChangeFeed, numberOf, troubleOf } from "../../stores/database/change-feed.ts";
import type { Database, Row } from "../../stores/database/database.ts";
import { accountKey } from "../../stores/attempts.ts";
import { textOf } from "../../stores/database/read-row.ts";
import type { Pepper } from "../pepper.ts";
import { isSame } from "../same.ts";
import { COST, type PasswordHash, readPhc } from "./phc.ts";
import { decoy, type SealParts, sealPassword, secretOf } from "./seal-password.ts";
import { readUserRow, USER_COLUMNS, USER_FEED, type UserRecord } from "./user-record.ts";

export interface KnownUser {
  readonly record: UserRecord;
  readonly scopes: ReadonlySet<string>;
  /** Those of the user, and his plan as `plan`. */
  readonly claims: JsonObject;
}

/** `busy`: too many hashes wait, and nothing was tried. */
export type LoginFinding = KnownUser | { readonly wrong: "unknown" | "password" | "disabled" } | { readonly busy: true } | { readonly unavailable: string };

export interface LoginParts extends SealParts {
  readonly database: Database;
  readonly entriesMax: number;
  /** How long a login that was right is remembered. */
  readonly keptMilliseconds: number;
  /** How long memory is believed while the database gives no answer; see ChangeFeed. */
  readonly staleMilliseconds: number;
}

interface Entry extends KnownUser {
  readonly from: number;
  readonly place: string;
}

/** A login as it came, and where from. */
export interface LoginMark {
  readonly mark: string;
  readonly place: string;
}

const LOOK = `SELECT ${USER_COLUMNS}, password, pepper, ${numberOf(USER_FEED)} AS version FROM sallyport_users WHERE name = $1`;
const UPGRADE = "UPDATE sallyport_users SET password = $2, pepper = $3 WHERE name = $1 AND password = $4";

export class Logins {
  readonly #parts: LoginParts;
  readonly #salt: string;
  readonly #decoy: PasswordHash;
  readonly #feed: ChangeFeed;
  readonly #entries = new Map<string, Entry>();
  /** The marks that are remembered, by the one name for all ways to write an account. */
  readonly #marks = new Map<string, Set<string>>();

  constructor(parts: LoginParts) {
    this.#parts = parts;
    this.#salt = Buffer.from(parts.random(32)).toString("hex");
    this.#decoy = decoy(parts.random);
    this.#feed = new ChangeFeed({ ...parts, feed: USER_FEED, forget: (name) => this.#forget(name) });
  }

  get size(): number {
    return this.#entries.size;
  }

  /** See ChangeFeed: to be asked before `recall`. */
  confirm(now: number): Promise<string | undefined> | undefined {
    return this.#feed.confirm(now);
  }

  /**
   * What stands for a login in memory: a salted hash of it as it came, and of the place.
   *
   * @param place a device or a range of addresses: those who fail together
   */
  markOf(token: string, place: string): LoginMark {
    return { mark: hash("sha256", `${this.#salt} ${place.length} ${place}${token}`), place };
  }

  /** Somebody at this place did not bring the right password, or may not try any more. */
  forgetAt(name: string, place: string): void {
    for (const mark of this.#marks.get(accountKey(name)) ?? []) if (this.#entries.get(mark)?.place === place) this.#drop(name, mark);
  }

  recall({ mark }: LoginMark, now: number): KnownUser | undefined {
    const entry = this.#entries.get(mark);
    return entry === undefined || Math.abs(now - entry.from) >= this.#parts.keptMilliseconds ? undefined : entry;
  }

  /** Asks whether a login that was right still is: its user neither switched off nor with another password. */
  stillCounts({ record: { name, created, renewed } }: KnownUser): (now: number) => Promise<boolean> {
    let seen: number | undefined;
    return async (now) => {
      if ((await this.#feed.confirm(now)) !== undefined) return false;
      const { version } = this.#feed;
      if (seen === version) return true;
      const [row] = await this.#parts.database.run(LOOK, [name]);
      const record = row === undefined ? undefined : readUserRow(row);
      const same = record !== undefined && record.disabled === undefined && record.created === created && record.renewed === renewed;
      if (same) seen = version;
      return same;
    };
  }

  async verify(name: string, password: string, mark: LoginMark, now: number, signal: AbortSignal): Promise<LoginFinding> {
    try {
      const [row] = await this.#parts.database.run(LOOK, [name]);
      return await this.#compare(row, { name, password }, mark, now, signal);
    } catch (fault) {
      return { unavailable: troubleOf(fault) };
    }
  }

  async #compare(row: Row | undefined, { name, password }: { readonly name: string; readonly password: string }, mark: LoginMark, now: number, signal: AbortSignal): Promise<LoginFinding> {
    const { queue, peppers } = this.#parts;
    const stored = row === undefined ? undefined : { hash: readPhc(textOf(row, "password")) ?? refuse(), pepper: peppers.find(textOf(row, "pepper")) };
    const against = stored?.pepper === undefined ? this.#decoy : stored.hash;
    const secret = secretOf(stored?.pepper ?? peppers.current);
    const digest = await queue.compute({ ...against, name, password, secret, digestBytes: against.digest.byteLength }, signal);
    if (digest === undefined) return { busy: true };
    const same = isSame(digest, against.digest);
    if (row === undefined || stored?.pepper === undefined) return { wrong: "unknown" };
    if (!same) return { wrong: "password" };
    const record = readUserRow(row);
    if (record.disabled !== undefined) return { wrong: "disabled" };
    if (isOutdated(stored.hash, stored.pepper, peppers.current)) void this.#upgrade(record.name, password, textOf(row, "password"));
    return this.#admit(record, row, mark, now);
  }

  #admit(record: UserRecord, row: Row, { mark, place }: LoginMark, now: number): KnownUser {
    const { name, scopes, claims, plan } = record;
    const entry: Entry = { record, scopes: new Set(scopes), claims: plan === undefined ? claims : { ...claims, plan }, from: now, place };
    // Something has changed since the look: perhaps this.
    if (row["version"] === this.#feed.version && this.#parts.keptMilliseconds > 0) this.#keep(name, mark, entry);
    return entry;
  }

  #keep(name: string, mark: string, entry: Entry): void {
    // At one place one login of a user counts: the last that was right.
    this.forgetAt(name, entry.place);
    this.#entries.set(mark, entry);
    const marks = this.#marks.get(accountKey(name));
    if (marks === undefined) this.#marks.set(accountKey(name), new Set([mark]));
    else marks.add(mark);
    for (const [oldest, { record }] of this.#entries) {
      if (this.#entries.size <= this.#parts.entriesMax) break;
      this.#drop(record.name, oldest);
    }
  }

  #drop(name: string, mark: string): void {
    this.#entries.delete(mark);
    const marks = this.#marks.get(accountKey(name));
    if (marks?.delete(mark) === true && marks.size === 0) this.#marks.delete(accountKey(name));
  }

  #forget(name: string | undefined): void {
    if (name === undefined) {
      this.#entries.clear();
      this.#marks.clear();
      return;
    }
    for (const mark of this.#marks.get(accountKey(name)) ?? []) this.#drop(name, mark);
  }

  /** What was sealed with less, or with an earlier pepper, is sealed anew while the password is at hand. */
  async #upgrade(name: string, password: string, before: string): Promise<void> {
    const sealed = await sealPassword(name, password, this.#parts).catch(() => undefined);
    if (sealed !== undefined) await this.#parts.database.run(UPGRADE, [name, sealed.phc, sealed.pepper, before]).catch(() => undefined);
  }
}

function isOutdated({ memory, passes }: PasswordHash, pepper: Pepper, current: Pepper): boolean {
  return pepper.id !== current.id || memory < COST.memory || passes < COST.passes;
}

function refuse(): never {
  throw new TypeError("column password");
}
