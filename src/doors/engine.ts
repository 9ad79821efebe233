/**
 * Engine: an exchange from its arrival to its record, for whichever host carries it.
 *
 * A host hands over what it read, asks the first door, forwards, asks the second door, sends what stands in
 * `exchange.answer`, and concludes. The engine knows nothing of sockets, frameworks or node:http.
 */
import { writeInstant } from "../audit/instant.ts";
import type { AuditLog } from "../audit/log.ts";
import type { AuditRecord } from "../audit/record.ts";
import { readTarget } from "../contract/target.ts";
import type { ClientCertificate } from "../exchange/certificate.ts";
import { Content } from "../exchange/content.ts";
import type { Outcome, Refusal } from "../exchange/decision.ts";
import { OpenAnswer } from "../exchange/exchange.ts";
import { newExchangeId } from "../exchange/exchange-id.ts";
import { fieldsOf, type WritableFields } from "../exchange/fields.ts";
import { callerAddress, isUnbelieved, writeForwarded } from "../exchange/forwarding.ts";
import { type Particulars, type Problem, problem, publish } from "../exchange/problem.ts";
import { requestSlow } from "../exchange/unreadable.ts";
import type { Metrics } from "../watch/metrics.ts";
import { Deadlines } from "./deadlines.ts";
import type { House } from "./house.ts";
import { isEndless, lastingGauge } from "./lasting.ts";
import { OpenExchange } from "./open-exchange.ts";
import { pass } from "./pass.ts";

/** What a host read from the wire. `fields` is handed over: names in lower case. */
export interface ArrivalFacts {
  readonly method: string;
  readonly target: string;
  readonly version: "1.0" | "1.1" | "2";
  readonly fields: WritableFields;
  readonly peer: string;
  readonly secure: boolean;
  readonly certificate?: ClientCertificate | undefined;
  readonly content: Content;
}

/** What a host knows at the end. */
export interface Conclusion {
  /** undefined: the whole answer left. */
  readonly fault?: Problem;
}

const deadlinePassed = problem("deadline-passed", 503, "The request took too long");
export const apiLate: (particulars?: Particulars) => Problem = problem("api-late", 504, "The API took too long", "api");
const auditUnavailable = problem("audit-unavailable", 503, "The request cannot be recorded");
const sealBroken = problem("seal-broken", 500, "The answer could not be sealed");

export interface EngineParts {
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  readonly now?: () => number;
}

export class Engine {
  #house: House;
  readonly #audit: AuditLog;
  readonly #metrics: Metrics;
  readonly #now: () => number;
  readonly #deadlines: Deadlines = new Deadlines();

  constructor(house: House, { audit, metrics, now = Date.now }: EngineParts) {
    this.#house = house;
    this.#audit = audit;
    this.#metrics = metrics;
    this.#now = now;
  }

  get house(): House {
    return this.#house;
  }

  /** From now on new exchanges enter `house`; those in flight finish where they are. */
  move(house: House): void {
    this.#house = house;
  }

  arrive(facts: ArrivalFacts): OpenExchange {
    const house = this.#house;
    const { method, fields, peer } = facts;
    const target = readTarget(facts.target);
    const { plan, values } = "wrong" in target ? { plan: house.nowhere, values: [] } : house.find(method, target.segments, target.query, fields);
    const caller = callerAddress({ peer, fields, trusted: house.trusted, secure: facts.secure });
    this.#metrics.arrived(isUnbelieved(caller, fields));
    return new OpenExchange({ id: newExchangeId(), now: this.#now(), house, plan, values, target, caller, facts, deadlines: this.#deadlines });
  }

  /** The first door. undefined: forward `exchange.outgoing` and `exchange.content`. */
  inbound(exchange: OpenExchange): Outcome | Promise<Outcome> {
    const { plan, house } = exchange;
    if (house.policy.settings.audit.whenFull === "refuse" && !this.#audit.ready()) return hostRefusal("audit", auditUnavailable());
    const outcome = pass(plan.inbound, exchange);
    return outcome instanceof Promise ? exchange.within(outcome, () => hostRefusal("deadline", exchange.content.awaited ? requestSlow() : deadlinePassed())) : outcome;
  }

  /** Tells the API how the request came, instead of whatever the caller and strangers before it said. */
  introduceWay(exchange: OpenExchange): void {
    const { caller, outgoing, request } = exchange;
    exchange.asked = this.#now();
    writeForwarded(outgoing, caller, caller.host ?? request.fields.one("host"));
  }

  /** The second door. undefined: send `exchange.answer`; else call `refuse` with the outcome. */
  outbound(exchange: OpenExchange, status: number, fields: WritableFields, content: Content): Outcome | Promise<Outcome> {
    exchange.heard = this.#now();
    exchange.answer = new OpenAnswer(status, fields, content, "api");
    if (content.held === undefined && exchange.principal !== undefined && isEndless(fields)) content.pass(lastingGauge(exchange, this.#now));
    const outcome = pass(exchange.plan.outbound, exchange);
    return outcome instanceof Promise ? exchange.within(outcome, () => hostRefusal("deadline", content.awaited ? apiLate() : deadlinePassed())) : outcome;
  }

  /** Puts the house's own answer into `exchange.answer` and seals it. Never fails: at worst it is a bare 500. */
  refuse(exchange: OpenExchange, outcome: NonNullable<Outcome>): void | Promise<void> {
    exchange.outcome = outcome;
    exchange.answer.content.cancel();
    exchange.answer = outcome.kind === "refusal" ? answerProblem(outcome.problem, exchange.id) : answerReply(outcome.reply);
    const sealed = pass(exchange.plan.outbound, exchange, exchange.plan.sealFrom);
    if (sealed instanceof Promise) return sealed.then((late) => bareWhenBroken(exchange, late));
    bareWhenBroken(exchange, sealed);
  }

  /** The answer in `exchange.answer` is about to leave. */
  answering(exchange: OpenExchange): void {
    exchange.answered();
    this.#metrics.followersFailed(exchange.tell("answered", this.#now()));
  }

  /** Writes the record. Called once, when the answer has left or the caller has. */
  conclude(exchange: OpenExchange, { fault }: Conclusion = {}): void {
    if (!exchange.end()) return;
    const now = this.#now();
    const record = recordOf(exchange, now, fault);
    this.#audit.add(record);
    this.#metrics.concluded(record);
    this.#metrics.followersFailed(exchange.tell("concluded", now));
  }
}

/** A refusal that no guard gave: the host's or the engine's own. */
export function hostRefusal(name: string, problem: Problem): Refusal {
  return { kind: "refusal", guard: name, stage: "host", problem };
}

export function deadlineRefusal(): Refusal {
  return hostRefusal("deadline", deadlinePassed());
}

function answerProblem(problem: Problem, id: string): OpenAnswer {
  const body = Buffer.from(publish(problem, id));
  const fields = fieldsOf(["content-type", "application/problem+json", ...Object.entries(problem.headers ?? {}).flat()]);
  return new OpenAnswer(problem.status, fields, Content.holding(body), "door");
}

function answerReply({ status, headers, body = "" }: { status: number; headers: Readonly<Record<string, string>>; body?: string }): OpenAnswer {
  return new OpenAnswer(status, fieldsOf(Object.entries(headers).flat()), Content.holding(Buffer.from(body)), "door");
}

function bareWhenBroken(exchange: OpenExchange, outcome: Outcome): void {
  if (outcome === undefined) return;
  exchange.outcome = hostRefusal("seal", sealBroken({ because: { guard: outcome.guard } }));
  exchange.answer = answerProblem(sealBroken(), exchange.id);
}

/** The record of an exchange as it stands. */
export function recordOf(exchange: OpenExchange, now: number, fault: Problem | undefined): AuditRecord {
  const { outcome, principal, operation, observed, answer } = exchange;
  const refused = outcome?.kind === "refusal" ? outcome.problem : fault;
  const record: Writable<AuditRecord> = {
    time: writeInstant(exchange.now),
    id: exchange.id,
    outcome: outcome?.kind === "replied" ? "replied" : outcome?.kind === "refusal" ? (exchange.forwarded ? "failed" : "refused") : fault === undefined ? "allowed" : "failed",
    method: exchange.request.method.slice(0, METHOD_CHARACTERS_MAX),
    operation: operation.id,
    template: operation.path,
    status: answer.status,
    address: exchange.address,
    bytesIn: exchange.content.passed,
    bytesOut: answer.content.passed,
    milliseconds: Math.max(0, now - exchange.now),
    policy: exchange.house.policy.version,
  };
  if (principal !== undefined) {
    record.principal = principal.id;
    if (principal.client !== undefined) record.client = principal.client;
    if (principal.credential !== undefined) record.credential = principal.credential;
    if (principal.evidence !== undefined) record.evidence = principal.evidence;
    if (principal.also !== undefined) record.also = principal.also.map(({ id, credential }) => ({ principal: id, ...(credential === undefined ? {} : { credential }) }));
  }
  if (outcome !== undefined) record.guard = outcome.guard;
  if (refused !== undefined) {
    record.problem = refused.type;
    record.blame = refused.blame;
    if (refused.because !== undefined) record.because = refused.because;
  }
  if (observed.length > 0) record.observed = observed.map(({ guard, problem: { type, because } }) => ({ guard, type, ...(because === undefined ? {} : { because }) }));
  return record;
}

/** Member by member: spreads in one literal took three times as long. */
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A method is the caller's text too: the record keeps no more of it than a method can be. */
const METHOD_CHARACTERS_MAX = 32;
