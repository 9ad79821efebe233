/**
 * Admission: whether a client of the API's own may reach a destination, and at which address.
 *
 * The address that was judged is the one that is dialled. A name is looked up once, all of its addresses must be
 * allowed, and nobody looks it up again.
 */
import { type Particulars, type Problem, problem } from "../../exchange/problem.ts";
import { isSame } from "../../keys/same.ts";
import { barredAmong, type Destination } from "../../outgoing/destination.ts";
import type { Resolver } from "../../outgoing/resolve.ts";
import type { EgressClient } from "../../policy/egress.ts";

export interface Admitted {
  readonly address: string;
  readonly port: number;
}

const clientUnknown = problem("egress-client-unknown", 407, "This proxy needs a client's name and secret");
const destinationRefused: (particulars?: Particulars) => Problem = problem("egress-refused", 403, "This destination may not be reached");
const destinationUnknown = problem("egress-unresolved", 502, "The destination's name leads nowhere", "api");

export interface KnownClient extends EgressClient {
  readonly name: string;
  /** The secret itself; undefined: it needs none. */
  readonly key: Uint8Array | undefined;
}

/** @param authorization the value of Proxy-Authorization (RFC 9110, section 11.7.2), with Basic credentials (RFC 7617) */
export function findClient(authorization: string | undefined, clients: ReadonlyMap<string, KnownClient>): KnownClient | Problem {
  if (authorization === undefined) return [...clients.values()].find(({ key }) => key === undefined) ?? unknown("no credential");
  const encoded = /^basic ([A-Za-z0-9+/]{1,8000}={0,2})$/i.exec(authorization)?.[1];
  const text = encoded === undefined ? "" : Buffer.from(encoded, "base64").toString("latin1");
  const colon = text.indexOf(":");
  if (colon < 1) return unknown("not Basic, or not a name, a colon and a secret");
  const client = clients.get(text.slice(0, colon));
  // Compared in any case: how long it takes does not say whether there is such a client.
  const same = isSame(Buffer.from(text.slice(colon + 1), "latin1"), client?.key ?? NOBODY);
  return client?.key !== undefined && same ? client : unknown("no such client, or another secret");
}

const NOBODY = new Uint8Array(32);

function unknown(why: string): Problem {
  return clientUnknown({ headers: { "proxy-authenticate": 'Basic realm="egress", charset="UTF-8"' }, because: { credential: why } });
}

/** Never rejects. @param secure whether the client speaks TLS through the proxy */
export async function admit(client: KnownClient, { host, isAddress, port }: Omit<Destination, "scheme">, secure: boolean, resolver: Resolver, now: number): Promise<Admitted | Problem> {
  if (!client.hosts.has(host)) return refuse("not on the client's list of hosts");
  if (!client.ports.has(port)) return refuse("not one of the client's ports");
  if (!secure && !client.plain) return refuse("plain HTTP");
  const found = isAddress ? [host] : await resolver.resolve(host, now);
  if ("unresolved" in found) return destinationUnknown({ because: { resolver: found.unresolved } });
  const barred = barredAmong(found, client.inner);
  if (barred !== undefined) return refuse(barred);
  const [address] = found;
  return address === undefined ? destinationUnknown({ because: { resolver: "unknown" } }) : { address, port };
}

function refuse(why: string): Problem {
  return destinationRefused({ because: { destination: why } });
}
