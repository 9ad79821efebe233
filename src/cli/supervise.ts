/**
 * Supervise: runs this program as a process of its own, and starts it again when it ends without having been told to.
 *
 * A fault in one thread is the gateway's to mend; what takes the whole process with it (no memory, a fault of the
 * runtime, somebody's kill -9) can only be mended from outside. For machines without an init system or an orchestrator
 * that does the same.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Say } from "../watch/operations.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";

/** How long it takes to start it again: twice as long after each short life, from the least to the most. */
export const RESTART_MILLISECONDS_MIN = 100;
export const RESTART_MILLISECONDS_MAX = 10_000;
/** After a life of this length the next pause is the shortest again. */
const SETTLED_MILLISECONDS = 60_000;

const PASSED_ON = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** @param words of the command line, for the process; what keeps its first start from listening is not tried again */
export function supervise(words: readonly string[], say: Say): Promise<ExitCode> {
  const { promise, resolve } = Promise.withResolvers<ExitCode>();
  let child: ChildProcess | undefined;
  let pause = RESTART_MILLISECONDS_MIN;
  let stopping = false;
  let first = true;
  let timer: NodeJS.Timeout | undefined;

  const start = (): void => {
    const begun = performance.now();
    child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? "", ...words], { stdio: "inherit" });
    child.once("error", (fault) => ended(fault.message, undefined, 0));
    child.once("exit", (code, signal) => ended(signal ?? `exit code ${code ?? ""}`, code ?? undefined, performance.now() - begun));
  };

  const ended = (reason: string, code: number | undefined, livedMilliseconds: number): void => {
    child = undefined;
    if (stopping || code === EXIT.fine || (first && code === EXIT.start)) return resolve(isExitCode(code) ? code : EXIT.refused);
    first = false;
    pause = livedMilliseconds > SETTLED_MILLISECONDS ? RESTART_MILLISECONDS_MIN : Math.min(pause * 2, RESTART_MILLISECONDS_MAX);
    say("error", "the process ended and is started again", { reason, waitMilliseconds: pause });
    timer = setTimeout(start, pause);
  };

  for (const signal of PASSED_ON) {
    process.on(signal, () => {
      if (signal !== "SIGHUP") stopping = true;
      if (child !== undefined) return void child.kill(signal);
      clearTimeout(timer);
      if (stopping) resolve(EXIT.fine);
    });
  }
  // Whatever happens to this process, the other one is not left behind.
  process.on("exit", () => void child?.kill("SIGKILL"));
  start();
  return promise;
}

function isExitCode(code: number | undefined): code is ExitCode {
  return Object.values<number | undefined>(EXIT).includes(code);
}
