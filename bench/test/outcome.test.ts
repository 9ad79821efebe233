/**
 * Tests of the load generator: a run with any wrong answer is not counted.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Outcome } from "../generator/outcome.ts";
import { judgeOutcome } from "../generator/outcome.ts";
import { startOwnGenerator } from "../generator/own.ts";

const request = "GET /orders/ord_1?lines=1 HTTP/1.1\r\nHost: {host}\r\n\r\n";

async function loadServer(listener: RequestListener, requests: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "bench-test-"));
  const requestFile = join(folder, "requests.bin");
  writeFileSync(requestFile, request);
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A listening TCP server has such an address.
  const { port } = server.address() as AddressInfo;
  const generator = startOwnGenerator(undefined);
  try {
    return await generator.run({ port, requestFile, authorityFile: undefined, connections: 4, seconds: 5, requests });
  } finally {
    generator.stop();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

test("a run of right answers counts, and is as long as asked", async () => {
  const outcome = await loadServer((_request, response) => response.end('{"id":"ord_1"}'), 200);
  assert.equal(judgeOutcome(outcome), undefined);
  assert.equal(outcome.requests, 200);
  assert.deepEqual(outcome.statuses, { 200: 200 });
  assert.ok(outcome.p50Milliseconds > 0 && outcome.p99Milliseconds >= outcome.p50Milliseconds);
});

test("one refusal among many makes a run invalid", async () => {
  let count = 0;
  const outcome = await loadServer((_request, response) => {
    count += 1;
    response.writeHead(count === 50 ? 429 : 200).end('{"id":"ord_1"}');
  }, 200);
  assert.match(judgeOutcome(outcome) ?? "", /^1 wrong answers \(199 x 200, 1 x 429\)$/);
});

test("another order than the one asked for makes a run invalid", async () => {
  const outcome = await loadServer((_request, response) => response.end('{"id":"ord_2"}'), 20);
  assert.match(judgeOutcome(outcome) ?? "", /^20 wrong answers/);
});

test("a connection that closes under a request makes a run invalid", async () => {
  const outcome = await loadServer((asked) => asked.socket.destroy(), 20);
  assert.match(judgeOutcome(outcome) ?? "", /no answers at all/);
  let count = 0;
  const later = await loadServer((asked, response) => {
    count += 1;
    if (count === 10) asked.socket.destroy();
    else response.end('{"id":"ord_1"}');
  }, 20);
  assert.match(judgeOutcome(later) ?? "", /1 broken/);
});
