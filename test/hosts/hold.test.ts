import assert from "node:assert/strict";
import http, { type ServerResponse } from "node:http";
import { type AddressInfo, Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Content } from "../../src/exchange/content.ts";
import type { WritableFields } from "../../src/exchange/fields.ts";
import { AHEAD_BYTES_MAX, holdAnswer, type Outlet } from "../../src/hosts/hold.ts";

interface Held {
  readonly heads: { readonly status: number; readonly fields: WritableFields; readonly content: Content }[];
  readonly outlet: Outlet;
}

/** Runs `program` against a held response; `release` then answers for real. */
async function hold(program: (response: ServerResponse) => void | Promise<void>, release: (held: Held) => void | Promise<void>): Promise<string> {
  const server = http.createServer((_request, response) => {
    const heads: Held["heads"] = [];
    const outlet = holdAnswer(response, (status, fields, content) => void heads.push({ status, fields, content }));
    void Promise.resolve(program(response)).then(() => release({ heads, outlet }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const text = `${response.status} ${await response.text()}`;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return text;
}

async function textOf(content: Content): Promise<string> {
  const bytes = await content.read();
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : bytes.type;
}

const teapot = ({ outlet }: Held): void => {
  outlet.writeHead(418, []);
  outlet.end("door");
};

test("nothing that the program writes reaches the wire", async () => {
  const received = await hold((response) => {
    response.writeHead(200, { "x-secret": "canary" });
    response.write("canary");
    response.end("canary");
  }, teapot);
  assert.equal(received, "418 door");
});

test("the head is told once, with status, fields and the whole body", async () => {
  await hold(
    (response) => {
      response.setHeader("Set-Cookie", ["a=1", "b=2"]);
      response.setHeader("X-Count", 3);
      response.writeHead(201, "Created", { "Content-Type": "text/plain" });
      response.write("one ");
      response.end("two");
    },
    async (held) => {
      const [head] = held.heads;
      assert.equal(held.heads.length, 1);
      assert.ok(head !== undefined);
      assert.equal(head.status, 201);
      assert.deepEqual(head.fields.all("set-cookie"), ["a=1", "b=2"]);
      assert.equal(head.fields.one("x-count"), "3");
      assert.equal(head.fields.one("content-type"), "text/plain");
      assert.equal(await textOf(head.content), "one two");
      teapot(held);
    },
  );
});

test("writeHead takes its headers as an object, as pairs and as a flat list", async () => {
  for (const headers of [{ "x-a": "1" }, [["x-a", "1"]], ["x-a", "1"]]) {
    await hold(
      (response) => void response.writeHead(200, headers as never).end(),
      (held) => {
        assert.equal(held.heads[0]?.fields.one("x-a"), "1");
        teapot(held);
      },
    );
  }
});

test("a body written in one go has a known length; a streamed one has the length that it announces, or none", async () => {
  const lengths: (number | undefined)[] = [];
  const note = (held: Held): void => {
    lengths.push(held.heads[0]?.content.declared);
    teapot(held);
  };
  await hold((response) => void response.end("12345"), note);
  await hold((response) => {
    response.setHeader("content-length", 2);
    response.write("a");
    response.end("b");
  }, note);
  await hold((response) => {
    response.write("a");
    response.end("b");
  }, note);
  assert.deepEqual(lengths, [5, 2, undefined]);
});

test("texts are taken in their encoding, and callbacks are called", async () => {
  let called = 0;
  await hold(
    (response) => {
      response.write("aMOp", "base64", () => void called++);
      response.end(() => void called++);
    },
    async (held) => {
      assert.ok(held.heads[0] !== undefined);
      assert.equal(await textOf(held.heads[0].content), "h\u{e9}");
      await wait(10);
      assert.equal(called, 2);
      teapot(held);
    },
  );
});

test("the program sees headers as sent once they are settled, and later changes count for nothing", async () => {
  await hold(
    (response) => {
      assert.equal(response.headersSent, false);
      response.flushHeaders();
      assert.equal(response.headersSent, true);
      response.writeHead(500, { "x-late": "1" });
      response.end("x");
    },
    (held) => {
      assert.equal(held.heads[0]?.status, 200);
      assert.equal(held.heads[0]?.fields.one("x-late"), undefined);
      teapot(held);
    },
  );
});

test("a program that writes ahead of the door is asked to wait, and goes on when the door reads", async () => {
  let asked = 0;
  let drained = false;
  await hold(
    (response) => {
      response.on("drain", () => void (drained = true));
      while (response.write(Buffer.alloc(16_384))) asked++;
    },
    async (held) => {
      assert.equal(asked, AHEAD_BYTES_MAX / 16_384 - 1);
      assert.equal(drained, false);
      held.heads[0]?.content.stream({ data: () => true, end: () => undefined, fail: () => undefined });
      assert.equal(drained, true);
      teapot(held);
    },
  );
});

test("a chunk that is neither text nor bytes is the program's own mistake", async () => {
  await hold(
    (response) => {
      assert.throws(() => response.write({}), TypeError);
    },
    teapot,
  );
});

test("held responses are of one shape: functions of their own would give each another", () => {
  const [one, other] = [1, 2].map(() => {
    const response = new http.ServerResponse(new http.IncomingMessage(new Socket()));
    holdAnswer(response, () => undefined);
    return Object.entries(Object.getOwnPropertyDescriptors(response)).flatMap(([name, { value, get }]) => (typeof value === "function" || get !== undefined ? [[name, get ?? (value as unknown)]] : []));
  });
  assert.ok((one?.length ?? 0) >= 5);
  assert.deepEqual(one, other);
});
