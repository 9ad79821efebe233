import assert from "node:assert/strict";
import { test } from "node:test";
import { TELL_MILLISECONDS, TurnedAway, type TurnedAwayNews } from "../../../../src/hosts/gateway/wire/turned-away.ts";

test("what comes within a second is told of once, with all that came", () => {
  const told: TurnedAwayNews[] = [];
  const away = new TurnedAway((news) => told.push(news));
  away.tick(0);
  away.add("192.0.2.1", "connections");
  away.tick(1);
  away.add("192.0.2.1", "connections");
  away.add("192.0.2.2", "newConnectionsPerSecond");
  away.add("192.0.2.3", "connections");
  away.tick(TELL_MILLISECONDS);
  away.tick(TELL_MILLISECONDS + 1);
  away.tick(10 * TELL_MILLISECONDS);
  assert.deepEqual(told, [
    { peer: "192.0.2.1", counts: { connections: 1 } },
    { peer: "192.0.2.3", counts: { connections: 2, newConnectionsPerSecond: 1 } },
  ]);
  assert.deepEqual(away.totals, { connections: 3, connectionsPerAddress: 0, connectionsCrowd: 0, newConnectionsPerSecond: 1, newConnectionsInAllPerSecond: 0, handshakes: 0 });
});

test("what has not been told is told at the end, and nothing twice", () => {
  const told: TurnedAwayNews[] = [];
  const away = new TurnedAway((news) => told.push(news));
  away.flush();
  away.add("192.0.2.1", "connectionsPerAddress");
  away.flush();
  away.flush();
  assert.deepEqual(told, [{ peer: "192.0.2.1", counts: { connectionsPerAddress: 1 } }]);
});
