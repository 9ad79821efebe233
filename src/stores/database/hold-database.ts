/**
 * Hold database: the one database of a process, made when a policy first names it and the same after each reload.
 *
 * What is in another database is other keys and other users: that is a new start, not a reload.
 */
import { type DatabaseWishes, openDatabase } from "./open-database.ts";
import type { Database, Unusable } from "./database.ts";

export type OpenDatabase = (wishes: DatabaseWishes, folder: string) => { readonly database: Database } | Unusable;

export interface HeldDatabase {
  readonly open: OpenDatabase;
  readonly close: () => Promise<void>;
}

export function holdDatabase(): HeldDatabase {
  let held: { readonly database: Database; readonly wishes: string } | undefined;
  return {
    open({ sqlite, postgres, plain, connections, wait }, folder) {
      const wishes = { sqlite, postgres, plain, connections, wait };
      const written = JSON.stringify([wishes, folder]);
      if (held !== undefined) return held.wishes === written ? held : { wrong: "the database cannot be changed while the doors are open", allowed: "a restart" };
      const opened = openDatabase(wishes, folder);
      if ("wrong" in opened) return opened;
      held = { ...opened, wishes: written };
      return held;
    },
    close: async () => held?.database.close(),
  };
}
