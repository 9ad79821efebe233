/** Reveal: cuts an answer down to what its caller may see. */
import { carve, CUT, KEEP } from "../../../../contract/carve/carve.ts";
import { UNNOTED } from "../../../../contract/glance/glance-text.ts";
import type { Json } from "../../../../contract/json-value.ts";
import type { Trim } from "../../../../contract/media/sequence/sequence.ts";
import type { Finding, SequenceItems } from "../../../../contract/operation.ts";
import { type Check, type Disclosed, type Particulars, type Problem, problem, type Site, type WritableAnswer } from "../../../../guard.ts";
import { readValue, type Understood } from "../../../body-reading.ts";
import { forbidStoring } from "../../../forbid-storing.ts";
import { trimItems } from "../../trim-items.ts";
import { type AnswerReading, answerReading } from "../../verify/answer-options.ts";
import { breaksContract } from "../../verify/broken-answer.ts";
import { isBodiless, isFailure } from "../../verify/declared-answers.ts";
import type { PropertyOptions } from "./options.ts";
import type { Outlook, Seen } from "./outlook.ts";
import { type PropertyNode, UNDECLARED } from "./property-tree.ts";
import { findTrespasses } from "./trespass.ts";

const propertiesHidden: (particulars?: Particulars) => Problem = problem("properties-hidden", 403, "Part of the answer is not for this caller", "api");

/** What is said of the whole, by which a guess at a hidden part can be tried out. */
const OF_THE_WHOLE: ReadonlySet<string> = new Set(["etag", "last-modified", "accept-ranges", "content-range", "content-md5", "content-digest", "repr-digest", "digest", "signature", "signature-input"]);

export function reveal(outlook: Outlook, options: PropertyOptions, site: Site): Check<"disclose"> {
  const isObserved = site.mode === "observe";
  const scissors = new Scissors(site, options.undeclared.answered === "refuse");

  return (exchange: Disclosed): Problem | undefined | Promise<Problem | undefined> => {
    const { answer, principal } = exchange;
    const { fields, status } = answer;
    if (answer.from === "door" || isFailure(status)) return undefined;
    const less = outlook.seesLess(principal);
    if (less && !isObserved) fields.removeWhere((name) => OF_THE_WHOLE.has(name));
    if (outlook.differs && !isObserved) forbidStoring(fields);
    if (isBodiless(exchange)) {
      if (less && !isObserved) fields.remove("content-length");
      return undefined;
    }
    const seen = outlook.look(exchange);
    if (seen === undefined) return undefined;
    if (seen === "unknown") return breaksContract(status, "content whose properties cannot be told apart");
    return scissors.cut(answer, seen);
  };
}

class Scissors {
  readonly #reading: AnswerReading;
  readonly #isObserved: boolean;
  readonly #refusesUndeclared: boolean;

  constructor(site: Site, refusesUndeclared: boolean) {
    this.#reading = answerReading(site);
    this.#isObserved = site.mode === "observe";
    this.#refusesUndeclared = refusesUndeclared;
  }

  cut(answer: WritableAnswer, seen: Seen): Problem | undefined | Promise<Problem | undefined> {
    const { status, content } = answer;
    if (seen.blade === KEEP && !this.#refusesUndeclared) return undefined;
    if (status === 206) return breaksContract(status, "a part of the content cannot be judged");
    const { items } = seen.chosen;
    if (items !== undefined) return this.#cutItems(answer, seen, items);
    const { bounds, sizeBytes } = this.#reading;
    // Found sound by the bytes alone: then they are enough here, too, and nobody makes a value of them.
    if (content.vouched && content.bounds === bounds && !this.#refusesUndeclared) return this.#carve(answer, seen);
    content.bound(sizeBytes);
    const read = readValue(content, seen.chosen, bounds);
    return read instanceof Promise ? read.then((late) => this.#cutWhole(answer, seen, late)) : this.#cutWhole(answer, seen, read);
  }

  #cutWhole(answer: WritableAnswer, seen: Seen, read: Understood): Problem | undefined {
    const { status } = answer;
    if (!("value" in read)) return settle(read, status);
    const undeclared = this.#refusesUndeclared ? findUndeclared(read.value, seen.root) : [];
    return undeclared.length > 0 ? breaksContract(status, "members that the contract does not declare", undeclared) : this.#carve(answer, seen);
  }

  #carve(answer: WritableAnswer, { blade }: Seen): Problem | undefined {
    const { status, content } = answer;
    const held = content.read();
    if (!(held instanceof Uint8Array)) return breaksContract(status, "content that is not held");
    const left = carve(held, blade);
    if (left === held) return undefined;
    if (this.#isObserved) return propertiesHidden({ because: { bytes: held.byteLength - left.byteLength } });
    answer.replace(status, left);
    // What is cut out of a sound text leaves one: guards behind need not read it anew.
    if (content.vouched) answer.content.vouch(content.bounds, UNNOTED);
    return undefined;
  }

  /** Each item of a sequence as it comes. */
  #cutItems(answer: WritableAnswer, { blade, root }: Seen, items: SequenceItems): Problem | undefined {
    const { bounds, itemBytes } = this.#reading;
    const ofItem = blade.kind === "inside" && "kind" in blade.items ? blade.items : CUT;
    const tree = root.items;
    const trim: Trim = (value, bytes) => {
      const undeclared = this.#refusesUndeclared && tree !== undefined ? findUndeclared(value, tree)[0] : undefined;
      return undeclared ?? (blade === KEEP ? bytes : ofItem === CUT ? NOTHING : carve(bytes, ofItem));
    };
    const gauge = trimItems(items, trim, { bounds, itemBytes, observed: this.#isObserved, refuse: (reason) => breaksContract(answer.status, reason) });
    return this.#isObserved ? answer.content.pass(gauge) : answer.trim(gauge);
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

function settle(read: Exclude<Understood, { readonly value: unknown }>, status: number): Problem | undefined {
  if (read.kind === "empty") return undefined;
  return read.kind === "unread" && read.problem.blame === "api" ? read.problem : breaksContract(status, "content whose properties cannot be told apart");
}

/** Rights do not matter here: whoever has one, a member that is nowhere declared is declared for nobody. */
function findUndeclared(value: Json, root: PropertyNode): readonly Finding[] {
  return findTrespasses(value, root, ~UNDECLARED).map(({ pointer }) => ({ pointer, keyword: "undeclared", message: "is not a member that the contract knows" }));
}
