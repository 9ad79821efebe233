/** Look at upstream: whether the API can be reached from here, over the way that the gateway would take. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { Pool } from "undici";
import { dial, targetOf } from "../../hosts/gateway/wire/dial.ts";
import type { Policy } from "../../policy/policy.ts";
import type { HealthRules, UpstreamSettings } from "../../policy/upstream.ts";
import { tellClock } from "./clock.ts";
import { bad, type Finding, fine } from "./finding.ts";

export const REACH_MILLISECONDS_MAX = 3_000;
const ANSWER_BYTES_MAX = 65_536;

export async function lookAtUpstream({ folder, settings: { upstream } }: Policy): Promise<readonly Finding[]> {
  if (upstream === undefined) return [];
  const authority = upstream.authority === undefined ? undefined : readFileSync(path.resolve(folder, upstream.authority), "utf8");
  return (await Promise.all(upstream.targets.map((target) => lookAtTarget(target, upstream, authority)))).flat();
}

async function lookAtTarget(target: URL, { health }: UpstreamSettings, authority: string | undefined): Promise<readonly Finding[]> {
  const about = "API";
  const fault = await connect(target, authority);
  if (fault !== undefined) return [bad(about, `${target.origin} cannot be reached: ${fault}`, "start it, or mend upstream in the policy")];
  if (health === undefined) return [fine(about, `${target.origin} takes connections`)];
  return askHealth(target, health, authority);
}

/** @returns what went wrong: a code, never a name or address */
function connect(target: URL, authority: string | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const { secure, ...rest } = targetOf(target, authority);
    const socket = dial({ ...rest, secure }, { buffer: Buffer.alloc(1_024), callback: () => true });
    const timer = setTimeout(() => end("no answer in time"), REACH_MILLISECONDS_MAX);
    const end = (fault?: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(fault);
    };
    socket.once(secure === undefined ? "connect" : "secureConnect", () => end());
    socket.once("error", (fault: NodeJS.ErrnoException) => end(fault.code ?? fault.name));
  });
}

async function askHealth(target: URL, { path: where, timeout }: HealthRules, authority: string | undefined): Promise<readonly Finding[]> {
  const pool = new Pool(target.origin, { connections: 1, connect: { timeout, ...(authority === undefined ? {} : { ca: authority }) }, maxResponseSize: ANSWER_BYTES_MAX });
  try {
    const { statusCode, headers, body } = await pool.request({ method: "GET", path: `${target.pathname.replace(/\/$/, "")}${where}`, signal: AbortSignal.timeout(timeout) });
    await body.dump();
    const found = `${target.origin} answers ${statusCode} to its health path`;
    return [statusCode < 400 ? fine("API", found) : bad("API", found, "such a target gets no requests while another one is well: mend it, or upstream.health.path"), ...tellClock(target.origin, headers["date"])];
  } catch {
    return [bad("API", `${target.origin} gives no answer to its health path within ${timeout} ms`, "mend it, or upstream.health")];
  } finally {
    await pool.destroy();
  }
}
