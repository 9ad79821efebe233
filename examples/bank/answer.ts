/** Answer: the bank's routes, from a call to an answer. Why it checks so little is told in bank.ts. */
import type { Draft, Ledger, Refusal, Row } from "./ledger.ts";

/** A request as the routes see it. `subject` is empty when the gateway named nobody. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly subject: string;
  /** Granted scopes, separated by spaces. */
  readonly scopes: string;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

type Route = (ledger: Ledger, call: Call, id: string) => Answer;

const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["GET /rates", listRates],
  ["GET /accounts", listAccounts],
  ["GET /accounts/{id}", showAccount],
  ["PATCH /accounts/{id}", updateAccount],
  ["GET /accounts/{id}/statement", showStatement],
  ["GET /transfers", listTransfers],
  ["POST /transfers", createTransfer],
  ["GET /transfers/{id}", showTransfer],
  ["GET /customers", listCustomers],
  ["GET /customers/{id}", showCustomer],
]);

/** Answers one call. Throws what the routes throw: the process entry shows it to the caller, stack and all. */
export function answerCall(ledger: Ledger, call: Call): Answer {
  const [, first = "", id = "", ...rest] = call.path.split("/");
  const shape = id === "" ? [first] : [first, "{id}", ...rest];
  const route = routes.get(`${call.method} /${shape.join("/")}`);
  return route === undefined ? refuse(404, "not-found", "Nothing lies here") : route(ledger, call, id);
}

function listRates(ledger: Ledger, call: Call): Answer {
  return { status: 200, body: ledger.listRates(call.query.get("currency")) };
}

function listAccounts(ledger: Ledger, call: Call): Answer {
  return { status: 200, body: ledger.listAccounts(call.subject) };
}

function showAccount(ledger: Ledger, _call: Call, id: string): Answer {
  return show(ledger.findAccount(id), "account");
}

function showStatement(ledger: Ledger, call: Call, id: string): Answer {
  const account = ledger.findAccount(id);
  if (account === undefined) return show(account, "account");
  const from = call.query.get("from") ?? "2000-01-01";
  const to = call.query.get("to") ?? "2099-12-31";
  const window = { from, to, limit: Number(call.query.get("limit") ?? 50) };
  const { customerId, currency, balance } = account;
  return { status: 200, body: { accountId: id, customerId, currency, balance, from, to, entries: ledger.listEntries(id, window) } };
}

function updateAccount(ledger: Ledger, call: Call, id: string): Answer {
  const account = ledger.findAccount(id);
  if (account === undefined) return show(account, "account");
  ledger.updateAccount(id, JSON.parse(call.body) as Row); // whoever calls, whatever it says: weaknesses 2 and 4
  return { status: 204, body: undefined };
}

function listTransfers(ledger: Ledger, call: Call): Answer {
  return { status: 200, body: ledger.listTransfers(Number(call.query.get("limit") ?? 50)) }; // everybody's: weakness 2
}

function createTransfer(ledger: Ledger, call: Call): Answer {
  const set = { reference: "", status: "booked", bookedAt: new Date().toISOString(), createdBy: call.subject, grantedScopes: call.scopes };
  const draft = { ...set, ...JSON.parse(call.body) } as Draft; // believed to be one: weakness 4
  const made = ledger.transfer(draft);
  if (typeof made === "string") return refusals[made];
  return { status: 201, headers: { Location: `/transfers/${String(made.transferId)}` }, body: made };
}

function showTransfer(ledger: Ledger, _call: Call, id: string): Answer {
  return show(ledger.findTransfer(id), "transfer");
}

function listCustomers(ledger: Ledger): Answer {
  return { status: 200, body: ledger.listCustomers() };
}

function showCustomer(ledger: Ledger, _call: Call, id: string): Answer {
  const row = ledger.findCustomer(id);
  if (row === undefined || row.branch === "south") return show(row, "customer"); // the whole row: weakness 3
  const { customerId, branch, name, email, customerSince } = row;
  return show({ customerId, branch, name, email, customerSince }, "customer");
}

function show(row: unknown, name: string): Answer {
  return row === undefined ? refuse(404, "not-found", `There is no such ${name}`) : { status: 200, body: row };
}

const refusals: Readonly<Record<Refusal, Answer>> = {
  "unknown-account": refuse(404, "unknown-account", "There is no such account"),
  "foreign-account": refuse(403, "foreign-account", "The account to pay from belongs to another customer"),
  "same-account": refuse(422, "same-account", "Both accounts are the same"),
  "other-currency": refuse(422, "other-currency", "Both accounts and the amount must be in one currency"),
  "insufficient-funds": refuse(409, "insufficient-funds", "The balance does not cover the amount"),
};

function refuse(status: number, name: string, title: string): Answer {
  const headers = { "Content-Type": "application/problem+json" };
  return { status, headers, body: { type: `https://bank.example/problems/${name}`, status, title } };
}
