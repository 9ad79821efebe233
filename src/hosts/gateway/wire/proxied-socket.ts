/**
 * Proxied socket: takes the PROXY header off a connection before anybody else reads in it.
 *
 * It is mandatory where it is expected: a connection that begins otherwise, or too slowly, is reset. Else a caller who
 * reaches the port past the proxy could write the address that he likes.
 */
import type { Socket } from "node:net";
import { type ProxyHeader, readProxyHeader, VERSION_2_BYTES_MAX } from "./proxy-header.ts";

/**
 * @param socket in which nobody has read yet, as `pauseOnConnect` leaves it
 * @param done called once, unless the connection ends before; what came behind the header is still to be read
 */
export function takeProxyHeader(socket: Socket, milliseconds: number, done: (header: ProxyHeader) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.resetAndDestroy(), milliseconds);
  timer.unref();
  const stop = (): void => {
    clearTimeout(timer);
    socket.off("readable", read);
    socket.off("close", stop);
  };
  const read = (): void => {
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) bytes = Buffer.concat([bytes, chunk]);
    const header = readProxyHeader(bytes);
    if (header === "more" && !socket.readableEnded && bytes.byteLength <= VERSION_2_BYTES_MAX) return;
    stop();
    if (typeof header === "string") return void socket.resetAndDestroy();
    if (bytes.byteLength > header.bytes) socket.unshift(bytes.subarray(header.bytes));
    done(header);
  };
  socket.on("readable", read);
  socket.once("close", stop);
}
