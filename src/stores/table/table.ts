/**
 * Table: the memory of limits, of fixed size, in one piece that threads can share.
 *
 * One SharedArrayBuffer, or an ArrayBuffer where there is only one thread: a head with the key of the hash, the clock
 * and some counts, then the rooms one after the other. Whoever attaches to the piece finds the same rooms in it. The
 * system gives memory to pages that are written, so a large table costs nothing until it is needed.
 */
import { threadId } from "node:worker_threads";
import { Clock, CLOCK_NUMBERS } from "./clock.ts";
import type { RoomName } from "../store.ts";
import { LEASE_WORDS } from "./leases.ts";
import { MARK_WORDS } from "./marks.ts";
import { METER_WORDS } from "./meters.ts";
import { ONCE_WORDS } from "./once-names.ts";
import { ALONE, LockFault, Room, type RoomState, type RoomWays, strideOf } from "./room.ts";
import { SipHash } from "./sip-hash.ts";
import { STAMP_WORDS, stampsShare } from "./stamps.ts";
import { STEP_WORDS } from "./steps.ts";

/** What the rooms are for, how large a share of the table each has, and how long its records are. */
const PLANS: Readonly<Record<TableRoom, { readonly share: number; readonly recordWords: number; readonly ways?: RoomWays }>> = {
  known: { share: 0.24, recordWords: METER_WORDS },
  strangers: { share: 0.2, recordWords: METER_WORDS },
  logins: { share: 0.1, recordWords: METER_WORDS },
  names: { share: 0.06, recordWords: ONCE_WORDS, ways: { spares: true } },
  proofs: { share: 0.12, recordWords: ONCE_WORDS, ways: { spares: true } },
  steps: { share: 0.04, recordWords: STEP_WORDS, ways: { spares: true } },
  stamps: { share: 0.07, recordWords: STAMP_WORDS, ways: { share: stampsShare } },
  stamps_strangers: { share: 0.07, recordWords: STAMP_WORDS, ways: { share: stampsShare } },
  leases: { share: 0.02, recordWords: LEASE_WORDS, ways: { spares: true } },
  marks: { share: 0.08, recordWords: MARK_WORDS },
};
export type TableRoom = RoomName | "names" | "proofs" | "steps" | "stamps" | "stamps_strangers" | "leases" | "marks";
export const TABLE_ROOMS: readonly TableRoom[] = Object.keys(PLANS) as readonly TableRoom[];

/** Places for about 1.6 million names. */
export const TABLE_BYTES = 33_554_432;
export const TABLE_BYTES_MIN = 65_536;

/** The head, in words of 32 bits. */
const KEY = 0;
const KEY_WORDS = 4;
const CLOCK = 4;
const CLOCK_LOCK = CLOCK + 2 * CLOCK_NUMBERS;
const EVICTED = 16;
const HEAD_WORDS = 32;

export interface Table {
  readonly buffer: ArrayBufferLike;
  readonly hash: SipHash;
  readonly clock: Clock;
  readonly room: (name: TableRoom) => Room;
  /** Opens the locks of a thread that has ended: to be called by whoever ended it or saw it end. */
  readonly bury: (endedThread: number) => number;
  readonly state: (now: number) => Readonly<Record<TableRoom, RoomState>>;
}

export interface TableOptions {
  readonly bytes?: number;
  /** Whether other threads will attach. */
  readonly shared?: boolean;
  readonly random: (bytes: number) => Uint8Array;
  readonly wall: () => number;
}

export function openTable({ bytes = TABLE_BYTES, shared = false, random, wall }: TableOptions): Table {
  if (!(Number.isSafeInteger(bytes) && bytes >= TABLE_BYTES_MIN)) throw new RangeError(`a table has at least ${TABLE_BYTES_MIN} bytes`);
  const size = Math.floor(bytes / 8) * 8;
  const buffer = shared ? new SharedArrayBuffer(size) : new ArrayBuffer(size);
  new Uint8Array(buffer, KEY * 4, KEY_WORDS * 4).set(random(KEY_WORDS * 4));
  return attachTable(buffer, wall);
}

/** @param buffer of a table that was opened here or in another thread */
export function attachTable(buffer: ArrayBufferLike, wall: () => number): Table {
  const head = new Int32Array(buffer, 0, HEAD_WORDS);
  // Threads are numbered from 0, and a lock that nobody holds is 0.
  const thread = buffer instanceof SharedArrayBuffer ? numberOf(threadId) : ALONE;
  const rooms = layOut(buffer, head, thread);
  return {
    buffer,
    hash: new SipHash(head.slice(KEY, KEY + KEY_WORDS)),
    clock: new Clock(new Float64Array(buffer, CLOCK * 4, CLOCK_NUMBERS), (work) => locked(head, thread, work), wall),
    room: (name) => rooms[name],
    bury(endedThread) {
      const ended = numberOf(endedThread);
      Atomics.compareExchange(head, CLOCK_LOCK, ended, 0);
      return TABLE_ROOMS.reduce((opened, name) => opened + rooms[name].bury(ended), 0);
    },
    state: (now) => Object.fromEntries(TABLE_ROOMS.map((name) => [name, rooms[name].state(now)])) as Record<TableRoom, RoomState>,
  };
}

function numberOf(thread: number): number {
  return thread + 1;
}

function layOut(buffer: ArrayBufferLike, head: Int32Array, thread: number): Readonly<Record<TableRoom, Room>> {
  const words = new Int32Array(buffer);
  const free = words.length - HEAD_WORDS;
  let at = HEAD_WORDS;
  const rooms = TABLE_ROOMS.map((name, number): [TableRoom, Room] => {
    const { share, recordWords, ways } = PLANS[name];
    const stride = strideOf(recordWords);
    const size = Math.floor((free * share) / stride) * stride;
    const room = new Room(words.subarray(at, at + size), recordWords, head.subarray(EVICTED + number, EVICTED + number + 1), thread, ways);
    at += size;
    return [name, room];
  });
  return Object.fromEntries(rooms) as Record<TableRoom, Room>;
}

/** For the rare work on the head. */
function locked<T>(head: Int32Array, thread: number, work: () => T): T {
  if (thread === ALONE) return work();
  for (let tries = 0; Atomics.compareExchange(head, CLOCK_LOCK, 0, thread) !== 0; tries++) {
    if (tries > LOCK_TRIES_MAX) throw new LockFault();
    Atomics.wait(head, CLOCK_LOCK, Atomics.load(head, CLOCK_LOCK), 1);
  }
  try {
    return work();
  } finally {
    Atomics.store(head, CLOCK_LOCK, 0);
  }
}

const LOCK_TRIES_MAX = 100;
