/**
 * Querystring: a parameter that is the whole query string, as a form (OpenAPI 3.2, section 4.11.3.5).
 *
 * Its pairs are read as a body of `application/x-www-form-urlencoded` is, each member as its encoding says, and held to one
 * schema; so it may say what parameters one by one cannot: which of them go together. Other media types are refused at start-up:
 * the gateway writes a query as pairs.
 */
import { readRange } from "./content.ts";
import { hintOf } from "./hint.ts";
import { join } from "./json-pointer.ts";
import { isJsonObject } from "./json-value.ts";
import { DECODE_BOUNDS } from "./media/decode.ts";
import { understand } from "./media/understand.ts";
import type { MediaTypeText } from "./media-type.ts";
import type { Parameter, RawPair } from "./operation.ts";
import { withSchema } from "./parameter.ts";
import { fault } from "./parameter-style.ts";
import { type Node, type Scope, take } from "./reading.ts";

const FORM = "application/x-www-form-urlencoded";
const FORM_TYPE: MediaTypeText = { type: FORM, parameters: new Map() };
const BOUNDS = { ...DECODE_BOUNDS, controls: false };
const MISPLACED = fault("type", "must be pairs of names and values");

/** Undefined after a misfit. */
export function readQuerystring(scope: Scope, node: Node, name: string): Parameter | undefined {
  const { content } = node.value;
  const [range, second] = isJsonObject(content) ? Object.keys(content) : [];
  if (range === undefined || second !== undefined || readRange(range) !== FORM) return scope.refuse(node, "the whole query string can only be checked as a form", { allowed: `content: ${FORM}` });
  const media = take(scope, { file: node.file, pointer: join(node.pointer, "content", range) }, "mediaType");
  if (media === undefined) return undefined;
  const { decode, validator, reason } = understand(scope, FORM, media, "request");
  if (decode === undefined) return scope.refuse(media, `the query string cannot be checked${reason === undefined ? "" : `: ${reason}`}`);
  const read = (raw: string | readonly RawPair[]): ReturnType<Parameter["read"]> => {
    if (typeof raw === "string") return { findings: [MISPLACED] };
    const decoded = decode(Buffer.from(raw.map(([key, value]) => `${encodeURIComponent(key)}=${value}`).join("&")), FORM_TYPE, BOUNDS);
    if ("findings" in decoded || validator === undefined || validator.check(decoded.value)) return decoded;
    return { findings: validator.explain(decoded.value) };
  };
  const schema = Object.hasOwn(media.value, "schema") ? { file: media.file, pointer: join(media.pointer, "schema") } : undefined;
  const hint = schema === undefined ? ANY : hintOf(schema, scope.reading.library);
  const parameter: Parameter = { name, in: "query", required: node.value["required"] === true, claims: () => true, read, hint, place: scope.reading.library.place(node) };
  return validator === undefined ? parameter : withSchema(parameter, validator);
}

const ANY: Parameter["hint"] = { types: new Set(["object"]), prefix: [], items: undefined, properties: new Map(), rest: undefined };
