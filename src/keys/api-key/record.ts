/** Record: what is known of an API key: everything but the key. */
import { type Json, isJsonObject, type JsonObject } from "../../contract/json-value.ts";
import type { Feed } from "../../stores/database/change-feed.ts";
import type { Row, Value } from "../../stores/database/database.ts";
import type { Environment } from "./format.ts";

export interface KeyRecord {
  readonly id: string;
  readonly environment: Environment;
  /** What its owner calls it. */
  readonly name: string;
  /** Who calls with it: the subject of the principal. */
  readonly owner: string;
  readonly party: "user" | "client";
  readonly scopes: readonly string[];
  readonly claims: JsonObject;
  /** Addresses and ranges from which it counts; everywhere when empty. */
  readonly addresses: readonly string[];
  readonly plan: string | undefined;
  /** Milliseconds since the epoch, here and below. */
  readonly created: number;
  readonly expires: number | undefined;
  /** Why it never expires, where it does not. */
  readonly lasting: string | undefined;
  readonly disabled: number | undefined;
  /** The key that this one takes the place of. */
  readonly replaces: string | undefined;
  /** When it was last used, to the minute or so. */
  readonly used: number | undefined;
}

/** With what a key that was sent is compared. */
export interface KeyProof {
  readonly pepper: string;
  readonly digest: Uint8Array;
}

export const KEY_FEED: Feed = { name: "api-keys", table: "sallyport_keys", key: "id" };

export const KEY_COLUMNS = "id, environment, name, owner, party, scopes, claims, addresses, plan, created, expires, lasting, disabled, replaces, used";

/** @throws TypeError when somebody else has written into the table */
export function readKeyRow(row: Row): KeyRecord {
  return {
    id: textOf(row, "id"),
    environment: wordOf(row, "environment", ["live", "test"]),
    name: textOf(row, "name"),
    owner: textOf(row, "owner"),
    party: wordOf(row, "party", ["user", "client"]),
    scopes: textsOf(row, "scopes"),
    claims: objectOf(row, "claims"),
    addresses: textsOf(row, "addresses"),
    plan: optionalText(row, "plan"),
    created: momentOf(row, "created") ?? refuse("created"),
    expires: momentOf(row, "expires"),
    lasting: optionalText(row, "lasting"),
    disabled: momentOf(row, "disabled"),
    replaces: optionalText(row, "replaces"),
    used: momentOf(row, "used"),
  };
}

export function readProof(row: Row): KeyProof {
  const digest = row["digest"];
  return digest instanceof Uint8Array ? { pepper: textOf(row, "pepper"), digest } : refuse("digest");
}

function refuse(column: string): never {
  throw new TypeError(`column ${column}`);
}

function textOf(row: Row, column: string): string {
  return optionalText(row, column) ?? refuse(column);
}

function optionalText(row: Row, column: string): string | undefined {
  const value: Value | undefined = row[column];
  return value === null ? undefined : typeof value === "string" ? value : refuse(column);
}

function momentOf(row: Row, column: string): number | undefined {
  const value = row[column];
  return value === null ? undefined : typeof value === "number" && Number.isSafeInteger(value) ? value : refuse(column);
}

function wordOf<const T extends string>(row: Row, column: string, words: readonly T[]): T {
  const text = textOf(row, column);
  return words.find((word) => word === text) ?? refuse(column);
}

function jsonOf(row: Row, column: string): Json {
  try {
    return JSON.parse(textOf(row, column)) as Json; // what JSON.parse gives
  } catch {
    return refuse(column);
  }
}

function textsOf(row: Row, column: string): readonly string[] {
  const value = jsonOf(row, column);
  return Array.isArray(value) && value.every((one: Json) => typeof one === "string") ? value : refuse(column);
}

function objectOf(row: Row, column: string): JsonObject {
  const value = jsonOf(row, column);
  return isJsonObject(value) ? value : refuse(column);
}
