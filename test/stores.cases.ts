/**
 * Store cases: what every store must do, whatever it is made of. Each store's own test runs this list.
 */
import assert from "node:assert/strict";
import { type Limit, type Once, STAMPS_MAX, type Stepped, type Store, type Taken } from "../src/stores/store.ts";

/** `keysMax`: how many buckets the store may remember, `namesMax`: how many names, for stores that have such bounds. */
export interface StoreBounds {
  readonly keysMax?: number;
  readonly namesMax?: number;
}

export type MakeStore = (options?: StoreBounds) => Store | Promise<Store>;

export interface StoreCase {
  readonly title: string;
  readonly run: (makeStore: MakeStore) => Promise<void>;
}

const START = 1_800_000_000_000;

/** `cost` tokens are wanted at `now` from a bucket of `capacity` that fills up in `window`. */
export interface Want {
  readonly cost: number;
  readonly capacity: number;
  readonly window: number;
  readonly now: number;
}

function want(particulars: Partial<Want> = {}): Want {
  return { cost: 1, capacity: 5, window: 10_000, now: START, ...particulars };
}

export function limit(particulars: Partial<Limit> = {}): Limit {
  return { name: "limit", room: "known", capacity: 5, window: 10_000, ...particulars };
}

/** Meters of one name share their buckets, so each attempt may have its own. */
export async function take(store: Store, owner: string, { cost, now, ...numbers }: Want): Promise<Taken> {
  return store.meter(limit(numbers)).take(owner, cost, now);
}

/** A small generator with a seed, so that a failing case fails again. */
export function dice(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}

async function using(makeStore: MakeStore, work: (store: Store) => Promise<void>, options?: StoreBounds): Promise<void> {
  const store = await makeStore(options);
  try {
    await work(store);
  } finally {
    store.close();
  }
}

async function drain(store: Store, bucket: string, wanted: Want, times: number): Promise<number> {
  let granted = 0;
  for (let turn = 0; turn < times; turn++) if ((await take(store, bucket, wanted)).granted) granted++;
  return granted;
}

export const storeCases: readonly StoreCase[] = [
  {
    title: "a fresh bucket holds exactly its capacity",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const lefts: number[] = [];
        for (let turn = 0; turn < 5; turn++) {
          const taken = await take(store, "a", want());
          assert.equal(taken.granted, true);
          assert.equal(taken.waitMilliseconds, 0);
          lefts.push(taken.left);
        }
        assert.deepEqual(lefts, [4, 3, 2, 1, 0]);
        const refused = await take(store, "a", want());
        assert.deepEqual<Taken>({ ...refused }, { granted: false, left: 0, waitMilliseconds: 2_000 });
      }),
  },
  {
    title: "a token is there when its wait is over, and not a millisecond before",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        await drain(store, "a", want(), 5);
        assert.equal((await take(store, "a", want({ now: START + 1_999 }))).granted, false);
        assert.equal((await take(store, "a", want({ now: START + 2_000 }))).granted, true);
        assert.equal((await take(store, "a", want({ now: START + 3_999 }))).granted, false);
        assert.equal((await take(store, "a", want({ now: START + 4_000 }))).granted, true);
      }),
  },
  {
    title: "a bucket never holds more than its capacity, however long it was left alone",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        await drain(store, "a", want(), 3);
        assert.equal(await drain(store, "a", want({ now: START + 86_400_000 }), 20), 5);
      }),
  },
  {
    title: "a refused attempt costs nothing",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        await drain(store, "a", want(), 5);
        assert.equal(await drain(store, "a", want({ now: START + 1_000 }), 1_000), 0);
        assert.equal((await take(store, "a", want({ now: START + 2_000 }))).granted, true);
      }),
  },
  {
    title: "a cost of several tokens is taken whole or not at all",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        assert.equal((await take(store, "a", want({ cost: 3 }))).left, 2);
        const refused = await take(store, "a", want({ cost: 3 }));
        assert.equal(refused.granted, false);
        assert.equal(refused.left, 2);
        assert.equal(refused.waitMilliseconds, 2_000);
        assert.equal((await take(store, "a", want({ cost: 2 }))).granted, true);
      }),
  },
  {
    title: "more than the bucket can hold is never granted",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const taken = await take(store, "a", want({ cost: 6 }));
        assert.equal(taken.granted, false);
        assert.equal(taken.waitMilliseconds, Number.POSITIVE_INFINITY);
      }),
  },
  {
    title: "buckets of different names know nothing of each other",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        assert.equal(await drain(store, "a", want(), 9), 5);
        assert.equal(await drain(store, "b", want(), 9), 5);
        const long = "x".repeat(5_000);
        assert.equal(await drain(store, `${long}1`, want(), 9), 5);
        assert.equal(await drain(store, `${long}2`, want(), 9), 5);
        assert.equal(await drain(store, `${long}1`, want(), 9), 0);
        assert.equal(await drain(store, "__proto__", want(), 9), 5);
        assert.equal(await drain(store, "", want(), 9), 5);
      }),
  },
  {
    title: "a hundred thousand attempts get the burst and the rate, and not one more",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        // 7 in 60 s: a token takes 8571.428... ms, which no clock can hold.
        const [capacity, window] = [7, 60_000];
        const roll = dice(7);
        let now = START;
        let granted = 0;
        for (let turn = 0; turn < 100_000; turn++) {
          now += Math.floor(roll() * 100);
          if ((await take(store, "a", want({ capacity, window, now }))).granted) granted++;
        }
        assert.equal(granted, capacity + Math.floor(((now - START) * capacity) / window));
      }),
  },
  {
    title: "attempts at the same moment share one bucket",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const taken = await Promise.all(Array.from({ length: 50 }, async () => take(store, "a", want())));
        assert.equal(taken.filter(({ granted }) => granted).length, 5);
      }),
  },
  {
    title: "a clock that falls back, and comes back, gives nothing away",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const at = (offset: number): Want => want({ capacity: 2, now: START + offset });
        assert.equal((await take(store, "a", at(9_000))).granted, true);
        assert.equal((await take(store, "a", at(1_000))).granted, true);
        assert.equal((await take(store, "a", at(9_000))).granted, false);
        assert.equal((await take(store, "a", at(13_999))).granted, false);
        assert.equal((await take(store, "a", at(14_000))).granted, true);
      }),
  },
  {
    title: "a clock that was set back by hours neither gives tokens away nor holds them back for hours",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const hour = 3_600_000;
        assert.equal(await drain(store, "a", want(), 9), 5);
        assert.equal(await drain(store, "a", want({ now: START - hour }), 9), 0);
        assert.equal(await drain(store, "a", want({ now: START - hour + 1_999 }), 9), 0);
        assert.equal(await drain(store, "a", want({ now: START - hour + 2_000 }), 9), 1);
      }),
  },
  {
    title: "nonsense is a fault, never a yes",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const wrong = [0, -1, Number.NaN, Number.POSITIVE_INFINITY];
        const nonsense: Partial<Want>[] = [{ cost: -1 }, { cost: 0.5 }, { cost: Number.NaN }, { cost: Number.POSITIVE_INFINITY }, { now: Number.NaN }, { now: Number.POSITIVE_INFINITY }, { capacity: 0.5 }];
        for (const wanted of [...nonsense, ...wrong.flatMap((number) => [{ capacity: number }, { window: number }])]) {
          await assert.rejects(async () => take(store, "a", { ...want(), ...wanted }), Object.entries(wanted).join());
        }
        for (const debt of [-1, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => store.meter(limit({ debt })), String(debt));
        const meter = store.meter(limit());
        for (const tokens of [0.5, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => meter.charge("a", tokens, START));
        assert.equal((await take(store, "a", want())).left, 4, "and leaves no trace");
      }),
  },
  {
    title: "what is given back is there again, and never more than the bucket holds",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const meter = store.meter(limit());
        assert.equal(await drain(store, "a", want(), 5), 5);
        meter.charge("a", -2, START);
        assert.equal(await drain(store, "a", want(), 5), 2);
        meter.charge("a", -5, START + 1_000);
        meter.charge("a", -5, START + 1_000);
        meter.charge("nobody", -5, START);
        assert.equal(await drain(store, "a", want({ now: START + 1_000 }), 9), 5);
        assert.equal(await drain(store, "nobody", want(), 9), 5);
      }),
  },
  {
    title: "what is used already is charged, as far below empty as the limit says",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const meter = store.meter(limit({ debt: 4_000 }));
        meter.charge("a", 6, START);
        assert.deepEqual<Taken>({ ...(await meter.take("a", 1, START)) }, { granted: false, left: 0, waitMilliseconds: 4_000 });
        meter.charge("a", 1_000_000, START);
        assert.equal((await meter.take("a", 1, START)).waitMilliseconds, 6_000);
        assert.equal((await meter.take("a", 0, START + 3_999)).granted, false, "in debt, nothing is free");
        assert.equal((await meter.take("a", 0, START + 4_000)).granted, true);
        assert.equal((await meter.take("a", 1, START + 5_999)).granted, false);
        assert.equal((await meter.take("a", 1, START + 6_000)).granted, true);
        const without = store.meter(limit({ name: "other" }));
        without.charge("a", 9, START);
        assert.equal((await without.take("a", 1, START)).waitMilliseconds, 2_000);
      }),
  },
  {
    title: "limits of different names, and of different rooms, share nothing",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        for (const one of [limit(), limit({ name: "limi" }), limit({ name: "limit1" }), limit({ room: "strangers" }), limit({ room: "logins" })]) {
          const meter = store.meter(one);
          for (const left of [4, 3, 2, 1, 0]) assert.equal((await meter.take("a", 1, START)).left, left);
        }
      }),
  },
  {
    title: "stamps let no more through in any window, wherever it begins, and say when there is room again",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const stamps = store.stamps(limit({ capacity: 3 }));
        const at = async (offset: number, cost = 1): Promise<Taken> => ({ ...(await stamps.take("a", cost, START + offset)) });
        assert.deepEqual([await at(0), await at(4_000), await at(9_000)].map(({ left }) => left), [2, 1, 0]);
        assert.deepEqual(await at(9_000), { granted: false, left: 0, waitMilliseconds: 1_000 });
        assert.deepEqual(await at(9_999, 2), { granted: false, left: 0, waitMilliseconds: 4_001 });
        assert.equal((await at(10_000)).granted, true);
        assert.equal((await at(13_999)).granted, false);
        assert.deepEqual([(await at(19_000, 2)).left, (await at(19_000, 0)).left], [0, 0]);
        assert.equal((await at(29_000)).left, 2, "after a quiet window nothing is left of them");
        assert.equal((await at(29_000, 4)).waitMilliseconds, Number.POSITIVE_INFINITY);
      }),
  },
  {
    title: "whatever the order and the times, no window holds more stamps than it may",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const roll = dice(11);
        for (const capacity of [1, 2, 7, STAMPS_MAX]) {
          const stamps = store.stamps(limit({ name: `stamps ${capacity}`, capacity, window: 1_000 }));
          const granted: number[] = [];
          let now = START;
          for (let turn = 0; turn < 3_000; turn++) {
            now += Math.floor(roll() * 60) * (roll() < 0.01 ? 100 : 1);
            if ((await stamps.take("a", 1, now)).granted) granted.push(now);
          }
          assert.ok(granted.length > 30);
          for (const [at, time] of granted.entries()) assert.ok((granted[at + capacity] ?? Number.POSITIVE_INFINITY) - time >= 1_000, `${capacity} at ${at}`);
        }
      }),
  },
  {
    title: "a stamp that is given back makes room for one, and nobody gets more by it",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const stamps = store.stamps(limit({ capacity: 2 }));
        await stamps.take("a", 1, START);
        await stamps.take("a", 1, START + 5_000);
        stamps.charge("a", -1, START + 5_000);
        assert.equal((await stamps.take("a", 1, START + 6_000)).granted, true);
        assert.equal((await stamps.take("a", 1, START + 14_999)).granted, false);
        assert.equal((await stamps.take("a", 1, START + 15_000)).granted, true);
        stamps.charge("a", -9, START + 15_000);
        stamps.charge("nobody", -9, START + 15_000);
        assert.deepEqual([(await stamps.take("a", 2, START + 15_000)).granted, (await stamps.take("a", 1, START + 15_000)).granted], [true, false]);
      }),
  },
  {
    title: "what makes no stamps is a fault",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        for (const wrong of [{ capacity: 0 }, { capacity: STAMPS_MAX + 1 }, { capacity: 1.5 }, { window: 0 }, { window: Number.NaN }]) assert.throws(() => store.stamps(limit(wrong)), JSON.stringify(wrong));
        const stamps = store.stamps(limit());
        for (const [cost, now] of [[-1, START], [0.5, START], [Number.NaN, START], [1, Number.NaN]] as const) await assert.rejects(async () => stamps.take("a", cost, now));
      }),
  },
  {
    title: "as many leases as there may be, and one more when one is given back",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const leases = store.leases({ name: "leases", most: 3, lasts: 40_000 });
        const taken = await Promise.all([0, 1, 2, 3].map(async () => leases.take("a", START)));
        assert.deepEqual(taken.map(({ granted, left }) => [granted, left]), [[true, 2], [true, 1], [true, 0], [false, 0]]);
        assert.equal((await leases.take("b", START)).granted, true);
        leases.release("a", taken[0]?.lease ?? 0, START + 5_000);
        assert.deepEqual([(await leases.take("a", START + 5_000)).granted, (await leases.take("a", START + 5_000)).granted], [true, false]);
      }),
  },
  {
    title: "a lease that nobody renews ends, and giving it back then gives nothing away",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const leases = store.leases({ name: "leases", most: 2, lasts: 40_000 });
        const [dead, alive] = [await leases.take("a", START), await leases.take("a", START)];
        const renewed = await leases.renew("a", alive.lease, START + 30_000);
        assert.equal((await leases.take("a", START + 39_999)).granted, false);
        assert.deepEqual([(await leases.take("a", START + 50_000)).granted, (await leases.take("a", START + 50_000)).granted], [true, false], "the dead one's is free");
        leases.release("a", dead.lease, START + 50_001);
        assert.equal((await leases.take("a", START + 50_001)).granted, false);
        leases.release("a", renewed, START + 50_002);
        assert.equal((await leases.take("a", START + 50_002)).granted, true);
        assert.equal((await leases.take("a", START + 500_000)).left, 1, "after a long time all have ended");
      }),
  },
  {
    title: "what makes no leases is a fault",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        for (const wrong of [{ most: 0 }, { most: 1.5 }, { most: Number.POSITIVE_INFINITY }, { lasts: 0 }, { lasts: Number.NaN }, { lasts: Number.POSITIVE_INFINITY }]) assert.throws(() => store.leases({ name: "leases", most: 1, lasts: 1_000, ...wrong }), JSON.stringify(wrong));
      }),
  },
  {
    title: "a name is news once until it ends, and then again",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const ask = async (name: string, now: number): Promise<Once> => store.once(name, START + 10_000, now);
        assert.equal(await ask("a", START), "first");
        assert.equal(await ask("a", START), "again");
        assert.equal(await ask("b", START), "first");
        assert.equal(await ask("a", START + 9_999), "again");
        assert.equal(await store.once("a", START + 30_000, START + 10_000), "first");
        assert.equal(await store.once("a", START + 30_000, START + 29_999), "again");
        const long = "x".repeat(5_000);
        for (const name of [`${long}1`, `${long}2`, "__proto__", ""]) {
          assert.equal(await store.once(name, START + 40_000, START + 30_000), "first");
          assert.equal(await store.once(name, START + 40_000, START + 30_000), "again");
        }
      }),
  },
  {
    title: "a name that is forgotten is news again",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        assert.equal(await store.once("a", START + 10_000, START), "first");
        store.forget("a", START + 1);
        store.forget("b", START + 1);
        assert.equal(await store.once("a", START + 10_000, START + 1), "first");
        assert.equal(await store.once("a", START + 10_000, START + 1), "again");
      }),
  },
  {
    title: "a step counts once, not too early and not too late",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const steps = store.steps("cart", 10_000);
        const take = async (owner: string, offset: number): Promise<Stepped> => ({ ...(await steps.take(owner, 2_000, START + offset)) });
        const never = { passed: false, waitMilliseconds: Number.POSITIVE_INFINITY, at: 0 };
        assert.deepEqual(await take("a", 0), never);
        steps.mark("a", START);
        assert.deepEqual(await take("b", 0), never, "another one's");
        assert.deepEqual(await take("a", 1_999), { passed: false, waitMilliseconds: 1, at: START });
        assert.equal((await take("a", 2_000)).passed, true);
        assert.deepEqual(await take("a", 2_001), never, "used up");
        steps.mark("a", START + 3_000);
        assert.equal((await take("a", 12_999)).passed, true);
        steps.mark("a", START + 13_000);
        assert.deepEqual(await take("a", 23_000), never, "too late");
        assert.equal((await store.steps("other", 10_000).take("a", 0, START + 13_000)).passed, false);
      }),
  },
  {
    title: "of many who use one step at the same moment one does; what was used up in vain can be put back, as old as it was",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const steps = store.steps("cart", 10_000);
        steps.mark("a", START);
        const taken = await Promise.all(Array.from({ length: 20 }, async () => steps.take("a", 0, START + 1_000)));
        assert.equal(taken.filter(({ passed }) => passed).length, 1);
        steps.restore("a", taken.find(({ passed }) => passed)?.at ?? 0, START + 2_000);
        assert.equal((await steps.take("a", 2_500, START + 2_400)).waitMilliseconds, 100);
        assert.equal((await steps.take("a", 0, START + 9_999)).passed, true);
        steps.restore("a", START, START + 10_000);
        assert.equal((await steps.take("a", 0, START + 10_000)).passed, false, "too old to be put back");
        steps.mark("a", START + 20_000);
        steps.restore("a", START + 15_000, START + 20_000);
        assert.equal((await steps.take("a", 0, START + 29_999)).at, START + 20_000, "a later one stays");
        for (const lasts of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => store.steps("cart", lasts));
      }),
  },
  {
    title: "what is marked is so until its end, for its name alone; a shorter mark takes nothing from a longer one",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const marks = store.marks("given");
        assert.equal(await marks.isMarked("a", START), false);
        marks.mark("a", 10_000, START);
        marks.mark("a", 1_000, START + 1);
        assert.deepEqual([await marks.isMarked("a", START + 9_999), await marks.isMarked("b", START + 9_999), await store.marks("give").isMarked("na", START + 9_999)], [true, false, false]);
        assert.equal(await store.marks("given").isMarked("a", START + 9_999), true, "whoever asks, under the same name");
        assert.equal(await marks.isMarked("a", START + 10_000), false);
        marks.mark("a", 10_000, START + 20_000);
        marks.mark("a", 20_000, START + 20_000);
        assert.equal(await marks.isMarked("a", START + 39_999), true);
        for (const [lasts, now] of [[0, START], [-1, START], [Number.NaN, START], [Number.POSITIVE_INFINITY, START], [1, Number.NaN]] as const) assert.throws(() => marks.mark("c", lasts, now), `${lasts} ${now}`);
        await assert.rejects(async () => marks.isMarked("a", Number.NaN));
      }),
  },
  {
    title: "marks without room forget those that end soonest, and say no to what they have forgotten",
    run: (makeStore) =>
      using(
        makeStore,
        async (store) => {
          const marks = store.marks("given");
          const count = async (prefix: string): Promise<number> => {
            let found = 0;
            for (let name = 0; name < 100; name++) if (await marks.isMarked(`${prefix} ${name}`, START)) found++;
            return found;
          };
          for (let name = 0; name < 100; name++) marks.mark(`long ${name}`, 7_200_000, START);
          for (let name = 0; name < 100; name++) marks.mark(`short ${name}`, 1_000, START);
          for (let name = 0; name < 5_000; name++) marks.mark(`new ${name}`, 3_600_000, START);
          assert.deepEqual([await count("long"), await count("short"), await count("never")], [100, 0, 0]);
          assert.equal(await marks.isMarked("new 4999", START), true);
        },
        { namesMax: 100 },
      ),
  },
  {
    title: "names and buckets are two things",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        assert.equal(await store.once("a", START + 10_000, START), "first");
        assert.equal(await drain(store, "a", want(), 9), 5);
        assert.equal(await store.once("a", START + 10_000, START), "again");
      }),
  },
  {
    title: "of fifty who ask for one name at the same moment, one is the first",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        const answers = await Promise.all(Array.from({ length: 50 }, async () => store.once("a", START + 10_000, START)));
        assert.equal(answers.filter((answer) => answer === "first").length, 1);
        assert.equal(answers.filter((answer) => answer === "again").length, 49);
      }),
  },
  {
    title: "a name is not forgotten early by a clock that falls back, by a little or by hours",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        await store.once("other", START + 60_000, START + 50_000);
        for (const [name, now] of [["little", START + 20_000], ["hours", START - 3_600_000]] as const) {
          assert.equal(await store.once(name, now + 10_000, now), "first");
          assert.equal(await store.once(name, now + 19_999, now + 9_999), "again");
        }
      }),
  },
  {
    title: "a store without room says so, and forgets no name for another",
    run: (makeStore) =>
      using(
        makeStore,
        async (store) => {
          const ask = async (name: number): Promise<Once> => store.once(`name ${name}`, START + 3_600_000, START);
          const answers: Once[] = [];
          for (let name = 0; name < 2_000; name++) answers.push(await ask(name));
          assert.equal(answers[0], "first");
          assert.ok(answers.includes("full"));
          for (const [name, answer] of answers.entries()) assert.equal(await ask(name), answer === "first" ? "again" : "full");
        },
        { namesMax: 100 },
      ),
  },
  {
    title: "a name without an end to come is a fault, never news",
    run: (makeStore) =>
      using(makeStore, async (store) => {
        for (const [until, now] of [[START, START], [START - 1, START], [Number.NaN, START], [START, Number.NaN], [Number.POSITIVE_INFINITY, START]] as const) {
          await assert.rejects(async () => store.once("a", until, now), `${until} ${now}`);
        }
      }),
  },
  ...[5_000, 50_000].map((keys) => ({
    title: `${keys} foreign names do not reset a caller who has used up everything`,
    run: (makeStore: MakeStore): Promise<void> =>
      using(
        makeStore,
        async (store) => {
          await drain(store, "greedy", want({ window: 3_600_000 }), 5);
          for (let key = 0; key < keys; key++) await take(store, `foreign ${key}`, want({ window: 3_600_000 }));
          assert.equal((await take(store, "greedy", want({ window: 3_600_000 }))).granted, false);
        },
        { keysMax: 1_000 },
      ),
  })),
];
