/**
 * Crew: several threads behind one port.
 *
 * Each thread is a station of its own (see ../station.ts); the kernel spreads connections over them. This thread serves
 * nobody: it reads the policy first, writes the one audit log, adds up the counts, and looks after the others. A new
 * policy is understood by every thread before any moves, and then all move at one moment.
 */
import net, { type AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import type { AuditSink } from "../../../audit/log.ts";
import type { Misfit } from "../../../contract/misfit.ts";
import { DocumentDesk } from "../../../keys/document-desk.ts";
import { fetchHere } from "../../../keys/fetch-document.ts";
import { type Settings, THREADS_MAX } from "../../../policy/policy.ts";
import { writeMetrics } from "../../../watch/metrics.ts";
import { type Assembly, assemble, openSink, sayReload, watchFiles } from "../../assemble.ts";
import type { Doors, GatewayOptions } from "../gateway.ts";
import { findListenMisfits, listenMisfit, placeIn, startMisfit } from "../listen.ts";
import { sayWhatWaits } from "../restart.ts";
import { ConnectionTable } from "../wire/connection-table.ts";
import type { DocumentAnswer, DocumentQuestion, FromMember } from "./messages.ts";
import { Thread } from "./thread.ts";

export function threadsOf(wanted: number | "auto"): number {
  return wanted === "auto" ? Math.min(availableParallelism(), THREADS_MAX) : wanted;
}

/** Nothing is recorded here: this thread has no exchanges. */
const NOWHERE: AuditSink = { write: (_text, done) => done(), close: () => Promise.resolve() };

type Stopped = { readonly misfits: readonly Misfit[] };

export async function openCrew(policyFile: string, count: number, options: GatewayOptions): Promise<Doors | Stopped> {
  const own = assemble(policyFile, { say: options.say, sink: NOWHERE, watch: false, memory: { shared: true } });
  if ("misfits" in own) return own;
  const opened = await prepare(own, options);
  if ("misfits" in opened) {
    await own.close();
    return opened;
  }
  const crew = new Crew(own, count, opened, options);
  const misfits = await crew.open();
  if (misfits.length === 0) return crew;
  await crew.kill();
  return { misfits };
}

interface Opened {
  readonly sink: AuditSink;
  readonly port: number;
}

async function prepare({ engine, open }: Assembly, { guards = [], sink }: GatewayOptions): Promise<Opened | Stopped> {
  const { policy } = engine.house;
  const misfits = [...findListenMisfits(policy)];
  if (process.platform !== "linux") misfits.push(startMisfit(placeIn(policy, "/threads"), "several threads behind one port need Linux", "threads: 1"));
  if (guards.length > 0) misfits.push(startMisfit(placeIn(policy, "/threads"), "guards of a program's own cannot be handed to other threads", "threads: 1"));
  if (policy.settings.upstream === undefined) misfits.push(startMisfit(placeIn(policy, ""), "a gateway needs an upstream", "upstream: http://host:port"));
  // Opened here first, so that one thread alone brings a database up to date.
  misfits.push(...(await open()));
  if (misfits.length > 0) return { misfits };
  const port = await findPort(policy.settings.listen);
  if (typeof port !== "number") return { misfits: [listenMisfit(policy, "/listen", policy.settings.listen.address, policy.settings.listen.port, port.fault)] };
  const opened = sink === undefined ? openSink(policy) : { sink };
  return "misfits" in opened ? opened : { sink: opened.sink, port };
}

/** The threads share the port with each other, and with nobody else: another program that listens there would get a part. */
function findPort({ port, address }: { readonly port: number; readonly address: string }): Promise<number | { readonly fault: unknown }> {
  const probe = net.createServer();
  return new Promise((resolve) => {
    probe.once("error", (fault) => resolve({ fault }));
    probe.listen(port, address, () => {
      const bound = probe.address() as AddressInfo; // it listens on a port
      probe.close(() => resolve(bound.port));
    });
  });
}

async function hand(desk: DocumentDesk, { url, origin, newer }: DocumentQuestion): Promise<DocumentAnswer["document"]> {
  const document = await desk.hand(new URL(url), origin, newer);
  // A copy of its own: bytes on their way to a thread take all of the memory along that they are a part of.
  return "wrong" in document ? { wrong: document.wrong } : { bytes: Uint8Array.from(document.bytes) };
}

type Counted = FromMember & { readonly kind: "counted" };

class Crew implements Doors {
  readonly #own: Assembly;
  readonly #options: GatewayOptions;
  readonly #begun: Settings;
  readonly #sink: AuditSink;
  readonly #threads: readonly Thread[];
  readonly #look: { readonly refresh: () => void; readonly close: () => void } | undefined;
  #writing: Promise<void> = Promise.resolve();
  #reloading: Promise<readonly Misfit[]> = Promise.resolve([]);
  url = "";

  constructor(own: Assembly, count: number, { sink, port }: Opened, options: GatewayOptions) {
    this.#own = own;
    this.#options = options;
    this.#begun = own.engine.house.policy.settings;
    this.#sink = sink;
    const memory = own.memory.memory();
    const orders = { table: memory?.table.buffer instanceof SharedArrayBuffer ? memory.table.buffer : undefined, policyFile: own.engine.house.policy.file, port, limits: options.limits };
    const connections = ConnectionTable.memoryFor(count);
    const desk = new DocumentDesk(fetchHere);
    const events = {
      document: (question: DocumentQuestion) => hand(desk, question),
      said: options.say,
      audit: (text: string, done: (fault?: Error) => void) => this.#write(text, done),
      ended(thread: number, number: number) {
        memory?.table.bury(thread);
        new ConnectionTable(connections, number - 1).clear();
      },
      returned: (policy: string) => void (policy === this.house().policy.version ? undefined : this.reload()),
    };
    this.#threads = Array.from({ length: count }, (_, at) => new Thread(at + 1, { ...orders, connections: { memory: connections, thread: at } }, events));
    this.#look = options.watch === false ? undefined : watchFiles(() => this.house().files, () => void this.reload());
    own.metrics.gauge("sallyport_threads", "Threads that were meant to serve.", () => count);
  }

  house = (): Assembly["engine"]["house"] => this.#own.engine.house;

  async open(): Promise<readonly Misfit[]> {
    // The first one alone: what stands in its way stands in everybody's, and need not be said several times.
    const [first, ...others] = this.#threads;
    const led = await first?.open();
    if (led === undefined || "misfits" in led) return led?.misfits ?? [];
    this.url = led.url;
    const followed = await Promise.all(others.map((thread) => thread.open()));
    return followed.flatMap((one) => ("misfits" in one ? one.misfits : []));
  }

  metrics = async (): Promise<string> => writeMetrics([this.#own.metrics.read(), ...(await this.#count()).map(({ snapshot }) => snapshot)]);

  /** One thread is enough to take a request, but each gets its share of them: all that there are must be ready. */
  ready = async (): Promise<boolean> => {
    const counted = await this.#count();
    return counted.length > 0 && counted.every((one) => one.ready);
  };

  async #count(): Promise<readonly Counted[]> {
    const counted = await Promise.all(this.#threads.map((thread) => thread.ask({ kind: "count" }, "counted")));
    return counted.filter((one) => one !== undefined);
  }

  /** One at a time: a second order waits for the first. */
  reload = (): Promise<readonly Misfit[]> => (this.#reloading = this.#reloading.then(() => this.#renew()));

  stop = async (): Promise<void> => {
    this.#look?.close();
    await Promise.all(this.#threads.map((thread) => thread.stop()));
    await this.#close();
  };

  async kill(): Promise<void> {
    this.#look?.close();
    await Promise.all(this.#threads.map((thread) => thread.kill()));
    await this.#close();
  }

  async #close(): Promise<void> {
    await this.#writing;
    await this.#sink.close();
    await this.#own.close();
  }

  async #renew(): Promise<readonly Misfit[]> {
    const { say } = this.#options;
    const next = this.#own.prepare();
    const prepared = "misfits" in next ? [] : await Promise.all(this.#threads.map((thread) => thread.ask({ kind: "prepare" }, "prepared")));
    const misfits = "misfits" in next ? next.misfits : (prepared.find((one) => one !== undefined && one.misfits.length > 0)?.misfits ?? []);
    if ("misfits" in next || misfits.length > 0) {
      for (const thread of this.#threads) thread.tell({ kind: "forget" });
      sayReload(this.house(), { misfits }, say, this.#own.metrics);
      return misfits;
    }
    next.move();
    await Promise.all(this.#threads.map((thread) => thread.ask({ kind: "move" }, "moved")));
    this.#look?.refresh();
    sayReload(this.house(), next, say, this.#own.metrics);
    sayWhatWaits(this.#begun, this.house().policy.settings, say);
    return [];
  }

  /** A sink takes one text at a time, and the threads do not wait for each other. */
  #write(text: string, tell: (fault?: Error) => void): void {
    const written = this.#writing.then(() => new Promise<Error | undefined>((resolve) => this.#sink.write(text, resolve)));
    this.#writing = written.then(tell);
  }
}
