/** OpenExchange: the one object behind the nine views, while its exchange is open. */
import type { Json } from "../contract/json-value.ts";
import type { Operation, RawPair } from "../contract/operation.ts";
import type { Target } from "../contract/target.ts";
import type { ClientCertificate } from "../exchange/certificate.ts";
import { Content } from "../exchange/content.ts";
import type { Outcome, Refusal } from "../exchange/decision.ts";
import { type Ending, type Exchange, type Follower, OpenAnswer, type Request, type Stage } from "../exchange/exchange.ts";
import { fieldsOf, type WritableFields } from "../exchange/fields.ts";
import { callerCertificate } from "../exchange/forwarded-certificate.ts";
import type { Caller } from "../exchange/forwarding.ts";
import type { Principal } from "../exchange/principal.ts";
import type { Problem } from "../exchange/problem.ts";
import type { Uplink } from "../exchange/uplink.ts";
import type { Deadlines, Due } from "./deadlines.ts";
import type { ArrivalFacts } from "./engine.ts";
import type { House } from "./house.ts";
import type { Plan } from "./plan.ts";

interface Opening {
  readonly id: string;
  readonly now: number;
  readonly house: House;
  readonly plan: Plan;
  readonly values: readonly string[];
  readonly target: Target | { readonly wrong: string };
  readonly caller: Caller;
  readonly facts: ArrivalFacts;
  readonly deadlines: Deadlines;
}

const NO_QUERY: readonly RawPair[] = [];
const NO_VALUES: readonly Json[] = [];

export class OpenExchange implements Exchange {
  readonly id: string;
  readonly now: number;
  readonly house: House;
  readonly plan: Plan;
  readonly operation: Operation;
  readonly pathValues: readonly string[];
  readonly request: Request;
  readonly peer: string;
  readonly address: string;
  readonly addressFault: string | undefined;
  readonly secure: boolean;
  readonly certificate: ClientCertificate | undefined;
  readonly caller: Caller;
  readonly content: Content;
  readonly reply: WritableFields = fieldsOf([]);
  readonly observed: Refusal[] = [];
  values: readonly (Json | undefined)[] = NO_VALUES;
  principal: Principal | undefined = undefined;
  answer: OpenAnswer;
  outcome: Outcome = undefined;
  protocol: string | undefined = undefined;
  /** Set by the host once the API has switched to `protocol`. */
  uplink: Uplink | undefined = undefined;
  /** Set by the host once the API has been asked. */
  forwarded = false;
  /** Milliseconds since the epoch at which the API was asked, and at which the head of its answer was there. */
  asked: number | undefined = undefined;
  heard: number | undefined = undefined;
  #outgoing: WritableFields | undefined;
  #abort: AbortController | undefined;
  before: Due | undefined = undefined;
  behind: Due | undefined = undefined;
  /** See deadlines.ts. */
  readonly due: number;
  readonly #deadlines: Deadlines;
  #late: (() => void)[] | undefined;
  #followers: Follower[] | undefined;
  /** When it was concluded, once it has been. */
  #concluded: number | undefined;
  #state: "open" | "late" | "ended" = "open";

  constructor({ id, now, house, plan, values, target, caller, facts, deadlines }: Opening) {
    this.id = id;
    this.now = now;
    this.house = house;
    this.plan = plan;
    this.operation = plan.operation;
    this.pathValues = values;
    const wrong = "wrong" in target;
    this.request = {
      method: facts.method,
      target: facts.target,
      path: wrong ? "" : target.path,
      search: wrong ? undefined : target.search,
      query: wrong ? NO_QUERY : target.query,
      fields: facts.fields,
      version: facts.version,
      wrong: wrong ? target.wrong : undefined,
    };
    this.peer = caller.chain.at(-1) ?? facts.peer;
    this.address = caller.address;
    this.addressFault = caller.fault;
    this.secure = caller.secure;
    this.certificate = callerCertificate({ peer: facts.peer, fields: facts.fields, certificate: facts.certificate, trusted: house.trusted, forwarded: house.policy.settings.certificates === "proxy" });
    this.caller = caller;
    this.content = facts.content;
    this.content.describedBy(facts.fields);
    this.answer = new OpenAnswer(500, fieldsOf([]), new Content(undefined, 0), "door");
    this.due = performance.now() + house.policy.settings.deadline;
    this.#deadlines = deadlines;
    deadlines.add(this);
  }

  /** A copy of the request's fields, made when the first prepare guard asks. */
  get outgoing(): WritableFields {
    const { list, sound } = this.request.fields;
    this.#outgoing ??= fieldsOf([...list], sound);
    return this.#outgoing;
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#state !== "open") this.#abort.abort();
    return this.#abort.signal;
  }

  agree(protocol: string): void {
    this.protocol = protocol;
  }

  understand(values: readonly (Json | undefined)[]): void {
    this.values = values;
  }

  witness(guard: string, stage: Stage, problem: Problem): void {
    this.observed.push({ kind: "refusal", guard, stage, problem });
  }

  /** Calls back once when the deadline passes or the caller leaves before the answer was let out. */
  onExpire(callback: () => void): void {
    if (this.#state !== "open") return callback();
    if (this.#late === undefined) this.#late = [callback];
    else this.#late.push(callback);
  }

  /** A check may have waited while the caller left: whoever follows only then must hear of the end all the same. */
  follow(follower: Follower): void {
    if (this.#concluded !== undefined) follower.concluded?.(this.#endingAt(this.#concluded));
    else if (this.#followers === undefined) this.#followers = [follower];
    else this.#followers.push(follower);
  }

  /** Tells those who follow. Answers how many of them failed: the exchange goes its way all the same. */
  tell(event: "answered" | "concluded", now: number): number {
    if (event === "concluded") this.#concluded = now;
    const followers = this.#followers;
    if (followers === undefined) return 0;
    const ending = this.#endingAt(now);
    let failed = 0;
    for (const follower of followers) {
      try {
        follower[event]?.(ending);
      } catch {
        failed++;
      }
    }
    return failed;
  }

  #endingAt(now: number): Ending {
    const { outcome, answer, content } = this;
    const apiMilliseconds = this.asked === undefined ? undefined : Math.max(0, (this.heard ?? now) - this.asked);
    return { now, apiMilliseconds, status: answer.status, refusedAt: outcome?.kind === "refusal" ? outcome.stage : undefined, bytesIn: content.passed, bytesOut: answer.content.passed };
  }

  /** Whether all who follow let it last at `now`. Whoever cannot say so says no. */
  lasts(now: number): boolean {
    try {
      return this.#followers?.every(({ lasts }) => lasts === undefined || lasts(now)) !== false;
    } catch {
      return false;
    }
  }

  /** Whatever comes first: the outcome, or the deadline's. */
  within(outcome: Promise<Outcome>, late: () => Outcome): Promise<Outcome> {
    return new Promise((resolve) => {
      this.onExpire(() => resolve(late()));
      void outcome.then(resolve);
    });
  }

  /** The deadline has passed, or the caller has left. */
  expire(): void {
    if (this.#state !== "open") return;
    this.#state = "late";
    this.#deadlines.drop(this);
    this.#abort?.abort();
    const late = this.#late ?? [];
    this.#late = undefined;
    for (const callback of late) callback();
  }

  /** The head of the answer is on its way: from here on the wire's own limits hold, not the deadline. */
  answered(): void {
    this.#deadlines.drop(this);
    this.#late = undefined;
  }

  /** Ends the exchange. False when it had ended before. */
  end(): boolean {
    if (this.#state === "ended") return false;
    const open = this.#state === "open";
    this.#state = "ended";
    this.#deadlines.drop(this);
    this.#late = undefined;
    if (open) this.#abort?.abort();
    return true;
  }
}
