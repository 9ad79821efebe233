/** Front connection: requests in order, bodies that come as they like, and every way in which a connection ends. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Sink } from "../../../../src/exchange/content.ts";
import { REQUESTS_AT_ONCE_MAX } from "../../../../src/hosts/gateway/wire/front-connection.ts";
import { FRONT_LIMITS } from "../../../../src/hosts/gateway/wire/front-limits.ts";
import { ask, Caller, echo, eventually, openFake, type Opened, type Serve, statusesOf, type TurnAtHand, withFront } from "./fronts.ts";

const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const get = (target: string, field = ""): string => `GET ${target} HTTP/1.1\r\nhost: a\r\n${field}\r\n`;
const post = (body: string, field = ""): string => `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n${field}\r\n${body}`;
const CHUNKED = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";

let opened: Opened;
before(async () => void (opened = await openFake()));
after(() => opened.stop());

/** Every turn must have ended once, and in one way. */
function onceEach(): void {
  for (const { ends, facts } of opened.turns) assert.equal(ends.length, 1, `${facts.method} ${facts.target}: ${ends.join()}`);
}

function understood(received: string): readonly { readonly method: string; readonly target: string; readonly list: readonly string[]; readonly body: string }[] {
  return [...received.matchAll(/\{"method".*?\]\s*,"body":"(?:[^"\\]|\\.)*"\}/g)].map(([text]) => JSON.parse(text));
}

describe("requests", () => {
  test("what comes behind a body is the next request, and answers keep the order", async () => {
    opened.serve = echo;
    const received = await ask(opened.port, `${get("/one")}${post("two")}\r\n${CHUNKED}${get("/four", "connection: close\r\n")}${get("/five")}`);
    assert.deepEqual(understood(received).map(({ method, target, body }) => [method, target, body]), [["GET", "/one", ""], ["POST", "/", "two"], ["POST", "/", "hello world"], ["GET", "/four", ""]]);
    onceEach();
  });

  test("a slow turn holds up those behind it, and only one is served at a time", async () => {
    let now = 0;
    let most = 0;
    opened.serve = (turn) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        turn.answer(turn.facts.target);
      }, turn.facts.target === "/0" ? 60 : 1);
    };
    const received = await ask(opened.port, Array.from({ length: 6 }, (_, at) => get(`/${at}`)).join(""), 200);
    assert.deepEqual(received.match(/\/[0-9]$|\/[0-9](?=HTTP)/gm), ["/0", "/1", "/2", "/3", "/4", "/5"]);
    assert.equal(most, 1);
  });

  test("a request may be cut anywhere, and comes out the same", async () => {
    opened.serve = echo;
    const texts = [`\r\n${get("/a?b=c", "x-one: 1\r\n")}`, post("some body"), CHUNKED];
    for (const text of texts) {
      const [whole] = understood(await ask(opened.port, text, 30));
      assert.ok(whole !== undefined);
      const callers = await Promise.all(
        Array.from({ length: text.length - 1 }, async (_, at) => {
          const caller = new Caller(opened.port);
          caller.socket.setNoDelay(true);
          caller.write(text.slice(0, at + 1));
          await wait(20);
          caller.write(text.slice(at + 1));
          await caller.until("}");
          caller.leave();
          return understood(caller.received)[0];
        }),
      );
      for (const [at, one] of callers.entries()) assert.deepEqual(one, whole, `cut behind ${at + 1} of ${JSON.stringify(text)}`);
    }
    assert.deepEqual(opened.refused, []);
    onceEach();
  });

  test("byte by byte is one of the ways", async () => {
    opened.serve = echo;
    const caller = new Caller(opened.port);
    caller.socket.setNoDelay(true);
    for (const text of [post("body"), CHUNKED]) {
      for (const character of text) {
        caller.write(character);
        await wait(1);
      }
    }
    await caller.until("}", 2);
    assert.deepEqual(understood(caller.received).map(({ body }) => body), ["body", "hello world"]);
    caller.leave();
  });

  test("a large body comes whole, in views of what was read", async () => {
    const body = Buffer.alloc(3_000_000, "abcdefg");
    let pieces = 0;
    opened.serve = (turn) => {
      const hash: Buffer[] = [];
      turn.facts.content.stream({ data: (chunk) => hash.push(Buffer.from(chunk)) > 0 && ++pieces > 0, end: () => turn.answer(String(Buffer.concat(hash).equals(body))), fail: () => turn.answer("broken") });
    };
    const caller = new Caller(opened.port).write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n`).write(body);
    await caller.until("true", 1, 10_000);
    assert.ok(pieces > 1);
    caller.leave();
  });
});

test("a packet full of requests does not hold up everybody else", async () => {
  let others = 0;
  const served: number[] = [];
  opened.serve = (turn) => {
    served.push(others);
    turn.answer();
  };
  const tick = (): void => void (others++, served.length < 1_000 && setImmediate(tick));
  const caller = new Caller(opened.port).write(GET.repeat(1_000));
  setImmediate(tick);
  await caller.until("fine", 1_000);
  for (let at = REQUESTS_AT_ONCE_MAX; at < served.length; at++) assert.ok((served[at] ?? 0) > (served[at - REQUESTS_AT_ONCE_MAX] ?? 0), `request ${at}`);
  caller.leave();
});

describe("bytes that are no request", () => {
  test("are answered once, and the connection ends with it", async () => {
    opened.serve = echo;
    for (const [raw, status] of [["GET / HTTP/1.1\r\n\r\n", 400], ["\x16\x03\x01\x02", 400], ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505], [`GET /${"a".repeat(20_000)} HTTP/1.1\r\n`, 414], [`GET / HTTP/1.1\r\nx: ${"a".repeat(20_000)}`, 431]] as const) {
      opened.refused.length = 0;
      const caller = new Caller(opened.port).write(raw);
      await caller.end();
      assert.deepEqual(statusesOf(caller.received), [status]);
      assert.deepEqual(opened.refused, [status]);
      caller.leave();
    }
  });

  test("behind a request do not disturb its answer", async () => {
    opened.serve = (turn) => void setTimeout(() => turn.answer("first"), 30);
    const received = await ask(opened.port, `${GET}GARBAGE\0`);
    assert.deepEqual(statusesOf(received), [200, 400]);
  });

  test("a head without an end is cut off at headBytes, in whatever pieces it comes", async () => {
    opened.serve = echo;
    const line = `x: ${"y".repeat(1_000)}\r\n`;
    const caller = new Caller(opened.port).write("GET / HTTP/1.1\r\nhost: a\r\n");
    for (let at = 0; at < 41 && !caller.ended; at++) {
      caller.write(line);
      await wait(2);
    }
    await caller.end();
    assert.deepEqual(statusesOf(caller.received), [431]);
    caller.leave();
  });

  test("chunks that break are a body that broke off", async () => {
    opened.serve = echo;
    const received = await ask(opened.port, `${CHUNKED.replace("6\r\n", "6;ext\r\n")}${GET}`);
    assert.equal(understood(received)[0]?.body, "!body-broke-off");
    assert.match(received, /connection: close/);
    assert.equal(statusesOf(received).length, 1, "what follows is no request");
  });
});

describe("HTTP/1.0", () => {
  test("is answered, and the connection ends", async () => {
    opened.serve = echo;
    const caller = new Caller(opened.port).write(`GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n${GET}`);
    await caller.end();
    assert.deepEqual(statusesOf(caller.received), [200]);
    assert.match(caller.received, /connection: close/);
    caller.leave();
  });
});

describe("Expect: 100-continue", () => {
  const WAITING = "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n";

  test("the caller is told to go on when the body is wanted, not before", async () => {
    let turn: TurnAtHand | undefined;
    opened.serve = (one) => void (turn = one);
    const caller = new Caller(opened.port).write(WAITING);
    await eventually(() => turn !== undefined, () => "a turn");
    await wait(30);
    assert.equal(caller.received, "");
    void turn?.read().then((body) => turn?.answer(body));
    await caller.until("HTTP/1.1 100 Continue\r\n\r\n");
    caller.write("body");
    await caller.until("body");
    opened.serve = echo;
    caller.write(GET);
    await caller.until("}");
    caller.leave();
  });

  test("who was told and is then refused keeps the connection when little is left", async () => {
    opened.serve = (turn) => turn.facts.content.stream({ data: () => (turn.answer("enough"), true), end: () => undefined, fail: () => undefined });
    const caller = new Caller(opened.port).write(WAITING);
    await caller.until("100 Continue");
    caller.write("b");
    await caller.until("enough");
    assert.doesNotMatch(caller.received, /connection: close/);
    opened.serve = echo;
    caller.write(`ody${GET}`);
    await caller.until("}");
    caller.leave();
  });

  test("nobody is told to go on in the middle of an answer", async () => {
    opened.serve = (turn) => {
      turn.answer({ open: (sink) => void setTimeout(() => (sink.data(Buffer.from("part")), sink.end()), 30) });
      void turn.read();
    };
    const caller = new Caller(opened.port).write(WAITING);
    await caller.until("part");
    assert.doesNotMatch(caller.received, /100 Continue/);
    caller.leave();
  });

  test("a refusal comes instead, and the connection ends: nobody knows whether the body follows", async () => {
    opened.serve = (turn) => turn.answer("no", { status: 413 });
    const caller = new Caller(opened.port).write(WAITING);
    await caller.end();
    assert.deepEqual(statusesOf(caller.received), [413]);
    assert.match(caller.received, /connection: close/);
    caller.leave();
  });

  test("nobody is told to go on who has sent already, or after the answer", async () => {
    opened.serve = echo;
    assert.doesNotMatch(await ask(opened.port, `${WAITING}body`), /100 Continue/);
    opened.serve = (turn) => {
      turn.answer("no");
      void turn.read();
    };
    assert.doesNotMatch(await ask(opened.port, WAITING), /100 Continue/);
  });

  test("another expectation is left to the guards", async () => {
    opened.serve = echo;
    assert.deepEqual(understood(await ask(opened.port, get("/", "expect: miracles\r\n")))[0]?.list.slice(2), ["expect", "miracles"]);
  });
});

describe("a body that nobody reads", () => {
  const answering = (): void => void (opened.serve = (turn) => turn.answer(turn.facts.target));

  test("is thrown away when it is small, and the connection lives on", async () => {
    answering();
    const body = "x".repeat(FRONT_LIMITS.discardBytes);
    assert.deepEqual(statusesOf(await ask(opened.port, post(body) + GET)), [200, 200]);
    assert.deepEqual(statusesOf(await ask(opened.port, [post("0123456789").slice(0, -5), "56789", GET])), [200, 200]);
    assert.deepEqual(statusesOf(await ask(opened.port, CHUNKED + GET)), [200, 200]);
  });

  test("ends the connection when it is large, and the answer still arrives", async () => {
    answering();
    const caller = new Caller(opened.port).write(`POST /large HTTP/1.1\r\nhost: a\r\ncontent-length: 5000000\r\n\r\n`).write(Buffer.alloc(5_000_000));
    await caller.until("/large");
    assert.match(caller.received, /connection: close/);
    await eventually(() => caller.closed || caller.ended, () => "the end");
    caller.leave();
  });

  test("ends the connection when its chunks have not all come", async () => {
    answering();
    const caller = new Caller(opened.port).write(CHUNKED.slice(0, -8));
    await caller.until("connection: close");
    caller.write(`${CHUNKED.slice(-8)}${GET}`);
    await caller.end();
    assert.deepEqual(statusesOf(caller.received), [200]);
    caller.leave();
  });

  test("ends the connection when its chunks are malformed", async () => {
    answering();
    assert.deepEqual(statusesOf(await ask(opened.port, `${CHUNKED.replace("5\r\n", "5 \r\n")}${GET}`)), [200]);
  });

  test("given up half-way is thrown away all the same", async () => {
    opened.serve = (turn) => {
      turn.facts.content.bound(3);
      void turn.read().then((body) => turn.answer(body));
    };
    const received = await ask(opened.port, [post("0123456789").slice(0, -5), "56789", GET]);
    assert.deepEqual(statusesOf(received), [200, 200]);
    assert.match(received, /!content-too-large/);
  });

  test("does not fill the memory: the socket is not read beyond a bound", async () => {
    let turn: TurnAtHand | undefined;
    opened.serve = (one) => void (turn = one);
    const caller = new Caller(opened.port).write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 50000000\r\n\r\n");
    await eventually(() => turn !== undefined, () => "a turn");
    const body = Buffer.alloc(50_000_000);
    caller.socket.write(body);
    await wait(300);
    assert.ok(caller.socket.writableLength > 0, "50 MB went somewhere");
    turn?.answer("enough");
    await caller.until("enough");
    caller.leave();
  });
});

test("who still reads a body behind the answer is told that no more comes", async () => {
  const heard: string[] = [];
  opened.serve = (turn) => turn.facts.content.stream({ data: () => (turn.answer("early"), true), end: () => heard.push("end"), fail: ({ type }) => heard.push(type) });
  const caller = new Caller(opened.port).write(post("0123456789").slice(0, -5));
  await caller.until("early");
  assert.deepEqual(heard, ["body-broke-off"]);
  caller.write("56789");
  await wait(20);
  assert.deepEqual(heard, ["body-broke-off"]);
  caller.leave();
});

test("a sink that asks for a pause gets one, and everything after it", async () => {
  const body = Buffer.alloc(20_000_000, "0123456789");
  let bytes = 0;
  let sink: Sink | undefined;
  opened.serve = (turn) => {
    sink = { data: (chunk) => ((bytes += chunk.byteLength), false), end: () => turn.answer("whole"), fail: (why) => turn.answer(why.type) };
    turn.facts.content.stream(sink);
  };
  const caller = new Caller(opened.port).write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n`).write(body);
  await eventually(() => bytes > 0, () => "a first piece");
  await wait(100);
  assert.ok(bytes < 1_000_000, `${bytes} bytes came in spite of the pause`);
  const { facts } = opened.turns.at(-1) ?? assert.fail();
  while (!caller.received.includes("whole")) {
    facts.content.resume();
    await wait(1);
  }
  assert.equal(bytes, body.length);
  caller.leave();
});

test("pipelined requests beyond a bound wait on the caller's side", async () => {
  let turn: TurnAtHand | undefined;
  opened.serve = (one) => void (turn = one);
  const caller = new Caller(opened.port).write(GET);
  await eventually(() => turn !== undefined, () => "a turn");
  caller.socket.write(Buffer.from(GET.repeat(400_000)));
  await wait(200);
  assert.ok(caller.socket.writableLength > 0, "12 MB of requests went somewhere");
  opened.serve = (one) => one.answer("next");
  turn?.answer("first");
  await caller.until("next", 1_000);
  caller.leave();
});

describe("a caller who shuts his side, or resets, at any byte of an exchange", () => {
  const text = `${post("one")}${CHUNKED}`;
  const ways: Readonly<Record<string, (caller: Caller) => void>> = {
    shut: ({ socket }) => void socket.end(),
    reset: ({ socket }) => void socket.resetAndDestroy(),
    closed: ({ socket }) => void socket.destroy(),
  };
  for (const [title, leave] of Object.entries(ways)) {
    test(`${title}: no connection stays, every turn ends once`, async () => {
      opened.turns.length = 0;
      opened.serve = (turn) => void turn.read().then(async (body) => {
        await wait(5);
        // Whoever was told that the caller has left answers nobody.
        if (turn.seen.ends.length === 0) turn.answer(body);
      });
      const callers = Array.from({ length: text.length + 1 }, (_, at) => new Caller(opened.port).write(text.slice(0, at)));
      await wait(30);
      for (const caller of callers) leave(caller);
      await eventually(() => opened.front.connections() === 0, () => `${opened.front.connections()} connections`, 5_000);
      onceEach();
      for (const caller of callers) caller.leave();
    });
  }

  test("who shuts his side right behind his request gets his answer", async () => {
    opened.serve = (turn) => void setTimeout(() => turn.answer("late"), 500);
    const caller = new Caller(opened.port);
    caller.socket.end(GET);
    await caller.end();
    assert.match(caller.received, /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)+HTTP\/1\.1 200 .*connection: close.*late/s);
  });

  test("a quick answer comes alone, and so does a late one in HTTP/1.0", async () => {
    for (const [text, milliseconds] of [[GET, 0], ["GET / HTTP/1.0\r\n\r\n", 300]] as const) {
      opened.serve = (turn) => void setTimeout(() => turn.answer("alone"), milliseconds);
      const caller = new Caller(opened.port);
      caller.socket.end(text);
      await caller.end();
      assert.match(caller.received, /^HTTP\/1\.1 200 .*alone$/s);
    }
  });

  test("who has left altogether is told from him long before his time is up", async () => {
    opened.turns.length = 0;
    opened.serve = () => undefined;
    const caller = new Caller(opened.port).write(GET);
    await eventually(() => opened.turns.length === 1, () => "a turn");
    const began = performance.now();
    caller.leave();
    await eventually(() => opened.turns[0]?.ends.length === 1, () => "an end", FRONT_LIMITS.halfClosedMilliseconds);
    assert.ok(performance.now() - began < FRONT_LIMITS.halfClosedMilliseconds - 500);
    assert.deepEqual(opened.turns[0]?.ends, ["gone"]);
  });

  test("who shuts his side behind several requests gets an answer to each", async () => {
    opened.serve = (turn) => void setTimeout(() => turn.answer(turn.facts.target), 60);
    const caller = new Caller(opened.port);
    caller.socket.end(get("/1") + get("/2") + get("/3"));
    await caller.end();
    assert.deepEqual(statusesOf(caller.received).filter((status) => status !== 100), [200, 200, 200]);
    opened.serve = echo;
    const many = new Caller(opened.port);
    many.socket.end(GET.repeat(100));
    await many.end();
    assert.equal(statusesOf(many.received).length, 100);
    const cut = new Caller(opened.port);
    cut.socket.end(GET + GET.slice(0, -2));
    await cut.end();
    assert.deepEqual(statusesOf(cut.received), [200, 400]);
  });

  /** How the turn of a caller ends who shuts his side at once. @param halfClosedMilliseconds for which he waits */
  const endOf = async (halfClosedMilliseconds: number, serve: Serve): Promise<readonly [string, string]> => {
    let told: readonly [string, string] = ["", ""];
    await withFront(
      { halfClosedMilliseconds },
      async ({ port, turns }) => {
        const caller = new Caller(port);
        caller.socket.end(GET);
        await eventually(() => turns[0]?.ends.length === 1, () => "an end", 5_000);
        await caller.end();
        told = [turns[0]?.ends.join() ?? "", caller.received];
      },
      serve,
    );
    return told;
  };

  test("halfClosedMilliseconds: who shuts his side and gets no answer is taken to have left", async () => {
    const [ends, received] = await endOf(500, () => undefined);
    assert.equal(ends, "gone");
    assert.match(received, /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)+$/);
  });

  test("halfClosedMilliseconds: an answer that goes on is his to its end, however long, and one that stands still is not", async () => {
    const streams = (pieces: number): Serve => (turn) =>
      turn.answer({
        open: (sink) => {
          let left = pieces;
          const timer = setInterval(() => {
            sink.data(Buffer.from("piece."));
            if (--left > 0) return;
            clearInterval(timer);
            if (pieces > 1) sink.end();
          }, 20);
        },
      });
    const [ends, received] = await endOf(1_000, streams(100));
    assert.equal(ends, "sent");
    assert.equal(received.split("piece.").length, 101);
    assert.equal((await endOf(500, streams(1)))[0], "caller-left");
  });

  test("a head that was cut off is answered 400", async () => {
    const caller = new Caller(opened.port);
    caller.socket.end(GET.slice(0, -1));
    await caller.end();
    assert.deepEqual(statusesOf(caller.received), [400]);
  });
});
