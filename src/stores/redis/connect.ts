/**
 * Connect: one connection to a server, or to all masters of a cluster, by `@redis/client`.
 *
 * Nothing is queued while there is no connection, and nothing is sent again: a call that does not get through has to be
 * decided in another way, now.
 */
import type * as redis from "@redis/client";
import { bring } from "../../bring.ts";
import type { RedisAddress } from "./address.ts";

/** What a link needs of a connection. */
export interface Wire {
  readonly send: (key: string, words: readonly string[]) => Promise<unknown>;
  readonly close: () => void;
}

/** Connects; `lost` is called when the connection is gone for good. */
export type Connect = (lost: (reason: string) => void) => Promise<Wire>;

/** Commands that may wait for their answers. */
export const COMMANDS_WAITING_MAX = 10_000;

export interface ConnectOptions {
  readonly addresses: readonly RedisAddress[];
  readonly cluster: boolean;
  readonly connectMilliseconds: number;
}

export function connectTo({ addresses: [first, ...others], cluster, connectMilliseconds }: ConnectOptions): Connect {
  if (first === undefined) throw new RangeError("no address of a server");
  const library = bring<typeof redis>("@redis/client");
  const { user, password, tls, database } = first;
  const options = {
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    name: "sallyport",
    RESP: 2,
    disableOfflineQueue: true,
    commandsQueueMaxLength: COMMANDS_WAITING_MAX,
    // The link measures the time itself: the client's own bound ends when a command is written, not when it is answered.
    commandOptions: { timeout: 0 },
  } as const;

  const single: Connect = async (lost) => {
    const socket = { host: first.host, port: first.port, connectTimeout: connectMilliseconds, reconnectStrategy: false } as const;
    const client = library.createClient({ ...options, database, socket: tls ? { ...socket, tls, servername: first.host } : socket });
    client.on("error", (fault: unknown) => lost(reasonOf(fault)));
    client.on("end", () => lost("the connection ended"));
    return opened(client.connect(), { send: (_key, words) => client.sendCommand([...words]), close: () => client.destroy() });
  };

  const many: Connect = async () => {
    const rootNodes = [first, ...others].map(({ host, port }) => ({ socket: { host, port } }));
    const client = library.createCluster({ rootNodes, defaults: { ...options, socket: tls ? { tls, connectTimeout: connectMilliseconds } : { connectTimeout: connectMilliseconds } } });
    // A master that is gone is looked for by the client; its keys fail meanwhile, and those of the others do not.
    client.on("error", () => undefined);
    return opened(client.connect(), { send: (key, words) => client.sendCommand(key, false, [...words]), close: () => client.destroy() });
  };

  return cluster ? many : single;
}

async function opened(connecting: Promise<unknown>, wire: Wire): Promise<Wire> {
  try {
    await connecting;
    return { ...wire, close: () => closeQuietly(wire) };
  } catch (fault) {
    closeQuietly(wire);
    throw fault;
  }
}

/** Closing what is closed already is a fault to the client, and to nobody else. */
function closeQuietly({ close }: Wire): void {
  try {
    close();
  } catch {
    // It is closed.
  }
}

/** A code or the server's first word: messages may hold addresses and names. */
export function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return "unknown fault";
  if ("code" in fault && typeof fault.code === "string") return fault.code;
  const word = /^[A-Z]{3,20}(?= )/.exec(fault.message)?.[0];
  return word ?? fault.constructor.name;
}
