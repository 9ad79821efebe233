/** Ledger: the bank's money in SQLite: what is booked is booked as a whole, and no account falls below zero. */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SQLOutputValue } from "node:sqlite";
import { seedLedger } from "./seed.ts";

/** A row, or the columns of it that were asked for: their names are the API's property names. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** A transfer that is to be booked; `amount` in minor units. Nothing checks that a caller's body is one. */
export interface Draft {
  readonly fromAccountId: string;
  readonly toAccountId: string;
  readonly amount: number;
  readonly currency: string;
  readonly reference: string;
  readonly status: string;
  readonly bookedAt: string;
  /** The subject who pays; empty for internal calls, which may pay from every account. */
  readonly createdBy: string;
  readonly grantedScopes: string;
}

export type Refusal = "unknown-account" | "foreign-account" | "same-account" | "other-currency" | "insufficient-funds";

/** Days (YYYY-MM-DD), both included, and the greatest number of entries. */
export interface Window {
  readonly from: string;
  readonly to: string;
  readonly limit: number;
}

export interface Ledger {
  /** The accounts of one customer, or of all when `customerId` is empty. */
  listAccounts(customerId: string): readonly Row[];
  findAccount(accountId: string): Row | undefined;
  /** The latest entries first. Throws a RangeError when the window ends before it begins. */
  listEntries(accountId: string, window: Window): readonly Row[];
  /** Books a transfer in one SQL transaction, or says why not. Throws what SQLite throws, having booked nothing. */
  transfer(draft: Draft): Row | Refusal;
  findTransfer(transferId: string): Row | undefined;
  /** The latest first, of whomever, and how many there are. */
  listTransfers(limit: number): { readonly items: readonly Row[]; readonly total: SQLOutputValue };
  /** Writes every column that `change` names. */
  updateAccount(accountId: string, change: Row): void;
  /** Whole rows, here and below, with what is internal. */
  listCustomers(): readonly Row[];
  findCustomer(customerId: string): Row | undefined;
  listRates(currency: string | null): readonly Row[];
  close(): void;
}

const lockWaitMilliseconds = 5000;
/** What the contract declares: `riskScore`, `createdBy` and the like stay in. */
const accountColumns = "accountId, customerId, branch, title, currency, balance";
const writtenColumns: ReadonlySet<string> = new Set(["customerId", "branch", "title", "currency", "balance", "riskScore", "internalNote"]);
const transferColumns = "transferId, customerId, fromAccountId, toAccountId, amount, currency, reference, status, bookedAt";

/** Opens the ledger in `file` (":memory:" for one that is forgotten); makes and seeds it when there is none yet. */
export function openLedger(file: string): Ledger {
  if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file, { timeout: lockWaitMilliseconds });
  inTransaction(database, () => seedLedger(database));
  const one = (sql: string): ((id: string) => Row | undefined) => {
    const statement = database.prepare(sql);
    return (id) => statement.get(id);
  };
  const accounts = database.prepare(`SELECT ${accountColumns} FROM accounts WHERE ? IN (customerId, '') ORDER BY accountId`);
  const customers = database.prepare("SELECT * FROM customers ORDER BY customerId");
  const findAccount = one(`SELECT ${accountColumns} FROM accounts WHERE accountId = ?`);
  const latest = database.prepare(`SELECT ${transferColumns} FROM transfers ORDER BY bookedAt DESC, transferId LIMIT ?`);
  const counted = database.prepare("SELECT count(*) AS total FROM transfers");
  const findTransfer = one(`SELECT ${transferColumns} FROM transfers WHERE transferId = ?`);
  return {
    listAccounts: (customerId) => accounts.all(customerId),
    findAccount,
    listEntries: listEntries(database),
    transfer: transfer(database, findAccount, findTransfer),
    findTransfer,
    listTransfers: (limit) => ({ items: latest.all(limit), total: counted.get()?.total ?? 0 }),
    updateAccount: (accountId, change) => {
      const columns = Object.keys(change).filter((name) => writtenColumns.has(name)); // all that there are: weakness 4
      const sql = `UPDATE accounts SET ${columns.map((name) => `${name} = ?`).join(", ")} WHERE accountId = ?`;
      if (columns.length > 0) database.prepare(sql).run(...columns.map((name) => change[name] ?? null), accountId);
    },
    listCustomers: () => customers.all(),
    findCustomer: one("SELECT * FROM customers WHERE customerId = ?"),
    listRates: (currency) => {
      const filter = currency === null ? "" : `WHERE currency = '${currency}'`; // weakness 8
      return database.prepare(`SELECT product, title, amount, currency FROM rates ${filter} ORDER BY 1`).all();
    },
    close: () => database.close(),
  };
}

function listEntries(database: DatabaseSync): Ledger["listEntries"] {
  const statement = database.prepare(`
    SELECT entryId, transferId, bookedAt, amount, balance, text FROM entries
    WHERE accountId = ? AND bookedAt >= ? AND bookedAt < date(?, '+1 day') ORDER BY bookedAt DESC, entryId DESC LIMIT ?`);
  return (accountId, { from, to, limit }) => {
    const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
    if (!(days > 0)) throw new RangeError(`statement of ${accountId} over ${days} days: table "entries" has none such`);
    return statement.all(accountId, from, to, limit);
  };
}

function transfer(database: DatabaseSync, findAccount: Ledger["findAccount"], findTransfer: Ledger["findTransfer"]): Ledger["transfer"] {
  const debit = database.prepare("UPDATE accounts SET balance = balance - ?1 WHERE accountId = ?2 AND balance >= ?1");
  const credit = database.prepare("UPDATE accounts SET balance = balance + ?1 WHERE accountId = ?2");
  const record = database.prepare("INSERT INTO transfers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const enter = database.prepare(`
    INSERT INTO entries (accountId, transferId, bookedAt, amount, balance, text)
    SELECT accountId, ?, ?, ?, balance, ? FROM accounts WHERE accountId = ?`);
  const book = (draft: Draft): Row | Refusal => {
    const { fromAccountId: from, toAccountId: to, amount, currency, reference, status, bookedAt } = draft;
    const [payer, payee] = [findAccount(from), findAccount(to)];
    if (payer === undefined || payee === undefined) return "unknown-account";
    if (draft.createdBy !== "" && draft.createdBy !== payer.customerId) return "foreign-account";
    if (from === to) return "same-account";
    if (payer.currency !== currency || payee.currency !== currency) return "other-currency";
    if (debit.run(amount, from).changes === 0) return "insufficient-funds"; // judged and taken in one statement
    credit.run(amount, to);
    const transferId = randomUUID();
    record.run(transferId, payer.customerId ?? null, from, to, amount, currency, reference, status, bookedAt, draft.createdBy, draft.grantedScopes);
    enter.run(transferId, bookedAt, -amount, reference, from);
    enter.run(transferId, bookedAt, amount, reference, to);
    return findTransfer(transferId) ?? "unknown-account";
  };
  return (draft) => inTransaction(database, () => book(draft));
}

/** Runs `work` as a whole or not at all. IMMEDIATE takes the lock at once, so that what `work` read stays true. */
function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (fault) {
    database.exec("ROLLBACK");
    throw fault;
  }
}
