/**
 * Decide: what the stage authorize of an operation says of a principal, without a request on the wire.
 *
 * For who asks the question from outside. Only this stage is walked: authentication is the asker's word, limits are not
 * charged, nothing is validated, and whose an object is shows only in what the API answers. An operation that is down
 * is refused as it is at the door.
 */
import type { AuditRecord } from "../audit/record.ts";
import { Content } from "../exchange/content.ts";
import type { Outcome } from "../exchange/decision.ts";
import { newExchangeId } from "../exchange/exchange-id.ts";
import { OpenAnswer } from "../exchange/exchange.ts";
import { fieldsOf } from "../exchange/fields.ts";
import type { Principal } from "../exchange/principal.ts";
import type { RawPair } from "../contract/operation.ts";
import { Deadlines } from "./deadlines.ts";
import { deadlineRefusal, recordOf } from "./engine.ts";
import type { House } from "./house.ts";
import { OpenExchange } from "./open-exchange.ts";
import { pass } from "./pass.ts";
import type { Plan } from "./plan.ts";

export interface DecisionQuestion {
  readonly plan: Plan;
  readonly principal: Principal;
  readonly method: string;
  /** Raw texts of the path parameters, as a request would carry them; none where they are not known. */
  readonly pathValues: readonly string[];
  readonly query: readonly RawPair[];
  /** The principal's address, canonical; the empty text where it is not known. */
  readonly address: string;
}

export interface Decided {
  readonly outcome: Outcome;
  readonly record: AuditRecord;
}

const deadlines = new Deadlines();

/** Never rejects. `clock` tells milliseconds since the epoch. */
export async function decide(house: House, { plan, principal, method, pathValues, query, address }: DecisionQuestion, clock: () => number): Promise<Decided> {
  const exchange = new OpenExchange({
    id: newExchangeId(),
    now: clock(),
    house,
    plan,
    values: pathValues,
    target: { path: plan.operation.path, segments: [], search: undefined, query, parameters: false },
    caller: { address, chain: [], secure: true, host: undefined, fault: undefined },
    facts: { method, target: plan.operation.path, version: "1.1", fields: fieldsOf([]), peer: address, secure: true, content: new Content(undefined, 0) },
    deadlines,
  });
  exchange.principal = principal;
  exchange.answer = new OpenAnswer(200, fieldsOf([]), new Content(undefined, 0), "door");
  const steps = plan.inbound.filter(({ stage, guard }) => stage === "authorize" || (plan.down !== undefined && guard === "contract"));
  const outcome = pass(steps, exchange);
  exchange.outcome = outcome instanceof Promise ? await exchange.within(outcome, deadlineRefusal) : outcome;
  exchange.end();
  return { outcome: exchange.outcome, record: { ...recordOf(exchange, clock(), undefined), question: true } };
}
