/**
 * Line: an audit record as one line of JSON, exactly as JSON.stringify writes it.
 *
 * One is written for every exchange, and nearly all are of the same few members, whose texts need no escape: those are
 * put together here in a third of the time. What is rare or nested is left to JSON.stringify.
 */
import type { AuditRecord } from "./record.ts";

/** Without the end of the line. The members stand in the order of AuditRecord. */
export function writeLine(record: AuditRecord): string {
  const { principal, client, credential, guard, problem, because, blame, observed } = record;
  let line = `{"time":${quote(record.time)},"id":${quote(record.id)},"outcome":"${record.outcome}","method":${quote(record.method)},"operation":${quote(record.operation)}`;
  line += `,"template":${quote(record.template)},"status":${record.status},"address":${quote(record.address)}`;
  if (principal !== undefined) line += `,"principal":${quote(principal)}`;
  if (client !== undefined) line += `,"client":${quote(client)}`;
  if (credential !== undefined) line += `,"credential":${quote(credential)}`;
  if (guard !== undefined) line += `,"guard":${quote(guard)}`;
  if (problem !== undefined) line += `,"problem":${quote(problem)}`;
  if (blame !== undefined) line += `,"blame":"${blame}"`;
  if (because !== undefined) line += `,"because":${JSON.stringify(because)}`;
  if (observed !== undefined) line += `,"observed":${JSON.stringify(observed)}`;
  return `${line},"bytesIn":${record.bytesIn},"bytesOut":${record.bytesOut},"milliseconds":${record.milliseconds},"policy":${quote(record.policy)}}`;
}

/** Printable ASCII without the double quote and the backslash; one class, one loop: linear. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
