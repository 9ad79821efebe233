/** Until stopped: waits for SIGTERM or SIGINT, ends what runs in order, and does not wait for a second SIGINT. To be called before anybody is told that it runs. */
import type { Say } from "../watch/operations.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";

export function untilStopped(end: () => Promise<void>, say: Say): Promise<ExitCode> {
  const { promise, resolve } = Promise.withResolvers<ExitCode>();
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) {
      if (signal !== "SIGINT") return;
      say("warning", "ended at once");
      process.exit(EXIT.refused);
    }
    stopping = true;
    say("info", "stopping", { signal });
    end().then(
      () => {
        say("info", "stopped");
        resolve(EXIT.fine);
      },
      (fault: unknown) => {
        say("error", "could not stop in order", { fault: fault instanceof Error ? fault.message : String(fault) });
        resolve(EXIT.refused);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  return promise;
}
