/** Seed: the bank's tables and its first customers, with two branches (tenants): north and south. */
import type { DatabaseSync } from "node:sqlite";

const tables = `
  CREATE TABLE customers (
    customerId TEXT PRIMARY KEY, branch TEXT NOT NULL CHECK (branch IN ('north', 'south')), name TEXT NOT NULL,
    email TEXT NOT NULL, customerSince TEXT NOT NULL, riskScore INTEGER NOT NULL, internalNote TEXT NOT NULL
  ) STRICT;
  CREATE TABLE accounts (
    accountId TEXT PRIMARY KEY, customerId TEXT NOT NULL REFERENCES customers, branch TEXT NOT NULL, title TEXT NOT NULL,
    currency TEXT NOT NULL, balance INTEGER NOT NULL CHECK (balance >= 0), riskScore INTEGER NOT NULL, internalNote TEXT NOT NULL
  ) STRICT;
  CREATE TABLE transfers (
    transferId TEXT PRIMARY KEY, customerId TEXT NOT NULL REFERENCES customers, fromAccountId TEXT NOT NULL REFERENCES accounts,
    toAccountId TEXT NOT NULL REFERENCES accounts, amount INTEGER NOT NULL, currency TEXT NOT NULL, reference TEXT NOT NULL,
    status TEXT NOT NULL, bookedAt TEXT NOT NULL, createdBy TEXT NOT NULL, grantedScopes TEXT NOT NULL
  ) STRICT;
  CREATE TABLE entries (
    entryId INTEGER PRIMARY KEY, accountId TEXT NOT NULL REFERENCES accounts, transferId TEXT REFERENCES transfers,
    bookedAt TEXT NOT NULL, amount INTEGER NOT NULL, balance INTEGER NOT NULL, text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX entriesByDay ON entries (accountId, bookedAt);
  CREATE TABLE rates (
    product TEXT PRIMARY KEY, title TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, internalMargin INTEGER NOT NULL
  ) STRICT;
  PRAGMA user_version = 1;
`;

const customers = [
  ["cus-1001", "north", "Ada Winter", "ada@example.com", "2019-04-01", 12, "keep: files complaints in person"],
  ["cus-1002", "north", "Bela Frost", "bela@example.com", "2021-09-15", 71, "late with two loans, do not raise the limit"],
  ["cus-1003", "north", "Cleo Snow", "cleo@example.com", "2024-01-20", 33, "moves in spring"],
  ["cus-2001", "south", "Dario Sole", "dario@example.com", "2018-11-05", 8, "private banking wants him"],
  ["cus-2002", "south", "Enza Mare", "enza@example.com", "2022-06-30", 54, "income not proven"],
  ["cus-2003", "south", "Fede Costa", "fede@example.com", "2025-02-11", 90, "watched since March"],
] as const;

/** Of each customer: a current account and a savings account; the last of each branch has one in francs. Opening sums. */
const openings = [
  ["cus-1001", [["Current account", "EUR", 250_000], ["Savings", "EUR", 1_200_000]]],
  ["cus-1002", [["Current account", "EUR", 4_210], ["Savings", "EUR", 50_000]]],
  ["cus-1003", [["Current account", "EUR", 98_765], ["Holiday account", "CHF", 310_000]]],
  ["cus-2001", [["Current account", "EUR", 9_900_000], ["Savings", "EUR", 45_000_000]]],
  ["cus-2002", [["Current account", "EUR", 120_050], ["Savings", "EUR", 0]]],
  ["cus-2003", [["Current account", "EUR", 60_000], ["Holiday account", "CHF", 75_500]]],
] as const;

/** What happened on every account since it was opened: day, minor units, text. They add up to nothing. */
const movements = [
  ["2026-01-31T09:00:00.000Z", 215_000, "Salary"],
  ["2026-02-03T06:30:00.000Z", -90_000, "Rent"],
  ["2026-02-17T16:45:00.000Z", -125_000, "Groceries and the rest"],
] as const;

const rates = [
  ["domestic-transfer", "Transfer within the country", 0, "EUR", 0],
  ["foreign-transfer", "Transfer abroad", 1_250, "EUR", 1_100],
  ["paper-statement", "Statement by post", 190, "EUR", 60],
  ["card-payment-chf", "Card payment in francs", 150, "CHF", 140],
] as const;

/** Makes and fills the tables unless that was done before. It must run in a transaction: two processes may start together. */
export function seedLedger(database: DatabaseSync): void {
  if (database.prepare("PRAGMA user_version").get()?.user_version !== 0) return;
  database.exec(tables);
  const addCustomer = database.prepare("INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?)");
  for (const customer of customers) addCustomer.run(...customer);
  const addRate = database.prepare("INSERT INTO rates VALUES (?, ?, ?, ?, ?)");
  for (const rate of rates) addRate.run(...rate);
  const addAccount = database.prepare(`
    INSERT INTO accounts SELECT ?, customerId, branch, ?, ?, ?, riskScore, internalNote FROM customers WHERE customerId = ?`);
  for (const [customerId, accounts] of openings) {
    for (const [index, [title, currency, opening]] of accounts.entries()) {
      const accountId = `acc-${customerId.slice(4)}0${index + 1}`;
      addAccount.run(accountId, title, currency, opening, customerId);
      enterMovements(database, accountId, opening);
    }
  }
}

function enterMovements(database: DatabaseSync, accountId: string, opening: number): void {
  const add = database.prepare("INSERT INTO entries (accountId, bookedAt, amount, balance, text) VALUES (?, ?, ?, ?, ?)");
  let balance = 0;
  for (const [bookedAt, amount, text] of [["2026-01-02T08:00:00.000Z", opening, "Opening balance"], ...movements] as const) {
    balance += amount;
    add.run(accountId, bookedAt, amount, balance, text);
  }
}
