/**
 * Answer content: judges the content of one declared answer.
 */
import { readBytes } from "../../../contract/media/bytes.ts";
import type { DecodeBounds } from "../../../contract/media/decode.ts";
import { SequenceJudge } from "../../../contract/media/sequence/sequence.ts";
import type { Gauge } from "../../../exchange/gauge.ts";
import type { Answered, MediaType, Problem } from "../../../guard.ts";
import { type BodyReading, boundsFor, readBody } from "../../body-reading.ts";
import { type Chosen, mediaChoice } from "../../media-choice.ts";
import { breaksContract } from "./broken-answer.ts";

export type AnswerContent = (exchange: Answered) => Problem | undefined | Promise<Problem | undefined>;

/** Of content that should not be there only the length may be unknown ahead: it is read, as nothing in particular. */
const ANYTHING: Chosen = { kind: "bytes", validator: undefined, decode: readBytes, type: { type: "application/octet-stream", parameters: new Map() } };

export interface ContentBounds {
  readonly bounds: DecodeBounds;
  /** The most that is held to be judged. */
  readonly sizeBytes: number;
  /** The same of one item of a sequence, which is judged on its way. */
  readonly itemBytes: number;
  /** What does not fit is written down, and leaves all the same. */
  readonly observed: boolean;
}

export function contentJudge(media: readonly MediaType[], { bounds, sizeBytes, itemBytes, observed }: ContentBounds): AnswerContent {
  const choose = mediaChoice(media);

  return (exchange) => {
    const { status, content, fields } = exchange.answer;
    if (content.declared === 0) return settleAnswer({ kind: "empty" }, status, media);
    if (media.length === 0 && content.declared !== undefined) return breaksContract(status, UNDECLARED);
    const chosen = media.length === 0 ? ANYTHING : choose(fields);
    if ("wrong" in chosen) return breaksContract(status, chosen.reason);
    if (media.length > 0 && streams(chosen, status)) return undefined;
    if (status === 206) return breaksContract(status, "a part of the content cannot be judged");
    if (chosen.items !== undefined) {
      const gauge = itemGauge(status, new SequenceJudge(chosen.items.framing, chosen.items.validator, boundsFor(chosen.items.validator, bounds), itemBytes));
      return content.pass(observed ? witnessing(gauge, (broken) => exchange.witness("answer-body", "verify", broken)) : gauge);
    }
    if (chosen.kind !== "opaque") content.bound(sizeBytes);
    const reading = readBody(content, chosen, bounds);
    return reading instanceof Promise ? reading.then((late) => settleAnswer(late, status, media)) : settleAnswer(reading, status, media);
  };
}

const UNDECLARED = "there is content where none is declared";

/** Text without a rule is not worth holding: it may be endless. A part of something need not begin as the whole does. */
function streams({ kind, validator, formats }: Chosen, status: number): boolean {
  // XML is for `answer-xml` to judge.
  if (kind === "xml") return true;
  if (kind === "opaque") return formats === undefined || status === 206;
  return kind === "text" && validator === undefined;
}

/** Once a part of an answer has left, all that can be said is that the rest does not: the answer breaks off. */
function itemGauge(status: number, judge: SequenceJudge): Gauge {
  const settle = (judged: ReturnType<SequenceJudge["take"]>): Uint8Array | Problem => (judged instanceof Uint8Array ? judged : breaksContract(status, "an item does not fit its schema", judged));
  return { take: (chunk) => settle(judge.take(chunk)), end: () => settle(judge.end()) };
}

/** Tells the first problem, and lets everything go on as it came. */
function witnessing(gauge: Gauge, witness: (broken: Problem) => void): Gauge {
  let told = false;
  const note = (judged: Uint8Array | Problem): void => {
    if (judged instanceof Uint8Array) return;
    told = true;
    witness(judged);
  };
  return {
    take(chunk) {
      if (!told) note(gauge.take(chunk));
      return chunk;
    },
    end() {
      if (!told) note(gauge.end());
      return NOTHING;
    },
  };
}

const NOTHING: Uint8Array = new Uint8Array(0);

export function settleAnswer(reading: BodyReading, status: number, media: readonly MediaType[]): Problem | undefined {
  switch (reading.kind) {
    case "unread":
      // The API broke off: that is its own problem, and already told as such.
      return reading.problem.blame === "api" ? reading.problem : breaksContract(status, `the content could not be read (${reading.problem.type})`);
    case "findings":
      return media.length === 0 ? breaksContract(status, UNDECLARED) : breaksContract(status, "the content does not fit its schema", reading.findings);
    case "empty":
      // An error may be terse; a success without its content is not what was promised.
      return media.length > 0 && status < 300 ? breaksContract(status, "the declared content is missing") : undefined;
    case "sound":
      return media.length === 0 ? breaksContract(status, UNDECLARED) : undefined;
  }
}
