/**
 * Read row: the columns of a row as what they are.
 *
 * Each throws a TypeError that names the column, and not what stands in it, when that is something else: then somebody
 * else has written into the table.
 */
import { isJsonObject, type Json, type JsonObject } from "../../contract/json-value.ts";
import type { Row } from "./database.ts";

function refuse(column: string): never {
  throw new TypeError(`column ${column}`);
}

export function textOf(row: Row, column: string): string {
  return optionalText(row, column) ?? refuse(column);
}

export function optionalText(row: Row, column: string): string | undefined {
  const value = row[column];
  return value === null ? undefined : typeof value === "string" ? value : refuse(column);
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : refuse(column);
}

/** Milliseconds since the epoch. */
export function momentOf(row: Row, column: string): number {
  return optionalMoment(row, column) ?? refuse(column);
}

export function optionalMoment(row: Row, column: string): number | undefined {
  const value = row[column];
  return value === null ? undefined : typeof value === "number" && Number.isSafeInteger(value) ? value : refuse(column);
}

export function wordOf<const T extends string>(row: Row, column: string, words: readonly T[]): T {
  const text = textOf(row, column);
  return words.find((word) => word === text) ?? refuse(column);
}

export function textsOf(row: Row, column: string): readonly string[] {
  const value = jsonOf(row, column);
  return Array.isArray(value) && value.every((one: Json) => typeof one === "string") ? value : refuse(column);
}

export function objectOf(row: Row, column: string): JsonObject {
  const value = jsonOf(row, column);
  return isJsonObject(value) ? value : refuse(column);
}

function jsonOf(row: Row, column: string): Json {
  const text = textOf(row, column);
  try {
    return JSON.parse(text) as Json; // what JSON.parse gives
  } catch {
    return refuse(column);
  }
}
