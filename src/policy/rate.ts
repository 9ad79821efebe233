/**
 * Rate: how much in how long, as `100/1m` (requests) or `10MiB/1m` (bytes), and how much at once.
 *
 * Bytes are counted in whole KiB, begun ones too: so every limit has whole tokens, and none is too small to be exact.
 */
import type { Json } from "../contract/json-value.ts";
import { type At, duration, misread, type Misread, type Shape, size } from "./shape.ts";

export type Unit = "requests" | "bytes";

/** Tokens of one unit: a request, or 1 KiB. */
export interface Amount {
  readonly unit: Unit;
  readonly tokens: number;
}

export interface Rate extends Amount {
  readonly milliseconds: number;
}

export const TOKEN_BYTES = 1_024;
/** A million requests, or 1,000 MiB and a little less than 1 GiB. */
export const TOKENS_MAX = 1_000_000;

const WINDOW = duration("Time.", { min: "1s", max: "31d" });
const BYTES = size("Bytes.", { min: "1KiB", max: "976MiB" });
const FORM = "100/1m, 10MiB/1m";

/** @param about what it is the rate of */
export function rate(about: string): Shape<Rate> {
  const schema = { type: "string", description: `${about} Requests or bytes, and the time in which they may come: 1s to 31d.`, pattern: "^[0-9]+(KiB|MiB)?/[0-9]+(s|m|h|d)$", examples: ["100/1m"] };
  return {
    schema,
    optional: false,
    fallback: undefined,
    read(value, at) {
      const [much = "", long, ...rest] = typeof value === "string" ? value.split("/") : [];
      if (long === undefined || rest.length > 0) return complain(at, "expected a rate", FORM);
      const milliseconds = WINDOW.read(long, at);
      const amount = readAmount(/^[0-9]{1,9}$/.test(much) ? Number(much) : much, at);
      return milliseconds === misread || amount === misread ? misread : { ...amount, milliseconds };
    },
  };
}

/** So many requests (a number), or so many bytes (`10MiB`). */
export function amount(about: string): Shape<Amount> {
  const schema = { description: about, anyOf: [{ type: "integer", minimum: 1, maximum: TOKENS_MAX }, BYTES.schema] };
  return { schema, optional: false, fallback: undefined, read: readAmount };
}

function readAmount(value: Json, at: At): Amount | Misread {
  if (typeof value === "number") return Number.isInteger(value) && value >= 1 && value <= TOKENS_MAX ? { unit: "requests", tokens: value } : complain(at, "out of range", `1 to ${TOKENS_MAX}`);
  const bytes = BYTES.read(value, at);
  return bytes === misread ? misread : { unit: "bytes", tokens: tokensOf(bytes) };
}

/** Tokens for so many bytes: at least one, since nothing is free. */
export function tokensOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / TOKEN_BYTES));
}

function complain(at: At, message: string, allowed: string): Misread {
  at.report(at.pointer, message, allowed);
  return misread;
}
