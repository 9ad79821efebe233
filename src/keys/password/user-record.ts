/** User record: what is known of somebody who logs in with a password: everything but that. */
import type { JsonObject } from "../../contract/json-value.ts";
import type { Feed } from "../../stores/database/change-feed.ts";
import type { Row } from "../../stores/database/database.ts";
import { momentOf, objectOf, optionalMoment, optionalText, textOf, textsOf } from "../../stores/database/read-row.ts";

export interface UserRecord {
  /** As `prepareName` has it. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly claims: JsonObject;
  readonly plan: string | undefined;
  /** Milliseconds since the epoch, here and below. */
  readonly created: number;
  /** When the password was set. */
  readonly renewed: number;
  readonly disabled: number | undefined;
}

export const USER_FEED: Feed = { name: "users", table: "sallyport_users", key: "name" };
export const USER_COLUMNS = "name, scopes, claims, plan, created, renewed, disabled";

/** @throws TypeError when somebody else has written into the table */
export function readUserRow(row: Row): UserRecord {
  return {
    name: textOf(row, "name"),
    scopes: textsOf(row, "scopes"),
    claims: objectOf(row, "claims"),
    plan: optionalText(row, "plan"),
    created: momentOf(row, "created"),
    renewed: momentOf(row, "renewed"),
    disabled: optionalMoment(row, "disabled"),
  };
}
