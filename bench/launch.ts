/**
 * Launch: starts a program of the bench as a process of its own, waits until it listens, and stops it.
 */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const startLimitMilliseconds = 20_000;
const stopLimitMilliseconds = 5_000;
const pollMilliseconds = 50;
/** Whoever is up when the bench ends early is ended with it. */
const children = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
const shownErrorBytes = 2_000;

export interface Command {
  readonly program: string;
  readonly words: readonly string[];
}

export interface Running {
  readonly pid: number;
  readonly port: number;
  readonly ended: () => boolean;
  readonly stop: () => Promise<void>;
}

/** Starts the command, pinned to the core when one is given. Throws when the port stays shut; the error holds the output. */
export async function launch(command: Command, port: number, logFile: string, core: number | undefined): Promise<Running> {
  const { program, words } = pinned(command, core);
  const log = openSync(logFile, "w");
  const child = spawn(program, words, {
    stdio: ["ignore", log, log],
    env: { ...process.env, NODE_ENV: "production" },
  });
  children.add(child);
  const exit = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  let gone = false;
  void exit.then(() => {
    gone = true;
    children.delete(child);
  });
  const stop = async (): Promise<void> => {
    if (gone) return;
    child.kill("SIGTERM");
    await Promise.race([exit, sleep(stopLimitMilliseconds, undefined, { ref: false })]);
    if (!gone) child.kill("SIGKILL");
    await exit;
  };
  const deadline = Date.now() + startLimitMilliseconds;
  while (!(await answers(port))) {
    if (gone || Date.now() > deadline) {
      await stop();
      throw new Error(`${[command.program, ...command.words].join(" ")} does not listen:\n${readEnd(logFile)}`);
    }
    await sleep(pollMilliseconds);
  }
  return { pid: child.pid ?? 0, port, ended: () => gone, stop };
}

export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}

export function canPin(): boolean {
  return spawnSync("taskset", ["-V"]).status === 0;
}

/** The output's last part. */
export function readEnd(logFile: string): string {
  return readFileSync(logFile, "utf8").slice(-shownErrorBytes);
}

export function pinned(command: Command, core: number | undefined): Command {
  if (core === undefined) return command;
  return { program: "taskset", words: ["-c", String(core), command.program, ...command.words] };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
