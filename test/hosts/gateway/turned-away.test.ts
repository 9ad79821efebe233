/** Turned away: connections that find no place are counted, and stand in the record together. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FrontLimits } from "../../../src/hosts/gateway/wire/front-limits.ts";
import { openApi, openRig } from "./rig.ts";
import { Caller } from "./wire/fronts.ts";

const REQUEST = "GET /prices HTTP/1.1\r\nhost: a\r\n\r\n";

interface Case {
  readonly limit: string;
  readonly series: string;
  readonly limits: Partial<FrontLimits>;
}

/** Two get in, whoever comes then does not. */
const CASES: readonly Case[] = [
  { limit: "connections", series: "full", limits: { connections: 2 } },
  { limit: "connectionsPerAddress", series: "address", limits: { connectionsPerAddress: 2 } },
  { limit: "newConnectionsInAllPerSecond", series: "rate_in_all", limits: { newConnectionsInAllBurst: 2, newConnectionsInAllPerSecond: 0.001 } },
  { limit: "newConnectionsPerSecond", series: "rate", limits: { newConnectionsBurst: 2, newConnectionsPerSecond: 0.001 } },
];

for (const { limit, series, limits } of CASES) {
  test(`connections that ${limit} refuses are counted, and one record tells of those of a second`, async () => {
    const api = await openApi((_request, response) => void response.writeHead(200, { "content-type": "application/json" }).end("[1]"));
    const rig = await openRig(api.port, {}, { front: limits });
    const callers = [new Caller(rig.port), new Caller(rig.port)];
    for (const caller of callers) await caller.write(REQUEST).until("[1]");
    for (let count = 0; count < 3; count++) await new Caller(rig.port).end();
    assert.equal(await rig.gauge(`sallyport_connections_refused_${series}`), 3);
    for (const caller of callers) caller.leave();
    await rig.stop();
    await api.stop();
    const told = rig.records.filter(({ problem }) => problem === "connection-refused");
    assert.ok(told.length >= 1 && told.length <= 3);
    assert.equal(told.reduce((total, { because }) => total + Number(because?.[limit] ?? 0), 0), 3);
    for (const { outcome, guard, status, address, blame } of told) assert.deepEqual([outcome, guard, status, address, blame], ["refused", "wire", 503, "127.0.0.1", "caller"]);
  });
}
