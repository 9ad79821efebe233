import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { openAuditLog } from "../../src/audit/log.ts";
import { carry, type Forward } from "../../src/hosts/carry.ts";
import { Engine } from "../../src/doors/engine.ts";
import { GUARDS } from "../../src/doors/guards.ts";
import { buildHouse } from "../../src/doors/house.ts";
import { openShared } from "../../src/doors/shared.ts";
import { Content } from "../../src/exchange/content.ts";
import { fieldsOf } from "../../src/exchange/fields.ts";
import { defineGuard, type Ending, fields, type Guard, problem } from "../../src/guard.ts";
import { holdDatabase } from "../../src/stores/database/hold-database.ts";
import { holdStore } from "../../src/stores/hold-store.ts";
import { openMetrics } from "../../src/watch/metrics.ts";

const CONTRACT = { openapi: "3.1.0", info: { title: "t", version: "1" }, paths: { "/things": { get: { operationId: "listThings", responses: { 200: { description: "fine", content: { "text/plain": {} } }, 404: { description: "none" } } } } } };

interface Heard {
  readonly event: string;
  readonly ending: Ending;
}

const refused = problem("test-follow", 418, "No");

function following(heard: Heard[], fails = false): Guard {
  return defineGuard({
    name: "following",
    stage: "throttle",
    risks: ["API4:2023"],
    options: fields({}),
    compile: () => (exchange) => {
      const hear = (event: string) => (ending: Ending) => {
        heard.push({ event, ending });
        if (fails) throw new Error("a follower that fails");
      };
      exchange.follow({ answered: hear("answered"), concluded: hear("concluded") });
      exchange.follow({});
      return undefined;
    },
  });
}

const refusing: Guard = defineGuard({ name: "refusing", stage: "throttle", risks: ["API4:2023"], options: fields({}), compile: () => () => refused() });

/** Sends one request through both doors; `leaves`: the caller does so while the API works. */
async function send(guards: readonly Guard[], forward: Forward, leaves = false): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-follow-"));
  writeFileSync(path.join(folder, "openapi.json"), JSON.stringify(CONTRACT));
  writeFileSync(path.join(folder, "policy.json"), JSON.stringify({ contract: "./openapi.json", everywhere: { public: "a test without logins", ...Object.fromEntries(guards.map(({ name }) => [name, {}])) } }));
  const building = buildHouse(path.join(folder, "policy.json"), { guards: [...GUARDS, ...guards], openStore: holdStore().open, shared: openShared(), openDatabase: holdDatabase().open });
  assert.ok("house" in building, JSON.stringify(building));
  const metrics = openMetrics();
  const sink = { write: (_text: string, done: () => void): void => done(), close: () => Promise.resolve() };
  const engine = new Engine(building.house, { audit: openAuditLog(sink, { queueBytes: 100_000, whenFull: "refuse" }), metrics, now: () => 1_800_000_000_000 });
  const facts = { method: "GET", target: "/things", version: "1.1", fields: fieldsOf(["host", "api.example"]), peer: "127.0.0.1", secure: true, content: new Content(undefined, 0) } as const;
  await new Promise<void>((resolve) => {
    let gone = (): void => undefined;
    carry(engine, facts, {
      send: (answer, _exchange, done) => answer.content.stream({ data: () => true, end: () => (done(), resolve()), fail: (why) => (done(why), resolve()) }),
      onGone: (callback) => void (gone = callback),
    }, forward);
    if (!leaves) return;
    gone();
    resolve();
  });
  return metrics.write();
}

const answering = (status: number): Forward => (_exchange, { head }) => (head(status, fieldsOf(["content-type", "text/plain"]), Content.holding(Buffer.from("hello"))), () => undefined);
const silent: Forward = () => () => undefined;
const endings = (heard: readonly Heard[]): unknown => heard.map(({ event, ending: { status, refusedAt, now } }) => [event, status, refusedAt, now]);

test("who follows hears once that the answer is decided, and once that all is over", async () => {
  const heard: Heard[] = [];
  await send([following(heard)], answering(200));
  assert.deepEqual(endings(heard), [["answered", 200, undefined, 1_800_000_000_000], ["concluded", 200, undefined, 1_800_000_000_000]]);
  assert.deepEqual([heard[1]?.ending.bytesIn, heard[1]?.ending.bytesOut], [0, 5]);
});

test("he hears what the caller gets, not what the API said, and where it was refused", async () => {
  const heard: Heard[] = [];
  await send([following(heard)], answering(201));
  assert.deepEqual(endings(heard.slice(0, 1)), [["answered", 502, "verify", 1_800_000_000_000]]);
  const before: Heard[] = [];
  await send([following(before), refusing], answering(200));
  assert.deepEqual(endings(before), [["answered", 418, "throttle", 1_800_000_000_000], ["concluded", 418, "throttle", 1_800_000_000_000]]);
});

test("of a caller who leaves he hears only that it is over", async () => {
  const heard: Heard[] = [];
  await send([following(heard)], silent, true);
  assert.deepEqual(heard.map(({ event }) => event), ["concluded"]);
});

test("one who fails changes nothing for the exchange or for others, and is counted", async () => {
  const [failing, heard]: [Heard[], Heard[]] = [[], []];
  const other = { ...following(heard), name: "other" };
  const metrics = await send([following(failing, true), other], answering(200));
  assert.deepEqual([failing.length, heard.length], [2, 2]);
  assert.match(metrics, /\nsallyport_followers_failed 2\n/);
});

test("who follows when the caller has left already hears at once that all is over: what he holds is given back", async () => {
  const heard: Heard[] = [];
  let answer = (): void => undefined;
  const asked = new Promise<undefined>((resolve) => void (answer = () => resolve(undefined)));
  const asking: Guard = defineGuard({ name: "asking", stage: "authenticate", risks: ["API2:2023"], options: fields({}), compile: () => () => asked });
  await send([asking, following(heard)], silent, true);
  assert.deepEqual(endings(heard), [], "nobody follows yet");
  answer();
  await new Promise((resolve) => void setImmediate(resolve));
  assert.deepEqual(endings(heard), [["concluded", 500, undefined, 1_800_000_000_000]]);
});
