import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { boundDatabase } from "../../../src/stores/database/bounded-database.ts";
import type { Driver } from "../../../src/stores/database/database.ts";
import { sqliteDriver } from "../../../src/stores/database/sqlite.ts";
import { databaseCases, faultOf, TABLES } from "../../database.cases.ts";

const folder = mkdtempSync(path.join(tmpdir(), "sallyport-sqlite-"));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const fresh = (): string => path.join(folder, `${++files}`, "house.db");
const driver = (file: string, busyMilliseconds = 5_000): Driver => sqliteDriver({ file, busyMilliseconds });

for (const { title, run } of databaseCases) {
  test(`sqlite: ${title}`, () => {
    const file = fresh();
    return run(() => driver(file));
  });
}

async function reasonOf(file: string): Promise<string> {
  const database = boundDatabase(driver(file, 100), { waitMilliseconds: 2_000, migrations: TABLES });
  const unusable = await database.open();
  await assert.rejects(database.run("SELECT 1"), faultOf("unavailable"));
  await database.close();
  return unusable?.wrong ?? "";
}

test("the folder is made, and the file is for its owner alone", async () => {
  const file = fresh();
  const database = boundDatabase(driver(file), { waitMilliseconds: 2_000, migrations: TABLES });
  assert.equal(await database.open(), undefined);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(`${file}-wal`).mode & 0o777, 0o600);
  await database.close();
  assert.equal(existsSync(`${file}-wal`), false);
});

test("what is no database, or cannot be opened, is said in words", async () => {
  const text = path.join(folder, "text.db");
  writeFileSync(text, "this is no database, however long it is. ".repeat(100));
  assert.equal(await reasonOf(text), "the file is not an SQLite database");
  mkdirSync(path.join(folder, "a-folder"));
  assert.equal(await reasonOf(path.join(folder, "a-folder")), "the file cannot be opened");
  assert.equal(await reasonOf(path.join(text, "below.db")), "the file cannot be opened");
});

test("a damaged file is refused, not repaired by guessing", async () => {
  const file = fresh();
  const database = boundDatabase(driver(file), { waitMilliseconds: 2_000, migrations: TABLES });
  await database.open();
  await database.close();
  const size = statSync(file).size;
  writeFileSync(file, Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(size - 16, 0xff)]));
  assert.match(await reasonOf(file), /damaged|not an SQLite database/);
});

test("another process that writes is waited for up to a bound, and reads go on meanwhile", async () => {
  const file = fresh();
  const database = boundDatabase(driver(file, 50), { waitMilliseconds: 5_000, migrations: TABLES });
  assert.equal(await database.open(), undefined);
  const other = new DatabaseSync(file);
  other.exec("BEGIN IMMEDIATE");
  await assert.rejects(database.run("INSERT INTO notes (name, amount) VALUES ($1, $2)", ["a", 1]), faultOf("late"));
  assert.deepEqual(await database.run("SELECT name FROM notes"), []);
  other.exec("ROLLBACK");
  other.close();
  assert.deepEqual(await database.run("INSERT INTO notes (name, amount) VALUES ($1, $2)", ["a", 1]), []);
  await database.close();
});

test("a slow statement holds nobody longer than the wait, and what came too late is not done", async () => {
  const database = boundDatabase(driver(fresh()), { waitMilliseconds: 250, migrations: TABLES });
  assert.equal(await database.open(), undefined);
  const slow = database.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000000) SELECT MAX(i) AS i FROM n");
  const behind = database.run("INSERT INTO notes (name, amount) VALUES ($1, $2)", ["late", 1]);
  await Promise.all([assert.rejects(slow, faultOf("late")), assert.rejects(behind, faultOf("late"))]);
  for (let attempt = 0; attempt < 100; attempt++) {
    const rows = await database.run("SELECT name FROM notes").catch(() => undefined);
    if (rows === undefined) continue;
    assert.deepEqual(rows, []);
    break;
  }
  await database.close();
});

test("flags of the program around it are none of its thread's", () => {
  const file = fresh();
  const program = `import { openDatabase } from ${JSON.stringify(path.resolve(import.meta.dirname, "../../../src/stores/database/open-database.ts"))};
    const opened = openDatabase({ sqlite: ${JSON.stringify(file)}, connections: 1, wait: 20_000 }, "/");
    console.log(JSON.stringify(await opened.database.run("SELECT COUNT(*) AS steps FROM sallyport_migrations")));
    await opened.database.close();`;
  const said = execFileSync(process.execPath, ["--input-type=module", "--disallow-code-generation-from-strings", "-e", program], { encoding: "utf8" });
  assert.match(said, /^\[\{"steps":\d+\}\]\n$/);
});
