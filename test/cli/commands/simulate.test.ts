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

test("limits that servers keep for several processes are replayed whole, and no server is asked", async (t) => {
  const bucket = { "token-bucket": { burst: 4, window: "1h" } };
  const lines = [0, 1, 2, 3, 4].map((second) => line(second));
  for (const whenDown of ["local", "closed", { open: "a test in which everybody may pass" }]) {
    const files = { "openapi.json": JSON.stringify(CONTRACT), "policy.json": JSON.stringify({ ...(JSON.parse(policy(bucket)) as object), limits: { redis: "file:./redis.txt", nodes: 4, whenDown } }), "redis.txt": "redis://127.0.0.1:1", "audit.log": `${lines.join("\n")}\n` };
    const { code, out, error } = await openDesk(t, files).run("simulate", "audit.log", "policy.json", "--json");
    assert.equal(code, 0, error);
    assert.deepEqual((JSON.parse(out) as { limited: readonly { times: number }[] }).limited.map(({ times }) => times), [1], JSON.stringify(whenDown));
  }
});

test("clients of one name from two issuers are apart, and API keys as well, as they are live", async (t) => {
  const passing = async (key: string, particulars: readonly object[]): Promise<readonly object[]> => (await limited(t, { "token-bucket": { burst: 1, window: "1h", key } }, particulars.map((one, second) => line(second, one)))).limited.map((one) => (one as { caller: string }).caller as never);
  assert.deepEqual(await passing("client", ["https://a.example#ann", "https://b.example#bob", "https://a.example#cid"].map((principal) => ({ principal, client: "app" }))), ["https://a.example#cid"]);
  const of = (principal: string, credential: string): object => ({ principal, credential });
  assert.deepEqual(await passing("api-key", [of("api-key#shop", "one"), of("api-key#shop", "two"), of("api-key#shop", "two")]), ["api-key#shop"]);
  assert.deepEqual(await passing("api-key", [of("https://a.example#ann", "one"), of("https://a.example#ann", "two")]), ["https://a.example#ann"], "the id of a token is no key");
});

test("a caller who left has shown nothing, so that nothing is given back to him, as live", async (t) => {
  const left = [0, 1].map((second) => line(second, { outcome: "failed", status: 500, problem: "caller-left" }));
  assert.equal((await limited(t, { "token-bucket": { burst: 1, window: "1h", count: "successes" } }, left)).limited.length, 1);
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
