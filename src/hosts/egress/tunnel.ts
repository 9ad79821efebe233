/** Tunnel: bytes both ways between a client that sent CONNECT and the address that was judged. */
import net from "node:net";
import type { Duplex } from "node:stream";
import type { EgressSettings } from "../../policy/egress.ts";
import { codeOf } from "../assemble.ts";
import type { Admitted } from "./admission.ts";
import { keepBounds, unreachable } from "./bounds.ts";
import { answerSocket } from "./tell-refusal.ts";
import type { Trip } from "./trip.ts";

interface Tunnelling {
  readonly socket: Duplex;
  /** What came behind the request's head. */
  readonly head: Buffer;
  readonly way: Admitted;
  readonly trip: Trip;
  readonly settings: EgressSettings;
}

export function tunnel({ socket, head, way, trip, settings }: Tunnelling): void {
  const far = net.connect({ host: way.address, port: way.port, noDelay: true });
  const close = (): void => {
    bounds.clear();
    far.destroy();
    socket.destroy();
    trip.end();
  };
  const bounds = keepBounds(trip, settings, (why) => {
    if (trip.status === 0) answerSocket(socket, trip, why);
    trip.end(why);
    far.destroy();
    if (trip.status !== 0) socket.destroy();
  });
  trip.abandon = close;
  far.once("connect", () => {
    bounds.connected();
    trip.status = 200;
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.byteLength > 0) pass(head);
    socket.on("data", pass);
    socket.once("end", () => far.end());
    far.on("data", (chunk: Buffer) => {
      if (bounds.moved("down", chunk.byteLength) && !socket.write(chunk)) far.pause();
    });
    far.once("end", () => socket.end());
    socket.on("drain", () => far.resume());
    far.on("drain", () => socket.resume());
  });
  far.on("error", (fault) => {
    if (trip.status === 0) {
      bounds.clear();
      answerSocket(socket, trip, unreachable({ because: { code: codeOf(fault) } }));
    } else close();
  });
  far.once("close", () => {
    if (trip.status !== 0) socket.end();
    bounds.clear();
    trip.end();
  });
  socket.once("close", close);

  function pass(chunk: Buffer): void {
    if (bounds.moved("up", chunk.byteLength) && !far.write(chunk)) socket.pause();
  }
}
