import assert from "node:assert/strict";
import { test } from "node:test";
import { boundDatabase } from "../../../src/stores/database/bounded-database.ts";
import { DatabaseFault, type Driver } from "../../../src/stores/database/database.ts";
import { faultOf } from "../../database.cases.ts";

/** A driver that cannot be opened, and counts who tried. */
function closed(): { readonly driver: Driver; readonly attempts: () => number } {
  let attempts = 0;
  const driver: Driver = {
    dialect: "sqlite",
    run: () => assert.fail("it is not open"),
    hold: () => {
      attempts++;
      return Promise.reject(new DatabaseFault("unavailable", "away"));
    },
    explain: (fault) => ({ wrong: fault instanceof Error ? fault.message : "" }),
    close: async () => undefined,
  };
  return { driver, attempts: () => attempts };
}

test("many who ask a database that is away make one attempt, and further ones wait for the pause", async () => {
  const { driver, attempts } = closed();
  const database = boundDatabase(driver, { waitMilliseconds: 1_000 });
  await Promise.all(Array.from({ length: 50 }, () => assert.rejects(database.run("SELECT 1"), faultOf("unavailable"))));
  assert.match((await database.open())?.wrong ?? "", /away/);
  assert.equal(attempts(), 1);
  await database.close();
});

test("a driver that never answers is given up by the wait, and does not hold the close", async () => {
  const forever = new Promise<never>(() => undefined);
  const database = boundDatabase({ dialect: "sqlite", run: () => forever, hold: () => forever, explain: () => ({ wrong: "" }), close: async () => undefined }, { waitMilliseconds: 20 });
  await assert.rejects(database.run("SELECT 1"), faultOf("late"));
  assert.equal(database.waiting(), 0);
  const last = assert.rejects(database.run("SELECT 1"), faultOf("late"));
  await database.close();
  await last;
});
