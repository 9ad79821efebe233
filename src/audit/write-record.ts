/**
 * Write record: an audit record as one line of JSON.
 *
 * As JSON.stringify writes it, but put together from pieces that are kept: of one operation, and of one principal, most
 * of a record is always the same. Each piece that is joined costs, so there are few.
 */
import { copyOf } from "../exchange/remember.ts";
import type { AuditRecord } from "./record.ts";

/** Pieces that are kept of each kind; then they are made anew. */
export const PIECES_MAX = 4_096;
/** A longer name is written each time, so that what is kept is bounded in bytes, too. */
export const PIECE_CHARACTERS_MAX = 512;

/** The line, with its end. `time` and `id` are written by the house, in alphabets that need no escapes. */
export function writeRecord(record: AuditRecord): string {
  const { time, id, outcome, status, bytesIn, bytesOut, milliseconds, address } = record;
  const begin = `{"time":"${time}","id":"${id}","outcome":"${outcome}",${what(record)}${status},"address":${quote(address)}`;
  return `${begin}${who(record)},"bytesIn":${bytesIn},"bytesOut":${bytesOut},"milliseconds":${milliseconds}${why(record)}}\n`;
}

interface What extends Pick<AuditRecord, "method" | "template" | "policy"> {
  readonly text: string;
}

/** By operation. */
const whats = new Map<string, What>();

function what({ operation, method, template, policy }: AuditRecord): string {
  const known = whats.get(operation);
  if (known !== undefined && known.method === method && known.template === template && known.policy === policy) return known.text;
  const text = copyOf(`"method":${quote(method)},"operation":${quote(operation)},"template":${quote(template)},"policy":${quote(policy)},"status":`);
  keep(whats, operation, { method, template, policy, text });
  return text;
}

interface Who {
  readonly client: string | undefined;
  readonly credential: string | undefined;
  readonly evidence: AuditRecord["evidence"];
  readonly text: string;
}

/** By principal. */
const whos = new Map<string, Who>();

function who({ principal, client, credential, evidence, also }: AuditRecord): string {
  if (principal === undefined && client === undefined && credential === undefined && evidence === undefined && also === undefined) return "";
  const known = principal === undefined ? undefined : whos.get(principal);
  if (known !== undefined && also === undefined && known.client === client && known.credential === credential && known.evidence === evidence) return known.text;
  const text = copyOf(member("principal", principal) + member("client", client) + member("credential", credential) + (evidence === undefined ? "" : `,"evidence":${JSON.stringify(evidence)}`));
  if (also !== undefined) return `${text},"also":${JSON.stringify(also)}`;
  if (principal !== undefined) keep(whos, principal, { client, credential, evidence, text });
  return text;
}

function why({ destination, guard, problem, blame, because, observed, question, asker }: AuditRecord): string {
  if (destination === undefined && question === undefined && asker === undefined && guard === undefined && problem === undefined && observed === undefined && blame === undefined && because === undefined) return "";
  const text = (question === undefined ? "" : `,"question":true`) + member("asker", asker) + member("destination", destination) + member("guard", guard) + member("problem", problem) + member("blame", blame);
  return text + (because === undefined ? "" : `,"because":${JSON.stringify(because)}`) + (observed === undefined ? "" : `,"observed":${JSON.stringify(observed)}`);
}

function member(name: string, text: string | undefined): string {
  return text === undefined ? "" : `,"${name}":${quote(text)}`;
}

function keep<Made extends { readonly text: string }>(made: Map<string, Made>, name: string, one: Made): void {
  if (one.text.length > PIECE_CHARACTERS_MAX) return;
  if (made.size >= PIECES_MAX) made.clear();
  made.set(name, one);
}

function quote(text: string): string {
  for (let at = 0; at < text.length; at++) if (ESCAPED[text.charCodeAt(at)] !== 0) return JSON.stringify(text);
  return `"${text}"`;
}

/** 0 where a character stands in JSON as it is. What is beyond ASCII is left to JSON.stringify: half of a pair is escaped. */
const ESCAPED = new Uint8Array(128).fill(1, 0, 0x20);
ESCAPED[0x22] = ESCAPED[0x5c] = 1;
