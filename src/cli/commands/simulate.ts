/**
 * Simulate: replays an audit log against the limits of a policy, and says who would have been limited.
 *
 * The guards' own checks decide, with the times, callers and addresses of the records and an empty memory. Nothing is
 * asked of servers or databases, and nothing waits.
 */
import { closeSync, createReadStream, existsSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { AuditRecord } from "../../audit/record.ts";
import type { Plan } from "../../doors/plan.ts";
import { pass, type Step } from "../../doors/pass.ts";
import { STAGES } from "../../doors/stages.ts";
import { API_KEY_ISSUER } from "../../doors/inbound/authenticate/api-key/key-principal.ts";
import type { Exchange, Follower } from "../../exchange/exchange.ts";
import { fieldsOf } from "../../exchange/fields.ts";
import type { Principal } from "../../exchange/principal.ts";
import { type Command, defineCommand } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { findPolicy, policyPositional } from "../find-policy.ts";
import { openHouse } from "../open-house.ts";
import { refuseToBegin } from "../refuse-to-begin.ts";
import { countMisfits, dataOfMisfits, tellMisfits } from "../tell-misfits.ts";
import { plain, writeJson } from "../terminal.ts";

/** Limits that a record says enough about. A lease needs to know who came before it ended, a quota would be spent. */
const REPLAYED: ReadonlySet<string> = new Set(["token-bucket", "sliding-window", "leaky-bucket"]);
const CALLERS_SHOWN = 20;
/** Nobody was told an answer then: see Follower. */
const CALLER_LEFT = "caller-left";
/** Of a log that are looked at before it is taken for one. */
const BEGINNING_BYTES = 256;

interface Limited {
  readonly operation: string;
  readonly guard: string;
  readonly caller: string;
  times: number;
  readonly first: string;
}

export const simulate: Command = defineCommand({
  name: "simulate",
  summary: "Replay an audit log against the limits of a policy.",
  description: [
    "Reads an audit log, and asks the policy's token-bucket, sliding-window and leaky-bucket of each record that came as far as they stand: with its time, its caller and its address, from an empty memory. Says who would have been limited, at which operation, how often and since when. Nothing is enforced, and neither servers nor databases are asked: limits that several processes share are replayed whole, as if all of the log were one.",
    "Not replayed are concurrency, quota, flow, and leaky-bucket where it has a queue: who waits is not limited. Records stand in the log in the order in which exchanges ended, and are replayed in it. A record holds no claims, fields or bodies: limits by plan count everybody as on the ordinary one, and keys by claim, path, query or field fall back to the caller.",
  ],
  positionals: [{ name: "log", about: "The audit log, one JSON object per line.", required: true, completes: "files" }, policyPositional],
  options: {},
  examples: [{ line: "sallyport simulate audit.log candidate.yaml", about: "What stricter limits would have done to last week." }],
  exits: { 1: "an error stands in the way: sallyport check lists it", 3: "there is no policy, or no such log" },
  json: {
    records: "How many records were read.",
    replayed: "How many of them came as far as a limit.",
    unread: "Lines that are no records.",
    limited: "Operation, guard, caller, times, first: the most often limited first.",
  },

  async run({ positionals: [log = "", named], json }, terminal) {
    const { out, folder } = terminal;
    const found = findPolicy(named, folder);
    if ("wrong" in found) return refuseToBegin(found.wrong, json, terminal);
    const file = path.resolve(folder, log);
    if (!existsSync(file)) return refuseToBegin(`there is no ${log}`, json, terminal);
    if (!holdsRecords(file)) return refuseToBegin(`${log} is no audit log: it does not begin with a JSON object (the log comes first, then the policy)`, json, terminal);
    const { house, misfits } = openHouse(found.file, { servers: false });
    if (house === undefined) {
      if (json) out.write(writeJson({ error: "an error stands in the way", misfits: dataOfMisfits(misfits) }));
      tellMisfits(misfits, terminal.error, folder);
      terminal.error.write(`sallyport: ${countMisfits(misfits)}: nothing would start, so there is nothing to replay`);
      return EXIT.refused;
    }
    const result = await replay(file, house.plans);
    if (json) out.write(writeJson(result));
    else {
      out.write(`${result.replayed} of ${result.records} records came as far as a limit${result.unread === 0 ? "" : `; ${result.unread} lines are no records`}`);
      for (const { operation, guard, caller, times, first } of result.limited.slice(0, CALLERS_SHOWN)) out.write(`  ${plain(operation)}  ${guard}  ${plain(caller)}  ${times} times since ${plain(first)}`);
      if (result.limited.length > CALLERS_SHOWN) out.write(`  and ${result.limited.length - CALLERS_SHOWN} others`);
      if (result.limited.length === 0) out.write("nobody would have been limited");
    }
    return EXIT.fine;
  },
});

/** Whether a file begins as a log does; an empty one may still become one. */
function holdsRecords(file: string): boolean {
  const descriptor = openSync(file, "r");
  try {
    const head = Buffer.alloc(BEGINNING_BYTES);
    const text = head.toString("utf8", 0, readSync(descriptor, head)).trimStart();
    return text === "" || text.startsWith("{");
  } finally {
    closeSync(descriptor);
  }
}

async function replay(file: string, plans: ReadonlyMap<string, Plan>): Promise<{ readonly records: number; readonly replayed: number; readonly unread: number; readonly limited: readonly Limited[] }> {
  const limited = new Map<string, Limited>();
  let [records, replayed, unread] = [0, 0, 0];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === "") continue;
    const record = readRecord(line);
    if (record === undefined) unread++;
    else records++;
    const plan = record === undefined ? undefined : plans.get(record.operation);
    if (record === undefined || plan === undefined || !cameSoFar(record, plan)) continue;
    const steps = plan.inbound.filter(({ guard, stage }) => stage === "throttle" && REPLAYED.has(guard) && !(guard === "leaky-bucket" && queues(plan)));
    if (steps.length === 0) continue;
    replayed++;
    const guard = await decide(record, plan, steps);
    if (guard !== undefined) count(limited, record, guard);
  }
  return { records, replayed, unread, limited: [...limited.values()].sort((one, other) => other.times - one.times) };
}

/** Steps do not tell which posting they are of: where one lets requests wait, none of its kind is replayed. */
function queues({ guards }: Plan): boolean {
  return guards.some(({ guard, options }) => guard === "leaky-bucket" && typeof options === "object" && options !== null && "queue" in options);
}

function readRecord(line: string): AuditRecord | undefined {
  try {
    const record = JSON.parse(line) as Partial<AuditRecord> | null;
    const numbers = [record?.status, record?.bytesIn, record?.bytesOut, record?.milliseconds].every(Number.isSafeInteger);
    const whole = numbers && typeof record?.time === "string" && !Number.isNaN(Date.parse(record.time)) && typeof record.operation === "string" && typeof record.address === "string";
    return whole ? (record as AuditRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** What was refused before the limits never met them. */
function cameSoFar({ outcome, guard }: AuditRecord, { guards }: Plan): boolean {
  if (outcome !== "refused") return outcome !== "replied";
  const stage = guards.find((posted) => posted.guard === guard)?.stage;
  return stage !== undefined && STAGES.indexOf(stage) >= STAGES.indexOf("throttle");
}

/** The guard that would have refused. */
async function decide(record: AuditRecord, { operation }: Plan, steps: readonly Step[]): Promise<string | undefined> {
  const followers: Follower[] = [];
  const now = Date.parse(record.time);
  const { principal: id, client, credential, also = [], bytesIn, bytesOut, status } = record;
  const principal = id === undefined ? undefined : { ...principalOf(id, credential), client, also: also.map((one) => principalOf(one.principal, one.credential)) };
  // What a record does not tell is empty, and limits read nothing else of an exchange.
  const exchange = { now, operation, principal, address: record.address, pathValues: [], request: { query: [], fields: fieldsOf([]) }, content: { declared: bytesIn }, reply: fieldsOf([]), observed: [], follow: (follower: Follower) => void followers.push(follower), witness: () => undefined } as unknown as Exchange;
  const outcome = await pass(steps.map((step) => ({ ...step, mode: "enforce" as const })), exchange);
  const refused = outcome?.kind === "refusal" ? outcome : undefined;
  const ending = { now: now + record.milliseconds, status: refused?.problem.status ?? status, refusedAt: refused === undefined ? undefined : ("throttle" as const), bytesIn, bytesOut, apiMilliseconds: undefined };
  if (record.problem !== CALLER_LEFT || refused !== undefined) for (const follower of followers) follower.answered?.(ending);
  for (const follower of followers) follower.concluded?.(ending);
  return refused?.guard;
}

/** The issuer stands in front of the subject, and whoever came with a key is a principal of this house. */
function principalOf(id: string, credential: string | undefined): Principal {
  const [issuer = ""] = id.split("#", 1);
  const methods = issuer === API_KEY_ISSUER ? ["api-key"] : [];
  return { kind: "principal", id, issuer, subject: id, party: "user", client: undefined, credential, claims: {}, scopes: new Set(), schemes: [], methods, field: undefined, until: undefined };
}

function count(limited: Map<string, Limited>, { operation, principal, address, time }: AuditRecord, guard: string): void {
  const caller = principal ?? address;
  const key = JSON.stringify([operation, guard, caller]);
  const known = limited.get(key);
  if (known === undefined) limited.set(key, { operation, guard, caller, times: 1, first: time });
  else known.times++;
}
