/**
 * Multipart: `multipart/form-data` as an object, each member out of the parts of its name (RFC 7578).
 */
import type { Finding, Validator } from "../../operation.ts";
import { fault } from "../../parameter-style.ts";
import type { Decode, DecodeBounds } from "../decode.ts";
import { type Members, membersReader } from "../members.ts";
import { readPartHead, type PartHead } from "./part-head.ts";
import type { Part } from "./part-member.ts";
import { isBoundary, MultipartReader } from "./reader.ts";

/** Bytes of the head of one part. */
export const PART_HEAD_BYTES_MAX = 4_096;

const NO_BOUNDARY: Finding = fault("syntax", "has no boundary that could part it");
const CHARSET_NAMED: Finding = fault("encoding", "names a charset that is not UTF-8");

export function multipartDecoder(members: Members<Part>, validator: Validator | undefined): Decode {
  const read = membersReader(members, validator);
  return (bytes, { parameters }, bounds) => {
    const parts = readParts(bytes, parameters.get("boundary") ?? "", bounds);
    return "keyword" in parts ? { findings: [parts] } : read(parts, bounds);
  };
}

/** All parts of a whole body, or what is wrong with it. Linear; never throws. */
export function readParts(bytes: Uint8Array, boundary: string, { parts: most, partBytes }: Pick<DecodeBounds, "parts" | "partBytes">, readHead: typeof readPartHead = readPartHead): readonly Part[] | Finding {
  if (!isBoundary(boundary)) return NO_BOUNDARY;
  const parts: Part[] = [];
  let head: PartHead | undefined;
  let chunks: Buffer[] = [];
  const reader = new MultipartReader(
    boundary,
    {
      begin(written) {
        const read = readHead(written);
        if ("wrong" in read) return read.wrong;
        head = read;
        chunks = [];
        return undefined;
      },
      data: (chunk) => void chunks.push(chunk),
      end() {
        const [first, ...more] = chunks;
        if (head !== undefined) parts.push({ name: head.name, head, bytes: more.length === 0 ? (first ?? Buffer.alloc(0)) : Buffer.concat(chunks) });
      },
    },
    { parts: most, partBytes, headBytes: PART_HEAD_BYTES_MAX },
  );
  const wrong = reader.push(bytes) ?? reader.end();
  return wrong === undefined ? judgeParts(parts) : fault("syntax", wrong);
}

function judgeParts(parts: readonly Part[]): readonly Part[] | Finding {
  const shorter = parts.some(({ head: { length }, bytes }) => length !== undefined && length !== bytes.length);
  if (shorter) return fault("syntax", "holds a part that is not as long as it says");
  // By this name a form changes how all other fields are to be read (RFC 7578, section 4.6).
  return parts.some(({ name, bytes }) => name === "_charset_" && bytes.toString("latin1").toLowerCase() !== "utf-8") ? CHARSET_NAMED : parts;
}
