/**
 * Handshakes: callers whose TLS handshake has not ended: so many at once, in each thread.
 *
 * Who connects and does not greet costs next to nothing, but holds a place that somebody else would need. Nobody is kept
 * out for that: whoever has been at it longest makes room. A caller who means it is done in a round trip or two, long
 * before as many others have come behind him; a place that is held for its own sake is the first to be taken back.
 */
import type { Socket } from "node:net";

/** Somebody whose handshake has begun. */
export interface Greeting {
  /** His address, which a proxy may have told. */
  readonly peer: string;
  readonly socket: Socket;
}

export class Handshakes {
  /** By both ends of the connection, in the order of coming. */
  readonly #greetings = new Map<string, Greeting>();

  get size(): number {
    return this.#greetings.size;
  }

  /** @returns who has to make room, so that there are no more than `most` */
  begin(socket: Socket, peer: string, most: number): readonly Greeting[] {
    const greetings = this.#greetings;
    const name = nameOf(socket);
    greetings.set(name, { peer, socket });
    // Once it is closed, a socket does not know any more whose it was.
    socket.once("close", () => greetings.delete(name));
    const displaced: Greeting[] = [];
    for (const [first, greeting] of greetings) {
      if (greetings.size <= most) break;
      greetings.delete(first);
      displaced.push(greeting);
    }
    return displaced;
  }

  /** @param secured what the handshake has made of the socket. @returns whose it is; undefined: he had to make room, or has left */
  end(secured: Socket): string | undefined {
    const name = nameOf(secured);
    const peer = this.#greetings.get(name)?.peer;
    this.#greetings.delete(name);
    return peer;
  }
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
