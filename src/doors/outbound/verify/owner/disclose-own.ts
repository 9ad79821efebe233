/** Disclose own: cuts what is somebody else's out of a list, and keeps what was judged out of shared stores. */
import { carve } from "../../../../contract/carve/carve.ts";
import { NameTable } from "../../../../contract/carve/name-table.ts";
import { pluck } from "../../../../contract/carve/pluck.ts";
import { UNNOTED } from "../../../../contract/glance/glance-text.ts";
import type { Trim } from "../../../../contract/media/sequence/sequence.ts";
import type { DeclaredAnswer, Finding } from "../../../../contract/operation.ts";
import type { Check, Disclosed, Problem, Site } from "../../../../guard.ts";
import { readValue, type Understood } from "../../../body-reading.ts";
import type { Names } from "../../../../policy/principal-value.ts";
import { forbidStoring } from "../../../forbid-storing.ts";
import { trimItems } from "../../trim-items.ts";
import { answerReading } from "../answer-options.ts";
import { isFailure } from "../declared-answers.ts";
import { reduce } from "./lists.ts";
import type { OwnerOptions } from "./options.ts";
import type { Judge } from "./judge.ts";
import type { Place } from "./places.ts";
import { openRulebook } from "./rulebook.ts";
import { tellingFields } from "./telling-fields.ts";

export function discloseOwn(options: OwnerOptions, site: Site): Check<"disclose"> | undefined {
  // What does not fit has been told where the answer is verified.
  const rulebook = openRulebook(options, { ...site, report: () => undefined });
  if (rulebook === undefined) return undefined;
  const { mine, exempt, find, unreadable, tellCut } = rulebook;
  const { bounds, sizeBytes, itemBytes } = answerReading(site);
  const isObserved = site.mode === "observe";
  const hidesUnowned = options.unowned === "hide";
  const drops = new Map<DeclaredAnswer, (name: string) => boolean>([...site.operation.answers.values()].map((answer) => [answer, tellingFields(answer.headers, options.fields)]));

  return (exchange: Disclosed): Problem | undefined | Promise<Problem | undefined> => {
    const { answer, principal } = exchange;
    const { content, fields, status } = answer;
    if (answer.from === "door" || isFailure(status) || status >= 400 || exempt(principal)) return undefined;
    if (!isObserved) forbidStoring(fields);
    const found = find(exchange);
    if (found?.level === undefined) return undefined;
    const { place, chosen, declared, level } = found;
    if (place.items !== undefined) {
      const { trim, count } = ownItems(place.judge, mine(principal), hidesUnowned);
      const done = (): void => (count.cut === 0 ? undefined : exchange.witness("owner", "disclose", tellCut(count.cut, count.left)));
      const gauge = trimItems(place.items, trim, { bounds, itemBytes, observed: isObserved, refuse: unreadable, done });
      if (isObserved) return content.pass(gauge);
      fields.removeWhere(drops.get(declared) ?? (() => false));
      return answer.trim(gauge);
    }

    const cut = (read: Understood, isPart = false): Problem | undefined => {
      if ("kind" in read) return read.kind === "unread" && read.problem.blame === "api" ? read.problem : unreadable(`content that is ${read.kind}`);
      const reduced = reduce(read.value, level, { judge: place.judge, hidesUnowned }, mine(principal));
      if ("unreadable" in reduced) return unreadable("the owner of an item is none");
      const told = reduced.cut === 0 ? undefined : tellCut(reduced.cut, reduced.left);
      if (isObserved) return told;
      if (told !== undefined) exchange.witness("owner", "disclose", told);
      fields.removeWhere(drops.get(declared) ?? (() => false));
      const held = content.read();
      if (!(held instanceof Uint8Array)) return unreadable("content that is not held");
      const left = carve(held, reduced.blade);
      if (left === held) return undefined;
      answer.replace(status, left);
      // What is cut out of a sound text leaves one.
      if (isPart) answer.content.vouch(bounds, UNNOTED);
      else answer.content.understand(reduced.value, bounds);
      return undefined;
    };
    // Found sound by the bytes alone: then the owners are looked up in them, and nobody makes a value of the rest.
    const names = content.vouched && content.bounds === bounds ? ownerNames(place) : undefined;
    const held = names === undefined ? undefined : content.read();
    const owners = names !== undefined && held instanceof Uint8Array ? pluck(held, names) : undefined;
    if (owners !== undefined) return cut({ value: owners }, true);
    content.bound(sizeBytes);
    const read = readValue(content, chosen, bounds);
    return read instanceof Promise ? read.then((late) => cut(late)) : cut(read);
  };
}

const tables = new WeakMap<Place, NameTable<string>>();

/** The members that name owners, where the things are the items of one list and each names them itself. */
function ownerNames(place: Place): NameTable<string> | undefined {
  const { things, owners } = place;
  const known = tables.get(place);
  if (known !== undefined || things.length !== 1 || things[0]?.kind !== "item") return known;
  const names = owners.flatMap(([step, ...more]) => (step?.kind === "name" && step.name !== "__proto__" && more.every(({ kind }) => kind === "any") ? [step.name] : []));
  if (names.length !== owners.length) return undefined;
  const table = new NameTable(new Map(names.map((name) => [name, name])));
  tables.set(place, table);
  return table;
}

const NOTHING: Uint8Array = new Uint8Array(0);
const NO_OWNER: Finding = { pointer: "", keyword: "owner", message: "names no owner that can be read" };

/** Of a sequence the caller's own items go on, each as it comes; what has left before a break was his own. */
function ownItems(judge: Judge, mine: Names, hidesUnowned: boolean): { readonly trim: Trim; readonly count: { cut: number; left: number } } {
  const count = { cut: 0, left: 0 };
  const trim: Trim = (value, bytes) => {
    const verdict = judge(value, mine);
    if (verdict === "unreadable" || (verdict === "nobody" && !hidesUnowned)) return NO_OWNER;
    count[verdict === "own" ? "left" : "cut"]++;
    return verdict === "own" ? bytes : NOTHING;
  };
  return { trim, count };
}
