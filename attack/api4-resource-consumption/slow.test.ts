/** Slow: callers who hold connections by sending, reading or saying next to nothing. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { findProgram, outputOf } from "../../test/hosts/gateway/rig.ts";
import { askHonestly, openBare, openGuarded, type Opened, Swarm, until } from "./door.ts";

const CALLERS = 40;
/** Shorter than anything that Node would do by itself: it waits five seconds for a next request, and a minute for a head. */
const LIMITS = { headMilliseconds: 700, bodyGraceMilliseconds: 700, bodyBytesPerSecond: 240, idleMilliseconds: 700, stallMilliseconds: 700, answerGraceMilliseconds: 700 };

interface Slowness {
  readonly title: string;
  readonly begin: string;
  /** What is sent now and then, so that something seems to happen. */
  readonly drip?: string;
  /** Whether the callers read what they get. */
  readonly deaf?: boolean;
  readonly problem?: string;
}

const HEAD = "POST /notes HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";

const SLOWNESSES: readonly Slowness[] = [
  { title: "a head of which a letter comes now and then (Slowloris)", begin: "GET /notes HTTP/1.1\r\nhost: a\r\nx-a: ", drip: "b", problem: "request-slow" },
  { title: "a head of which a line comes now and then", begin: "GET /notes HTTP/1.1\r\nhost: a\r\n", drip: "x-a: b\r\n", problem: "request-slow" },
  { title: "a connection on which nothing comes", begin: "" },
  { title: "a connection that was used once and then never again", begin: "GET /notes HTTP/1.1\r\nhost: a\r\n\r\n" },
  { title: "a body of which a letter comes now and then (R.U.D.Y.)", begin: `${HEAD}content-length: 10000\r\n\r\n`, drip: "1", problem: "request-slow" },
  { title: "chunks of one letter", begin: `${HEAD}transfer-encoding: chunked\r\n\r\n`, drip: "1\r\n1\r\n", problem: "request-slow" },
  { title: "a large answer that nobody reads", begin: "GET /file HTTP/1.1\r\nhost: a\r\n\r\n", deaf: true },
];

function swarmAt(t: TestContext, { port }: Opened, { begin, drip, deaf = false }: Slowness): void {
  const swarm = new Swarm(t, port, CALLERS, (socket) => {
    if (deaf) socket.pause();
    socket.write(begin);
  });
  if (drip !== undefined) swarm.drip(drip, 250);
}

for (const slowness of SLOWNESSES) {
  const { title, problem } = slowness;
  test(`${title}: Node holds on to it, Sallyport lets it go and serves who is honest meanwhile`, async (t) => {
    const [bare, guarded] = [await openBare(t), await openGuarded(t, LIMITS)];
    swarmAt(t, bare, slowness);
    swarmAt(t, guarded, slowness);
    await until(async () => (await bare.held()) === CALLERS && (await guarded.held()) > 0, "they are connected");
    assert.equal(await askHonestly(guarded.port), 200);
    await until(async () => (await guarded.held()) === 0, "Sallyport has let all of them go");
    assert.equal(await bare.held(), CALLERS, "the attack works on Node");
    assert.equal(await askHonestly(guarded.port), 200);
    if (problem !== undefined) assert.ok(guarded.records.filter((record) => record.problem === problem).length >= CALLERS);
  });
}

const SLOWHTTPTEST = findProgram("/usr/bin/slowhttptest");

for (const [title, words] of [
  ["slow heads", ["-H", "-i", "1"]],
  ["slow bodies", ["-B", "-i", "1", "-s", "8192", "-t", "POST"]],
  ["slow reading", ["-X", "-w", "8", "-y", "16", "-n", "1", "-z", "8"]],
] as const) {
  test(`slowhttptest, an outside judge, does not get it down: ${title}`, { skip: SLOWHTTPTEST === undefined ? "slowhttptest is not installed" : false }, async (t) => {
    const guarded = await openGuarded(t, LIMITS);
    const told = await outputOf(SLOWHTTPTEST ?? "", [...words, "-c", "100", "-r", "100", "-l", "4", "-p", "2", "-u", `http://127.0.0.1:${guarded.port}/notes`]);
    // Its colours stand between the words.
    assert.match(told.replaceAll("\u001b", "").replaceAll(/\[[0-9;]*[A-Za-z]/g, ""), /service available:\s+YES/);
    assert.equal(await askHonestly(guarded.port), 200);
  });
}
