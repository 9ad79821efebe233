/**
 * Member: one thread of a crew: a station that shares its port with the others, and writes to the crew's audit log.
 *
 * Run as a worker thread. It reads no signals, watches no files and has no port for health: the crew does so for all.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { AuditSink } from "../../../audit/log.ts";
import type { Preparation } from "../../assemble.ts";
import { fetchThrough } from "../../../keys/fetch-document.ts";
import { openStation } from "../station.ts";
import { DocumentLine } from "./document-line.ts";
import type { FromMember, MemberOrders, ToMember } from "./messages.ts";

export const PULSE_MILLISECONDS = 500;

const port = parentPort;
if (port === null) throw new Error("a member runs in a thread of a crew");
// The crew is the only one who starts this file.
const orders = workerData as MemberOrders;

const tell = (message: FromMember): void => port.postMessage(message);

let written: ((fault?: Error) => void) | undefined;
/** The log writes one text at a time, so one answer at a time is awaited. */
const sink: AuditSink = {
  write(text, done) {
    written = done;
    tell({ kind: "audit", text });
  },
  close: () => Promise.resolve(),
};

const documents = new DocumentLine(tell);
fetchThrough(documents.fetch);

// The file that the crew's policy names is the crew's to write: this one only hands over.
const station = await openStation(orders.policyFile, {
  say: (severity, event, particulars = {}) => tell({ kind: "said", severity, event, particulars }),
  sink,
  watch: false,
  sharedPort: orders.port,
  memory: { table: orders.table },
  connections: orders.connections,
  ...(orders.limits === undefined ? {} : { limits: orders.limits }),
});

if ("misfits" in station) tell({ kind: "misfits", misfits: station.misfits });
else {
  const { assembly, url } = station;
  const pulse = new Int32Array(orders.pulse);
  const beat = setInterval(() => void Atomics.add(pulse, 0, 1), PULSE_MILLISECONDS);
  let prepared: Preparation | undefined;
  const obey: { readonly [K in ToMember["kind"]]: (message: ToMember & { readonly kind: K }) => void } = {
    written: ({ fault }) => written?.(fault === undefined ? undefined : new Error(fault)),
    document: (answer) => documents.answer(answer),
    count: () => tell({ kind: "counted", snapshot: assembly.metrics.read(), ready: assembly.audit.ready() }),
    prepare() {
      prepared = assembly.prepare();
      tell({ kind: "prepared", misfits: "misfits" in prepared ? prepared.misfits : [] });
    },
    move() {
      if (prepared !== undefined && "move" in prepared) prepared.move();
      prepared = undefined;
      tell({ kind: "moved" });
    },
    forget: () => (prepared = undefined),
    stop: () => void station.stop().then(() => {
      clearInterval(beat);
      port.close();
    }),
  };
  port.on("message", (message: ToMember) => (obey[message.kind] as (message: ToMember) => void)(message));
  tell({ kind: "open", url, policy: assembly.engine.house.policy.version });
}
