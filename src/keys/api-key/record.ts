/** Record: what is known of an API key: everything but the key. */
import type { JsonObject } from "../../contract/json-value.ts";
import type { Feed } from "../../stores/database/change-feed.ts";
import type { Row } from "../../stores/database/database.ts";
import { bytesOf, momentOf, objectOf, optionalMoment, optionalText, textOf, textsOf, wordOf } from "../../stores/database/read-row.ts";
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
    created: momentOf(row, "created"),
    expires: optionalMoment(row, "expires"),
    lasting: optionalText(row, "lasting"),
    disabled: optionalMoment(row, "disabled"),
    replaces: optionalText(row, "replaces"),
    used: optionalMoment(row, "used"),
  };
}

export function readProof(row: Row): KeyProof {
  return { pepper: textOf(row, "pepper"), digest: bytesOf(row, "digest") };
}
