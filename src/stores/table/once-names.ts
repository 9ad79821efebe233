/**
 * Once names: names that must not come twice, each until its own end, in a room of the table.
 *
 * Full means no: to forget a name early would let it come again. A name is full when all places of its bucket are
 * taken: that happens to one name in a hundred when half of the room is taken, to one in a million at a quarter.
 */
import { BEHIND_MILLISECONDS_MAX, type Once } from "../store.ts";
import type { Clock } from "./clock.ts";
import { oweAt, owedAt, UNITS_PER_MILLISECOND } from "./moment.ts";
import type { Room } from "./room.ts";
import type { SipHash } from "./sip-hash.ts";

/** The moment at which the name ends. */
export const ONCE_WORDS = 2;

export class OnceNames {
  readonly #room: Room;
  readonly #clock: Clock;
  readonly #hash: SipHash;

  /** @param room one that spares what says something */
  constructor(room: Room, clock: Clock, hash: SipHash) {
    this.#room = room;
    this.#clock = clock;
    this.#hash = hash;
  }

  take(name: string, until: number, now: number): Once {
    // What has ended already, or never ends, cannot be remembered until its end.
    if (!(Number.isFinite(now) && until > now && until - now <= BEHIND_MILLISECONDS_MAX)) throw new RangeError("not a time to remember");
    const room = this.#room;
    const hash = this.#hash;
    const time = this.#clock.read(now);
    hash.hash(name);
    const { low, high } = hash;
    const bucket = room.enter(high);
    const known = room.find(bucket, low, high);
    const again = known >= 0 && owedAt(room.words, known, time) > 0;
    const record = again || known >= 0 ? known : room.admit(bucket, low, high, time);
    // The span, not the moment: on a clock that has fallen back a little, the moment may be over already.
    if (!again && record >= 0) oweAt(room.words, record, time, Math.ceil((until - now) * UNITS_PER_MILLISECOND));
    room.leave(bucket);
    return again ? "again" : record < 0 ? "full" : "first";
  }

  forget(name: string, now: number): void {
    const room = this.#room;
    const time = this.#clock.read(now);
    this.#hash.hash(name);
    const { low, high } = this.#hash;
    const bucket = room.enter(high);
    const record = room.find(bucket, low, high);
    if (record >= 0) oweAt(room.words, record, time, 0);
    room.leave(bucket);
  }
}
