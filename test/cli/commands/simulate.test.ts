import assert from "node:assert/strict";
import { test } from "node:test";
import { openDesk } from "../desk.ts";

const CONTRACT = { openapi: "3.1.0", info: { title: "t", version: "1" }, paths: { "/things": { get: { operationId: "listThings", responses: { 200: { description: "fine" } } } } } };
const policy = (everywhere: object): string => JSON.stringify({ contract: "./openapi.json", upstream: "http://127.0.0.1:8080", everywhere: { public: "a test without logins", ...everywhere } });
const START = Date.parse("2026-11-25T12:00:00Z");

function line(second: number, particulars: object = {}): string {
  return JSON.stringify({ time: new Date(START + second * 1_000).toISOString(), id: "x", outcome: "allowed", method: "GET", operation: "listThings", template: "/things", status: 200, address: "192.0.2.1", bytesIn: 0, bytesOut: 10, milliseconds: 1, policy: "p", ...particulars });
}

function desk(t: Parameters<typeof openDesk>[0], everywhere: object, lines: readonly string[]): ReturnType<typeof openDesk> {
  return openDesk(t, { "openapi.json": JSON.stringify(CONTRACT), "policy.json": policy(everywhere), "audit.log": `${lines.join("\n")}\n` });
}

async function limited(t: Parameters<typeof openDesk>[0], everywhere: object, lines: readonly string[]): Promise<{ readonly records: number; readonly replayed: number; readonly unread: number; readonly limited: readonly object[] }> {
  const { code, out } = await desk(t, everywhere, lines).run("simulate", "audit.log", "policy.json", "--json");
  assert.equal(code, 0);
  return JSON.parse(out) as never;
}

test("who would have been limited is said, how often and since when, by the guards' own judgement", async (t) => {
  const lines = [0, 1, 2, 3, 31].map((second) => line(second)).concat(line(3, { principal: "ann" }), line(4, { address: "192.0.2.2" }));
  const result = await limited(t, { "token-bucket": { burst: 2, window: "1m" } }, lines);
  assert.deepEqual(result, { records: 7, replayed: 7, unread: 0, limited: [{ operation: "listThings", guard: "token-bucket", caller: "192.0.2.1", times: 2, first: "2026-11-25T12:00:02.000Z" }] });
});

test("what was refused before a limit, or is no record, is not replayed; what does not count is given back", async (t) => {
  const bucket = { "token-bucket": { burst: 1, window: "1h", count: "failures" } };
  const early = line(0, { outcome: "refused", guard: "framing", status: 400 });
  const result = await limited(t, bucket, [early, "no record", "{}", line(1), line(2), line(3, { status: 401 }), line(4, { status: 401 })]);
  assert.deepEqual([result.records, result.replayed, result.unread, result.limited.length], [5, 4, 2, 1]);
});

test("a leaky bucket is replayed, and one that lets requests wait is not: nobody is made to wait for it, either", async (t) => {
  const lines = [line(0), line(1), line(2), line(10)];
  const bare = await limited(t, { "leaky-bucket": { rate: "6/1m" } }, lines);
  assert.deepEqual([bare.replayed, bare.limited], [4, [{ operation: "listThings", guard: "leaky-bucket", caller: "192.0.2.1", times: 2, first: "2026-11-25T12:00:01.000Z" }]]);
  const queued = await limited(t, { "leaky-bucket": { rate: "6/1m", queue: { wait: "5m" } } }, lines);
  assert.deepEqual([queued.replayed, queued.limited], [0, []]);
});

test("whoever goes on asking after a refusal waits as long as his penalty says", async (t) => {
  const bucket = (more: object): object => ({ "token-bucket": { burst: 1, window: "10s", ...more } });
  const lines = [0, 1, 2, 3, 11].map((second) => line(second, { principal: "ann" }));
  const told = (times: number): object => ({ operation: "listThings", guard: "token-bucket", caller: "ann", times, first: "2026-11-25T12:00:01.000Z" });
  assert.deepEqual((await limited(t, bucket({}), lines)).limited, [told(3)]);
  assert.deepEqual((await limited(t, bucket({ penalty: { after: 1, upTo: "1h" } }), lines)).limited, [told(4)]);
});

test("limits in observe mode are tried, too, and without any nobody is limited", async (t) => {
  assert.equal((await limited(t, { "sliding-window": { rate: "1/1m", mode: "observe" } }, [line(0), line(1)])).limited.length, 1);
  const { out } = await desk(t, {}, [line(0), line(1)]).run("simulate", "audit.log", "policy.json");
  assert.match(out, /0 of 2 records came as far as a limit[\s\S]*nobody would have been limited/);
});

test("without a log or a policy nothing begins", async (t) => {
  const one = desk(t, {}, []);
  assert.equal((await one.run("simulate", "nowhere.log", "policy.json")).code, 3);
  assert.equal((await one.run("simulate", "audit.log", "nowhere.json")).code, 3);
  assert.equal((await one.run("simulate")).code, 2);
});

test("a policy where the log should stand is told in a sentence", async (t) => {
  const one = openDesk(t, { "openapi.json": JSON.stringify(CONTRACT), "policy.yaml": "contract: ./openapi.json\n", "audit.log": "" });
  const { code, error } = await one.run("simulate", "policy.yaml", "audit.log");
  assert.equal(code, 3);
  assert.match(error, /policy\.yaml is no audit log: .*the log comes first/);
});
