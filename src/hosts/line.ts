/**
 * Line: the door's own questions to the API, over connections of their own.
 *
 * Apart from the callers' connections, so that requests which wait for a verdict do not stand in the way of the questions
 * that lead to it. All hosts ask in the same way; they need to know where the API is.
 */
import { apiLate } from "../doors/engine.ts";
import { type Due, Deadlines } from "../doors/deadlines.ts";
import type { Ask, Question, Told } from "../exchange/ask.ts";
import { Content } from "../exchange/content.ts";
import { fieldsOf } from "../exchange/fields.ts";
import { type Particulars, type Problem, problem } from "../exchange/problem.ts";
import type { UpstreamSettings } from "../policy/upstream.ts";
import { openWireUpstream, type WireUpstream } from "./gateway/wire/upstream.ts";

/** Connections for questions; others wait. */
export const LINE_CONNECTIONS_MAX = 32;

const answerTooLarge: (particulars?: Particulars) => Problem = problem("answer-too-large", 502, "The API's answer is too large", "api");

/** @param ca certificates in PEM that are trusted instead of the system's */
export function openLine({ targets, breaker, retries }: UpstreamSettings, ca: string | undefined): { readonly value: Ask; readonly close: () => void } {
  const api = openWireUpstream(targets, { breaker, retries, connections: LINE_CONNECTIONS_MAX, ...(ca === undefined ? {} : { ca }) });
  const deadlines = new Deadlines();
  return { value: (question) => new Call(question, deadlines).put(api), close: () => void api.close() };
}

/** What is wrong with what came. */
function weigh(held: Uint8Array | Problem, bytesMax: number): Problem | undefined {
  if (held instanceof Uint8Array) return held.byteLength > bytesMax ? answerTooLarge({ because: { bytesMax } }) : undefined;
  return held.blame === "api" ? held : answerTooLarge({ because: { bytesMax } });
}

class Call implements Due {
  readonly due: number;
  before: Due | undefined = undefined;
  behind: Due | undefined = undefined;
  readonly #question: Question;
  readonly #deadlines: Deadlines;
  #giveUp: (() => void) | undefined;
  #settle: ((outcome: Told | Problem) => void) | undefined;

  constructor(question: Question, deadlines: Deadlines) {
    this.#question = question;
    this.#deadlines = deadlines;
    this.due = performance.now() + question.milliseconds;
  }

  put(api: WireUpstream): Promise<Told | Problem> {
    const { path, search, fields, bytes } = this.#question;
    return new Promise((resolve) => {
      this.#settle = (outcome) => {
        this.#settle = undefined;
        this.#deadlines.drop(this);
        resolve(outcome);
      };
      this.#deadlines.add(this);
      this.#giveUp = api.forward(
        { request: { method: "GET", path, search }, outgoing: fieldsOf([...fields]), content: new Content(undefined, 0), protocol: undefined, uplink: undefined, due: this.due },
        {
          head: (status, told, content) => {
            content.bound(bytes);
            const read = content.read();
            const settle = (held: Uint8Array | Problem): void => this.#settle?.(weigh(held, bytes) ?? { status, fields: told, bytes: held as Uint8Array }); // weighed
            if (read instanceof Promise) void read.then(settle);
            else settle(read);
          },
          fail: (why) => this.#settle?.(why),
        },
      );
    });
  }

  expire(): void {
    this.#giveUp?.();
    this.#settle?.(apiLate());
  }
}
