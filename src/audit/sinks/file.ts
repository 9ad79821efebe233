/**
 * File: audit lines to a file that is set aside at a stated size.
 *
 * `audit.log` becomes `audit.log.1`, what was `.1` becomes `.2`, and the oldest beyond `keep` goes. The file is made
 * for its owner alone.
 */
import { close, closeSync, fstatSync, openSync, renameSync, rmSync, write, mkdirSync } from "node:fs";
import path from "node:path";
import type { AuditSink } from "../log.ts";

export interface FileSinkOptions {
  readonly rotateBytes: number;
  readonly keep: number;
}

/** @throws the system's error when the file cannot be opened: at start-up, where it becomes a sentence */
export function openFileSink(file: string, { rotateBytes, keep }: FileSinkOptions): AuditSink {
  mkdirSync(path.dirname(file), { recursive: true });
  let descriptor = openSync(file, "a", 0o600);
  let size = fstatSync(descriptor).size;

  const rotate = (): void => {
    for (let number = keep; number > 0; number--) {
      const from = number === 1 ? file : `${file}.${number - 1}`;
      try {
        renameSync(from, `${file}.${number}`);
      } catch (fault) {
        if (!isMissing(fault)) throw fault;
      }
    }
    if (keep === 0) rmSync(file, { force: true });
    const fresh = openSync(file, "a", 0o600);
    closeSync(descriptor);
    descriptor = fresh;
    size = 0;
  };

  return {
    write(text, done) {
      const bytes = Buffer.from(text);
      try {
        if (size > 0 && size + bytes.byteLength > rotateBytes) rotate();
      } catch (fault) {
        return done(fault instanceof Error ? fault : new Error("the audit file cannot be set aside"));
      }
      writeWhole(descriptor, bytes, 0, (fault) => {
        if (fault === undefined) size += bytes.byteLength;
        done(fault);
      });
    },
    close: () => new Promise((resolve) => close(descriptor, () => resolve())),
  };
}

/** A write may take only a part: a full disk often shows itself so first. */
function writeWhole(descriptor: number, bytes: Buffer, from: number, done: (fault?: Error) => void): void {
  write(descriptor, bytes, from, bytes.byteLength - from, null, (fault, count) => {
    if (fault !== null) return done(fault);
    if (from + count < bytes.byteLength) return writeWhole(descriptor, bytes, from + count, done);
    done();
  });
}

function isMissing(fault: unknown): boolean {
  return fault instanceof Error && "code" in fault && fault.code === "ENOENT";
}
