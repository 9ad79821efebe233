/** Upstream trial: one request through an upstream, without doors around it, and an API made of bare sockets. */
import net, { type AddressInfo, type Socket } from "node:net";
import type { OpenExchange } from "../../../../src/doors/open-exchange.ts";
import { Content } from "../../../../src/exchange/content.ts";
import { fieldsOf, type WritableFields } from "../../../../src/exchange/fields.ts";
import type { Problem } from "../../../../src/exchange/problem.ts";
import type { Forward } from "../../../../src/hosts/carry.ts";

export interface Trial {
  readonly method?: string;
  readonly path?: string;
  readonly search?: string;
  readonly fields?: string[];
  readonly content?: Content;
}

/** As much of an exchange as an upstream looks at. */
export function exchangeOf({ method = "GET", path = "/a", search, fields = [], content = new Content(undefined, 0) }: Trial): OpenExchange {
  const exchange = { request: { method, path, search }, outgoing: fieldsOf(fields), content };
  return exchange as unknown as OpenExchange;
}

export interface Told {
  readonly status: number;
  readonly fields: WritableFields;
  /** Whether the body was here when the head was. */
  readonly held: boolean;
  readonly body: string;
  /** The problem that cut the body short, or that came instead of an answer. */
  readonly fault: Problem | undefined;
  /** How often the receiver was called, in all. */
  readonly calls: number;
}

/** Sends a request and reads the answer to its end. */
export function ask(forward: Forward, trial: Trial = {}): Promise<Told> {
  return new Promise((resolve) => {
    let calls = 0;
    const tell = (told: Omit<Told, "calls">): void => void setImmediate(() => resolve({ ...told, calls }));
    forward(exchangeOf(trial), {
      head: (status, fields, content) => {
        calls++;
        const held = content.held !== undefined;
        const pieces: Uint8Array[] = [];
        const finish = (fault?: Problem): void => tell({ status, fields, held, body: Buffer.concat(pieces).toString("latin1"), fault });
        content.stream({ data: (piece) => pieces.push(piece) > 0, end: () => finish(), fail: finish });
      },
      fail: (fault) => {
        calls++;
        tell({ status: 0, fields: fieldsOf([]), held: false, body: "", fault });
      },
    });
  });
}

/** "200 body", or the slug of the problem and its code. */
export function wordOf({ status, body, fault }: Told): string {
  if (fault === undefined) return `${status} ${body}`;
  return `${status === 0 ? "" : `${status} `}${fault.type} ${codeOf(fault)}`.trimEnd();
}

function codeOf({ because }: Problem): string {
  const code = because?.["code"];
  return typeof code === "string" ? code : "";
}

export interface Api {
  readonly url: URL;
  /** Connections that were made, in all. */
  readonly connections: () => number;
  readonly open: ReadonlySet<Socket>;
  readonly close: () => void;
}

/** Calls `answer` with each request that is whole in its head: `text` is everything since the one before. */
export async function startApi(answer: (socket: Socket, text: string, count: number) => void): Promise<Api> {
  return startSockets((socket) => {
    let text = "";
    let count = 0;
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (!text.includes("\r\n\r\n")) return;
      const request = text;
      text = "";
      answer(socket, request, ++count);
    });
  });
}

/** @param port any free one when left out */
export async function startSockets(take: (socket: Socket) => void, port = 0): Promise<Api> {
  const open = new Set<Socket>();
  let connections = 0;
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections++;
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => undefined);
    socket.on("end", () => socket.end());
    take(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${address.port}`),
    connections: () => connections,
    open,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
