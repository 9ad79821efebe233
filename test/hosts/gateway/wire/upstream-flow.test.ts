import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Content, type Sink, type Source } from "../../../../src/exchange/content.ts";
import { openWireUpstream, type WireUpstream } from "../../../../src/hosts/gateway/wire/upstream.ts";
import { eventually } from "./fronts.ts";
import { type Api, ask, exchangeOf, startSockets, wordOf } from "./upstream-trial.ts";

const PIECE = Buffer.alloc(65_536, "sallyport");
const BODY_BYTES = 200 * 1_048_576;
/** What both sides' buffers, the kernel's among them, may swallow while nobody takes anything. */
const HELD_BYTES_MAX = 12 * 1_048_576;
/** The API runs in this process too and leaves garbage; a body that were held would show with all its bytes. */
const RSS_GROWTH_BYTES_MAX = 100 * 1_048_576;

/** Bytes as fast as they are taken. */
class Spring implements Source {
  given = 0;
  #sink: Sink | undefined;
  #paused = false;
  readonly #bytes: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  open(sink: Sink): void {
    this.#sink = sink;
    setImmediate(() => this.#flow());
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    setImmediate(() => this.#flow());
  }

  cancel(): void {
    this.#sink = undefined;
  }

  #flow(): void {
    while (!this.#paused && this.#sink !== undefined) {
      if (this.given === this.#bytes) return this.#sink.end();
      const piece = PIECE.subarray(0, Math.min(PIECE.byteLength, this.#bytes - this.given));
      this.given += piece.byteLength;
      if (!this.#sink.data(piece)) this.#paused = true;
    }
  }
}

async function open(t: TestContext, take: (socket: Socket) => void): Promise<{ api: Api; upstream: WireUpstream }> {
  const api = await startSockets(take);
  const upstream = openWireUpstream(api.url);
  t.after(async () => {
    await upstream.close();
    api.close();
  });
  return { api, upstream };
}

/** The most that the resident set grew while `work` went on. */
async function growthOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
  await work().finally(() => clearInterval(timer));
  return Math.max(most, process.memoryUsage.rss()) - before;
}

const head = (text: string): number => text.indexOf("\r\n\r\n") + 4;

test("200 MB to the API, with a length and in chunks, in flat memory", async (t) => {
  for (const declared of [BODY_BYTES, undefined]) {
    let seen = 0;
    const { upstream } = await open(t, (socket) =>
      socket.on("data", (chunk: Buffer) => {
        if (seen === 0) seen -= head(chunk.toString("latin1"));
        seen += chunk.byteLength;
        const whole = declared === undefined ? chunk.toString("latin1", chunk.byteLength - 5) === "0\r\n\r\n" : seen === BODY_BYTES;
        if (whole) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      }),
    );
    const growth = await growthOf(async () => assert.equal(wordOf(await ask(upstream.forward, { method: "PUT", content: new Content(new Spring(BODY_BYTES), declared) })), "200 ok"));
    assert.ok(growth < RSS_GROWTH_BYTES_MAX, `${growth} bytes`);
    assert.ok(seen >= BODY_BYTES);
    assert.equal(upstream.counts().idle, 1);
  }
});

/** Writes a body as fast as it is taken: plain, or in chunks. */
function pour(socket: Socket, bytes: number, chunked: boolean): void {
  let left = bytes;
  const flow = (): void => {
    while (left > 0) {
      const piece = PIECE.subarray(0, Math.min(PIECE.byteLength, left));
      left -= piece.byteLength;
      if (chunked) socket.write(`${piece.byteLength.toString(16)}\r\n`);
      const room = socket.write(piece);
      if (chunked) socket.write(left === 0 ? "\r\n0\r\n\r\n" : "\r\n");
      if (!room && left > 0) return void socket.once("drain", flow);
    }
  };
  flow();
}

test("200 MB from the API, with a length and in chunks, in flat memory and byte for byte", async (t) => {
  const expected = createHash("sha256");
  for (let at = 0; at < BODY_BYTES; at += PIECE.byteLength) expected.update(PIECE);
  const digest = expected.digest("hex");
  for (const chunked of [false, true]) {
    const { upstream } = await open(t, (socket) =>
      socket.on("data", () => {
        socket.write(`HTTP/1.1 200 OK\r\n${chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${BODY_BYTES}`}\r\n\r\n`);
        pour(socket, BODY_BYTES, chunked);
      }),
    );
    const seen = createHash("sha256");
    const growth = await growthOf(
      () =>
        new Promise<void>((resolve, reject) => {
          const take = (content: Content): void => content.stream({ data: (piece) => (seen.update(piece), true), end: resolve, fail: reject });
          upstream.forward(exchangeOf({}), { head: (_status, _fields, content) => take(content), fail: reject });
        }),
    );
    assert.equal(seen.digest("hex"), digest);
    assert.ok(growth < RSS_GROWTH_BYTES_MAX, `${growth} bytes`);
    assert.equal(upstream.counts().idle, 1);
  }
});

test("an API that does not read holds up the one who sends", async (t) => {
  const { upstream, api } = await open(t, (socket) => void socket.pause());
  const spring = new Spring(BODY_BYTES);
  const giveUp = upstream.forward(exchangeOf({ method: "PUT", content: new Content(spring, BODY_BYTES) }), { head: () => assert.fail(), fail: () => assert.fail() });
  await wait(300);
  const { given } = spring;
  assert.ok(given > 0 && given < HELD_BYTES_MAX, `${given} bytes`);
  await wait(200);
  assert.equal(spring.given, given);
  giveUp();
  // Only who reads sees that the other side has gone.
  for (const socket of api.open) socket.resume();
  await eventually(() => api.open.size === 0, () => `${api.open.size} connections`);
});

test("one who does not read holds up the API, before he opens the body and after", async (t) => {
  for (const chunked of [false, true]) {
    let sent = 0;
    const { upstream } = await open(t, (socket) =>
      socket.on("data", () => {
        socket.write(`HTTP/1.1 200 OK\r\n${chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${BODY_BYTES}`}\r\n\r\n`);
        pour(socket, BODY_BYTES, chunked);
        const timer = setInterval(() => (sent = socket.bytesWritten - socket.writableLength), 10);
        socket.on("close", () => clearInterval(timer));
      }),
    );
    const content = await new Promise<Content>((resolve, reject) => void upstream.forward(exchangeOf({}), { head: (_status, _fields, body) => resolve(body), fail: reject }));
    await wait(200);
    const unopened = sent;
    assert.ok(unopened < HELD_BYTES_MAX, `${unopened} bytes`);
    let pieces = 0;
    content.stream({ data: () => pieces++ < 0, end: () => assert.fail(), fail: () => assert.fail() });
    await wait(200);
    assert.equal(pieces, 1);
    assert.ok(sent < HELD_BYTES_MAX, `${sent} bytes`);
    for (let count = 2; count < 6; count++) {
      content.resume();
      await wait(50);
      assert.equal(pieces, count);
    }
    content.cancel();
    assert.equal(upstream.counts().open, 0);
  }
});
