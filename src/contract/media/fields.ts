/**
 * Fields: the members of a form as the contract describes them: their types from the schema, their writing from `encoding`.
 */
import { type Hint, TEXT_HINT } from "../hint.ts";
import { join } from "../json-pointer.ts";
import { isJsonObject, type Json } from "../json-value.ts";
import type { Spot } from "../library.ts";
import type { Validator } from "../operation.ts";
import type { Direction, Node, Scope } from "../reading.ts";
import { compileField, type Field, type FieldEncoding } from "./field.ts";

export interface Fields {
  readonly fields: readonly Field[];
  /** What belongs to none of them. */
  readonly rest: Field;
}

const PLAIN: FieldEncoding = { contentTypes: [], style: undefined, explode: undefined, allowReserved: undefined };

/** @param schema of the whole form; with none every name is text */
export function readFields(scope: Scope, media: Node, schema: Spot | undefined, hint: Hint, direction: Direction): Fields | { readonly wrong: string } {
  const place = scope.reading.library.place(media);
  const fields: Field[] = [];
  for (const [name, own] of hint.properties) {
    const field = compileField({ name, hint: own, validator: memberValidator(scope, schema, name, direction), encoding: readEncoding(media, name), place });
    if ("wrong" in field) return field;
    fields.push(field);
  }
  tellStray(scope, media, hint);
  const rest = compileField({ name: "", hint: hint.rest ?? TEXT_HINT, validator: undefined, encoding: PLAIN, place });
  return "wrong" in rest ? { wrong: "has members of any name that are no text" } : { fields, rest };
}

/** Of a member that the schema describes in one place. */
export function memberValidator(scope: Scope, schema: Spot | undefined, name: string, direction: Direction): Validator | undefined {
  const value = schema === undefined ? undefined : scope.reading.library.at(schema);
  const properties = isJsonObject(value) ? value["properties"] : undefined;
  if (schema === undefined || !isJsonObject(properties) || !Object.hasOwn(properties, name)) return undefined;
  return scope.reading.compile({ file: schema.file, pointer: join(schema.pointer, "properties", name) }, direction).validator;
}

/** The Encoding Object of a member; what it does not say stays undefined. */
export function readEncoding(media: Node, name: string): FieldEncoding {
  const { encoding } = media.value;
  const own = isJsonObject(encoding) && Object.hasOwn(encoding, name) ? encoding[name] : undefined;
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
function tellStray(scope: Scope, media: Node, { properties }: Hint): void {
  const { encoding } = media.value;
  for (const name of isJsonObject(encoding) ? Object.keys(encoding) : []) {
    if (!properties.has(name)) scope.warn({ file: media.file, pointer: join(media.pointer, "encoding", name) }, `the schema has no member "${name}" that could be encoded so`);
  }
}
