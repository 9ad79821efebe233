/** Rig: processes that share limits through real servers: each a link, a memory and a store of its own. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { memoryStore } from "../../../src/stores/memory.ts";
import { readRedisAddresses } from "../../../src/stores/redis/address.ts";
import { connectTo } from "../../../src/stores/redis/connect.ts";
import { Link } from "../../../src/stores/redis/link.ts";
import { type SharedStore, sharedStore, type SharedStoreOptions } from "../../../src/stores/redis/shared-store.ts";
import type { Limit, Meter } from "../../../src/stores/store.ts";
import { limit } from "../../stores.cases.ts";

export interface Node {
  readonly store: SharedStore;
  readonly link: Link;
  readonly changes: string[];
  /** Scripts that were asked for so far. */
  readonly asked: () => number;
  readonly close: () => Promise<void>;
}

export interface NodeOptions extends Partial<Pick<SharedStoreOptions, "mode" | "nodes" | "whenDown">> {
  readonly url: string;
  readonly waitMilliseconds?: number;
}

export async function openNode({ url, mode = "strict", nodes = 1, whenDown = "local", waitMilliseconds = 100 }: NodeOptions): Promise<Node> {
  const read = readRedisAddresses(url, undefined);
  assert.ok("addresses" in read);
  const cluster = read.addresses.length > 1;
  const changes: string[] = [];
  let asked = 0;
  const connect = connectTo({ addresses: read.addresses, cluster, connectMilliseconds: 1_000 });
  const counting: typeof connect = async (lost) => {
    const wire = await connect(lost);
    return { ...wire, send: (key, words) => (asked++, wire.send(key, words)) };
  };
  const link = new Link({ connect: counting, cluster, waitMilliseconds, changed: (up, reason) => void changes.push(`${up ? "up" : "down"}: ${reason}`) });
  assert.equal(await link.open(), undefined);
  const store = sharedStore({ memory: memoryStore(), link, mode, nodes, whenDown, random: (bytes) => randomBytes(bytes) });
  return {
    store,
    link,
    changes,
    asked: () => asked,
    async close() {
      store.close();
      await link.close();
    },
  };
}

export async function withNodes<T>(options: readonly NodeOptions[], work: (nodes: readonly Node[]) => Promise<T>): Promise<T> {
  const nodes = await Promise.all(options.map(openNode));
  try {
    return await work(nodes);
  } finally {
    await Promise.all(nodes.map(({ close }) => close()));
  }
}

let limits = 0;

/** A limit that no other test has. */
export function fresh(particulars: Partial<Limit> = {}): Limit {
  return limit({ name: `limit ${++limits} ${randomBytes(4).toString("hex")}`, ...particulars });
}

export async function granted(meter: Meter, owner: string, attempts: number, now: number = Date.now()): Promise<number> {
  const all = await Promise.all(Array.from({ length: attempts }, async () => meter.take(owner, 1, now)));
  return all.filter((taken) => taken.granted).length;
}
