/** Look at stores: the servers that keep limits for several nodes, and the database. */
import { openDatabase } from "../../stores/database/open-database.ts";
import { readRedisAddresses } from "../../stores/redis/address.ts";
import { connectTo, reasonOf, type Wire } from "../../stores/redis/connect.ts";
import { CONNECT_MILLISECONDS_MAX } from "../../stores/redis/link.ts";
import { readSecret } from "../../keys/secret.ts";
import type { Policy } from "../../policy/policy.ts";
import { compareClocks } from "./clock.ts";
import { bad, doubtful, type Finding, fine } from "./finding.ts";

/** The oldest that has all commands of the script. */
const VERSION_MIN = [6, 2] as const;
const LIMITS = "limits";

export async function lookAtDatabase({ folder, settings: { database } }: Policy): Promise<readonly Finding[]> {
  if (database === undefined) return [];
  const about = "database";
  const opened = openDatabase(database, folder);
  if ("wrong" in opened) return [bad(about, opened.wrong, opened.allowed ?? "mend database in the policy")];
  const began = performance.now();
  const unusable = await opened.database.open();
  await opened.database.close();
  if (unusable !== undefined) return [bad(about, unusable.wrong, unusable.allowed ?? "start it, or mend database in the policy")];
  return [fine(about, `${opened.database.dialect} opened in ${Math.ceil(performance.now() - began)} ms`)];
}

export async function lookAtLimitServers({ folder, settings: { limits } }: Policy): Promise<readonly Finding[]> {
  const { redis, cluster, plain, wait } = limits;
  if (redis === undefined) return [fine(LIMITS, "kept in the memory of one process: several nodes would each give out the whole limit")];
  const secret = readSecret(redis, folder);
  if ("wrong" in secret) return [bad(LIMITS, secret.wrong, "mend limits.redis")];
  const found = readRedisAddresses(secret.secret.toString("utf8"), plain);
  if ("wrong" in found) return [bad(LIMITS, found.wrong, found.allowed ?? "mend limits.redis")];
  let wire: Wire | undefined;
  try {
    wire = await connectTo({ addresses: found.addresses, cluster, connectMilliseconds: CONNECT_MILLISECONDS_MAX })(() => undefined);
    return await examine(wire, wait);
  } catch (fault) {
    return [bad(LIMITS, `the servers cannot be used (${reasonOf(fault)})`, `until they can, limits go on as limits.whenDown says`)];
  } finally {
    wire?.close();
  }
}

async function examine(wire: Wire, wait: number): Promise<readonly Finding[]> {
  const began = performance.now();
  const seconds = await wire.send("", ["TIME"]);
  const milliseconds = performance.now() - began;
  const took = `answered in ${Math.ceil(milliseconds)} ms`;
  const findings = [milliseconds > wait / 2 ? doubtful(LIMITS, `${took}, of ${wait} ms that are waited for`, "servers that are nearer, or limits.mode: leased") : fine(LIMITS, took)];
  if (Array.isArray(seconds)) findings.push(...compareClocks("the servers of the limits", Number(seconds[0]) * 1_000, Date.now()));
  const told = await wire.send("", ["INFO"]).catch(() => undefined);
  if (typeof told !== "string") return [...findings, doubtful(LIMITS, "the servers do not tell their version to this user", "allow INFO to it (ACL SETUSER ... +info)")];
  return [...findings, ...judgeInfo(told)];
}

/** Of what `INFO` says. */
export function judgeInfo(info: string): readonly Finding[] {
  const value = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  const valkey = value("valkey_version");
  const version = valkey ?? value("redis_version") ?? "";
  const name = `${valkey === undefined ? "Redis" : "Valkey"} ${version}`;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const old = major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1]);
  const findings = [old ? bad(LIMITS, `${name} is too old`, `Redis ${VERSION_MIN.join(".")} or Valkey`) : fine(LIMITS, name)];
  const policy = value("maxmemory_policy");
  if (policy !== undefined && policy !== "noeviction" && value("maxmemory") !== "0") findings.push(doubtful(LIMITS, `when its memory is full it forgets (${policy}): whoever makes it full gives everybody a new burst`, "maxmemory-policy noeviction, and servers for limits alone"));
  const unsaved = [["rdb_last_bgsave_status", "save its memory"], ["aof_last_write_status", "write its log"]].filter(([name = ""]) => value(name) === "err").map(([, deed]) => deed);
  if (unsaved.length > 0) findings.push(bad(LIMITS, `it could not ${unsaved.join(" or ")} the last time: until it can, it takes no writes, and a restart gives everybody a new burst`, "room and rights in its folder for files; its own log says what is missing"));
  if (value("role") === "slave") findings.push(bad(LIMITS, "this is a replica, which takes no writes", "the address of the master"));
  return findings;
}
