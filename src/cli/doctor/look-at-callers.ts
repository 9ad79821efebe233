/**
 * Look at callers: what the last records of an audit log say about who is taken for whom.
 *
 * The commonest fault of rate limits is that all traffic has one key: a proxy stands in front whose word is not taken,
 * and everybody behind it shares one bucket.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { AuditRecord } from "../../audit/record.ts";
import { reachOf } from "../../outgoing/reach.ts";
import { doubtful, type Finding, fine } from "./finding.ts";

/** Bytes at the end of the log that are read. */
export const LOG_BYTES_MAX: number = 8 * 1_048_576;
/** Records from which on a share means something. */
export const RECORDS_MIN = 100;
/** One name with this share of all requests is everybody's. */
const ONE_SHARE = 0.9;
const FAILED_SHARE = 0.1;
const ABOUT = "callers";

type Seen = Pick<AuditRecord, "address" | "principal" | "outcome" | "blame">;

export function lookAtCallers(file: string): readonly Finding[] {
  const records = readLast(file);
  if (records === undefined) return [doubtful(ABOUT, `${file} cannot be read`, "name the audit log with --log")];
  if (records.length < RECORDS_MIN) return [fine(ABOUT, `${records.length} records in ${file}: too few to say who is taken for whom`)];
  return [...judgeAddresses(records), ...judgePrincipals(records), ...judgeFailures(records)];
}

function judgeAddresses(records: readonly Seen[]): readonly Finding[] {
  const { name, share, names } = greatest(records.map(({ address }) => address));
  if (share < ONE_SHARE) return [fine(ABOUT, `${records.length} records of ${names} addresses`)];
  const found = `${percent(share)} of ${records.length} requests came from ${name}`;
  const reach = reachOf(name);
  if (reach === "public") return [doubtful(ABOUT, `${found}: one busy caller, or a proxy in front that trust does not name`, `if it is a proxy of yours: trust: [${name}]`)];
  return [doubtful(ABOUT, `${found}, an address of an inner network: a proxy in front that trust does not name, so that everybody behind it shares one limit`, `trust: [${name}], if it is a proxy, and if it sets or drops the forwarding fields that it was sent`)];
}

function judgePrincipals(records: readonly Seen[]): readonly Finding[] {
  const known = records.flatMap(({ principal }) => principal ?? []);
  if (known.length < RECORDS_MIN) return [];
  const { name, share } = greatest(known);
  return share < ONE_SHARE ? [] : [doubtful(ABOUT, `${percent(share)} of ${known.length} requests with a credential are of ${name}: people behind it share one limit, and one owner`, "credentials of people, or limits with another key")];
}

function judgeFailures(records: readonly Seen[]): readonly Finding[] {
  const failed = records.filter(({ outcome, blame }) => outcome === "failed" && blame === "api").length / records.length;
  return failed < FAILED_SHARE ? [] : [doubtful("answers", `${percent(failed)} of the last ${records.length} requests failed by the API, or by its breaking the contract`, "the audit log says which operations: outcome failed, blame api")];
}

function greatest(names: readonly string[]): { readonly name: string; readonly share: number; readonly names: number } {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [name, count] = [...counts].reduce((one, other) => (other[1] > one[1] ? other : one), ["", 0]);
  return { name, share: count / Math.max(1, names.length), names: counts.size };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** The whole lines at the end of the file that are records; undefined when it cannot be read. */
function readLast(file: string): readonly Seen[] | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r");
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, LOG_BYTES_MAX));
    const read = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    const lines = bytes.toString("utf8", 0, read).split("\n");
    return (size > bytes.length ? lines.slice(1) : lines).flatMap(readRecord);
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function readRecord(line: string): readonly Seen[] {
  try {
    const record = JSON.parse(line) as Partial<AuditRecord> | null;
    return typeof record?.address === "string" && typeof record.outcome === "string" ? [record as AuditRecord] : [];
  } catch {
    return [];
  }
}
