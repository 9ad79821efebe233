/** Raw HTTP: bytes to a port, as they are, and what comes back until the other side closes or is silent. */
import net from "node:net";

export const SILENCE_MILLISECONDS = 2_000;

/** @param half whether our side is closed after the bytes, as a caller that has nothing more to say does */
export function exchangeBytes(port: number, bytes: Uint8Array, { half = false, silence = SILENCE_MILLISECONDS }: { readonly half?: boolean; readonly silence?: number } = {}): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = net.connect(port, "127.0.0.1", () => (half ? socket.end(bytes) : socket.write(bytes)));
    const finish = (): void => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString("latin1"));
    };
    socket.setTimeout(silence, finish);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", finish);
    socket.on("close", finish);
  });
}

/** The same work on many items, a few at a time, in their order. */
export async function eachOf<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let at = next++; at < items.length; at = next++) {
        const item = items[at];
        if (item !== undefined) results[at] = await work(item);
      }
    }),
  );
  return results;
}
