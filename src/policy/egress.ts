/**
 * Egress: what the API may fetch, and for which of its parts (see hosts/egress/).
 *
 * Each part of the API that fetches has a name and a secret of its own, and reaches the hosts that are listed for it.
 */
import type { Ranges } from "../exchange/address.ts";
import type { HostList } from "../outgoing/destination.ts";
import { hostList, rangeList } from "./places.ts";
import { checked, count, duration, fields, listOf, mapOf, optional, or, reason, type Shape, size, text } from "./shape.ts";

export interface EgressClient {
  /** Reference to its secret; undefined: whoever can reach the port is this client. */
  readonly secret: string | undefined;
  readonly hosts: HostList;
  readonly ports: ReadonlySet<number>;
  /** Whether http:// may be fetched, which anybody on the way can read and change. */
  readonly plain: boolean;
  /** Addresses that may be reached although they are not public. */
  readonly inner: Ranges | undefined;
}

export interface EgressSettings {
  readonly address: string;
  readonly port: number;
  readonly exposed: string | undefined;
  readonly clients: ReadonlyMap<string, EgressClient>;
  /** Milliseconds. */
  readonly connect: number;
  readonly idle: number;
  readonly whole: number;
  /** Bytes of one connection, to the destination and back. */
  readonly up: number;
  readonly down: number;
  readonly connections: number;
}

/** It stands in a user name of Basic credentials: no colon, nothing to escape. */
const CLIENT_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

const client: Shape<EgressClient> = checked(
  fields({
    secret: optional(text("Reference to the client's secret: env:NAME or file:path.", { max: 300, example: "env:EGRESS_PAYMENTS" })),
    anyone: optional(reason("Why whoever can reach the port is this client.")),
    hosts: hostList("Hosts that this client may reach."),
    ports: or(listOf("Ports that it may reach.", count("A port.", { min: 1, max: 65_535 }), { min: 1, max: 100 }), [443]),
    plain: optional(reason("Why http:// may be fetched, which anybody on the way can read and change.")),
    inner: optional(fields({ ranges: rangeList("Addresses that may be reached."), because: reason("Why addresses may be reached that are not public.") }, "Addresses that are not public and may be reached all the same.")),
  }),
  ({ secret, anyone, hosts: list, ports, plain, inner }) => {
    if ((secret === undefined) === (anyone === undefined)) return { wrong: "a client is known by its secret, or is anyone", allowed: "secret: env:NAME, or anyone: <reason>" };
    return { value: { secret, hosts: list, ports: new Set(ports), plain: plain !== undefined, inner: inner?.ranges } };
  },
);

export const egressShape: Shape<EgressSettings | undefined> = optional(
  checked(
    fields(
      {
        address: or(text("Address to listen on."), "127.0.0.1"),
        port: or(count("Port to listen on; 0 takes a free one.", { min: 0, max: 65_535 }), 8444),
        exposed: optional(reason("Why the proxy may listen on an address that others can reach; secrets of clients travel in clear.")),
        clients: mapOf("The parts of the API that fetch, by name.", client),
        connect: or(duration("Longest time until the destination is reached.", { min: "100ms", max: "1m" }), "5s"),
        idle: or(duration("Longest time in which nothing moves.", { min: "1s", max: "1h" }), "60s"),
        whole: or(duration("Longest life of a connection.", { min: "1s", max: "1d" }), "10m"),
        up: or(size("Bytes that one connection may send.", { min: "1KiB", max: "64GiB" }), "10MiB"),
        down: or(size("Bytes that one connection may bring back.", { min: "1KiB", max: "64GiB" }), "100MiB"),
        connections: or(count("Connections of one client at once.", { min: 1, max: 10_000 }), 100),
      },
      "The proxy for what the API fetches: `sallyport egress`.",
    ),
    (settings) => {
      const stray = [...settings.clients.keys()].find((name) => !CLIENT_NAME.test(name));
      if (stray !== undefined || settings.clients.size === 0) return { wrong: "clients need names", allowed: "1 to 64 letters, digits, _, . and -" };
      return [...settings.clients.values()].filter(({ secret }) => secret === undefined).length > 1 ? { wrong: "only one client can be anyone" } : { value: settings };
    },
  ),
);
