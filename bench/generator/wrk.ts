/**
 * Wrk: the same load made by wrk, to see that the bench's own generator is not what is measured.
 *
 * wrk checks less: it knows which answers had a status of 400 or above and which connections broke, not which order came.
 */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { pinned } from "../launch.ts";
import type { Generator, Load, Outcome } from "./outcome.ts";

const marker = "outcome ";

/** Of its own, wrk calls a connection broken after two seconds: on a busy machine, a gateway's first second can last as long. */
const PATIENCE = "20s";

export function isWrkInstalled(): boolean {
  return spawnSync("wrk", ["-v"]).error === undefined;
}

export function startWrk(core: number | undefined): Generator {
  return { name: "wrk", pid: undefined, run: (load) => runWrk(load, core), stop: () => undefined };
}

async function runWrk(load: Load, core: number | undefined): Promise<Outcome> {
  const script = join(import.meta.dirname, "wrk.lua");
  const url = `${load.authorityFile === undefined ? "http" : "https"}://127.0.0.1:${load.port}`;
  const { program, words } = pinned(
    {
      program: "wrk",
      words: ["-t1", `-c${load.connections}`, `-d${load.seconds}s`, "--timeout", PATIENCE, "-s", script, url, load.requestFile],
    },
    core,
  );
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  await new Promise((resolve) => child.once("close", resolve));
  const line = output.split("\n").find((text) => text.startsWith(marker));
  if (line === undefined) throw new Error(`wrk failed:\n${output}`);
  // Written by wrk.lua, in this form.
  return JSON.parse(line.slice(marker.length)) as Outcome;
}
