/**
 * Body reading: a body is read as what it says it is, and judged by its schema.
 *
 * For both doors. The bytes are parsed once; the value stays with the content, for the guards behind. What is opaque
 * is not touched and streams on.
 */
import { isUtf8 } from "node:buffer";
import { type JsonBounds, type JsonFault, readJson } from "../contract/json.ts";
import type { Json } from "../contract/json-value.ts";
import type { Finding } from "../contract/operation.ts";
import type { Readable } from "../exchange/content.ts";
import type { Problem } from "../exchange/problem.ts";
import type { Chosen } from "./media-choice.ts";

/** `sound`: as declared, or not looked into. `empty`: no bytes came. `findings`: not as declared, never an empty list. */
export type BodyReading =
  | { readonly kind: "sound" }
  | { readonly kind: "empty" }
  | { readonly kind: "findings"; readonly findings: readonly Finding[] }
  | { readonly kind: "unread"; readonly problem: Problem };

const SOUND: BodyReading = { kind: "sound" };
const EMPTY: BodyReading = { kind: "empty" };

/** Reads and judges; at once where the bytes are here already. */
export function readBody(content: Readable, chosen: Chosen, bounds: JsonBounds): BodyReading | Promise<BodyReading> {
  if (chosen.kind === "opaque") return SOUND;
  const bytes = content.read();
  return bytes instanceof Promise ? bytes.then((late) => judge(late, content, chosen, bounds)) : judge(bytes, content, chosen, bounds);
}

function judge(bytes: Uint8Array | Problem, content: Readable, { kind, validator }: Chosen, bounds: JsonBounds): BodyReading {
  if (!(bytes instanceof Uint8Array)) return { kind: "unread", problem: bytes };
  if (bytes.byteLength === 0) return EMPTY;
  const read = kind === "json" ? readJson(bytes, validator?.namesPrototype === true ? { ...bounds, prototypeNames: true } : bounds) : readText(bytes);
  if ("wrong" in read) return { kind: "findings", findings: [findingOf(read.wrong)] };
  content.understand(read.value);
  if (validator === undefined || validator.check(read.value)) return SOUND;
  const findings = validator.explain(read.value);
  // What is refused without a reason is refused all the same.
  return { kind: "findings", findings: findings.length > 0 ? findings : [{ pointer: "", keyword: "schema", message: "does not fit its schema" }] };
}

function readText(bytes: Uint8Array): { readonly value: Json } | { readonly wrong: Pick<JsonFault, "reason" | "pointer"> } {
  if (!isUtf8(bytes)) return { wrong: { reason: "encoding", pointer: "" } };
  return { value: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8") };
}

const FAULTS: Readonly<Record<JsonFault["reason"], string>> = {
  encoding: "is not well-formed UTF-8",
  syntax: "is not well-formed JSON",
  depth: "is nested too deeply",
  size: "holds too much",
  duplicate: "holds two members of one name",
  prototype: "holds a member with a name that is not allowed",
  number: "holds a number that cannot be read exactly",
};

function findingOf({ reason, pointer }: Pick<JsonFault, "reason" | "pointer">): Finding {
  return { pointer, keyword: reason, message: FAULTS[reason] };
}
