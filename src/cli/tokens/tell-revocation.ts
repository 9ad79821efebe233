/** Tell revocation: what is known of a revocation, for people and for programs. */
import type { Revocation } from "../../keys/revocation/revocation.ts";
import { type Page, plain } from "../terminal.ts";

export function dataOfRevocation(revocation: Revocation, now: number): Readonly<Record<string, unknown>> {
  const { before, ends, created, ...record } = revocation;
  const moments = Object.entries({ before, ends, created }).map(([name, at]) => [name, momentOf(at)]);
  return { ...record, value: shownValue(revocation), state: stateOf(revocation, now), ...Object.fromEntries(moments) };
}

export function tellRevocations(revocations: readonly Revocation[], now: number, page: Page): void {
  for (const one of revocations) tellRevocation(one, now, page);
}

export function tellRevocation(revocation: Revocation, now: number, page: Page): void {
  const { id, kind, issuer, before, ends, reason, lifted } = revocation;
  const state = stateOf(revocation, now);
  const whose = issuer === "" ? "" : ` of ${issuer}`;
  const older = kind === "token" ? "" : `, issued before ${momentOf(before)}`;
  page.write(`${page.style("strong", id)}  ${page.style(state === "counts" ? "bad" : "faint", state.padEnd(6))}  ${plain(`${kind} ${shownValue(revocation)}`.trim() + whose + older)}`);
  page.write(page.style("faint", `              until ${momentOf(ends)}${plain(lifted === undefined ? "" : `, lifted: ${lifted}`)}${plain(reason === undefined ? "" : `, ${reason}`)}`));
}

function stateOf({ ends, lifted }: Revocation, now: number): "counts" | "ended" | "lifted" {
  if (lifted !== undefined) return "lifted";
  return now < ends ? "counts" : "ended";
}

/** As the audit log writes it. */
function shownValue({ kind, value }: Revocation): string {
  return kind === "token" ? `jti:${value}` : value;
}

function momentOf(at: number): string {
  return new Date(at).toISOString();
}
