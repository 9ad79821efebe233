/** Database cases: what every database must do, whatever it is made of. Each one's own test runs this list. */
import assert from "node:assert/strict";
import { boundDatabase, type Bounds } from "../src/stores/database/bounded-database.ts";
import { type Database, DatabaseFault, type Driver, type FaultKind } from "../src/stores/database/database.ts";
import type { Migration } from "../src/stores/database/migrations.ts";

/** Each call answers a driver of the same fresh place: what one node writes, the other reads. */
export type Place = () => Driver;

export interface DatabaseCase {
  readonly title: string;
  readonly run: (place: Place) => Promise<void>;
}

export const TABLES: readonly Migration[] = [
  { number: 1, name: "notes", statements: ["CREATE TABLE notes (name TEXT PRIMARY KEY, amount BIGINT NOT NULL, share DOUBLE PRECISION, bytes {bytes})", "CREATE INDEX notes_by_amount ON notes (amount)"] },
];

const ADD = "INSERT INTO notes (name, amount) VALUES ($1, $2)";
const COUNT = "INSERT INTO notes (name, amount) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET amount = notes.amount + $2 RETURNING amount";

async function using(place: Place, work: (database: Database) => Promise<void>, bounds: Partial<Bounds> = {}): Promise<void> {
  const database = boundDatabase(place(), { waitMilliseconds: 5_000, migrations: TABLES, ...bounds });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

export function faultOf(kind: FaultKind): (fault: unknown) => boolean {
  return (fault) => fault instanceof DatabaseFault && fault.kind === kind;
}

export const databaseCases: readonly DatabaseCase[] = [
  {
    title: "a database opens when it is first asked, and its tables are there",
    run: (place) =>
      using(place, async (database) => {
        assert.deepEqual(await database.run("SELECT name FROM notes"), []);
        assert.equal(await database.open(), undefined);
        assert.equal(database.waiting(), 0);
      }),
  },
  {
    title: "values come back as they went: texts, whole and broken numbers, bytes, nothing",
    run: (place) =>
      using(place, async (database) => {
        const bytes = Uint8Array.of(0, 1, 127, 128, 255);
        const text = "o'clock \u{1f511} \\ \" $1 %s";
        await database.run("INSERT INTO notes (name, amount, share, bytes) VALUES ($1, $2, $3, $4)", [text, Number.MAX_SAFE_INTEGER, 0.1, bytes]);
        await database.run(ADD, ["none", -1]);
        const [full, none] = await database.run("SELECT name, amount, share, bytes FROM notes ORDER BY amount DESC");
        assert.ok(full?.["bytes"] instanceof Uint8Array);
        assert.deepEqual({ ...full, bytes: [...full["bytes"]] }, { name: text, amount: Number.MAX_SAFE_INTEGER, share: 0.1, bytes: [...bytes] });
        assert.deepEqual({ ...none }, { name: "none", amount: -1, share: null, bytes: null });
      }),
  },
  {
    title: "a value is never read as a statement",
    run: (place) =>
      using(place, async (database) => {
        const hostile = "x'); DROP TABLE notes; --";
        await database.run(ADD, [hostile, 1]);
        assert.deepEqual((await database.run("SELECT name FROM notes")).map(({ name }) => name), [hostile]);
      }),
  },
  {
    title: "takes at once from two nodes are counted exactly",
    run: (place) =>
      using(place, (one) =>
        using(place, async (other) => {
          await Promise.all(Array.from({ length: 200 }, (_, turn) => (turn % 2 === 0 ? one : other).run(COUNT, ["a", 1])));
          const [row] = await one.run("SELECT amount FROM notes");
          assert.equal(row?.["amount"], 200);
        }),
      ),
  },
  {
    title: "several statements hold together: all of them, or none",
    run: (place) =>
      using(place, async (database) => {
        await database.together([{ sql: ADD, values: ["a", 1] }, { sql: ADD, values: ["b", 2] }]);
        await assert.rejects(database.together([{ sql: ADD, values: ["c", 3] }, { sql: ADD, values: ["a", 4] }]), faultOf("conflict"));
        assert.deepEqual((await database.run("SELECT name FROM notes ORDER BY name")).map(({ name }) => name), ["a", "b"]);
        const [first, second] = await database.together([{ sql: COUNT, values: ["a", 5] }, { sql: "SELECT amount FROM notes WHERE name = $1", values: ["a"] }]);
        assert.deepEqual([first?.[0]?.["amount"], second?.[0]?.["amount"]], [6, 6]);
      }),
  },
  {
    title: "what exists already is a conflict, and a bad statement is refused; neither ends the database",
    run: (place) =>
      using(place, async (database) => {
        await database.run(ADD, ["a", 1]);
        await assert.rejects(database.run(ADD, ["a", 2]), faultOf("conflict"));
        await assert.rejects(database.run("SELECT nothing FROM nowhere"), faultOf("refused"));
        await assert.rejects(database.run(ADD, ["b", null]), faultOf("refused"));
        assert.equal((await database.run("SELECT name FROM notes")).length, 1);
      }),
  },
  {
    title: "a fault never repeats a value",
    run: (place) =>
      using(place, async (database) => {
        const secret = "canary-5Hq8";
        await database.run(ADD, [secret, 1]);
        for (const values of [[secret, 1], [secret, null], ["other", secret]]) {
          await database.run(ADD, values).then(
            // SQLite takes a text for a number: there is nothing to repeat then.
            () => undefined,
            (fault: Error) => assert.ok(!`${fault.message} ${fault.stack ?? ""} ${JSON.stringify(fault)}`.includes(secret)),
          );
        }
      }),
  },
  {
    title: "nodes that start at once take each step once",
    run: async (place) => {
      const databases = Array.from({ length: 4 }, () => boundDatabase(place(), { waitMilliseconds: 5_000, migrations: TABLES }));
      assert.deepEqual(await Promise.all(databases.map((database) => database.open())), [undefined, undefined, undefined, undefined]);
      const [row] = (await databases[0]?.run("SELECT COUNT(*) AS steps FROM sallyport_migrations")) ?? [];
      assert.equal(row?.["steps"], 1);
      await Promise.all(databases.map((database) => database.close()));
    },
  },
  {
    title: "a further step is taken at the next start, and only that",
    run: async (place) => {
      await using(place, async (database) => void (await database.run(ADD, ["kept", 7])));
      const migrations = [...TABLES, { number: 2, name: "colours", statements: ["ALTER TABLE notes ADD COLUMN colour TEXT"] }];
      await using(place, async (database) => assert.deepEqual((await database.run("SELECT name, colour FROM notes")).map((row) => ({ ...row })), [{ name: "kept", colour: null }]), { migrations });
      await using(place, async (database) => assert.match((await database.open())?.wrong ?? "", /made by a newer sallyport/));
    },
  },
  {
    title: "a step that was changed after it was taken is not guessed around",
    run: async (place) => {
      await using(place, async (database) => assert.equal(await database.open(), undefined));
      const migrations = TABLES.map((step) => ({ ...step, statements: [...step.statements, "SELECT 1"] }));
      await using(place, async (database) => assert.match((await database.open())?.wrong ?? "", /step 1 .* is not the one/), { migrations });
    },
  },
  {
    title: "a step that fails half-way leaves nothing behind",
    run: async (place) => {
      const migrations = [...TABLES, { number: 2, name: "broken", statements: ["CREATE TABLE half (a TEXT)", "CREATE TABLE notes (a TEXT)"] }];
      await using(place, async (database) => assert.notEqual(await database.open(), undefined), { migrations });
      await using(place, async (database) => {
        assert.deepEqual(await database.run("SELECT name FROM notes"), []);
        await assert.rejects(database.run("SELECT a FROM half"), faultOf("refused"));
      });
    },
  },
  {
    title: "more calls than may wait are refused at once",
    run: (place) =>
      using(
        place,
        async (database) => {
          const calls = Array.from({ length: 4 }, (_, turn) => database.run(ADD, [`n${turn}`, turn]).then(() => "done", (fault: DatabaseFault) => fault.kind));
          assert.deepEqual(await Promise.all(calls), ["done", "done", "done", "full"]);
        },
        { waitingMax: 3 },
      ),
  },
  {
    title: "what was asked before the close is answered, and what is asked after it is refused",
    run: (place) =>
      using(place, async (database) => {
        const asked = database.run(ADD, ["a", 1]);
        await database.close();
        assert.deepEqual(await asked, []);
        await assert.rejects(database.run(ADD, ["b", 1]), faultOf("unavailable"));
      }),
  },
];
