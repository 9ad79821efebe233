/** Desk: contracts of a few files, in memory, and the validators compiled from them. */
import assert from "node:assert/strict";
import { dirname, resolve } from "node:path";
import { follow, readPointer } from "../../../src/contract/json-pointer.ts";
import type { Json } from "../../../src/contract/json-value.ts";
import type { Library, Resolved, Spot } from "../../../src/contract/library.ts";
import type { Misfit } from "../../../src/contract/misfit.ts";
import type { Validator } from "../../../src/contract/operation.ts";
import { compileSchema, type SchemaOptions } from "../../../src/contract/schema/compile.ts";

export const ROOT = "/contract/openapi.json";

/** Files by name beside the root, which is `openapi.json`. They are read when something refers to them. */
export function libraryOf(files: Readonly<Record<string, Json>>): Library {
  const opened = new Map<string, Json>();
  const open = (file: string): boolean => {
    const name = file.slice("/contract/".length);
    if (!file.startsWith("/contract/") || !Object.hasOwn(files, name)) return false;
    opened.set(file, files[name] ?? null);
    return true;
  };
  const at = ({ file, pointer }: Spot): Json | undefined => {
    const value = opened.get(file);
    const keys = readPointer(pointer);
    return value === undefined || keys === undefined ? undefined : follow(value, keys);
  };
  open(ROOT);
  return {
    root: ROOT,
    get files() {
      return [...opened.keys()];
    },
    at,
    place: (spot) => spot,
    resolve: (reference, from): Resolved | { readonly wrong: string } => {
      if (/^[a-z]+:/.test(reference)) return { wrong: "nothing is fetched over the network" };
      const [path = "", pointer = ""] = reference.split("#");
      const file = path === "" ? from.file : resolve(dirname(from.file), path);
      const value = opened.has(file) || open(file) ? at({ file, pointer }) : undefined;
      return value === undefined ? { wrong: `"${reference}" leads nowhere` } : { file, pointer, value };
    },
  };
}

export interface Compiled {
  readonly validator: Validator | undefined;
  readonly misfits: readonly Misfit[];
}

type Options = Partial<Pick<SchemaOptions, "dialect" | "direction" | "formats">>;

/** Compiles the schema as a whole file. */
export function compile(schema: Json, options: Options = {}): Compiled {
  return compileAt({ "openapi.json": schema }, "", options);
}

export function compileAt(files: Readonly<Record<string, Json>>, pointer: string, options: Options = {}): Compiled {
  return compileIn(libraryOf(files), pointer, options);
}

export function compileIn(library: Library, pointer: string, options: Options = {}): Compiled {
  const misfits: Misfit[] = [];
  const validator = compileSchema({ file: library.root, pointer }, { library, dialect: "3.1", direction: "request", ...options, report: (misfit) => misfits.push(misfit) });
  return { validator, misfits };
}

/** The validator of a schema with which nothing is wrong. */
export function sound(schema: Json, options: Options = {}): Validator {
  const { validator, misfits } = compile(schema, options);
  assert.deepEqual(misfits, []);
  assert.ok(validator !== undefined);
  return validator;
}

/** Messages of a level, with their places. */
export function said({ misfits }: Compiled, level: Misfit["level"]): readonly string[] {
  return misfits.filter((misfit) => misfit.level === level).map(({ place, message }) => `${place.pointer}: ${message}`);
}
