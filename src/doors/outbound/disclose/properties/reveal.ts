/** Reveal: cuts an answer down to what its caller may see. */
import { carve, KEEP } from "../../../../contract/carve/carve.ts";
import { type Check, type Disclosed, type Particulars, type Problem, problem, type Site } from "../../../../guard.ts";
import { readValue, type Understood } from "../../../body-reading.ts";
import { forbidStoring } from "../../../forbid-storing.ts";
import { answerReading } from "../../verify/answer-options.ts";
import { breaksContract } from "../../verify/broken-answer.ts";
import { isBodiless, isFailure } from "../../verify/declared-answers.ts";
import type { PropertyOptions } from "./options.ts";
import type { Outlook, Seen } from "./outlook.ts";
import { UNDECLARED } from "./property-tree.ts";
import { findTrespasses } from "./trespass.ts";

const propertiesHidden: (particulars?: Particulars) => Problem = problem("properties-hidden", 403, "Part of the answer is not for this caller", "api");

/** What is said of the whole, by which a guess at a hidden part can be tried out. */
const OF_THE_WHOLE: ReadonlySet<string> = new Set(["etag", "last-modified", "accept-ranges", "content-range", "content-md5", "content-digest", "repr-digest", "digest", "signature", "signature-input"]);

export function reveal(outlook: Outlook, options: PropertyOptions, site: Site): Check<"disclose"> {
  const { bounds, sizeBytes } = answerReading(site);
  const isObserved = site.mode === "observe";
  const refusesUndeclared = options.undeclared.answered === "refuse";

  return (exchange: Disclosed): Problem | undefined | Promise<Problem | undefined> => {
    const { answer, principal } = exchange;
    const { content, fields, status } = answer;
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
    if (seen.blade === KEEP && !refusesUndeclared) return undefined;
    if (status === 206) return breaksContract(status, "a part of the content cannot be judged");

    const cut = (read: Understood): Problem | undefined => {
      if (!("value" in read)) return settle(read, status);
      const undeclared = refusesUndeclared ? findUndeclared(read, seen) : [];
      if (undeclared.length > 0) return breaksContract(status, "members that the contract does not declare", undeclared);
      const held = content.read();
      if (!(held instanceof Uint8Array)) return breaksContract(status, "content that is not held");
      const left = carve(held, seen.blade);
      if (left === held) return undefined;
      if (isObserved) return propertiesHidden({ because: { bytes: held.byteLength - left.byteLength } });
      answer.replace(status, left);
      return undefined;
    };
    content.bound(sizeBytes);
    const read = readValue(content, seen.chosen, bounds);
    return read instanceof Promise ? read.then(cut) : cut(read);
  };
}

function settle(read: Exclude<Understood, { readonly value: unknown }>, status: number): Problem | undefined {
  if (read.kind === "empty") return undefined;
  return read.kind === "unread" && read.problem.blame === "api" ? read.problem : breaksContract(status, "content whose properties cannot be told apart");
}

/** Rights do not matter here: whoever has one, a member that is nowhere declared is declared for nobody. */
function findUndeclared({ value }: { readonly value: Parameters<typeof findTrespasses>[0] }, { root }: Seen): readonly { readonly pointer: string; readonly keyword: string; readonly message: string }[] {
  const trespasses = findTrespasses(value, root, ~UNDECLARED);
  return trespasses.map(({ pointer }) => ({ pointer, keyword: "undeclared", message: "is not a member that the contract knows" }));
}
