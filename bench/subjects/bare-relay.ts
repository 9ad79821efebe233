/**
 * Bare relay: what Node's sockets cost by themselves: messages of known length go from socket to socket, letter by letter.
 *
 * No proxy, since it believes everything that it is sent; the floor under everything that is written on node:net. What a
 * gateway costs above it is its own work.
 */
import net from "node:net";
import type { Socket, SocketConstructorOpts } from "node:net";
import { readPlace } from "../place.ts";

const backlog = 1_024;
const place = readPlace(process.argv[2]);
const upstream = new URL(place.upstream);
/** Each read is used up before the next one. */
const shared = Buffer.allocUnsafeSlow(65_536);
const resting: Call[] = [];

/** Reads into the shared buffer, as the gateway does, and says when a message is whole. */
function reading(take: (message: string) => void): { readonly buffer: Uint8Array; readonly callback: (bytes: number) => boolean } {
  let message = "";
  return {
    buffer: shared,
    callback: (bytes) => {
      message += shared.toString("latin1", 0, bytes);
      if (!isWhole(message)) return true;
      const whole = message;
      message = "";
      take(whole);
      return true;
    },
  };
}

function isWhole(message: string): boolean {
  const end = message.indexOf("\r\n\r\n");
  if (end === -1) return false;
  return message.length >= end + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(message)?.[1] ?? 0);
}

/** A connection to the API, with one message under way at most. */
class Call {
  #ended = false;
  #answered: (message: string) => void = () => undefined;
  readonly #socket: Socket = net.connect({
    host: upstream.hostname,
    port: Number(upstream.port),
    noDelay: true,
    onread: reading((message) => {
      resting.push(this);
      this.#answered(message);
    }),
  });

  constructor() {
    this.#socket.on("error", () => undefined).on("close", () => (this.#ended = true));
  }

  get ended(): boolean {
    return this.#ended;
  }

  send(message: string, answered: (message: string) => void): void {
    this.#answered = answered;
    this.#socket.write(message, "latin1");
  }
}

function nextCall(): Call {
  for (let call = resting.pop(); call !== undefined; call = resting.pop()) if (!call.ended) return call;
  return new Call();
}

const lastMessage = /\r\nconnection: *close/i;
const server = net.createServer({ pauseOnConnect: true, noDelay: true }, (accepted) => {
  // As in the gateway: only a socket that is made for it reads into a given buffer (src/hosts/gateway/wire/accepted-socket.ts).
  const holder = accepted as Socket & { _handle: unknown };
  const options: SocketConstructorOpts & { readonly handle: unknown } = {
    handle: holder._handle,
    onread: reading((message) => {
      const isLast = lastMessage.test(message);
      nextCall().send(message.replace(lastMessage, ""), (answer) => {
        socket.write(answer, "latin1");
        if (isLast) socket.end();
      });
    }),
  };
  const socket = new net.Socket(options);
  socket.on("error", () => undefined);
  holder._handle = null;
  accepted.destroy();
});
server.listen({ port: place.port, host: "127.0.0.1", backlog });
