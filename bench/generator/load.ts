/**
 * Load: the load generator's own process: keep-alive connections, one request at a time on each, no pipelining.
 *
 * A closed loop: each connection sends its next request when it has its answer. Requests come as finished bytes from the
 * request file. Every answer is checked: the status of its kind, and a GET must bring the order that it asked for. Told
 * what to do over the process channel (own.ts).
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { hostMark, requestSeparator } from "../material.ts";
import { AnswerReader } from "./answer-reader.ts";
import type { Load, Outcome } from "./outcome.ts";

/** Latencies are counted in buckets of one microsecond up to this one. */
const slowestMicroseconds = 5_000_000;
const graceMilliseconds = 10_000;

interface Shot {
  readonly wire: Buffer;
  readonly status: number;
  /** Stands in the right answer. */
  readonly mark: Buffer;
}

process.on("message", (load: Load) => {
  void shoot(load).then((outcome) => process.send?.(outcome));
});

async function shoot(load: Load): Promise<Outcome> {
  const run = new Run(load);
  const grace = setTimeout(() => run.end(), load.seconds * 1_000 + graceMilliseconds);
  await Promise.all(Array.from({ length: load.connections }, () => run.openLane()));
  clearTimeout(grace);
  return run.report();
}

class Run {
  readonly #load: Load;
  readonly #authority: Buffer | undefined;
  readonly #shots: readonly Shot[];
  readonly #latencies = new Uint32Array(slowestMicroseconds + 1);
  readonly #statuses = new Map<number, number>();
  readonly #sockets = new Set<Socket>();
  readonly #started = performance.now();
  readonly #deadline: number;
  #finished = 0;
  #sent = 0;
  #answered = 0;
  #wrong = 0;
  #broken = 0;

  constructor(load: Load) {
    this.#load = load;
    this.#authority = load.authorityFile === undefined ? undefined : readFileSync(load.authorityFile);
    this.#shots = readShots(load.requestFile, `127.0.0.1:${load.port}`);
    this.#started = performance.now();
    this.#deadline = this.#started + load.seconds * 1_000;
  }

  /** Resolves when the connection has had its last answer, or has broken. */
  openLane(): Promise<void> {
    const { port } = this.#load;
    const authority = this.#authority;
    const socket = authority === undefined ? connect({ port, host: "127.0.0.1", noDelay: true }) : connectSecurely({ port, host: "127.0.0.1", ca: authority, minVersion: "TLSv1.3" }).setNoDelay();
    this.#sockets.add(socket);
    const reader = new AnswerReader();
    let shot: Shot | undefined;
    let sentAt = 0;
    const sendNext = (): void => {
      shot = this.#next();
      if (shot === undefined) {
        socket.end();
        return;
      }
      sentAt = performance.now();
      socket.write(shot.wire);
    };
    socket.once(authority === undefined ? "connect" : "secureConnect", sendNext);
    socket.on("data", (chunk: Buffer) => {
      if (shot === undefined) return;
      try {
        const answer = reader.read(chunk);
        if (answer === undefined) return;
        this.#count(shot, answer.status, answer.bytes, sentAt);
        sendNext();
      } catch {
        socket.destroy(); // With a request on the way: counted as broken below.
      }
    });
    socket.on("error", () => socket.destroy());
    return new Promise((resolve) => {
      socket.once("close", () => {
        this.#sockets.delete(socket);
        if (shot !== undefined || sentAt === 0) this.#broken += 1;
        resolve();
      });
    });
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  report(): Outcome {
    return {
      seconds: (this.#finished - this.#started) / 1_000,
      requests: this.#answered,
      statuses: Object.fromEntries(this.#statuses),
      wrong: this.#wrong,
      broken: this.#broken,
      p50Milliseconds: this.#quantile(0.5),
      p99Milliseconds: this.#quantile(0.99),
    };
  }

  #next(): Shot | undefined {
    if (this.#sent === this.#load.requests || performance.now() >= this.#deadline) return undefined;
    const shot = this.#shots[this.#sent % this.#shots.length];
    this.#sent += 1;
    return shot;
  }

  #count(shot: Shot, status: number, bytes: Buffer, sentAt: number): void {
    const now = performance.now();
    const microseconds = Math.min(slowestMicroseconds, Math.round((now - sentAt) * 1_000));
    this.#latencies[microseconds] = (this.#latencies[microseconds] ?? 0) + 1;
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    this.#answered += 1;
    this.#finished = now;
    if (status !== shot.status || !bytes.includes(shot.mark)) this.#wrong += 1;
  }

  #quantile(share: number): number {
    let left = Math.ceil(this.#answered * share);
    for (let microseconds = 0; microseconds <= slowestMicroseconds; microseconds += 1) {
      left -= this.#latencies[microseconds] ?? 0;
      if (left <= 0) return microseconds / 1_000;
    }
    return slowestMicroseconds / 1_000;
  }
}

function readShots(file: string, host: string): Shot[] {
  return readFileSync(file, "latin1").split(requestSeparator).map((text) => {
    const isGet = text.startsWith("GET ");
    const mark = isGet ? `"id":"${text.slice("GET /orders/".length, text.indexOf("?"))}"` : '"id":"ord_';
    return { wire: Buffer.from(text.replace(hostMark, host), "latin1"), status: isGet ? 200 : 201, mark: Buffer.from(mark) };
  });
}
