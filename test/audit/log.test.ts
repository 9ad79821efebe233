import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { type AuditSink, GATHER_BYTES, GATHER_MILLISECONDS, openAuditLog } from "../../src/audit/log.ts";
import type { AuditRecord } from "../../src/audit/record.ts";
import { openFileSink } from "../../src/audit/sinks/file.ts";

function record(id: string): AuditRecord {
  return { time: "2026-11-20T10:00:00.000Z", id, outcome: "allowed", method: "GET", operation: "listOrders", template: "/orders", status: 200, address: "192.0.2.1", bytesIn: 0, bytesOut: 2, milliseconds: 1, policy: "0" };
}

/** A sink whose writes finish when the test says so. */
function slowSink(): AuditSink & { readonly texts: string[]; readonly settle: (fault?: Error) => void } {
  let done: ((fault?: Error) => void) | undefined;
  const texts: string[] = [];
  return {
    texts,
    write: (text, callback) => {
      texts.push(text);
      done = callback;
    },
    settle: (fault) => {
      const callback = done;
      done = undefined;
      callback?.(fault);
    },
    close: () => Promise.resolve(),
  };
}

const ids = (texts: readonly string[]): string[] => texts.join("").trim().split("\n").map((line) => (JSON.parse(line) as AuditRecord).id);

/** Until what was added has been given to the sink. */
const gathered = (): Promise<void> => wait(3 * GATHER_MILLISECONDS);

test("records of a moment go out in one write, in order, one JSON line each", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sink = slowSink();
  const log = openAuditLog(sink, { queueBytes: 10_000, whenFull: "refuse" });
  for (const id of ["a", "b", "c"]) {
    log.add(record(id));
    await turn();
  }
  t.mock.timers.tick(GATHER_MILLISECONDS - 1);
  assert.equal(sink.texts.length, 0);
  t.mock.timers.tick(1);
  assert.equal(sink.texts.length, 1);
  assert.deepEqual(ids(sink.texts), ["a", "b", "c"]);
});

test("many records do not wait for the moment to pass", () => {
  const sink = slowSink();
  const log = openAuditLog(sink, { queueBytes: 10 * GATHER_BYTES, whenFull: "refuse" });
  const line = `${JSON.stringify(record("0000"))}\n`.length;
  const most = Math.ceil(GATHER_BYTES / line);
  for (let at = 0; at < most; at++) {
    assert.equal(sink.texts.length, 0);
    log.add(record(String(at).padStart(4, "0")));
  }
  assert.equal(sink.texts.length, 1);
  assert.equal(sink.texts[0]?.length, most * line);
});

test("one write is under way at a time; what comes meanwhile follows", async () => {
  const sink = slowSink();
  const log = openAuditLog(sink, { queueBytes: 10_000, whenFull: "refuse" });
  log.add(record("a"));
  await gathered();
  log.add(record("b"));
  await gathered();
  assert.equal(sink.texts.length, 1);
  sink.settle();
  await gathered();
  assert.deepEqual(ids(sink.texts), ["a", "b"]);
});

const full = { ...record("x"), outcome: "refused", problem: "audit-unavailable" } as const;

test("a full queue is not ready; by choice it drops and counts, else it takes what is already in", async () => {
  for (const [whenFull, kept] of [["drop", ["a", "b"]], ["refuse", ["a", "b", "c"]]] as const) {
    const sink = slowSink();
    const line = `${JSON.stringify(record("a"))}\n`.length;
    const log = openAuditLog(sink, { queueBytes: line * 2, whenFull });
    log.add(record("a"));
    assert.ok(log.ready());
    log.add(record("b"));
    assert.ok(!log.ready());
    log.add(record("c"));
    log.add(full);
    assert.equal(log.state().dropped, whenFull === "drop" ? 2 : 1);
    await gathered();
    sink.settle();
    assert.ok(log.ready());
    assert.deepEqual(ids(sink.texts), kept);
  }
});

test("a queue that no record fits exactly is full all the same", () => {
  const log = openAuditLog(slowSink(), { queueBytes: 1_000, whenFull: "refuse" });
  for (let at = 0; at < 20; at++) log.add(record(String(at)));
  assert.ok(!log.ready());
});

test("a failed write loses nothing while there is room, and is told", async () => {
  const sink = slowSink();
  const log = openAuditLog(sink, { queueBytes: 10_000, whenFull: "refuse" });
  log.add(record("a"));
  await gathered();
  sink.settle(new Error("no space"));
  assert.equal(log.state().fault, "no space");
  assert.equal(log.state().written, 0);
  log.add(record("b"));
  await gathered();
  sink.settle();
  assert.deepEqual(ids(sink.texts.slice(1)), ["a", "b"]);
  assert.equal(log.state().written, 2);
  assert.equal(log.state().fault, undefined);
});

test("closing writes what waits", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-audit-"));
  const file = path.join(folder, "deep", "audit.log");
  const log = openAuditLog(openFileSink(file, { rotateBytes: 1_000_000, keep: 1 }), { queueBytes: 100_000, whenFull: "refuse" });
  for (let at = 0; at < 100; at++) log.add(record(String(at)));
  await log.close();
  assert.equal(ids([readFileSync(file, "utf8")]).length, 100);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test("a file is set aside at its size, the oldest beyond keep goes, and no line is torn", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-audit-"));
  const file = path.join(folder, "audit.log");
  const log = openAuditLog(openFileSink(file, { rotateBytes: 1_000, keep: 2 }), { queueBytes: 100_000, whenFull: "refuse" });
  for (let at = 0; at < 20; at++) {
    log.add(record(String(at)));
    while (log.state().waitingBytes > 0) await turn();
  }
  await log.close();
  assert.deepEqual(readdirSync(folder).sort(), ["audit.log", "audit.log.1", "audit.log.2"]);
  const kept = ["audit.log.2", "audit.log.1", "audit.log"].flatMap((name) => ids([readFileSync(path.join(folder, name), "utf8")]).map(Number));
  assert.deepEqual(kept, Array.from({ length: kept.length }, (_, at) => 20 - kept.length + at));
  for (const name of readdirSync(folder)) assert.ok(statSync(path.join(folder, name)).size <= 1_000);
});
