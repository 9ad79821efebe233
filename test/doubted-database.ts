/** Doubted database: passes everything on to another one, counts what is asked, and fails or waits when it is told to. */
import { type Database, DatabaseFault, type Row } from "../src/stores/database/database.ts";

export interface DoubtedDatabase extends Database {
  /** Statements that were asked so far. */
  readonly asked: string[];
  /** From now on every call fails in this way; undefined: none does. */
  fault: DatabaseFault | undefined;
  /** Called with each statement before its answer is given. */
  before: ((sql: string) => Promise<void>) | undefined;
}

export const AWAY: DatabaseFault = new DatabaseFault("unavailable", "away");

export function doubt(database: Database): DoubtedDatabase {
  const pass = async <T>(sql: string, ask: () => Promise<T>): Promise<T> => {
    doubted.asked.push(sql);
    if (doubted.fault !== undefined) throw doubted.fault;
    const answer = await ask();
    await doubted.before?.(sql);
    return answer;
  };
  const doubted: DoubtedDatabase = {
    ...database,
    dialect: database.dialect,
    asked: [],
    fault: undefined,
    before: undefined,
    open: () => database.open(),
    run: (sql, values) => pass<readonly Row[]>(sql, () => database.run(sql, values)),
    together: (statements) => pass(statements.map(({ sql }) => sql).join("; "), () => database.together(statements)),
    waiting: () => database.waiting(),
    close: () => database.close(),
  };
  return doubted;
}
