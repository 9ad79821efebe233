/** Tell user: what is known of a user, for people and for programs. Never the password, nor its hash. */
import type { UserRecord } from "../../keys/password/user-record.ts";
import { type Page, plain, type Style } from "../terminal.ts";

export function dataOfUser({ created, renewed, disabled, ...record }: UserRecord): Readonly<Record<string, unknown>> {
  return { ...record, state: stateOf({ disabled }), created: momentOf(created), renewed: momentOf(renewed), disabled: disabled === undefined ? undefined : momentOf(disabled) };
}

type State = "live" | "disabled";

function stateOf({ disabled }: Pick<UserRecord, "disabled">): State {
  return disabled === undefined ? "live" : "disabled";
}

const STYLES: Readonly<Record<State, Style>> = { live: "good", disabled: "bad" };

export function tellUsers(records: readonly UserRecord[], page: Page): void {
  const width = Math.max(...records.map(({ name }) => name.length), 5);
  for (const record of records) {
    const state = stateOf(record);
    page.write(`${page.style("strong", plain(record.name).padEnd(width))}  ${page.style(STYLES[state], state.padEnd(8))}  ${page.style("faint", `password of ${momentOf(record.renewed).slice(0, 10)}  ${plain(record.scopes.join(" "))}`)}`);
  }
}

export function tellUser(record: UserRecord, page: Page): void {
  const { name, scopes, claims, plan, created, renewed, disabled } = record;
  const state = stateOf(record);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["scopes", scopes.join(" ") || "none"],
    ["claims", Object.keys(claims).length === 0 ? undefined : JSON.stringify(claims)],
    ["plan", plan],
    ["created", momentOf(created)],
    ["password of", momentOf(renewed)],
    ["disabled", disabled === undefined ? undefined : momentOf(disabled)],
  ];
  page.write(`${page.style("strong", plain(name))}  ${page.style(STYLES[state], state)}`);
  for (const [label, text] of rows) if (text !== undefined) page.write(`  ${label.padEnd(13)}${plain(text)}`);
}

function momentOf(at: number): string {
  return new Date(at).toISOString();
}
