/** Judge url: whether an API may fetch what a URL names, and at which address. */
import type { Ranges } from "../../../../exchange/address.ts";
import { barredAmong, type HostList, readDestination } from "../../../../outgoing/destination.ts";
import type { Resolver } from "../../../../outgoing/resolve.ts";

export interface UrlRules {
  readonly schemes: ReadonlySet<string>;
  readonly ports: ReadonlySet<number>;
  /** undefined: every name. */
  readonly hosts: HostList | undefined;
  readonly inner: Ranges | undefined;
}

/** `late`: nobody could say in time, which is not the caller's fault. */
export type UrlVerdict = { readonly host: string; readonly port: number; readonly address: string } | { readonly wrong: string } | { readonly late: string };

export function judgeUrl(text: string, { schemes, ports, hosts, inner }: UrlRules, resolver: Resolver, now: number): UrlVerdict | Promise<UrlVerdict> {
  const read = readDestination(text);
  if ("wrong" in read) return read;
  const { scheme, host, isAddress, port } = read;
  if (!schemes.has(scheme)) return { wrong: "a scheme that is not allowed" };
  if (!ports.has(port)) return { wrong: "a port that is not allowed" };
  if (hosts?.has(host) === false) return { wrong: "a host that is not listed" };
  const settle = (found: Awaited<ReturnType<Resolver["resolve"]>>): UrlVerdict => {
    if ("unresolved" in found) return found.unresolved === "unknown" ? { wrong: "a name that leads nowhere" } : { late: found.unresolved };
    const barred = barredAmong(found, inner);
    const [address] = found;
    return barred !== undefined || address === undefined ? { wrong: barred ?? "a name that leads nowhere" } : { host, port, address };
  };
  const found = isAddress ? [host] : resolver.resolve(host, now);
  return found instanceof Promise ? found.then(settle) : settle(found);
}
