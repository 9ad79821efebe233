/**
 * Body reading: a body is read as what it says it is, and judged by its schema.
 *
 * For both doors. The bytes are parsed once; the value stays with the content, for the guards behind. What is opaque
 * streams on; where its type has a beginning of its own, that alone is looked at.
 */
import { isUtf8 } from "node:buffer";
import { glanceAtAny } from "../contract/glance/glance-text.ts";
import { type JsonFault, readJson } from "../contract/json.ts";
import type { Json } from "../contract/json-value.ts";
import type { DecodeBounds, Decoded } from "../contract/media/decode.ts";
import { isPlainText } from "../contract/media/plain-text.ts";
import { beginsAs, SIGNATURE_BYTES } from "../contract/media/signature.ts";
import type { Finding, Validator } from "../contract/operation.ts";
import type { Readable } from "../exchange/readable.ts";
import type { Problem } from "../exchange/problem.ts";
import type { Chosen } from "./media-choice.ts";

/** `sound`: as declared, or not looked into. `empty`: no bytes came. `findings`: not as declared, never an empty list. */
export type BodyReading =
  | { readonly kind: "sound" }
  | { readonly kind: "empty" }
  | { readonly kind: "findings"; readonly findings: readonly Finding[] }
  | { readonly kind: "unread"; readonly problem: Problem };

const SOUND: BodyReading = { kind: "sound" };
const EMPTY = { kind: "empty" } as const;

/** Reads and judges; at once where the bytes are here already. */
export function readBody(content: Readable, chosen: Chosen, bounds: DecodeBounds): BodyReading | Promise<BodyReading> {
  if (chosen.kind === "opaque") return readBeginning(content, chosen);
  // XML is for guards of its own.
  if (chosen.kind === "xml") return SOUND;
  const bytes = content.read();
  return bytes instanceof Promise ? bytes.then((late) => judge(late, content, chosen, bounds)) : judge(bytes, content, chosen, bounds);
}

/** Of what streams on unread the first bytes show whether it is what it says it is. */
function readBeginning(content: Readable, { formats }: Chosen): BodyReading | Promise<BodyReading> {
  if (formats === undefined) return SOUND;
  const head = content.begin(SIGNATURE_BYTES);
  return head instanceof Promise ? head.then((late) => judgeBeginning(late, formats)) : judgeBeginning(head, formats);
}

function judgeBeginning(head: Uint8Array | Problem, formats: readonly string[]): BodyReading {
  if (!(head instanceof Uint8Array)) return { kind: "unread", problem: head };
  if (head.byteLength === 0) return EMPTY;
  return beginsAs(formats, head) ? SOUND : { kind: "findings", findings: [MISLABELLED] };
}

function judge(bytes: Uint8Array | Problem, content: Readable, chosen: Chosen, bounds: DecodeBounds): BodyReading {
  if (bytes instanceof Uint8Array && isSoundAtGlance(bytes, content, chosen, bounds)) return SOUND;
  const read = understand(bytes, content, chosen, bounds);
  if ("kind" in read) return read;
  const { validator } = chosen;
  if (validator === undefined || validator.check(read.value)) return SOUND;
  const findings = validator.explain(read.value);
  // What is refused without a reason is refused all the same.
  return { kind: "findings", findings: findings.length > 0 ? findings : [UNFIT] };
}

/** Most bodies are as declared, and nobody needs their value: then the bytes are enough. */
function isSoundAtGlance(bytes: Uint8Array, content: Readable, { kind, decode, validator }: Chosen, bounds: DecodeBounds): boolean {
  if (kind !== "json" || decode !== undefined || content.understood) return false;
  const glimpse = validator === undefined ? glanceAtAny(bytes, bounds) : validator.glance?.(bytes, boundsFor(validator, bounds));
  if (glimpse !== undefined) content.vouch(isNamed(validator) ? undefined : bounds, glimpse);
  return glimpse !== undefined;
}

/** Whether the schema itself speaks of what is elsewhere refused, or taken, unseen. */
function isNamed(validator: Validator | undefined): boolean {
  return validator?.namesPrototype === true || validator?.namesControls === true || validator?.asksDecimals === true;
}

/** What is judged by this schema is held to these. */
export function boundsFor(validator: Validator | undefined, bounds: DecodeBounds): DecodeBounds {
  if (!isNamed(validator)) return bounds;
  return { ...bounds, prototypeNames: bounds.prototypeNames || validator?.namesPrototype === true, controls: bounds.controls || validator?.namesControls === true, exactDecimals: validator?.asksDecimals === true };
}

/** The value of a body, or why there is none. */
export type Understood = { readonly value: Json } | Exclude<BodyReading, { readonly kind: "sound" }>;

/** Reads a body that is held, without judging it by its schema. */
export function readValue(content: Readable, chosen: Chosen, bounds: DecodeBounds): Understood | Promise<Understood> {
  const bytes = content.read();
  return bytes instanceof Promise ? bytes.then((late) => understand(late, content, chosen, bounds)) : understand(bytes, content, chosen, bounds);
}

function understand(bytes: Uint8Array | Problem, content: Readable, chosen: Chosen, bounds: DecodeBounds): Understood {
  if (!(bytes instanceof Uint8Array)) return { kind: "unread", problem: bytes };
  if (bytes.byteLength === 0) return EMPTY;
  const { validator, kind, formats } = chosen;
  // Another guard has read it, and held it to the same: it is not read twice.
  if (kind === "json" && content.value !== undefined && content.bounds === bounds) return { value: content.value };
  if (kind === "xml") return content.value === undefined ? { kind: "findings", findings: [UNREADABLE] } : { value: content.value };
  if (kind === "bytes" && formats !== undefined && !beginsAs(formats, bytes)) return { kind: "findings", findings: [MISLABELLED] };
  const read = decode(bytes, chosen, boundsFor(validator, bounds));
  if ("findings" in read) return { kind: "findings", findings: read.findings.length > 0 ? read.findings : [UNREADABLE] };
  content.understand(read.plain ?? read.value, kind === "json" && !isNamed(validator) ? bounds : undefined, read.files);
  return read;
}

const MISLABELLED: Finding = { pointer: "", keyword: "contentMediaType", message: "does not begin as content of its type does" };
const UNREADABLE: Finding = { pointer: "", keyword: "syntax", message: "cannot be read" };
const UNFIT: Finding = { pointer: "", keyword: "schema", message: "does not fit its schema" };

function decode(bytes: Uint8Array, { kind, decode, type }: Chosen, bounds: DecodeBounds): Decoded {
  if (decode !== undefined) return decode(bytes, type, bounds);
  if (kind === "text") return readText(bytes, bounds);
  const read = readJson(bytes, bounds);
  return "wrong" in read ? { findings: [findingOf(read.wrong)] } : read;
}

function readText(bytes: Uint8Array, { controls }: DecodeBounds): Decoded {
  if (!isUtf8(bytes)) return { findings: [findingOf({ reason: "encoding", pointer: "" })] };
  const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return controls || isPlainText(value) ? { value } : { findings: [findingOf({ reason: "control", pointer: "" })] };
}

const FAULTS: Readonly<Record<JsonFault["reason"], string>> = {
  encoding: "is not well-formed UTF-8",
  syntax: "is not well-formed JSON",
  depth: "is nested too deeply",
  size: "holds too much",
  duplicate: "holds two members of one name",
  prototype: "holds a member with a name that is not allowed",
  number: "holds a number that cannot be read exactly",
  control: "holds a control character",
};

function findingOf({ reason, pointer }: Pick<JsonFault, "reason" | "pointer">): Finding {
  return { pointer, keyword: reason, message: FAULTS[reason] };
}
