/** Overload: what matters less waits outside while there is too much to do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../../src/contract/json-value.ts";
import { overload } from "../../../../src/doors/inbound/screen/overload.ts";
import { Content } from "../../../../src/exchange/content.ts";
import type { Site } from "../../../../src/policy/definition.ts";
import { conclude, type Given, misfits, operation, post, principal, type Sent, siteOf } from "../../../walk.ts";
import { refusal, said } from "../../samples.ts";

/** One thread and one API for all trials of a test. */
function house(late = 0): { readonly share: Site["share"]; readonly contract: Site["contract"] } {
  const things = new Map<string, unknown>();
  const contract = { ...siteOf({ guard: overload }).contract, operations: [operation(), operation({ id: "pay", tags: ["money"] }), operation({ id: "export", tags: ["reports"] })] };
  return {
    contract,
    share<T>(key: string, make: () => { readonly value: T }): T {
      if (!things.has(key)) things.set(key, key === "loop-lag" ? { milliseconds: () => late, close: () => undefined } : make().value);
      return things.get(key) as T;
    },
  };
}

let strangers = 0;
/** An address that nobody had before. */
const stranger = (): string => `203.0.113.${++strangers}`;

type Trial = (given?: Given) => Promise<Sent>;

const at = (id: string, tags: readonly string[], options: Json, site: Partial<Site>): Trial => post({ guard: overload, options, operation: { id, tags }, site });

test("While there is room everybody passes, and a place is free again once the answer begins", async () => {
  const trial = at("listOrders", [], { most: 1, least: 1 }, house());
  const first = await trial();
  assert.equal(said(first), "passes");
  assert.equal(said(await trial()), "503 reduced-capacity");
  conclude(first.exchange, { apiMilliseconds: 5 });
  assert.equal(said(await trial()), "passes");
});

test("A caller who left gives his place back, too, and only once", async () => {
  const trial = at("listOrders", [], { most: 2, least: 2 }, house());
  const [one, other] = [await trial(), await trial()];
  conclude(one.exchange, { left: true });
  conclude(one.exchange, { left: true });
  assert.equal(said(await trial()), "passes");
  assert.equal(said(await trial()), "503 reduced-capacity");
  conclude(other.exchange);
});

test("What is low is turned away at half of the limit, what is normal at four fifths, what is critical at the whole", async () => {
  const site = house();
  const options = { most: 10, least: 10, critical: ["pay"], low: ["reports"] };
  const [pay, list, report] = [at("pay", ["money"], options, site), at("listOrders", [], options, site), at("export", ["reports"], options, site)];
  const passing = async (trial: Trial): Promise<number> => {
    for (let count = 0; ; count++) if (said(await trial({ address: stranger() })) !== "passes") return count;
  };
  assert.equal(await passing(report), 5);
  assert.equal(await passing(list), 3);
  assert.equal(await passing(pay), 2);
});

test("Who holds as much as the others leaves the last places to those who hold less, whoever he is", async () => {
  for (const one of [{ address: "192.0.2.1" }, { principal: principal({ id: "anne" }) }]) {
    const site = house();
    const options = { most: 10, least: 10, critical: ["pay"], low: ["reports"] };
    const passing = async (trial: Trial, given: () => Given): Promise<number> => {
      for (let count = 0; ; count++) if (said(await trial(given())) !== "passes") return count;
    };
    const [pay, list, report] = [at("pay", ["money"], options, site), at("listOrders", [], options, site), at("export", ["reports"], options, site)];
    assert.deepEqual([await passing(report, () => one), await passing(list, () => one), await passing(pay, () => one)], [4, 2, 3]);
    assert.deepEqual([await passing(list, () => ({ address: stranger() })), await passing(pay, () => ({ address: stranger() }))], [0, 1]);
  }
});

test("A thread that is late turns away before anything is spent, the critical last", async () => {
  for (const [late, expected] of [[100, ["passes", "passes", "passes"]], [101, ["503", "passes", "passes"]], [201, ["503", "503", "passes"]], [801, ["503", "503", "503"]]] as const) {
    const site = house(late);
    const options = { critical: ["pay"], low: ["reports"] };
    const trials = [at("export", ["reports"], options, site), at("listOrders", [], options, site), at("pay", ["money"], options, site)];
    assert.deepEqual(await Promise.all(trials.map(async (trial) => said(await trial()).replace(" reduced-capacity", ""))), expected, String(late));
  }
});

test("The refusal is the house's own, and says when to try again, not to all the same", async () => {
  const trial = at("listOrders", [], { most: 1, least: 1 }, house());
  await trial();
  const waits = new Set<string>();
  for (let tries = 0; tries < 60; tries++) {
    const { outcome } = await trial();
    const { headers, blame, because } = refusal(outcome);
    waits.add(headers?.["retry-after"] ?? "");
    assert.equal(blame, "sallyport");
    assert.deepEqual(because, { inFlight: 1, limit: 1 });
  }
  assert.deepEqual([...waits].sort(), ["1", "2", "3", "4"]);
});

test("Slow answers lower the limit; slow callers and refusals of the second door do not", async () => {
  const limitAfter = async (given: Given, ending: Parameters<typeof conclude>[1]): Promise<number> => {
    const trial = at("listOrders", [], { most: 16, least: 1, target: "100ms" }, house());
    conclude((await trial(given)).exchange, ending);
    for (let count = 0; ; count++) if (said(await trial({ address: stranger() })) !== "passes") return count;
  };
  const usual = await limitAfter({}, { apiMilliseconds: 50 });
  assert.ok((await limitAfter({}, { apiMilliseconds: 1_000 })) < usual);
  assert.ok((await limitAfter({}, { apiMilliseconds: 5, status: 504, refusedAt: "host" })) < usual);
  const coming = new Content({ open: () => undefined }, 10);
  assert.equal(await limitAfter({ content: coming }, { apiMilliseconds: 1_000 }), usual);
  assert.equal(await limitAfter({}, { apiMilliseconds: 1_000, refusedAt: "verify", status: 502 }), usual);
  assert.equal(await limitAfter({}, { apiMilliseconds: undefined }), usual);
});

test("What cannot be meant is said at start-up", () => {
  const site = house();
  assert.match(misfits(overload, { most: 1, least: 2 }, {}, site).join(), /the least is more than the most/);
  assert.match(misfits(overload, { critical: ["payy"] }, {}, site).join(), /no operation and no tag "payy"/);
  assert.match(misfits(overload, { target: "1ms" }, {}, site).join(), /10ms to 1m/);
  assert.deepEqual(misfits(overload, { critical: ["pay", "money"], low: ["reports"] }, {}, site), []);
});
