/** Two doors: one contract for everybody, twice behind the gateway: with something loosened, and as it is by default. */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { JsonObject } from "../src/contract/json-value.ts";
import { writeMisfit } from "../src/contract/misfit.ts";
import { type Gateway, startGateway } from "../src/hosts/gateway/gateway.ts";
import { type Behind, openApi, recordingSink } from "../test/hosts/gateway/rig.ts";
import { POLICY, writeFiles } from "../test/hosts.ts";

export const REASON = "an attack on an API for everybody";

/** Asks through one of them; answers the status. */
export type AskDoor = (door: "open" | "closed", target: string, init: RequestInit) => Promise<number>;

/** For all tests of a file. The API takes whatever reaches it. @param loosened what the policy of the open one says beside the other's */
export function twoDoors(contract: JsonObject, loosened: JsonObject): AskDoor {
  const doors = new Map<string, Gateway>();
  let api: Behind;
  before(async () => {
    api = await openApi((_request, response) => response.writeHead(200).end());
    for (const [name, more] of [["open", loosened], ["closed", {}]] as const) {
      const everywhere = { ...(POLICY["everywhere"] as JsonObject), public: REASON, ...more };
      const start = await startGateway(writeFiles({ contract, policy: { ...POLICY, operations: {}, everywhere } }, `http://127.0.0.1:${api.port}`), { say: () => undefined, watch: false, sink: recordingSink([]) });
      if ("misfits" in start) assert.fail(start.misfits.map(writeMisfit).join("\n"));
      doors.set(name, start.gateway);
    }
  });
  after(async () => {
    for (const door of doors.values()) await door.stop();
    await api.stop();
  });
  return async (door, target, init) => {
    const response = await fetch(`${doors.get(door)?.url ?? ""}${target}`, init);
    await response.arrayBuffer();
    return response.status;
  };
}
