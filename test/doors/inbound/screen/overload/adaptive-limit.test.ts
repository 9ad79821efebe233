/** Adaptive limit: simulated, with a clock of the test's own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AdaptiveLimit } from "../../../../../src/doors/inbound/screen/overload/adaptive-limit.ts";

const RULES = { target: 250, least: 4, most: 1_000 };
/** For so long callers want their answer. */
const PATIENCE_MILLISECONDS = 400;
/** What happens before does not count: the limit has to be found first. */
const RUN_IN_MILLISECONDS = 5_000;

interface Load {
  /** Requests per second. */
  readonly offered: number;
  /** What the API can do, per second. */
  readonly capacity: number;
  /** Part of the requests that is critical. */
  readonly critical?: number;
}

interface Outcome {
  /** Answers per second that came while somebody still wanted them. */
  readonly good: number;
  readonly refused: number;
  /** Part of the critical requests that had a good answer. */
  readonly critical: number;
}

const SECONDS = 30;
const CALLERS = 97;
const CRITICAL = { all: 1, common: 0.9 };
const NORMAL = { all: 0.8, common: 0.6 };
const WHOLE = { all: 1, common: 0.75 };

/** An API that does one request after the other, as they come. */
function simulate({ offered, capacity, critical = 0 }: Load, limit: AdaptiveLimit | undefined): Outcome {
  const queue: { readonly due: number; readonly begun: number; readonly critical: boolean; readonly caller: string }[] = [];
  let head = 0;
  let [free, good, refused, criticalAsked, criticalGood] = [0, 0, 0, 0, 0];
  const settle = (until: number): void => {
    for (let first = queue[head]; first !== undefined && first.due <= until; first = queue[++head]) {
      limit?.giveBack(first.caller);
      limit?.learn(first.due, first.due - first.begun, false);
      if (first.due - first.begun > PATIENCE_MILLISECONDS || first.due < RUN_IN_MILLISECONDS) continue;
      good++;
      if (first.critical) criticalGood++;
    }
  };
  for (let number = 0; number < offered * SECONDS; number++) {
    const now = (number * 1_000) / offered;
    settle(now);
    const isCritical = ((number * critical) % 1) + critical >= 1;
    if (isCritical && now >= RUN_IN_MILLISECONDS) criticalAsked++;
    const caller = `caller ${number % CALLERS}`;
    if (limit?.take(isCritical ? CRITICAL : NORMAL, caller) === false) {
      refused++;
      continue;
    }
    free = Math.max(free, now) + 1_000 / capacity;
    queue.push({ due: free, begun: now, critical: isCritical, caller });
  }
  return { good: good / (SECONDS - RUN_IN_MILLISECONDS / 1_000), refused, critical: criticalAsked === 0 ? 1 : criticalGood / criticalAsked };
}

test("At twice what the API can do, nine tenths of what it can do come out; without a limit, next to nothing does", () => {
  const load = { offered: 2_000, capacity: 1_000 };
  assert.ok(simulate(load, undefined).good < 100);
  const { good } = simulate(load, new AdaptiveLimit(RULES));
  assert.ok(good >= 900, `${good} of 1,000 a second`);
});

test("While there is too much of everything, what is critical comes through", () => {
  const { good, critical } = simulate({ offered: 2_000, capacity: 1_000, critical: 0.2 }, new AdaptiveLimit(RULES));
  assert.ok(good >= 900, `${good} of 1,000 a second`);
  assert.ok(critical >= 0.95, `${critical} of the critical`);
});

test("At three fifths of what the API can do, nobody is turned away", () => {
  const { refused, good } = simulate({ offered: 600, capacity: 1_000 }, new AdaptiveLimit(RULES));
  assert.equal(refused, 0);
  assert.equal(Math.round(good), 600);
});

test("When the API is well again, the limit rises again, but never above the most", () => {
  const limit = new AdaptiveLimit({ ...RULES, most: 100 });
  simulate({ offered: 1_000, capacity: 20 }, limit);
  const low = limit.limit;
  while (limit.inFlight > 0) limit.giveBack("somebody");
  for (let now = 100_000; now < 200_000; now += 10) {
    while (limit.take(WHOLE, "one"));
    while (limit.inFlight > 0) {
      limit.learn(now, 5, false);
      limit.giveBack("one");
    }
  }
  assert.ok(low < 20 && limit.limit > 90 && limit.limit <= 100, `${low} to ${limit.limit}`);
});

test("It does not rise while it is not used", () => {
  const limit = new AdaptiveLimit(RULES);
  const before = limit.limit;
  for (let now = 0; now < 10_000; now += 10) {
    assert.ok(limit.take(WHOLE, "one"));
    limit.learn(now, 5, false);
    limit.giveBack("one");
  }
  assert.equal(limit.limit, before);
});

test("It falls once for all answers that were let in before, by how late they are, and not below the least", () => {
  const limit = new AdaptiveLimit(RULES);
  const before = limit.limit;
  limit.learn(0, 312.5, false);
  assert.equal(limit.limit, before * 0.8);
  limit.learn(100, 10_000, false);
  assert.equal(limit.limit, before * 0.8);
  limit.learn(1_000, 10_000, false);
  assert.equal(limit.limit, before * 0.8 * 0.5);
  limit.learn(2_000, 1, true);
  assert.equal(limit.limit, before * 0.8 * 0.5 * 0.9);
  for (let now = 3_000; now < 100_000; now += 500) limit.learn(now, 10_000, false);
  assert.equal(limit.limit, RULES.least);
});

test("One request is let in whatever the limit says", () => {
  const limit = new AdaptiveLimit({ target: 10, least: 1, most: 1 });
  assert.ok(limit.take({ all: 0.5, common: 0.5 }, "one"));
  assert.ok(!limit.take(WHOLE, "another"));
  limit.giveBack("one");
  assert.ok(limit.take({ all: 0.5, common: 0.5 }, "one"));
});

test("The last of the places are for callers who hold fewer than the others on average", () => {
  const limit = new AdaptiveLimit({ target: 10, least: 8, most: 8 });
  const taken = (caller: string): number => {
    for (let count = 0; ; count++) if (!limit.take(WHOLE, caller)) return count;
  };
  assert.equal(taken("greedy"), 6);
  assert.equal(taken("anne"), 2, "below the average of 6, and then of 3.5");
  assert.equal(taken("bob"), 0, "there are no more than eight");
  limit.giveBack("greedy");
  assert.ok(!limit.take(WHOLE, "greedy"));
  assert.ok(limit.take(WHOLE, "bob"));
});

test("Whose answers take long does not keep out those whose answers come at once", () => {
  const [slow, quick, seconds] = [2_000, 10, 60];
  /** Part of the good caller's requests that come through, one each 50 ms, while another one has as many under way as he gets. */
  const share = (isFair: boolean): number => {
    const limit = new AdaptiveLimit(RULES);
    const ends: { at: number; took: number; caller: string }[] = [];
    const ask = (now: number, took: number, caller: string): boolean => {
      const name = isFair ? caller : "all the same";
      const granted = limit.take(NORMAL, name);
      if (granted) ends.push({ at: now + took, took, caller: name });
      return granted;
    };
    let [asked, good] = [0, 0];
    for (let now = 0; now < seconds * 1_000; now += 10) {
      for (const end of ends.filter(({ at }) => at <= now)) {
        limit.giveBack(end.caller);
        limit.learn(now, end.took, false);
        ends.splice(ends.indexOf(end), 1);
      }
      while (ask(now, slow, "greedy"));
      if (now % 50 !== 0 || now < RUN_IN_MILLISECONDS) continue;
      asked++;
      if (ask(now, quick, "anne")) good++;
    }
    return good / asked;
  };
  assert.ok(share(false) < 0.2, `${share(false)} where nobody is told from anybody`);
  assert.ok(share(true) > 0.95, String(share(true)));
});
