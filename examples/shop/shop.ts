/**
 * Shop: a small shop in a process of its own, to be put behind a gateway. Never let anybody reach it directly.
 *
 * It trusts one header, which the gateway puts on: `Sallyport-Subject` (the id of the caller, such as cus-1). All that it
 * knows is in memory, and is gone at its end.
 *
 * Its weaknesses are deliberate: they are the classic ones, and they are here so that the doors have something to stop.
 *
 *  1. No authentication, and whoever comes sees every order, and gives back any money (API1:2023, API2:2023, API5:2023).
 *  2. An order takes over whatever is sent: a price for each line, a state, a customer (API3:2023).
 *  3. A quantity may be negative, and takes from the total (CWE-840).
 *  4. The same payment is taken as often as it is sent, and cards may be tried out without end (API6:2023).
 *  5. A payment is answered with the number of the card (CWE-359).
 *  6. A product leaves as the whole row, with what the shop pays for it; a quote in a search ends in the words of a
 *     database (API3:2023, API8:2023).
 *  7. Coupons may be guessed as fast as somebody asks (API6:2023).
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answer, answerCall } from "./answer.ts";
import { type Books, openBooks } from "./books.ts";

const shopPort = 8080;

/** The shop as a listener, for a server that has doors of its own in front of it. */
export function shopListener(books: Books): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => void serve(books, request, response);
}

async function serve(books: Books, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, headers = {}, body } = await answerRequest(books, request);
  const type = body === undefined ? {} : { "Content-Type": "application/json" };
  response.writeHead(status, { ...type, ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function answerRequest(books: Books, request: IncomingMessage): Promise<Answer> {
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece);
    const text = Buffer.concat(pieces).toString();
    const { searchParams, pathname } = new URL(request.url ?? "/", "http://shop");
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    return answerCall(books, { method: request.method ?? "GET", path: pathname, query: searchParams, subject: request.headers["sallyport-subject"]?.toString() ?? "", body });
  } catch (fault) {
    return { status: 500, body: { error: String(fault) } };
  }
}

if (import.meta.main) {
  const server = createServer(shopListener(openBooks()));
  server.once("error", (fault) => {
    console.error(`shop: ${fault.message}`);
    process.exitCode = 1;
  });
  server.listen(Number(process.argv[2] ?? shopPort), "127.0.0.1", () => console.log(`shop: listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  const end = (): void => {
    server.close();
    server.closeAllConnections();
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}
