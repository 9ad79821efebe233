/**
 * Bytes: content that the contract describes as a text or a number, and the wire carries as it is.
 */
import { isUtf8 } from "node:buffer";
import type { JsonType } from "../hint.ts";
import type { Validator } from "../operation.ts";
import { fault } from "../parameter-style.ts";
import { readingsOf } from "../text-value.ts";
import type { Decode } from "./decode.ts";

/** One character for each byte, so that lengths count bytes (OpenAPI 3.1.1, section 4.8.14.5). */
export const readBytes: Decode = (bytes) => ({ value: textOf(bytes, "latin1") });

const NOT_UTF8 = fault("encoding", "is not well-formed UTF-8");

/** A number, a flag or null that stands alone; the narrowest reading that the schema takes. */
export function textDecoder(types: ReadonlySet<JsonType>, validator: Validator): Decode {
  const mismatch = { findings: [fault("type", `must be ${[...types].join(" or ")}`)] };
  return (bytes) => {
    if (!isUtf8(bytes)) return { findings: [NOT_UTF8] };
    const readings = readingsOf(textOf(bytes, "utf8"), types);
    const [narrow] = readings;
    return narrow === undefined ? mismatch : { value: readings.find((value) => validator.check(value)) ?? narrow };
  };
}

function textOf(bytes: Uint8Array, encoding: "latin1" | "utf8"): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
}
