/**
 * Carry: the way of one exchange through a host, the same for all of them.
 *
 * The host brings a responder (how an answer reaches the caller) and a forward (how the API is asked). Whatever goes
 * wrong between the doors, exactly one answer leaves and exactly one record is written.
 */
import type { Content } from "../exchange/content.ts";
import type { Outcome } from "../exchange/decision.ts";
import type { OpenAnswer } from "../exchange/exchange.ts";
import type { WritableFields } from "../exchange/fields.ts";
import { type Particulars, type Problem, problem } from "../exchange/problem.ts";
import { requestSlow } from "../exchange/unreadable.ts";
import { apiLate, type ArrivalFacts, type Engine, hostRefusal } from "../doors/engine.ts";
import type { OpenExchange } from "../doors/open-exchange.ts";

/** How an answer reaches the caller. */
export interface Responder {
  /** Sends the whole answer; `done` is called once, with the problem that cut it short where there was one. */
  readonly send: (answer: OpenAnswer, exchange: OpenExchange, done: (fault?: Problem) => void) => void;
  /** Calls back once if the caller leaves before the answer is sent. */
  readonly onGone: (callback: () => void) => void;
}

/** How the API's answer comes back. Exactly one of the two is called, once. */
export interface Receiver {
  readonly head: (status: number, fields: WritableFields, content: Content) => void;
  readonly fail: (why: Problem) => void;
}

/** What of an exchange goes to the API. */
export interface Carried {
  readonly request: Pick<OpenExchange["request"], "method" | "path" | "search">;
  readonly outgoing: OpenExchange["outgoing"];
  readonly content: Content;
  readonly protocol: string | undefined;
  /** When nobody waits any more, as performance.now() has it. */
  readonly due: number;
  uplink: OpenExchange["uplink"];
}

/** Asks the API. Answers how to give up. */
export type Forward = (exchange: OpenExchange, receiver: Receiver) => () => void;

/** For the record only: there is nobody left to tell. */
export const callerLeft: (particulars?: Particulars) => Problem = problem("caller-left", 499, "The caller left", "caller");

export function carry(engine: Engine, facts: ArrivalFacts, responder: Responder, forward: Forward): void {
  const exchange = engine.arrive(facts);
  const voyage = new Voyage(engine, exchange, responder, forward);
  responder.onGone(() => voyage.gone());
  const outcome = engine.inbound(exchange);
  if (outcome instanceof Promise) void outcome.then((late) => voyage.entered(late));
  else voyage.entered(outcome);
}

class Voyage {
  readonly #engine: Engine;
  readonly #exchange: OpenExchange;
  readonly #responder: Responder;
  readonly #forward: Forward;
  #giveUp: (() => void) | undefined;
  /** The API's answer, or a failure, has been taken: what comes after it is ignored. */
  #settled = false;
  #left = false;

  constructor(engine: Engine, exchange: OpenExchange, responder: Responder, forward: Forward) {
    this.#engine = engine;
    this.#exchange = exchange;
    this.#responder = responder;
    this.#forward = forward;
  }

  entered(outcome: Outcome): void {
    if (this.#left) return;
    if (outcome !== undefined) return this.#refuse(outcome);
    const exchange = this.#exchange;
    exchange.forwarded = true;
    this.#engine.introduceWay(exchange);
    // The API cannot answer what has not been said: then it is the caller who is late.
    exchange.onExpire(() => this.#fail(exchange.content.awaited ? requestSlow() : apiLate()));
    this.#giveUp = this.#forward(exchange, {
      head: (status, fields, content) => this.#answered(status, fields, content),
      fail: (why) => this.#fail(why),
    });
  }

  gone(): void {
    if (this.#left) return;
    this.#left = true;
    this.#settled = true;
    this.#giveUp?.();
    this.#exchange.content.cancel();
    this.#exchange.answer.content.cancel();
    this.#engine.conclude(this.#exchange, { fault: callerLeft() });
  }

  #answered(status: number, fields: WritableFields, content: Content): void {
    if (this.#settled) return content.cancel();
    this.#settled = true;
    const outcome = this.#engine.outbound(this.#exchange, status, fields, content);
    if (outcome instanceof Promise) void outcome.then((late) => this.#leave(late));
    else this.#leave(outcome);
  }

  #fail(why: Problem): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#giveUp?.();
    this.#refuse(hostRefusal("upstream", why));
  }

  #leave(outcome: Outcome): void {
    if (this.#left) return;
    if (outcome === undefined) this.#send();
    else this.#refuse(outcome);
  }

  #refuse(outcome: NonNullable<Outcome>): void {
    const sealed = this.#engine.refuse(this.#exchange, outcome);
    if (sealed instanceof Promise) void sealed.then(() => this.#send());
    else this.#send();
  }

  #send(): void {
    if (this.#left) return;
    const exchange = this.#exchange;
    this.#engine.answering(exchange);
    this.#responder.send(exchange.answer, exchange, (fault) => {
      if (this.#left) return;
      this.#left = true;
      this.#engine.conclude(exchange, fault === undefined ? {} : { fault });
    });
  }
}
