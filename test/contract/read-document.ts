/**
 * Read document: a small contract, written into a folder that is gone after the test, and read.
 */
import path from "node:path";
import type { TestContext } from "node:test";
import type { Misfit } from "../../src/contract/misfit.ts";
import { type ReadContract, readContract, type ReadOptions } from "../../src/contract/read.ts";
import { writeFiles } from "./temporary-files.ts";

export const OK: object = { description: "ok" };

/** A sound document with these fields. */
export function documentOf(fields: object, openapi = "3.1.0"): object {
  return { openapi, info: { title: "T", version: "1" }, ...fields };
}

export function readDocument(t: Pick<TestContext, "after">, document: object, options: ReadOptions = {}): ReadContract {
  return readText(t, JSON.stringify(document, undefined, 1), options);
}

export function readText(t: Pick<TestContext, "after">, text: string, options: ReadOptions = {}): ReadContract {
  return readContract(path.join(writeFiles(t, { "openapi.yaml": text }), "openapi.yaml"), options);
}

/** "level pointer: message" of each. */
export function told(misfits: readonly Misfit[], level?: Misfit["level"]): readonly string[] {
  return misfits.filter((misfit) => level === undefined || misfit.level === level).map((misfit) => `${misfit.level} ${misfit.place.pointer}: ${misfit.message}`);
}

/** Ids of the operations that are down. */
export function downOf({ misfits }: ReadContract): readonly string[] {
  return [...new Set(misfits.flatMap(({ level, operation }) => (level === "operation" ? [operation ?? ""] : [])))].sort();
}
