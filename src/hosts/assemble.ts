/**
 * Assemble: policy and contract, engine, audit log and metrics, put together for a host, and kept fresh.
 *
 * A reload builds a whole new house first. If it has misfits, the old one stays and the reasons are said; exchanges
 * in flight finish where they began.
 */
import { unwatchFile, watchFile } from "node:fs";
import path from "node:path";
import { openAuditLog, type AuditLog, type AuditSink } from "../audit/log.ts";
import { openFileSink } from "../audit/sinks/file.ts";
import { openStreamSink } from "../audit/sinks/stream.ts";
import { type Misfit, writeMisfit } from "../contract/misfit.ts";
import { Engine } from "../doors/engine.ts";
import { GUARDS } from "../doors/guards.ts";
import { buildHouse, type House } from "../doors/house.ts";
import { openShared } from "../doors/shared.ts";
import type { Guard } from "../policy/definition.ts";
import type { Policy } from "../policy/policy.ts";
import type { Unusable } from "../stores/database/database.ts";
import { holdDatabase } from "../stores/database/hold-database.ts";
import { type HeldStore, holdStore, type HoldStoreOptions } from "../stores/hold-store.ts";
import { watchDecisions, watchTable } from "../watch/table-gauges.ts";
import { type Metrics, openMetrics } from "../watch/metrics.ts";
import type { Say } from "../watch/operations.ts";
import { openLine } from "./line.ts";

export interface AssembleOptions {
  readonly say: Say;
  /** Guards of the user's own, behind the house's within their stage. */
  readonly guards?: readonly Guard[];
  /** Where audit records go instead of where the policy says: for tests and for programs that embed the engine. */
  readonly sink?: AuditSink;
  /** Whether files are looked at for changes. */
  readonly watch?: boolean;
  /** false: this host cannot switch protocols. */
  readonly switches?: boolean;
  /** How the memory of limits is shared with other threads. */
  readonly memory?: HoldStoreOptions;
}

export interface Assembly {
  readonly engine: Engine;
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  /** The memory of limits. */
  readonly memory: HeldStore;
  /** Opens what lies outside this process; answers why it cannot be used. */
  readonly open: () => Promise<readonly Misfit[]>;
  /** Builds anew from the files, and leaves it to the caller when to move in: threads do so at one moment. */
  readonly prepare: () => Preparation;
  /** Builds anew and moves in. Answers the misfits when the old house stays. */
  readonly reload: () => readonly Misfit[];
  /** Calls back after each reload that worked. */
  readonly onReload: (callback: (house: House) => void) => void;
  readonly close: () => Promise<void>;
}

export type Preparation = { readonly move: () => void } | { readonly misfits: readonly Misfit[] };

export const WATCH_MILLISECONDS = 1_000;

export function assemble(policyFile: string, { say, guards = [], sink, watch = true, switches = true, memory: sharing }: AssembleOptions): Assembly | { readonly misfits: readonly Misfit[] } {
  const shared = openShared();
  const memory = holdStore({ ...sharing, changed: (up, reason) => say(up ? "info" : "error", up ? "the servers of the limits answer" : "the servers of the limits do not answer", { reason }) });
  const databases = holdDatabase();
  const materials = { guards: [...GUARDS, ...guards], openStore: memory.open, shared, openDatabase: databases.open, switches, openLine };
  const building = buildHouse(policyFile, materials);
  if ("misfits" in building) {
    shared.close();
    return building;
  }
  const { settings } = building.house.policy;
  const opened = sink === undefined ? openSink(building.house.policy) : { sink };
  if ("misfits" in opened) return opened;
  const audit = openAuditLog(opened.sink, { queueBytes: settings.audit.queue, whenFull: settings.audit.whenFull });
  const metrics = openMetrics();
  metrics.gauge("sallyport_audit_dropped", "Audit records that found no room.", () => audit.state().dropped);
  metrics.gauge("sallyport_audit_waiting_bytes", "Audit records that wait to be written.", () => audit.state().waitingBytes);
  metrics.gauge("sallyport_database_waiting", "Questions to the database that have no answer yet.", () => engine.house.database?.waiting() ?? 0);
  // Where threads share a table, the one that made it counts for all.
  if (sharing?.table === undefined) watchTable(metrics, memory);
  watchDecisions(metrics, memory);
  const engine = new Engine(building.house, { audit, metrics });
  const callbacks: ((house: House) => void)[] = [];

  const prepare = (): Preparation => {
    const next = buildHouse(policyFile, materials);
    if ("misfits" in next) return next;
    return {
      move() {
        shared.settle(next.house.policy.settings.deadline);
        engine.move(next.house);
        for (const callback of callbacks) callback(next.house);
      },
    };
  };

  const reload = (): readonly Misfit[] => {
    const next = prepare();
    if ("move" in next) next.move();
    sayReload(engine.house, next, say, metrics);
    return "misfits" in next ? next.misfits : [];
  };

  const look = watch ? watchFiles(() => engine.house.files, reload) : undefined;
  callbacks.push(() => look?.refresh());
  return {
    engine,
    audit,
    metrics,
    memory,
    open: () => openOutside(engine.house, memory),
    prepare,
    reload,
    onReload: (callback) => void callbacks.push(callback),
    async close() {
      look?.close();
      await audit.close();
      await memory.close();
      // What is shared may have something left to write down.
      shared.close();
      await databases.close();
    },
  };
}

async function openOutside({ database, policy }: House, memory: HeldStore): Promise<readonly Misfit[]> {
  const [base, limits] = await Promise.all([database?.open(), memory.reach()]);
  const misfit = (pointer: string, what: string, unusable: Unusable | undefined): readonly Misfit[] => {
    if (unusable === undefined) return [];
    const { wrong, allowed } = unusable;
    return [{ level: "error", place: { file: policy.file, pointer }, message: `${what} cannot be used: ${wrong}`, ...(allowed === undefined ? {} : { allowed }) }];
  };
  return [...misfit("/database", "the database", base), ...misfit("/limits/redis", "the servers of the limits", limits)];
}

/** What came of a reload; `house` is the one in force now. */
export function sayReload(house: House, outcome: Preparation, say: Say, metrics: Metrics): void {
  metrics.reloaded("move" in outcome);
  if ("misfits" in outcome) say("error", "reload refused: the old policy stays", { misfits: outcome.misfits.map(writeMisfit) });
  else say("info", "reloaded", { policy: house.policy.version, operations: house.plans.size });
}

export function openSink({ folder, settings: { audit } }: Policy): { readonly sink: AuditSink } | { readonly misfits: readonly Misfit[] } {
  if (audit.file === undefined) return { sink: openStreamSink(process.stdout) };
  const file = path.resolve(folder, audit.file);
  try {
    return { sink: openFileSink(file, { rotateBytes: audit.rotate, keep: audit.keep }) };
  } catch (fault) {
    const message = `the audit file cannot be opened (${codeOf(fault)})`;
    return { misfits: [{ level: "error", place: { file, pointer: "" }, message }] };
  }
}

export function codeOf(fault: unknown): string {
  return fault instanceof Error && "code" in fault ? String(fault.code) : "unknown fault";
}

export interface Look {
  readonly refresh: () => void;
  readonly close: () => void;
}

/** By polling: editors and deployments replace files in ways that change events do not tell alike everywhere. */
export function watchFiles(files: () => readonly string[], changed: () => void): Look {
  const notice = (now: { mtimeMs: number; size: number }, before: { mtimeMs: number; size: number }): void => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size) changed();
  };
  let watched: readonly string[] = [];
  const close = (): void => {
    for (const file of watched) unwatchFile(file, notice);
  };
  const refresh = (): void => {
    close();
    watched = files();
    for (const file of watched) watchFile(file, { interval: WATCH_MILLISECONDS, persistent: false }, notice);
  };
  refresh();
  return { refresh, close };
}
