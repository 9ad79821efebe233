/**
 * Fields: the members of a form as the contract describes them: their types from the schema, their writing from `encoding`.
 */
import { type Hint, TEXT_HINT } from "../hint.ts";
import { join } from "../json-pointer.ts";
import { isJsonObject, type Json } from "../json-value.ts";
import type { Spot } from "../library.ts";
import type { Validator } from "../operation.ts";
import type { Direction, Node, Scope } from "../reading.ts";
import { compileField, type FieldEncoding } from "./field.ts";
import type { FormPair } from "./form-text.ts";
import { memberSpots } from "./member-spots.ts";
import type { Member, Members } from "./members.ts";

const PLAIN: FieldEncoding = { contentTypes: [], style: undefined, explode: undefined, allowReserved: undefined };

/** @param schema of the whole form; with none every name is text */
export function readFields(scope: Scope, media: Node, schema: Spot | undefined, hint: Hint, direction: Direction): Members<FormPair> | { readonly wrong: string } {
  const { library } = scope.reading;
  const place = library.place(media);
  const spots = schema === undefined ? NO_SPOTS : memberSpots(schema, library);
  const members: Member<FormPair>[] = [];
  for (const [name, own] of hint.properties) {
    const field = compileField({ name, hint: own, validator: memberValidator(scope, spots.get(name), direction), encoding: readEncoding(media, name), place });
    if ("wrong" in field) return field;
    members.push(field);
  }
  tellStray(scope, media, hint);
  const rest = compileField({ name: "", hint: hint.rest ?? TEXT_HINT, validator: undefined, encoding: PLAIN, place });
  return "wrong" in rest ? { wrong: "has members of any name that are no text" } : { members, rest };
}

const NO_SPOTS: ReadonlyMap<string, readonly Spot[]> = new Map();

/** Of a member that is described in one place; several have to be asked together, as the whole schema does. */
export function memberValidator(scope: Scope, spots: readonly Spot[] | undefined, direction: Direction): Validator | undefined {
  const [spot, other] = spots ?? [];
  return spot === undefined || other !== undefined ? undefined : scope.reading.compile(spot, direction).validator;
}

/** The Encoding Object of a member; what it does not say stays undefined. */
export function readEncoding(media: Node, name: string): FieldEncoding {
  const { encoding } = media.value;
  return encodingOf(isJsonObject(encoding) && Object.hasOwn(encoding, name) ? encoding[name] : undefined);
}

/** What an Encoding Object says. */
export function encodingOf(own: Json | undefined): FieldEncoding {
  if (!isJsonObject(own)) return PLAIN;
  const { contentType, style, explode, allowReserved } = own;
  return {
    contentTypes: typeof contentType === "string" ? contentType.split(",").map(typeOf).filter((type) => type !== "") : [],
    style: typeof style === "string" ? style : undefined,
    explode: flagOf(explode),
    allowReserved: flagOf(allowReserved),
  };
}

function typeOf(text: string): string {
  return (text.split(";", 1)[0] ?? "").trim().toLowerCase();
}

function flagOf(value: Json | undefined): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** OpenAPI: a name under `encoding` has to be a member of the schema. */
export function tellStray(scope: Scope, media: Node, { properties }: Hint): void {
  const { encoding } = media.value;
  for (const name of isJsonObject(encoding) ? Object.keys(encoding) : []) {
    if (!properties.has(name)) scope.warn({ file: media.file, pointer: join(media.pointer, "encoding", name) }, `the schema has no member "${name}" that could be encoded so`);
  }
}
