/**
 * Unpack: undoes a compression, and stops as soon as somebody has seen enough.
 *
 * A few kilobytes unpack to gigabytes. So what comes out is handed over in small pieces, and whoever takes them says when it
 * is too much; nothing is kept here. The work is done off the thread.
 */
import zlib from "node:zlib";

export const CODINGS = ["gzip", "br", "zstd"] as const;
export type Coding = (typeof CODINGS)[number];

/** Bytes that come out at once: the most by which a bound is overrun. */
export const PIECE_BYTES = 65_536;

/** `whole`: to the end, and nothing behind it. `stopped`: `take` answered false. `broken`: it is not what it should be. */
export type Unpacked = "whole" | "stopped" | "broken";

/** Never rejects. @param take answers whether more is wanted */
export function unpack(coding: Coding, bytes: Uint8Array, take: (piece: Buffer) => boolean): Promise<Unpacked> {
  return new Promise((resolve) => {
    const stream = open(coding);
    const settle = (outcome: Unpacked): void => {
      stream.destroy();
      resolve(outcome);
    };
    stream.on("data", (piece: Buffer) => {
      if (!take(piece)) settle("stopped");
    });
    // What stands behind the end was not read, and another reader may read it.
    stream.on("end", () => settle(stream.bytesWritten === bytes.byteLength ? "whole" : "broken"));
    stream.on("error", () => settle("broken"));
    stream.end(bytes);
  });
}

function open(coding: Coding): zlib.Gunzip | zlib.BrotliDecompress | zlib.ZstdDecompress {
  const options = { chunkSize: PIECE_BYTES };
  switch (coding) {
    case "gzip":
      return zlib.createGunzip(options);
    case "br":
      return zlib.createBrotliDecompress(options);
    case "zstd":
      // A frame may ask for a window of gigabytes: no more than browsers give is given (RFC 9659).
      return zlib.createZstdDecompress({ ...options, params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } });
  }
}
