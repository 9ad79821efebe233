/** Tell key: what is known of an API key, for people and for programs. Never the key. */
import type { KeyRecord } from "../../keys/api-key/record.ts";
import { type Page, plain, type Style } from "../terminal.ts";

export function dataOfKey({ created, expires, disabled, used, ...record }: KeyRecord, now: number): Readonly<Record<string, unknown>> {
  const moments = Object.entries({ created, expires, disabled, used }).map(([name, at]) => [name, at === undefined ? undefined : new Date(at).toISOString()]);
  return { ...record, state: stateOf({ expires, disabled }, now), ...Object.fromEntries(moments) };
}

type State = "live" | "expired" | "disabled";

function stateOf({ expires, disabled }: Pick<KeyRecord, "expires" | "disabled">, now: number): State {
  if (disabled !== undefined) return "disabled";
  return expires !== undefined && now >= expires ? "expired" : "live";
}

const STYLES: Readonly<Record<State, Style>> = { live: "good", expired: "doubtful", disabled: "bad" };

export function tellKeys(records: readonly KeyRecord[], now: number, page: Page): void {
  const width = Math.max(...records.map(({ owner }) => owner.length), 5);
  for (const record of records) {
    const state = stateOf(record, now);
    const end = state === "disabled" ? dayOf(record.disabled) : record.expires === undefined ? "lasting" : dayOf(record.expires);
    page.write(`${page.style("strong", record.id)}  ${plain(record.owner).padEnd(width)}  ${page.style(STYLES[state], state.padEnd(8))}  ${end.padEnd(10)}  ${page.style("faint", `used ${dayOf(record.used)}  ${plain(record.name)}`)}`);
  }
}

export function tellKey(record: KeyRecord, now: number, page: Page): void {
  const { id, owner, party, name, environment, scopes, claims, addresses, plan, created, expires, lasting, disabled, replaces, used } = record;
  const state = stateOf(record, now);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["owner", `${owner} (${party})`],
    ["name", name],
    ["environment", environment],
    ["scopes", scopes.join(" ") || "none"],
    ["claims", Object.keys(claims).length === 0 ? undefined : JSON.stringify(claims)],
    ["addresses", addresses.join(", ") || undefined],
    ["plan", plan],
    ["created", momentOf(created)],
    ["expires", expires === undefined ? `never: ${lasting ?? ""}` : momentOf(expires)],
    ["disabled", disabled === undefined ? undefined : momentOf(disabled)],
    ["replaces", replaces],
    ["last used", used === undefined ? "never" : momentOf(used)],
  ];
  page.write(`${page.style("strong", id)}  ${page.style(STYLES[state], state)}`);
  for (const [label, text] of rows) if (text !== undefined) page.write(`  ${label.padEnd(12)}${plain(text)}`);
}

function dayOf(at: number | undefined): string {
  return at === undefined ? "never" : momentOf(at).slice(0, 10);
}

function momentOf(at: number): string {
  return new Date(at).toISOString();
}
