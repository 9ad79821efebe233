/**
 * Machine: states where and with what a run was made, since a figure without that says nothing.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { availableParallelism, cpus, loadavg, release, totalmem, type as systemName } from "node:os";
import { readNginxVersion } from "./subjects/nginx.ts";

export interface Machine {
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  /** Of the last minute, before the run. */
  readonly loadAverage: number;
  readonly commit: string | undefined;
  readonly nginx: string | undefined;
  readonly packages: Readonly<Record<string, string>>;
  readonly startedAt: string;
}

export function describeMachine(): Machine {
  // The bench's own file, whose versions are exact.
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], { cwd: import.meta.dirname, encoding: "utf8" });
  return {
    system: `${systemName()} ${release()}`,
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    loadAverage: readLoadAverage(),
    commit: commit.status === 0 ? commit.stdout.trim() : undefined,
    nginx: readNginxVersion(),
    packages: manifest.dependencies,
    startedAt: new Date().toISOString(),
  };
}

export function readLoadAverage(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

export function writeMachineLine(machine: Machine): string {
  const gibibytes = (machine.memoryBytes / 2 ** 30).toFixed(1);
  return (
    `${machine.processor}, ${machine.cores} cores, ${gibibytes} GiB, ${machine.system}; node ${machine.node}; ` +
    `nginx ${machine.nginx ?? "none"}; load average ${machine.loadAverage}; commit ${machine.commit ?? "none"}`
  );
}
