/**
 * Lint: holds a document against the table of OpenAPI's objects: unknown fields, missing fields, wrong types, and
 * fields that exclude each other.
 *
 * An unknown field is not harmless: `securty:` is a lock that the author believes in. So a fault in anything that is
 * enforced takes its operation down, and only faults in documentation are mere warnings.
 */
import { join } from "./json-pointer.ts";
import { type Json, isJsonObject, type JsonObject } from "./json-value.ts";
import type { Library, Spot } from "./library.ts";
import { CHECKS } from "./lint-checks.ts";
import { type Dialect, type Field, isSince, OBJECTS, type ObjectRule } from "./object-table.ts";

export interface Fault {
  readonly spot: Spot;
  readonly message: string;
  readonly allowed?: string;
  /** Nothing is enforced by what is wrong here. */
  readonly documentation: boolean;
}

export interface LintOptions {
  readonly library: Library;
  readonly dialect: Dialect;
  /** Also looks into documentation, schemas, and where references lead; else only into what is enforced inline. */
  readonly whole: boolean;
}

/** Faults of the object at `spot`, which has to be what `kind` names (see object-table.ts), and of all inside it. */
export function lint(spot: Spot, kind: string, options: LintOptions): readonly Fault[] {
  const faults: Fault[] = [];
  const value = options.library.at(spot);
  if (value !== undefined) new Walk(options, spot.file, faults).visit(value, kind, spot.pointer, false);
  return faults;
}

/** Notes a fault of the object under inspection, or of one of its fields. */
export type Note = (message: string, more?: { readonly key?: string; readonly allowed?: string; readonly documentation?: boolean }) => void;

class Walk {
  readonly #options: LintOptions;
  readonly #file: string;
  readonly #faults: Fault[];

  constructor(options: LintOptions, file: string, faults: Fault[]) {
    this.#options = options;
    this.#file = file;
    this.#faults = faults;
  }

  visit(value: Json, kind: string, pointer: string, documentation: boolean): void {
    const rule = OBJECTS.get(kind);
    if (rule === undefined) return this.#visitPlain(value, kind, pointer, documentation);
    const boolean = kind === "flagOrSchema" || (kind === "schema" && isSince(this.#options.dialect, "3.1"));
    if (boolean && typeof value === "boolean") return;
    if (!isJsonObject(value)) {
      return this.#note(pointer, documentation, `${nameValue(value)} stands here`, boolean ? "an object or a boolean" : "an object");
    }
    if (kind === "schema" && !this.#options.whole) return;
    if (rule.patterned === undefined) this.#visitFields(value, rule, pointer, documentation);
    else this.#visitNames(value, rule.patterned, pointer, documentation);
    const note: Note = (message, { key, allowed, documentation: mere = false } = {}) => {
      this.#note(key === undefined ? pointer : join(pointer, key), documentation || mere, message, allowed);
    };
    CHECKS.get(kind)?.(value, note, this.#options.dialect);
  }

  #visitPlain(value: Json, kind: string, pointer: string, documentation: boolean): void {
    if (kind === "any" || typeof value === kind) return;
    const hint = kind === "string" && typeof value === "number" ? "a text: put it in quotes" : kind === "string" ? "a text" : `a ${kind}`;
    this.#note(pointer, documentation, `${nameValue(value)} stands here`, hint);
  }

  #visitFields(value: JsonObject, rule: ObjectRule, pointer: string, documentation: boolean): void {
    const { dialect } = this.#options;
    for (const [name, given] of Object.entries(value)) {
      if (name.startsWith("x-")) continue;
      const field = rule.fields.get(name);
      if (field !== undefined && isSince(dialect, field.since)) this.#visitField(given, field, join(pointer, name), documentation);
      else if (rule.open !== true) this.#unknown(name, field, rule, pointer, documentation);
    }
    for (const [name, field] of rule.fields) {
      if (!field.required || Object.hasOwn(value, name) || !isSince(dialect, field.since)) continue;
      this.#note(pointer, documentation || field.documentation, `the field "${name}" is missing`);
    }
  }

  #unknown(name: string, field: Field | undefined, rule: ObjectRule, pointer: string, documentation: boolean): void {
    const { dialect } = this.#options;
    const known = [...rule.fields].filter(([, { since }]) => isSince(dialect, since)).map(([key]) => key);
    const message = field === undefined ? `the field "${name}" is not known here` : `the field "${name}" belongs to OpenAPI ${field.since}`;
    this.#note(join(pointer, name), documentation || field?.documentation === true, message, `${known.join(", ")}, and names that begin with x-`);
  }

  #visitNames(value: JsonObject, { names, expected, each }: NonNullable<ObjectRule["patterned"]>, pointer: string, documentation: boolean): void {
    for (const [name, given] of Object.entries(value)) {
      if (name.startsWith("x-") && each.kind !== "string") continue;
      const below = join(pointer, name);
      if (names.test(name)) this.#visitField(given, each, below, documentation);
      // A status or path that nothing matches declares nothing: what it was meant for stays refused.
      else this.#note(below, true, `"${name}" is not a name that can stand here`, expected);
    }
  }

  #visitField(value: Json, field: Field, pointer: string, documentation: boolean): void {
    const mere = documentation || field.documentation;
    if (mere && !this.#options.whole) return;
    if (field.form === "one") return this.#visitOne(value, field, pointer, mere);
    if (field.form === "list" ? !Array.isArray(value) : !isJsonObject(value)) {
      return this.#note(pointer, mere, `${nameValue(value)} stands here`, field.form === "list" ? "a list" : "an object");
    }
    for (const [key, item] of Object.entries(value as JsonObject)) {
      if (field.form === "map" && key.startsWith("x-") && item !== null && typeof item !== "object") continue;
      this.#visitOne(item, field, join(pointer, key), mere);
    }
  }

  #visitOne(value: Json, field: Field, pointer: string, documentation: boolean): void {
    const reference = isJsonObject(value) && typeof value["$ref"] === "string" ? value["$ref"] : undefined;
    const possible = field.reference && (field.kind !== "mediaType" || isSince(this.#options.dialect, "3.2"));
    if (reference === undefined || !possible) return this.visit(value, field.kind, pointer, documentation);
    this.#visitReference(value as JsonObject, reference, pointer, documentation);
  }

  #visitReference(value: JsonObject, reference: string, pointer: string, documentation: boolean): void {
    const ignored = Object.keys(value).filter((key) => !["$ref", "summary", "description"].includes(key) && !key.startsWith("x-"));
    for (const key of ignored) this.#note(join(pointer, key), true, `"${key}" is ignored beside $ref`);
    if (!this.#options.whole) return;
    const found = this.#options.library.resolve(reference, { file: this.#file, pointer });
    if ("wrong" in found) this.#note(pointer, documentation, found.wrong);
  }

  #note(pointer: string, documentation: boolean, message: string, allowed?: string): void {
    const spot = { file: this.#file, pointer };
    this.#faults.push({ spot, message, documentation, ...(allowed === undefined || allowed === "" ? {} : { allowed }) });
  }
}

/** "a text", "nothing (null)": what stands in a place, never its content. */
export function nameValue(value: Json): string {
  if (value === null) return "nothing (null)";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value === "string" ? "text" : typeof value}`;
}
