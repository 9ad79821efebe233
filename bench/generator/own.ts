/**
 * Own: the bench's own load generator: starts load.ts as a process and tells it what to send.
 *
 * One process for the whole bench, so that it is as warm for the last subject as for the first.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pinned } from "../launch.ts";
import type { Generator, Load, Outcome } from "./outcome.ts";

export function startOwnGenerator(core: number | undefined): Generator {
  const { program, words } = pinned(
    { program: process.execPath, words: [join(import.meta.dirname, "load.ts")] },
    core,
  );
  const child = spawn(program, words, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const run = (load: Load): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error("the load generator ended"));
      child.once("exit", fail);
      // load.ts sends nothing else.
      child.once("message", (outcome) => {
        child.off("exit", fail);
        resolve(outcome as unknown as Outcome);
      });
      child.send(load);
    });
  return { name: "own", pid: child.pid, run, stop: () => void child.kill() };
}
