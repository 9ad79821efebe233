/** Front turn: answers are framed right, cannot be split, keep the caller's pace, and end once. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Sink, Source } from "../../../../src/exchange/content.ts";
import { ONE_WRITE_BYTES_MAX, PIECE_BYTES_MAX } from "../../../../src/hosts/gateway/wire/front-turn.ts";
import { ask, Caller, echo, eventually, type Opened, openFake, type Serve, type TurnAtHand } from "./fronts.ts";

const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const GET_AND_CLOSE = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

/** A source that is played by hand. */
class Hand implements Source {
  sink: Sink | undefined;
  cancelled = 0;
  resumed = 0;
  open(sink: Sink): void {
    this.sink = sink;
  }
  cancel(): void {
    this.cancelled++;
  }
  resume(): void {
    this.resumed++;
  }
  data(text: string | Uint8Array): boolean {
    return this.sink?.data(typeof text === "string" ? Buffer.from(text) : text) ?? assert.fail("not opened");
  }
}

let opened: Opened;
before(async () => void (opened = await openFake()));
after(() => opened.stop());

async function serving(serve: Serve, raw: string): Promise<string> {
  opened.serve = serve;
  return ask(opened.port, raw);
}
const headOf = (received: string): string => received.slice(0, received.indexOf("\r\n\r\n") + 4).replace(/date: [^\r]+ GMT\r\n/, "date: now\r\n");
const bodyOf = (received: string): string => received.slice(received.indexOf("\r\n\r\n") + 4);
const last = (): readonly string[] => opened.turns.at(-1)?.ends ?? assert.fail("no turn");

describe("framing", () => {
  test("a held body leaves with its length, behind the fields and a date", async () => {
    const received = await serving((turn) => turn.answer("fine", { list: ["content-type", "text/plain", "x-note", "caf\xe9"] }), GET);
    assert.equal(headOf(received), "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nx-note: caf\xe9\r\ndate: now\r\ncontent-length: 4\r\n\r\n");
    assert.match(received, /date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/);
    assert.equal(bodyOf(received), "fine");
    assert.deepEqual(last(), ["sent"]);
  });

  test("octets of a body stay what they are, whatever its size", async () => {
    for (const size of [0, 1, 256, ONE_WRITE_BYTES_MAX, ONE_WRITE_BYTES_MAX + 1, PIECE_BYTES_MAX, PIECE_BYTES_MAX + 1, 3 * PIECE_BYTES_MAX, 1_000_000]) {
      const body = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
      const received = await serving((turn) => turn.answer(new Uint8Array(body)), GET_AND_CLOSE);
      assert.ok(bodyOf(received) === body.toString("latin1"), `${size}`);
      assert.deepEqual(last(), ["sent"]);
    }
  });

  test("the API's date stays; its framing does not", async () => {
    const list = ["date", "Mon, 01 Jan 2024 00:00:00 GMT", "connection", "x-evil", "keep-alive", "timeout=9", "transfer-encoding", "gzip", "content-length", "99", "upgrade", "ws", "trailer", "x", "te", "x", "proxy-connection", "x"];
    assert.equal(headOf(await serving((turn) => turn.answer("a", { list }), GET)), "HTTP/1.1 200 OK\r\ndate: now\r\ncontent-length: 1\r\n\r\n");
  });

  test("HEAD, 204 and 304 have no body", async () => {
    for (const [raw, status, announced] of [[GET.replace("GET", "HEAD"), 200, true], [GET, 204, false], [GET, 304, false]] as const) {
      const received = await serving((turn) => turn.answer("hidden", { status, list: ["content-length", "6"] }), raw + GET_AND_CLOSE.replace("/", "/second"));
      const [first = "", second = ""] = received.split(/(?=HTTP)/);
      assert.equal(bodyOf(first), "", `${status}`);
      assert.equal(/content-length: 6\r\n/.test(first), announced, `${status}`);
      assert.doesNotMatch(first, /transfer-encoding/);
      assert.notEqual(second, "", "the next answer follows right behind");
    }
  });

  test("of HEAD no length that is none is passed on, and a source is given up", async () => {
    const hand = new Hand();
    const received = await serving((turn) => turn.answer(hand, { list: ["content-length", "1, 2"] }), GET.replace("GET", "HEAD"));
    assert.doesNotMatch(received, /content-length/);
    assert.equal(hand.cancelled, 1);
  });

  test("a stream of known length, one of unknown length, and one for HTTP/1.0", async () => {
    const stream = (declared?: number): Serve => (turn) => {
      const hand = new Hand();
      turn.answer(hand, declared === undefined ? {} : { declared });
      for (const piece of ["one ", "", "two"]) hand.data(piece);
      hand.sink?.end();
    };
    assert.match(await serving(stream(7), GET), /content-length: 7\r\n\r\none two$/);
    assert.match(await serving(stream(), GET), /transfer-encoding: chunked\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n$/);
    const old = await serving(stream(), "GET / HTTP/1.0\r\n\r\n");
    assert.match(old, /connection: close\r\n\r\none two$/);
    assert.doesNotMatch(old, /transfer-encoding|content-length/);
    assert.match(await serving(stream(7), "GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n"), /connection: close\r\ncontent-length: 7\r\n\r\none two$/);
  });

  test("the head of a stream leaves before its first byte", async () => {
    const hand = new Hand();
    opened.serve = (turn) => turn.answer(hand);
    const caller = new Caller(opened.port).write(GET);
    await caller.until("\r\n\r\n");
    hand.data("x");
    await caller.until("1\r\nx\r\n");
    caller.leave();
  });
});

describe("no answer can be split", () => {
  for (const [title, list] of Object.entries({
    "a line break in a value": ["x-note", "a\r\nx-evil: 1"], "a lone LF": ["x-note", "a\nb"], "a lone CR": ["x-note", "a\rb"], "a NUL": ["x-note", "a\0b"],
    "a character that would leave as LF": ["x-note", "a\u010ab"], "a character beyond one octet": ["x-note", "\u20ac"], "a DEL": ["x-note", "\x7f"],
    "a name that is no token": ["x note", "a"], "a name with a line break": ["x\r\ny", "a"], "an upper-case name": ["X-Note", "a"], "an empty name": ["", "a"],
  })) {
    test(title, async () => {
      assert.equal(await serving((turn) => turn.answer("x", { list }), GET), "");
      assert.deepEqual(last(), ["answer-unwritable"]);
    });
  }

  test("a status that is none", async () => {
    for (const status of [0, 100, 101, 199, 1_000, 200.5, Number.NaN]) {
      assert.equal(await serving((turn) => turn.answer("x", { status }), GET), "", `${status}`);
      assert.deepEqual(last(), ["answer-unwritable"]);
    }
    assert.match(await serving((turn) => turn.answer("x", { status: 299 }), GET), /^HTTP\/1\.1 299 \r\n/);
  });
});

describe("a stream that does not keep its word", () => {
  const cases: Readonly<Record<string, (hand: Hand) => void>> = {
    "longer than its length": (hand) => void hand.data("12345"),
    "shorter than its length": (hand) => {
      hand.data("123");
      hand.sink?.end();
    },
    "broken off": (hand) => {
      hand.data("123");
      hand.sink?.fail({ kind: "problem", type: "api-broke-off", status: 502, title: "x", blame: "api" });
    },
  };
  for (const [title, play] of Object.entries(cases)) {
    test(`${title}: the connection ends, the answer is not whole`, async () => {
      const hand = new Hand();
      const caller = new Caller(opened.port);
      opened.serve = (turn) => turn.answer(hand, { declared: 4 });
      caller.write(GET);
      await caller.until("\r\n\r\n");
      play(hand);
      await caller.end();
      assert.ok(bodyOf(caller.received).length < 4);
      assert.deepEqual(last(), ["api-broke-off"]);
      assert.equal(hand.data("late"), false);
    });
  }

  test("a chunked one is never ended as if it were whole", async () => {
    const hand = new Hand();
    opened.serve = (turn) => turn.answer(hand);
    const caller = new Caller(opened.port).write(GET);
    await caller.until("\r\n\r\n");
    hand.data("123");
    hand.sink?.fail({ kind: "problem", type: "api-broke-off", status: 502, title: "x", blame: "api" });
    await caller.end();
    assert.doesNotMatch(bodyOf(caller.received), /0\r\n\r\n/);
  });
});

describe("the caller's pace", () => {
  test("a caller who does not read stops the source, and starts it again", async () => {
    const hand = new Hand();
    opened.serve = (turn) => turn.answer(hand, { declared: 40_000_000 });
    const caller = new Caller(opened.port).write(GET);
    await caller.until("\r\n\r\n");
    caller.socket.pause();
    const piece = Buffer.alloc(50_000);
    let bytes = 0;
    const play = (): void => {
      while (bytes < 40_000_000) {
        bytes += piece.length;
        if (!hand.data(piece)) return;
      }
      hand.sink?.end();
    };
    for (let still = -1; still !== bytes; await wait(50)) {
      still = bytes;
      if (hand.resumed > 0) hand.resumed = 0;
      play();
      await wait(50);
      if (hand.resumed === 0) break;
    }
    assert.ok(bytes < 20_000_000, `${bytes} bytes were taken for a caller who reads nothing`);
    hand.resume = () => play();
    play();
    caller.socket.resume();
    await eventually(() => last()[0] === "sent", () => "the end", 10_000);
    assert.deepEqual(last(), ["sent"]);
    await eventually(() => bodyOf(caller.received).length === 40_000_000, () => "all bytes");
    caller.leave();
  });

  test("a caller who leaves in the middle ends the source and the turn", async () => {
    const hand = new Hand();
    opened.serve = (turn) => turn.answer(hand);
    const caller = new Caller(opened.port).write(GET);
    await caller.until("\r\n\r\n");
    hand.data("x");
    caller.socket.resetAndDestroy();
    await eventually(() => last().length > 0, () => "an end");
    assert.deepEqual(last(), ["caller-left"]);
    assert.equal(hand.cancelled, 1);
  });

  test("a caller who leaves before the answer is gone, and what comes then reaches nobody", async () => {
    let turn: TurnAtHand | undefined;
    opened.serve = (one) => void (turn = one);
    const caller = new Caller(opened.port).write(GET);
    await eventually(() => turn !== undefined, () => "a turn");
    caller.socket.resetAndDestroy();
    await eventually(() => last().length > 0, () => "an end");
    assert.deepEqual(last(), ["gone"]);
    const hand = new Hand();
    turn?.answer(hand);
    assert.deepEqual(last(), ["gone", "caller-left"]);
    assert.equal(hand.cancelled, 1);
  });
});

test("an answer within the call, and one behind it, are the same", async () => {
  for (const serve of [echo, ((turn) => turn.answer()) satisfies Serve, ((turn) => void setImmediate(() => turn.answer())) satisfies Serve]) {
    const received = await serving(serve, GET + GET_AND_CLOSE);
    assert.equal(received.match(/HTTP\/1\.1 200 OK/g)?.length, 2);
  }
});
