/** Open Redis: from the words of a policy to a link, which connects when it is told to. */
import { readSecret } from "../../keys/secret.ts";
import type { Unusable } from "../database/database.ts";
import type { WhenDown } from "../store.ts";
import { readRedisAddresses } from "./address.ts";
import { connectTo } from "./connect.ts";
import { CONNECT_MILLISECONDS_MAX, Link, type LinkOptions } from "./link.ts";

export interface RedisWishes {
  /** `env:NAME` or `file:path`: where the URL stands. */
  readonly redis: string | undefined;
  readonly cluster: boolean;
  readonly mode: "strict" | "leased";
  readonly whenDown: WhenDown;
  readonly nodes: number;
  /** Longest wait for one answer, in milliseconds. */
  readonly wait: number;
  /** Why the way there need not be encrypted. */
  readonly plain: string | undefined;
}

/** @param folder where relative file names start */
export function openRedis({ redis = "", cluster, wait, plain }: RedisWishes, folder: string, changed: LinkOptions["changed"]): { readonly link: Link } | Unusable {
  const read = readSecret(redis, folder);
  if ("wrong" in read) return read;
  const found = readRedisAddresses(read.secret.toString("utf8"), plain);
  if ("wrong" in found) return found;
  const { addresses } = found;
  if (!cluster && addresses.length > 1) return { wrong: "several servers are a cluster", allowed: "cluster: true, or one URL" };
  return { link: new Link({ connect: connectTo({ addresses, cluster, connectMilliseconds: CONNECT_MILLISECONDS_MAX }), cluster, waitMilliseconds: wait, changed }) };
}
