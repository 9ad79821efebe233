/** With database: opens the database that a policy names, lets a command work with it, and closes it again. */
import { randomBytes } from "node:crypto";
import { type Peppers, readPeppers } from "../keys/pepper.ts";
import type { Policy } from "../policy/policy.ts";
import { readPolicy } from "../policy/read.ts";
import { type Database, DatabaseFault } from "../stores/database/database.ts";
import { openDatabase } from "../stores/database/open-database.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { findPolicy } from "./find-policy.ts";
import { refuseToBegin } from "./refuse-to-begin.ts";
import { countMisfits, dataOfMisfits, tellMisfits } from "./tell-misfits.ts";
import { plain, type Terminal, writeJson } from "./terminal.ts";

export interface WorkPlace {
  readonly database: Database;
  readonly peppers: Peppers;
  readonly random: (bytes: number) => Uint8Array;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** @param named the policy that was named, if any */
export function withDatabase(named: string | undefined, json: boolean, terminal: Terminal, work: (place: WorkPlace) => Promise<ExitCode>): Promise<ExitCode> {
  return withOpened(open, named, json, terminal, work);
}

/** For work that hashes nothing: the policy need not name a pepper. */
export function withBareDatabase(named: string | undefined, json: boolean, terminal: Terminal, work: (place: Omit<WorkPlace, "peppers">) => Promise<ExitCode>): Promise<ExitCode> {
  return withOpened(openBare, named, json, terminal, work);
}

type Opened = Pick<WorkPlace, "database">;

async function withOpened<O extends Opened>(open: (policy: Policy) => Promise<O | string>, named: string | undefined, json: boolean, terminal: Terminal, work: (place: O & Pick<WorkPlace, "random" | "now">) => Promise<ExitCode>): Promise<ExitCode> {
  const found = findPolicy(named, terminal.folder);
  if ("wrong" in found) return refuseToBegin(found.wrong, json, terminal);
  const { policy, misfits } = readPolicy(found.file);
  if (policy === undefined) {
    if (json) terminal.out.write(writeJson({ error: "an error stands in the policy", misfits: dataOfMisfits(misfits) }));
    tellMisfits(misfits, terminal.error, terminal.folder);
    terminal.error.write(`sallyport: ${countMisfits(misfits)} in the policy`);
    return EXIT.start;
  }
  const opened = await open(policy);
  if (typeof opened === "string") return refuseToBegin(opened, json, terminal);
  try {
    return await work({ ...opened, random: randomBytes, now: Date.now() });
  } catch (fault) {
    if (!(fault instanceof DatabaseFault)) throw fault;
    const wrong = `the database did not do it (${fault.message})`;
    if (json) terminal.out.write(writeJson({ error: wrong }));
    terminal.error.write(`sallyport: ${plain(wrong)}`);
    return EXIT.refused;
  } finally {
    await opened.database.close();
  }
}

async function open(policy: Policy): Promise<Pick<WorkPlace, "database" | "peppers"> | string> {
  const { settings, folder } = policy;
  if (settings.database === undefined) return "the policy names no database (database: { sqlite: ./.sallyport/sallyport.db, pepper: env:SALLYPORT_PEPPER })";
  if (settings.database.pepper.length === 0) return "the policy names no pepper (database.pepper: env:SALLYPORT_PEPPER)";
  const read = readPeppers(settings.database.pepper, folder);
  if ("wrong" in read) return read.wrong;
  const opened = await openBare(policy);
  return typeof opened === "string" ? opened : { ...opened, peppers: read.peppers };
}

async function openBare({ settings, folder }: Policy): Promise<Opened | string> {
  if (settings.database === undefined) return "the policy names no database (database: { sqlite: ./.sallyport/sallyport.db })";
  const opened = openDatabase(settings.database, folder);
  if ("wrong" in opened) return opened.wrong;
  const unusable = await opened.database.open();
  if (unusable === undefined) return opened;
  await opened.database.close();
  return `the database cannot be used: ${unusable.wrong}`;
}
