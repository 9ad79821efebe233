/** Stream: audit lines to standard output, or to any other stream that a test hands over. */
import type { Writable } from "node:stream";
import type { AuditSink } from "../log.ts";

export function openStreamSink(stream: Writable): AuditSink {
  return {
    write: (text, done) => void stream.write(text, (fault) => done(fault ?? undefined)),
    // Standard output is not ours to close.
    close: () => Promise.resolve(),
  };
}
