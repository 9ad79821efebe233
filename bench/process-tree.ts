/**
 * Process tree: what a process and its children cost, read from /proc (Linux).
 *
 * nginx and launchers are more than one process; whoever is measured is measured with all its children.
 */
import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ: what the kernel counts CPU time in towards user space, 100 on every Linux architecture that Node runs on. */
const ticksPerSecond = 100;

export interface Cost {
  /** User and system time since the start. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

export function readCost(root: number): Cost {
  let cpuSeconds = 0;
  let rssBytes = 0;
  for (const pid of listTree(root)) {
    const stat = readStat(pid);
    if (stat === undefined) continue;
    cpuSeconds += stat.cpuSeconds;
    rssBytes += readRss(pid);
  }
  return { cpuSeconds, rssBytes };
}

export function listTree(root: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    const stat = Number.isInteger(pid) ? readStat(pid) : undefined;
    if (stat === undefined) continue;
    childrenOf.set(stat.parent, [...(childrenOf.get(stat.parent) ?? []), pid]);
  }
  const tree = [root];
  // The list grows while it is walked: breadth first.
  for (const pid of tree) tree.push(...(childrenOf.get(pid) ?? []));
  return tree;
}

function readStat(pid: number): { readonly parent: number; readonly cpuSeconds: number } | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the name in brackets and may hold spaces: count from its end. See proc(5).
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { parent: Number(fields[1]), cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond };
}

function readRss(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`) ?? "");
  return Number(found?.[1] ?? 0) * 1024;
}

function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // The process ended between the listing and the reading.
  }
}
