/** Much: requests that cost their sender little and a server a lot. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import net from "node:net";
import { test } from "node:test";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { askHonestly, openBare, openGuarded, Swarm, until } from "./door.ts";

/** The status of one request of raw bytes. */
function statusOf(port: number, head: string, body: Uint8Array | string = ""): Promise<number> {
  return new Promise((resolve) => {
    let said = "";
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.write(head);
      socket.write(body);
    });
    const done = (): void => resolve(Number(said.slice(9, 12)));
    socket.on("data", (chunk: Buffer) => {
      said += chunk.toString("latin1");
      if (said.includes("\r\n\r\n")) socket.destroy();
    });
    socket.on("error", done);
    socket.once("close", done);
  });
}

const post = (length: number, more = ""): string => `POST /notes HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${more}content-length: ${length}\r\nconnection: close\r\n\r\n`;

test("one address opens as many connections as it likes: Node takes them all, Sallyport as many as are one caller's", async (t) => {
  const [bare, guarded] = [await openBare(t), await openGuarded(t, { connectionsPerAddress: 20 })];
  const swarm = new Swarm(t, bare.port, 100, (socket) => socket.write("GET"));
  await until(async () => swarm.open === 100 && (await bare.held()) === 100, "all of them");
  const other = new Swarm(t, guarded.port, 100, (socket) => socket.write("GET"));
  await until(async () => other.open <= 20 && (await guarded.held()) <= 20, "no more than one caller's");
  // Another address is served meanwhile.
  const status = await new Promise<number>((resolve) => {
    const socket = net.connect({ port: guarded.port, host: "127.0.0.1", localAddress: "127.0.0.2" }, () => socket.write("GET /notes HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"));
    socket.once("data", (chunk: Buffer) => resolve(Number(chunk.toString("latin1").slice(9, 12))));
    socket.once("error", () => resolve(0));
  });
  assert.equal(status, 200);
});

test("a body without end: a server that collects it runs out of memory, Sallyport has a bound", async (t) => {
  const [bare, guarded] = [await openBare(t), await openGuarded(t, {}, { everywhere: { size: { body: "64KiB" } } })];
  const body = Buffer.alloc(8 * 2 ** 20, "1");
  assert.equal(await statusOf(bare.port, post(body.byteLength), body), 200);
  assert.equal(await statusOf(guarded.port, post(body.byteLength), body), 413);
  assert.equal(await statusOf(guarded.port, "POST /notes HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n", `20000\r\n${"1".repeat(0x20000)}\r\n0\r\n\r\n`), 413);
});

for (const [title, make] of [
  ["arrays within arrays", () => "[".repeat(200_000) + "]".repeat(200_000)],
  ["objects within objects", () => '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000)],
  ["one name many times", () => `{${Array.from({ length: 50_000 }, () => '"a":1').join(",")}}`],
  ["many names", () => `{${Array.from({ length: 200_000 }, (_, at) => `"${at.toString(36)}":1`).join(",")}}`],
] as const) {
  test(`JSON with ${title}: JSON.parse takes it, Sallyport counts first`, async (t) => {
    const guarded = await openGuarded(t, {}, { everywhere: { size: { body: "8MiB" } } });
    const text = make();
    assert.doesNotThrow(() => JSON.parse(text) as unknown);
    assert.equal(await statusOf(guarded.port, post(Buffer.byteLength(text)), text), 400);
    assert.equal(await askHonestly(guarded.port), 200);
  });
}

for (const [coding, bomb, inflate] of [
  ["gzip", (): Buffer => gzipSync(Buffer.alloc(32 * 2 ** 20, "1")), (bytes: Buffer): Buffer => gunzipSync(bytes)],
  ["gzip, gzip", (): Buffer => gzipSync(gzipSync(Buffer.alloc(32 * 2 ** 20, "1"))), (bytes: Buffer): Buffer => gunzipSync(gunzipSync(bytes))],
  ["zstd", (): Buffer => zstdCompressSync(Buffer.alloc(32 * 2 ** 20, "1")), (bytes: Buffer): Buffer => zstdDecompressSync(bytes)],
  ["br", (): Buffer => brotliCompressSync(Buffer.alloc(32 * 2 ** 20, "1")), (bytes: Buffer): Buffer => brotliDecompressSync(bytes)],
] as const) {
  test(`a ${coding} bomb: whoever unpacks it has a thousand times as much, Sallyport does not unpack what nobody asked for`, async (t) => {
    const guarded = await openGuarded(t);
    const bytes = bomb();
    assert.ok(inflate(bytes).byteLength > 900 * bytes.byteLength);
    assert.equal(await statusOf(guarded.port, post(bytes.byteLength, `content-encoding: ${coding}\r\n`), bytes), 415);
  });
}

test("a field named __proto__ comes to no program, and costs nobody anything", async (t) => {
  const guarded = await openGuarded(t);
  assert.equal(await statusOf(guarded.port, "GET /notes HTTP/1.1\r\nhost: a\r\n__proto__: 1\r\nconnection: close\r\n\r\n"), 400);
  assert.equal(await statusOf(guarded.port, "GET /notes HTTP/1.1\r\nhost: a\r\nconstructor: 1\r\nconnection: close\r\n\r\n"), 200);
  assert.equal(await askHonestly(guarded.port), 200);
});

test("a pattern that backtracks: an engine that goes back does not come to an end, Sallyport's goes through once", async (t) => {
  const letters = "a".repeat(60);
  const { signal } = spawnSync(process.execPath, ["-e", `/^(a+)+$/.test("${letters}!")`], { timeout: 1_500 });
  assert.equal(signal, "SIGTERM", "the attack works on the engine of the language");
  const guarded = await openGuarded(t);
  const head = (code: string): string => `GET /codes/${code} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`;
  assert.equal(await statusOf(guarded.port, head(`${letters}!`)), 400);
  assert.equal(await statusOf(guarded.port, head(letters)), 200);
});

for (const [title, head, expected] of [
  ["fields without number", `GET /notes HTTP/1.1\r\nhost: a\r\n${Array.from({ length: 900 }, (_, at) => `x-${at}: 1\r\n`).join("")}\r\n`, 431],
  ["a field of great length", `GET /notes HTTP/1.1\r\nhost: a\r\nx-a: ${"a".repeat(14_000)}\r\n\r\n`, 431],
  ["a target of great length", `GET /notes?${"a".repeat(12_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 414],
  ["two hosts", "GET /notes HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400],
  ["two credentials", "GET /notes HTTP/1.1\r\nhost: a\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n", 400],
] as const) {
  test(`${title}: Node takes it, Sallyport does not`, async (t) => {
    const [bare, guarded] = [await openBare(t), await openGuarded(t)];
    const status = await statusOf(bare.port, head);
    assert.ok(status === 200, `the attack does not work on Node: ${status}`);
    assert.equal(await statusOf(guarded.port, head), expected);
  });
}
