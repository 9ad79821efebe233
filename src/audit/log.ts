/**
 * Log: audit records on their way to a sink, through a bounded queue.
 *
 * Records are gathered for a moment and written together: a write costs more than a hundred records. While the queue is full, `ready` says no. Where
 * the policy then refuses requests, the records of exchanges that are already in find room all the same, so the queue
 * can outgrow its bound by those and no more; where it drops records, they are counted.
 */
import type { AuditRecord } from "./record.ts";
import { writeRecord } from "./write-record.ts";

/** Where lines go. `write` calls `done` once the text is handed over; one write is under way at a time. */
export interface AuditSink {
  readonly write: (text: string, done: (fault?: Error) => void) => void;
  readonly close: () => Promise<void>;
}

export interface AuditLog {
  readonly add: (record: AuditRecord) => void;
  /** Whether the queue is below its bound. */
  readonly ready: () => boolean;
  /** Records that were dropped, and the bytes that wait. */
  readonly state: () => { readonly dropped: number; readonly waitingBytes: number; readonly written: number; readonly fault: string | undefined };
  /** Writes what waits, then closes the sink. */
  readonly close: () => Promise<void>;
}

export interface AuditOptions {
  /** Bytes that may wait. */
  readonly queueBytes: number;
  readonly whenFull: "refuse" | "drop";
}

/** The slug of the refusal that is given because of a full queue: a record of it would fill the queue further. */
export const FULL = "audit-unavailable";

/** How long a record waits for others before it is written: what a crash of the process can lose. */
export const GATHER_MILLISECONDS = 10;
/** So many bytes are written at once, whatever the time. */
export const GATHER_BYTES = 65_536;

const RETRY_MILLISECONDS = 1_000;

export function openAuditLog(sink: AuditSink, { queueBytes, whenFull }: AuditOptions): AuditLog {
  // One text instead of a list of lines: joining a list takes each line apart once more.
  let waiting = "";
  let waitingLines = 0;
  let waitingBytes = 0;
  let dropped = 0;
  let written = 0;
  let writing = false;
  let timer: NodeJS.Timeout | undefined;
  /** Bytes of `waiting`, while `waitingBytes` also counts those that are being written. */
  let gatheredBytes = 0;
  let fault: string | undefined;
  let idle: (() => void)[] = [];

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (writing || waitingLines === 0) return;
    const text = waiting;
    const lines = waitingLines;
    waiting = "";
    waitingLines = 0;
    gatheredBytes = 0;
    writing = true;
    sink.write(text, (failed) => settle(text, lines, failed));
  };

  const gather = (): void => {
    if (writing) return;
    if (gatheredBytes >= GATHER_BYTES) flush();
    else timer ??= setTimeout(flush, GATHER_MILLISECONDS);
  };

  const settle = (text: string, lines: number, failed: Error | undefined): void => {
    writing = false;
    fault = failed?.message;
    if (failed === undefined) {
      waitingBytes -= text.length;
      written += lines;
    } else {
      // Nothing is lost while there is room: the lines go back to the head of the queue and are tried again.
      waiting = text + waiting;
      waitingLines += lines;
      gatheredBytes += text.length;
      setTimeout(flush, RETRY_MILLISECONDS).unref();
      if (idle.length > 0) dropped += waitingLines;
    }
    if (failed !== undefined || waitingLines === 0) for (const resolve of idle.splice(0)) resolve();
    else if (idle.length > 0) flush();
    else gather();
  };

  return {
    add(record) {
      const line = writeRecord(record);
      const over = waitingBytes + line.length > queueBytes;
      if (over && (whenFull === "drop" || record.problem === FULL)) {
        dropped++;
        return;
      }
      waiting += line;
      waitingLines++;
      waitingBytes += line.length;
      gatheredBytes += line.length;
      gather();
    },
    ready: () => waitingBytes < queueBytes,
    state: () => ({ dropped, waitingBytes, written, fault }),
    async close() {
      if (waitingLines > 0 || writing) {
        const done = new Promise<void>((resolve) => (idle = [...idle, resolve]));
        flush();
        await done;
      }
      await sink.close();
    },
  };
}
