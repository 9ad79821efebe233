/** Handshakes: so many at once, and one for each connection. */
import assert from "node:assert/strict";
import { test } from "node:test";
import tls from "node:tls";
import { Caller, echo, eventually, statusesOf, withFront } from "./fronts.ts";
import { connectSecurely, handshake, issue, secureCaller } from "./secure.ts";

const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

/** Nothing here may end by its time. */
const PATIENT = { handshakeMilliseconds: 60_000, headMilliseconds: 60_000, idleMilliseconds: 60_000 };

test("handshakes: of those who do not greet so many are kept, and the first ones make room", () =>
  withFront(
    { ...PATIENT, handshakes: 3 },
    async ({ port, front }) => {
      const silent: Caller[] = [];
      for (const greeting of ["", "\x16\x03\x01", "", "\x16", ""]) {
        silent.push(new Caller(port).write(greeting));
        await eventually(() => front.connections() + front.turnedAway("handshakes") === silent.length, () => "the next one");
      }
      await eventually(() => silent.filter(({ closed, ended }) => closed || ended).length === 2, () => "the end of two");
      assert.deepEqual(silent.map(({ closed, ended }) => closed || ended), [true, true, false, false, false]);
      assert.deepEqual([front.connections(), front.turnedAway("handshakes")], [3, 2]);
      for (const caller of silent) caller.leave();
      await eventually(() => front.connections() === 0, () => "free places");
    },
    echo,
    issue(),
  ));

test("handshakes: whoever greets gets in all the same, and once he has, makes room for nobody", () =>
  withFront(
    { ...PATIENT, handshakes: 2 },
    async ({ port, front }) => {
      const silent = [new Caller(port), new Caller(port)];
      await eventually(() => front.connections() === 2, () => "places that are taken");
      const callers = await Promise.all([0, 1].map(async () => {
        const caller = secureCaller(port).write(GET);
        await caller.until("}");
        return caller;
      }));
      for (let at = 0; at < 5; at++) silent.push(new Caller(port));
      await eventually(() => front.turnedAway("handshakes") >= 5, () => "those who made room");
      for (const caller of callers) assert.deepEqual(statusesOf(await caller.write(GET).until("}", 2)), [200, 200]);
      for (const caller of [...silent, ...callers]) caller.leave();
    },
    echo,
    issue(),
  ));

/** What became of a second handshake on a connection of TLS 1.2: made, or the code of what it ended with. */
function renegotiate(port: number): Promise<string> {
  const socket = connectSecurely(port, { maxVersion: "TLSv1.2" });
  socket.resume();
  const made = new Promise<string>((resolve) => {
    socket.on("error", (fault: NodeJS.ErrnoException) => resolve(fault.code ?? "fault"));
    socket.on("close", () => resolve("closed"));
    socket.on("secureConnect", () => socket.renegotiate({ rejectUnauthorized: true }, (fault) => resolve(fault === null ? "made" : ((fault as NodeJS.ErrnoException).code ?? "fault"))));
  });
  return made.finally(() => socket.destroy());
}

test("a second handshake on a connection of TLS 1.2 is refused, at the first door and after a renewal", async () => {
  const { certificate, key } = issue();
  const careless = tls.createServer({ cert: certificate, key, minVersion: "TLSv1.2" }, (socket) => void socket.on("error", () => undefined).resume());
  await new Promise<void>((resolve) => careless.listen(0, "127.0.0.1", resolve));
  const address = careless.address();
  assert.ok(address !== null && typeof address === "object");
  assert.equal(await renegotiate(address.port), "made", "Node by itself lets a caller do it");
  careless.close();
  await withFront(
    {},
    async ({ port, front }) => {
      for (const clients of [undefined, { authorities: undefined, revoked: undefined }]) {
        front.renew({ ...issue("1.2 and 1.3"), clients });
        assert.match(await handshake(port, { maxVersion: "TLSv1.2" }), /^TLSv1\.2/);
        assert.match(await renegotiate(port), /NO_RENEGOTIATION/);
      }
      await eventually(() => front.connections() === 0, () => "the end of such a connection");
    },
    echo,
    issue("1.2 and 1.3"),
  );
});
