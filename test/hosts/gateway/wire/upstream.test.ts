import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Content, type Sink } from "../../../../src/exchange/content.ts";
import { problem } from "../../../../src/exchange/problem.ts";
import { openWireUpstream, type WireUpstream, type WireUpstreamOptions } from "../../../../src/hosts/gateway/wire/upstream.ts";
import { type Api, ask, exchangeOf, startApi, startSockets, type Trial, wordOf } from "./upstream-trial.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

interface Bench {
  readonly api: Api;
  readonly upstream: WireUpstream;
  readonly asked: string[];
  readonly say: (trial?: Trial) => Promise<string>;
}

/** An API that answers each request with the same text, and says which requests came. */
async function bench(t: TestContext, answer: string | Parameters<typeof startApi>[0] = OK, options: WireUpstreamOptions = {}): Promise<Bench> {
  const asked: string[] = [];
  const api = await startApi((socket, text, count) => {
    asked.push(text);
    if (typeof answer === "string") socket.write(answer, "latin1");
    else answer(socket, text, count);
  });
  const upstream = openWireUpstream(api.url, options);
  t.after(async () => {
    await upstream.close();
    api.close();
  });
  return { api, upstream, asked, say: async (trial) => wordOf(await ask(upstream.forward, trial)) };
}

test("a request is written anew, head and body in one piece", async (t) => {
  const { asked, say, api } = await bench(t);
  const content = Content.holding(Buffer.from("{}"));
  assert.equal(await say({ method: "POST", path: "/a%20b", search: "c=d", fields: ["accept", "*/*", "content-length", "99", "host", "evil", "transfer-encoding", "chunked"], content }), "200 hello");
  assert.deepEqual(asked, [`POST /a%20b?c=d HTTP/1.1\r\nhost: ${api.url.host}\r\naccept: */*\r\ncontent-length: 2\r\n\r\n{}`]);
});

test("a path of the target stands in front of each path", async (t) => {
  const { asked, api } = await bench(t);
  const upstream = openWireUpstream(new URL("/v1/", api.url));
  t.after(() => upstream.close());
  await ask(upstream.forward, { path: "/a" });
  assert.match(asked[0] ?? "", /^GET \/v1\/a HTTP/);
});

test("a body that is not there is announced only where one is expected", async (t) => {
  const { asked, say } = await bench(t);
  for (const method of ["GET", "DELETE", "OPTIONS", "POST", "PUT", "PATCH"]) await say({ method });
  assert.deepEqual(asked.map((text) => `${text.split(" ")[0]} ${text.includes("content-length: 0")}`), ["GET false", "DELETE false", "OPTIONS false", "POST true", "PUT true", "PATCH true"]);
});

test("one connection serves request after request", async (t) => {
  const { api, say } = await bench(t);
  for (let count = 0; count < 20; count++) assert.equal(await say(), "200 hello");
  assert.equal(api.connections(), 1);
});

test("a held body of any size arrives as it was", async (t) => {
  let all: Buffer[] = [];
  const api = await startSockets((socket) =>
    socket.on("data", (chunk: Buffer) => {
      all.push(chunk);
      if (chunk.at(-1) === 0xff) socket.write(OK);
    }),
  );
  const upstream = openWireUpstream(api.url);
  t.after(async () => (await upstream.close(), api.close()));
  for (const bytes of [1, 300, 8_192, 8_193, 1_000_000]) {
    all = [];
    const body = Buffer.alloc(bytes, 0xe9);
    body[bytes - 1] = 0xff;
    assert.equal(wordOf(await ask(upstream.forward, { method: "POST", content: Content.holding(body) })), "200 hello");
    const seen = Buffer.concat(all);
    assert.deepEqual(seen.subarray(seen.indexOf("\r\n\r\n") + 4), body);
  }
  assert.equal(api.connections(), 1);
});

test("a body that came with its head is held, another one streams", async (t) => {
  const { upstream } = await bench(t, (socket, _text, count) => {
    if (count === 1) return void socket.write(OK);
    if (count === 2) return void socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
    socket.write(OK.slice(0, -2));
    setTimeout(() => socket.write(OK.slice(-2)), 20);
  });
  for (const held of [true, true, false]) {
    const told = await ask(upstream.forward);
    assert.deepEqual([told.held, told.body, told.calls], [held, "hello", 1]);
  }
});

test("an answer that two parsers could frame differently is refused, and its connection ended", async (t) => {
  const bad: readonly (readonly [string, string])[] = [
    ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "FRAMING_AMBIGUOUS"],
    ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "FRAMING_AMBIGUOUS"],
    ["HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello", "FIELDS_MALFORMED"],
    ["HTTP/1.1 200 OK\r\nx: a\r\n folded\r\nContent-Length: 5\r\n\r\nhello", "FIELDS_MALFORMED"],
    ["HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", "STATUS_LINE_MALFORMED"],
    ["HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", "SWITCHED_PROTOCOLS"],
    ["SSH-2.0-OpenSSH_9\r\n", "STATUS_LINE_MALFORMED"],
  ];
  for (const [answer, code] of bad) {
    const { say, api, upstream } = await bench(t, answer);
    assert.equal(await say(), `api-unreachable ${code}`, answer);
    assert.equal(await say(), `api-unreachable ${code}`, answer);
    assert.equal(api.connections(), 2);
    assert.equal(upstream.counts().open, 0);
  }
});

test("a broken body behind a good head is a break, not an answer", async (t) => {
  const { say } = await bench(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n");
  assert.equal(await say(), "api-broke-off CHUNKS_MALFORMED");
});

test("bytes behind an answer end the connection and are never the next answer", async (t) => {
  const evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  const together = await bench(t, (socket, _text, count) => void socket.write(count === 1 ? OK + evil : OK));
  assert.deepEqual([await together.say(), await together.say()], ["200 hello", "200 hello"]);
  assert.equal(together.api.connections(), 2);

  const later = await bench(t, (socket) => {
    socket.write(OK);
    setTimeout(() => socket.write(evil), 30);
  });
  assert.equal(await later.say(), "200 hello");
  assert.equal(later.upstream.counts().idle, 1);
  await wait(80);
  assert.equal(later.upstream.counts().open, 0);
  assert.equal(await later.say(), "200 hello");

  for (const [method, status] of [["HEAD", "200 OK"], ["GET", "204 None"], ["GET", "304 None"]] as const) {
    const bodiless = await bench(t, `HTTP/1.1 ${status}\r\nContent-Length: 4\r\n\r\nevil`);
    for (let count = 1; count <= 2; count++) {
      assert.equal(await bodiless.say({ method }), `${status.slice(0, 3)} `);
      assert.equal(bodiless.api.connections(), count);
    }
  }
});

test("HEAD, 204 and 304 keep their connection, unless 204 announces what it cannot have", async (t) => {
  for (const [method, status, length, connections] of [["HEAD", "200 OK", "4", 1], ["GET", "304 None", "4", 1], ["GET", "204 None", "0", 1], ["GET", "204 None", "4", 2]] as const) {
    const { say, api, upstream } = await bench(t, `HTTP/1.1 ${status}\r\nContent-Length: ${length}\r\n\r\n`);
    const told = await ask(upstream.forward, { method });
    assert.deepEqual([told.held, told.body, told.fields.one("content-length")], [true, "", length]);
    await say({ method });
    assert.equal(api.connections(), connections);
  }
});

test("a connection ends where the API says so, with HTTP/1.0, and behind a body without an end", async (t) => {
  const ending: readonly (readonly [string, boolean])[] = [
    ["HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", false],
    ["HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello", false],
    ["HTTP/1.1 200 OK\r\n\r\nhello", true],
    ["HTTP/1.0 200 OK\r\n\r\nhello", true],
  ];
  for (const [answer, ends] of ending) {
    const { say, api } = await bench(t, (socket) => {
      socket.write(answer);
      if (ends) socket.end();
    });
    for (let count = 1; count <= 2; count++) {
      assert.equal(await say(), "200 hello", answer);
      assert.equal(api.connections(), count, answer);
    }
  }
});

test("interim answers are passed over", async (t) => {
  const { say, api } = await bench(t, `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`);
  assert.deepEqual([await say(), await say(), api.connections()], ["200 hello", "200 hello", 1]);
});

test("nobody listening is an API that cannot be reached", async (t) => {
  const { api, say } = await bench(t);
  api.close();
  assert.equal(await say(), "api-unreachable ECONNREFUSED");
});

test("a break at any point of an answer is told once, as the API's", async (t) => {
  const answers = [OK, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"];
  for (const answer of answers) {
    for (const how of ["end", "destroy", "reset"] as const) {
      for (let at = 0; at < answer.length; at++) {
        const { upstream } = await bench(t, (socket) => {
          const stop = (): void => void (how === "end" ? socket.end() : how === "destroy" ? socket.destroy() : socket.resetAndDestroy());
          if (at === 0) stop();
          else socket.write(answer.slice(0, at), stop);
        });
        const { calls, fault, status } = await ask(upstream.forward);
        assert.equal(calls, 1);
        assert.equal(fault?.blame, "api", `${how} at ${at}`);
        assert.equal(fault?.type, fault !== undefined && (status !== 0 || at >= answer.indexOf("\r\n\r\n") + 4) ? "api-broke-off" : "api-unreachable", `${how} at ${at}`);
        assert.deepEqual(upstream.counts(), { open: 0, idle: 0, waiting: 0 });
        await upstream.close();
      }
    }
  }
});

test("a stale connection is met once more only for what may be repeated, and only before a byte of an answer", async (t) => {
  const hangsUp = (first: string): Parameters<typeof startApi>[0] => (socket, _text, count) => {
    if (count === 1) return void socket.write(OK);
    if (first !== "") socket.write(first, () => socket.destroy());
    else socket.destroy();
  };
  for (const method of ["GET", "HEAD", "OPTIONS"]) {
    const { say, asked, api } = await bench(t, hangsUp(""));
    const answer = method === "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" : OK;
    assert.equal(await say({ method: "GET" }), "200 hello");
    assert.equal(await say({ method }), method === "HEAD" ? "200 " : "200 hello", answer);
    assert.deepEqual([asked.length, api.connections()], [3, 2]);
  }
  for (const trial of [{ method: "POST" }, { method: "DELETE" }, { method: "PUT" }, { content: Content.holding(Buffer.from("x")) }]) {
    const { say, asked } = await bench(t, hangsUp(""));
    assert.equal(await say(), "200 hello");
    assert.match(await say(trial), /^api-unreachable (ENDED_EARLY|ECONNRESET|CLOSED)$/);
    assert.equal(asked.length, 2);
  }
  const begun = await bench(t, hangsUp("H"));
  assert.equal(await begun.say(), "200 hello");
  assert.match(await begun.say(), /^api-unreachable/);
  assert.equal(begun.asked.length, 2);
});

test("a first request on a new connection is not repeated, nor is one repeated twice", async (t) => {
  const first = await bench(t, (socket) => void socket.destroy());
  assert.match(await first.say(), /^api-unreachable/);
  assert.equal(first.asked.length, 1);
  let broken = false;
  const second = await bench(t, (socket) => {
    if (broken) socket.destroy();
    else socket.write(OK);
  });
  assert.equal(await second.say(), "200 hello");
  broken = true;
  assert.match(await second.say(), /^api-unreachable/);
  assert.equal(second.asked.length, 3);
});

test("giving up ends the connection, and nobody is told", async (t) => {
  const { upstream, api } = await bench(t, (socket, _text, count) => void (count === 1 ? undefined : socket.write(OK)));
  let calls = 0;
  const giveUp = upstream.forward(exchangeOf({}), { head: () => calls++, fail: () => calls++ });
  await wait(30);
  assert.equal(api.open.size, 1);
  giveUp();
  giveUp();
  await wait(30);
  assert.deepEqual([calls, api.open.size, upstream.counts().open], [0, 0, 0]);
});

test("an answer's body that nobody wants ends its connection; a whole one does not", async (t) => {
  const { upstream, api } = await bench(t, (socket, text) => void (text.startsWith("GET /half") ? socket.write(OK.slice(0, -1)) : socket.write(OK)));
  const head = (path: string): Promise<Content> => new Promise((resolve, reject) => upstream.forward(exchangeOf({ path }), { head: (_status, _fields, content) => resolve(content), fail: reject }));
  (await head("/whole")).cancel();
  assert.equal(upstream.counts().idle, 1);
  const half = await head("/half");
  half.cancel();
  half.cancel();
  await wait(30);
  assert.deepEqual([upstream.counts().open, api.open.size], [0, 0]);
});

test("a body goes out as it comes: with its length, or in chunks", async (t) => {
  let sink: Sink | undefined;
  const { upstream, asked, api } = await bench(t, (socket, text) => {
    socket.removeAllListeners("data");
    let all = text;
    socket.on("data", (chunk: Buffer) => {
      all += chunk.toString("latin1");
      if (!all.endsWith("0\r\n\r\n") && !all.endsWith("abcdef")) return;
      asked.push(all);
      all = "";
      socket.write(OK);
    });
  });
  for (const [declared, line, body] of [[6, "content-length: 6", "abcdef"], [undefined, "transfer-encoding: chunked", "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"]] as const) {
    const told = ask(upstream.forward, { method: "POST", content: new Content({ open: (to) => (sink = to) }, declared) });
    await wait(20);
    sink?.data(Buffer.from("abc"));
    sink?.data(Buffer.alloc(0));
    await wait(20);
    sink?.data(Buffer.from("def"));
    sink?.end();
    assert.equal(wordOf(await told), "200 hello");
    assert.equal(asked.at(-1), `POST /a HTTP/1.1\r\nhost: ${api.url.host}\r\n${line}\r\n\r\n${body}`);
  }
});

test("an API that breaks off while it is being sent to is told once, as the API's", async () => {
  for (const how of ["end", "destroy", "resetAndDestroy"] as const) {
    for (const after of [0, 1, 100_000, 1_000_000]) {
      for (const declared of [4_000_000, undefined]) {
        const api = await startSockets((socket) => {
          let seen = 0;
          if (after === 0) socket[how]();
          socket.on("data", (chunk: Buffer) => {
            seen += chunk.byteLength;
            if (seen >= after) socket[how]();
          });
        });
        const upstream = openWireUpstream(api.url);
        let cancelled = 0;
        const piece = Buffer.alloc(100_000);
        const open = (sink: Sink): void => {
          for (let count = 0; count < 40; count++) sink.data(piece);
          sink.end();
        };
        const told = await ask(upstream.forward, { method: "PUT", content: new Content({ open, cancel: () => cancelled++ }, declared) });
        assert.deepEqual([told.calls, told.fault?.blame, told.fault?.type], [1, "api", "api-unreachable"], `${how} after ${after}`);
        assert.equal(upstream.counts().open, 0);
        await upstream.close();
        api.close();
      }
    }
  }
});

const bodyLate = problem("body-late", 400, "The body was late");

test("a body that breaks off is the caller's problem, and the API never sees it whole", async (t) => {
  for (const declared of [6, undefined]) {
    const { upstream, api } = await bench(t, () => undefined);
    const content = new Content({ open: (sink) => void (sink.data(Buffer.from("abc")), setTimeout(() => sink.fail(bodyLate()), 20)) }, declared);
    const told = await ask(upstream.forward, { method: "POST", content });
    assert.deepEqual([told.fault?.type, told.calls], ["body-late", 1]);
    await wait(20);
    assert.equal(api.open.size, 0);
  }
});

test("a body that does not keep its length is never sent as if it did", async (t) => {
  for (const text of ["abc", "abcdefghi"]) {
    const { upstream, api } = await bench(t, () => undefined);
    const open = (sink: Sink): void => {
      sink.data(Buffer.from(text));
      sink.end();
    };
    const content = new Content({ open }, 6);
    const { fault } = await ask(upstream.forward, { method: "POST", content });
    assert.deepEqual([fault?.type, fault?.blame, fault?.because], ["request-unwritable", "sallyport", { code: "LENGTH_NOT_KEPT" }]);
    await wait(20);
    assert.equal(api.open.size, 0);
  }
});

test("what cannot be written is not sent, and costs no connection", async (t) => {
  const { upstream, api, say } = await bench(t);
  assert.equal(await say({ fields: ["x", "a\r\nb: c"] }), "request-unwritable");
  assert.deepEqual([api.connections(), upstream.counts()], [0, { open: 0, idle: 0, waiting: 0 }]);
});

test("an early answer is passed on, and its connection not used again", async (t) => {
  const early = (status: string): string => `HTTP/1.1 ${status}\r\nContent-Length: 5\r\n\r\nhello`;
  for (const status of ["200 OK", "413 Too Large"]) {
    const { upstream, api } = await bench(t, early(status));
    let cancelled = false;
    let sink: Sink | undefined;
    const content = new Content({ open: (to) => void (sink = to).data(Buffer.from("abc")), cancel: () => (cancelled = true) }, 1_000);
    assert.equal(wordOf(await ask(upstream.forward, { method: "POST", content })), `${status.slice(0, 3)} hello`);
    assert.equal(cancelled, true);
    assert.equal(sink?.data(Buffer.from("late")), false);
    sink?.end();
    await wait(20);
    assert.deepEqual([upstream.counts().open, api.open.size], [0, 0]);
  }
});

test("while a fine answer comes, the body goes on; once the API has refused, it does not", async (t) => {
  for (const [status, goesOn] of [["200 OK", true], ["403 Forbidden", false]] as const) {
    const { upstream } = await bench(t, `HTTP/1.1 ${status}\r\nContent-Length: 5\r\n\r\nhe`);
    let sink: Sink | undefined;
    const content = new Content({ open: (to) => void (sink = to) }, 1_000);
    await new Promise<void>((resolve, reject) => void upstream.forward(exchangeOf({ method: "POST", content }), { head: () => resolve(), fail: reject }));
    assert.equal(sink?.data(Buffer.from("abc")), goesOn);
  }
});

test("closing ends everything and tells who is waiting", async (t) => {
  const { upstream, api } = await bench(t, () => undefined, { connections: 1 });
  const words = Promise.all([ask(upstream.forward), ask(upstream.forward)]);
  await wait(30);
  await upstream.close();
  assert.deepEqual((await words).map(wordOf), ["api-unreachable CLOSED", "api-unreachable CLOSED"]);
  assert.equal(wordOf(await ask(upstream.forward)), "api-unreachable CLOSED");
  await wait(20);
  assert.equal(api.open.size, 0);
});

test("an API that waits for its caller until the deadline, or gives up on him, is not called unwell; one that is waited for is", async (t) => {
  const breaker = { percent: 50, least: 4, pause: 60_000 };
  const silent = (): Content => new Content({ open: () => undefined, pause: () => undefined, resume: () => undefined, cancel: () => undefined }, undefined);
  const flood = (): Content =>
    new Content({ open: (sink) => void (sink.data(Buffer.alloc(8_388_608)) && sink.data(Buffer.alloc(8_388_608))), pause: () => undefined, resume: () => undefined, cancel: () => undefined }, undefined);
  const cases: readonly (readonly [string, () => Content, boolean, string])[] = [
    ["the caller sends nothing of his body", silent, false, "200 hello"],
    ["the API ends a connection on which nothing more came", silent, true, "200 hello"],
    ["the API has all of the request", () => Content.holding(Buffer.from("{}")), false, "api-unreachable LEFT_ALONE"],
    ["the API takes no more of it", flood, false, "api-unreachable LEFT_ALONE"],
  ];
  for (const [why, content, ends, expected] of cases) {
    let heads = 0;
    const api = await startSockets((socket) =>
      socket.once("data", (chunk: Buffer) => {
        heads++;
        if (chunk.toString("latin1").startsWith("GET")) return void socket.write(OK);
        socket.pause();
        if (ends) socket.destroy();
      }),
    );
    const upstream = openWireUpstream(api.url, { breaker, retries: 0 });
    t.after(async () => {
      await upstream.close();
      api.close();
    });
    for (let count = 1; count <= breaker.least; count++) {
      const exchange = Object.assign(exchangeOf({ method: "POST", content: content() }), { due: performance.now() });
      let failed = false;
      const giveUp = upstream.forward(exchange, { head: () => assert.fail("no answer comes"), fail: () => void (failed = true) });
      const told = (): boolean => heads === count && (failed || !ends);
      for (let turn = 0; turn < 1_000 && !told(); turn++) await wait(5);
      if (!ends) await wait(20);
      giveUp();
    }
    assert.equal(wordOf(await ask(upstream.forward)), expected, why);
  }
});
