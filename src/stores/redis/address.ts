/**
 * Address: where the servers are, from a URL that holds a password.
 *
 * `redis://` is plain and `rediss://` is TLS; several URLs with commas between them are entrances to one cluster. What is
 * wrong is said without repeating the URL.
 */
import type { Unusable } from "../database/database.ts";

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
const PORT = 6_379;

/** @param plain why the way there need not be encrypted, where it is said */
export function readRedisAddresses(text: string, plain: string | undefined): { readonly addresses: readonly RedisAddress[] } | Unusable {
  const addresses: RedisAddress[] = [];
  for (const one of text.trim().split(",")) {
    const url = URL.canParse(one.trim()) ? new URL(one.trim()) : undefined;
    if (url === undefined || (url.protocol !== "redis:" && url.protocol !== "rediss:") || url.hostname === "") return { wrong: "not the URL of a Redis server", allowed: "rediss://user:password@host:6379" };
    const database = /^\/?$/.test(url.pathname) ? 0 : Number(/^\/([0-9]{1,2})$/.exec(url.pathname)?.[1] ?? Number.NaN);
    if (Number.isNaN(database) || url.search !== "" || url.hash !== "") return { wrong: "the URL has a part that is not read here", allowed: "rediss://user:password@host:6379/0" };
    const tls = url.protocol === "rediss:";
    if (!tls && plain === undefined && !LOOPBACK.has(url.hostname)) return { wrong: "the way to this server is not encrypted", allowed: "rediss://, a server on this machine, or plain: <reason>" };
    addresses.push({ host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port === "" ? PORT : Number(url.port), tls, user: decoded(url.username), password: decoded(url.password), database });
  }
  return { addresses };
}

function decoded(text: string): string | undefined {
  if (text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
