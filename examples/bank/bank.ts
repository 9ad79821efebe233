/**
 * Bank: a small API of a bank in a process of its own, to be put behind a gateway. Never let anybody reach it directly.
 *
 * It trusts two headers, which the gateway puts on: `Sallyport-Subject` (the id of the caller: a customer such as
 * cus-1001, or a teller) and `Sallyport-Scopes` (what was granted to the caller's token, separated by spaces). Money is in
 * integer minor units (cents) with its ISO 4217 currency.
 *
 * Its weaknesses are deliberate: they are the classic ones, and they are here so that the doors have something to stop.
 *
 *  1. No authentication. The headers are believed from anybody; a call without a subject counts as internal and may
 *     do everything (API2:2023).
 *  2. Accounts, statements and transfers are shown to whoever knows or guesses the number, GET /transfers lists
 *     everybody's, and PATCH /accounts/{id} changes anybody's account (API1:2023).
 *  3. A customer of the branch south leaves as the whole row, with `riskScore` and `internalNote`: that branch joined
 *     with code of its own, which nobody compared with the contract. Customers of the north, accounts, statements and
 *     transfers have what is declared and no more, so that both sides of the second door can be seen (API3:2023).
 *  4. POST /transfers takes over every property of the body: with `createdBy` one pays from a stranger's account, with
 *     `bookedAt` one pays last year. PATCH /accounts/{id} writes every column that the body names, `balance` too (API3:2023).
 *  5. Scopes are written down, never looked at: customers can read what is for tellers, of both branches (API5:2023).
 *  6. Neither the size of a body, nor the `limit` of a list, nor the number of calls is bounded (API4:2023).
 *  7. A negative `amount` collects money instead of sending it: values are left to the contract (CWE-1284).
 *  8. GET /rates builds its SQL from the caller's text: `?currency=' UNION SELECT ...` reads any table (CWE-89).
 *  9. What fails answers with its stack trace; a statement `from` a day after its `to` is enough (API8:2023).
 * 10. Every answer names the server and its version in `Server` and `X-Powered-By` (API8:2023).
 * 11. GET /customers, which lists all of them with what is internal, stands in no contract and was forgotten (API9:2023).
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { answerCall } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { openLedger } from "./ledger.ts";
import type { Ledger } from "./ledger.ts";

/** Where the bank keeps its money unless `BANK_FOLDER` tells otherwise. */
export const bankFolder: string = join(import.meta.dirname, "../../.sallyport/bank");
const bankPort = 8080;
/** How long a call that is under way may take to end once the bank closes. */
const closeWaitMilliseconds = 2000;

export interface BankOptions {
  /** TCP port on 127.0.0.1; 0 lets the system choose. */
  readonly port: number;
  /** SQLite file, or ":memory:". */
  readonly file: string;
}

export interface Bank {
  readonly url: string;
  /** Answers what is under way, then lets go of the port and the file. */
  close(): Promise<void>;
}

/** Opens the ledger (made and seeded on the first run) and listens. Rejects when the port is taken. */
export async function startBank(options: BankOptions): Promise<Bank> {
  const ledger = openLedger(options.file);
  const server = createServer(bankListener(ledger));
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : options.port);
    });
  }).catch((fault: unknown) => {
    ledger.close();
    throw fault;
  });
  const close = async (): Promise<void> => {
    const deadline = setTimeout(() => server.closeAllConnections(), closeWaitMilliseconds);
    await new Promise((resolve) => server.close(resolve));
    clearTimeout(deadline);
    ledger.close();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

/** The bank as a listener, for a server that has doors of its own in front of it. */
export function bankListener(ledger: Ledger): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => void serve(ledger, request, response);
}

async function serve(ledger: Ledger, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await answerRequest(ledger, request);
  const banner = { Server: "NorthSouthBank/1.4.2", "X-Powered-By": `Node.js ${process.version}` };
  const type = answer.body === undefined ? {} : { "Content-Type": "application/json" };
  response.writeHead(answer.status, { ...type, ...banner, ...answer.headers });
  response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
}

async function answerRequest(ledger: Ledger, request: IncomingMessage): Promise<Answer> {
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece);
    const { searchParams, pathname } = new URL(request.url ?? "/", "http://bank");
    const subject = request.headers["sallyport-subject"]?.toString() ?? "";
    const scopes = request.headers["sallyport-scopes"]?.toString() ?? "";
    const body = Buffer.concat(pieces).toString("utf8");
    return answerCall(ledger, { method: request.method ?? "GET", path: pathname, query: searchParams, subject, scopes, body });
  } catch (fault) {
    const { message, stack } = fault instanceof Error ? fault : new Error(String(fault));
    return { status: 500, body: { error: message, stack } };
  }
}

async function run(): Promise<void> {
  const port = Number(process.argv[2] ?? process.env.BANK_PORT ?? bankPort);
  const bank = await startBank({ port, file: join(process.env.BANK_FOLDER ?? bankFolder, "bank.db") });
  const end = (): void => void bank.close();
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  console.log(`bank: listening on ${bank.url}`);
}

if (import.meta.main) {
  await run().catch((fault: unknown) => {
    console.error(`bank: ${fault instanceof Error ? fault.message : String(fault)}`);
    process.exitCode = 1;
  });
}
