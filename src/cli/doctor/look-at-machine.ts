/** Look at machine: whether the process and its machine carry what the policy promises. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { threadsOf } from "../../hosts/gateway/crew/crew.ts";
import type { DoorLimits } from "../../policy/door.ts";
import type { Settings } from "../../policy/policy.ts";
import { bad, doubtful, type Finding, fine } from "./finding.ts";

export interface MachineFacts {
  /** Flags that Node was or would be started with. */
  readonly flags: readonly string[];
  /** Whether the environment switches off the verification of certificates. */
  readonly unverified: boolean;
  /** Files that a process may hold open; undefined where this system does not say it. */
  readonly openFilesMax: number | undefined;
  readonly processors: number;
}

export function readMachine(): MachineFacts {
  return {
    flags: [...process.execArgv, ...(process.env["NODE_OPTIONS"] ?? "").split(/\s+/)],
    unverified: process.env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0",
    openFilesMax: readOpenFilesMax(),
    processors: availableParallelism(),
  };
}

/** The soft limit; Node has raised it as far as it may. */
function readOpenFilesMax(): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/** Files beside connections: the log, the database, libraries. */
const OTHER_FILES = 100;

export function lookAtMachine({ threads, upstream, listen }: Pick<Settings, "threads" | "upstream"> & { readonly listen: { readonly limits: Pick<DoorLimits, "connections"> } }, { flags, unverified, openFilesMax, processors }: MachineFacts): readonly Finding[] {
  const findings: Finding[] = [];
  if (flags.some((flag) => flag.includes("insecure-http-parser"))) findings.push(bad("node", "--insecure-http-parser frames requests leniently: the gateway refuses to start with it", "take it out of NODE_OPTIONS and of the command line"));
  if (unverified) findings.push(bad("node", "NODE_TLS_REJECT_UNAUTHORIZED=0 lets anybody stand in for issuers and other servers", "unset it; upstream.authority names the certificate of an API of your own"));
  const wanted = threadsOf(threads);
  if (wanted > processors) findings.push(doubtful("threads", `${wanted} threads on ${processors} ${processors === 1 ? "processor" : "processors"} only wait for each other`, "threads: auto"));
  else findings.push(fine("threads", `${wanted} of ${processors} ${processors === 1 ? "processor" : "processors"}`));
  const files = listen.limits.connections + (upstream === undefined ? 0 : upstream.targets.length * upstream.connections * wanted) + OTHER_FILES;
  if (openFilesMax !== undefined) {
    const found = `${openFilesMax} may be open, ${files} may be needed when all connections are taken`;
    findings.push(openFilesMax < files ? doubtful("open files", found, `ulimit -n ${files}, or LimitNOFILE=${files} for a service`) : fine("open files", found));
  }
  return findings;
}
