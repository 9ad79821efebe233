/**
 * Decode: how the bytes of a body become the value that a schema judges.
 *
 * Whatever the media type, the outcome is a plain value as JSON has it, so that schemas and every guard behind walk one
 * kind of tree, with JSON Pointers into it.
 */
import { JSON_BOUNDS, type JsonBounds } from "../json.ts";
import type { Json } from "../json-value.ts";
import type { MediaTypeText } from "../media-type.ts";
import type { Finding } from "../operation.ts";

/** A part of a body that is a file. Its bytes stand in the value, too, at `pointer`: one character for each. */
export interface FilePart {
  readonly pointer: string;
  /** As the sender says it; undefined where he gives none. */
  readonly filename: string | undefined;
  /** The content type as written, in lower case, without parameters. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** `plain` is the value for the guards behind, where that is another one: files are empty texts in it. */
export type Decoded = { readonly value: Json; readonly files?: readonly FilePart[]; readonly plain?: Json } | { readonly findings: readonly Finding[] };

export interface DecodeBounds extends JsonBounds {
  /** Parts of a multipart body. */
  readonly parts: number;
  /** Bytes of one part. */
  readonly partBytes: number;
}

export const DECODE_BOUNDS: DecodeBounds = { ...JSON_BOUNDS, parts: 100, partBytes: 1_073_741_824 };

/** Reads a whole body. Never throws; what it cannot read it refuses with at least one finding. Linear in the bytes. */
export type Decode = (bytes: Uint8Array, type: MediaTypeText, bounds: DecodeBounds) => Decoded;
