/** Accepted socket: whatever comes in on it is handed over, whole and in order, and its end is told. */
import assert from "node:assert/strict";
import { once } from "node:events";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { readAsUsual, readShared, type Taker } from "../../../../src/hosts/gateway/wire/accepted-socket.ts";

class Listener implements Taker {
  text = "";
  lent = 0;
  taken = 0;

  lend(bytes: Buffer, to: number): void {
    this.lent++;
    this.text += bytes.toString("latin1", 0, to);
  }

  take(bytes: Buffer): void {
    this.taken++;
    this.text += bytes.toString("latin1");
  }
}

async function open(one: TestContext, accept: (socket: Socket) => void): Promise<{ readonly server: Server; readonly caller: () => Socket }> {
  const sockets: Socket[] = [];
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    sockets.push(socket);
    accept(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  one.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const caller = (): Socket => {
    const socket = net.connect(port, "127.0.0.1").on("error", () => undefined);
    sockets.push(socket);
    return socket;
  };
  return { server, caller };
}

test("two connections share one buffer, and neither hears of the other", async (one) => {
  const listeners: Listener[] = [];
  const sockets: Socket[] = [];
  const { server, caller } = await open(one, (accepted) => {
    const listener = new Listener();
    listeners.push(listener);
    const socket = readShared(accepted, listener);
    socket.on("end", () => socket.end(`${listener.text.length}`));
    sockets.push(socket);
  });
  const callers = [caller(), caller()];
  for (let round = 0; round < 200; round++) for (const [at, socket] of callers.entries()) socket.write(String(at).repeat(997));
  const answers = callers.map(async (socket) => {
    socket.end();
    const [answer] = (await once(socket, "data")) as [Buffer];
    return answer.toString();
  });
  assert.deepEqual(await Promise.all(answers), ["199400", "199400"]);
  for (const { text, taken } of listeners) assert.deepEqual([new Set(text).size, taken], [1, 0]);
  assert.deepEqual(sockets.map(({ bytesRead }) => bytesRead), [199_400, 199_400]);
  // The server has let go of what it accepted: it ends when it is closed.
  await new Promise<void>((resolve) => void server.close(() => resolve()));
});

test("a caller who resets ends the socket", async (one) => {
  const closed = Promise.withResolvers<boolean>();
  const { caller } = await open(one, (accepted) => {
    const socket = readShared(accepted, new Listener());
    socket.on("error", () => undefined);
    socket.on("close", (failed) => closed.resolve(failed));
  });
  const socket = caller();
  socket.write("x", () => socket.resetAndDestroy());
  assert.equal(await closed.promise, true);
});

test("a socket that cannot be moved is read as usual", async (one) => {
  const listener = new Listener();
  const ended = Promise.withResolvers<void>();
  const { caller } = await open(one, (accepted) => {
    const hidden = new Proxy(accepted, { get: (target, name) => (name === "_handle" ? undefined : bound(target, Reflect.get(target, name))) });
    assert.equal(readShared(hidden, listener), hidden);
    accepted.on("end", () => ended.resolve());
    accepted.resume();
  });
  caller().end("as usual");
  await ended.promise;
  assert.deepEqual([listener.text, listener.lent, listener.taken > 0], ["as usual", 0, true]);
});

test("read as usual, the other side goes on when one is shut", async (one) => {
  const { caller } = await open(one, (accepted) => {
    readAsUsual(accepted, new Listener());
    accepted.on("end", () => setImmediate(() => accepted.end("late")));
    accepted.resume();
  });
  const socket = caller();
  socket.end("x");
  const [late] = (await once(socket, "data")) as [Buffer];
  assert.equal(late.toString(), "late");
});

function bound(target: object, value: unknown): unknown {
  return typeof value === "function" ? (value as () => unknown).bind(target) : value;
}
