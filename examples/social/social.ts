/**
 * Social: a small social network in a process of its own, to be put behind a gateway. Never let anybody reach it directly.
 *
 * It trusts two headers, which the gateway puts on: `Sallyport-Subject` (the id of the caller, such as mem-1001) and
 * `Sallyport-Scopes`. All that it knows is in memory, and is gone at its end.
 *
 * Its weaknesses are deliberate: they are the classic ones, and they are here so that the doors have something to stop.
 *
 *  1. No authentication, and whoever comes may change and delete any post (API1:2023, API2:2023).
 *  2. Posts are kept and shown as they were sent, scripts and all (CWE-79).
 *  3. A member leaves as the whole row, with the address of mail and the address of the last login; PATCH /me takes
 *     over every property, `role` too (API3:2023).
 *  4. As many posts and messages as somebody sends, to everybody, as fast as they come (API6:2023).
 *  5. POST /previews fetches whatever it is given, follows wherever it is sent (API7:2023), and believes
 *     what it finds there (API10:2023).
 *  6. A picture is whatever bytes somebody says are one (CWE-434).
 *  7. GET /v0/members, of an older version, stands in no contract and was forgotten (API9:2023); so was
 *     `?debug=1` at GET /posts.
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerCall } from "./answer.ts";
import { type Books, openBooks } from "./books.ts";

const socialPort = 8080;

/** The network as a listener, for a server that has doors of its own in front of it. */
export function socialListener(books: Books): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => void serve(books, request, response);
}

async function serve(books: Books, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, headers = {}, body } = await answerRequest(books, request);
  const type = body === undefined ? {} : { "Content-Type": "application/json" };
  response.writeHead(status, { ...type, ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function answerRequest(books: Books, request: IncomingMessage): Promise<{ status: number; headers?: Record<string, string>; body?: unknown }> {
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece);
    const { searchParams, pathname } = new URL(request.url ?? "/", "http://social");
    const type = request.headers["content-type"] ?? "";
    return await answerCall(books, { method: request.method ?? "GET", path: pathname, query: searchParams, subject: request.headers["sallyport-subject"]?.toString() ?? "", type, body: Buffer.concat(pieces) });
  } catch (fault) {
    return { status: 500, body: { error: String(fault) } };
  }
}

if (import.meta.main) {
  const server = createServer(socialListener(openBooks()));
  server.once("error", (fault) => {
    console.error(`social: ${fault.message}`);
    process.exitCode = 1;
  });
  server.listen(Number(process.argv[2] ?? socialPort), "127.0.0.1", () => console.log(`social: listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  const end = (): void => {
    server.close();
    server.closeAllConnections();
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}
