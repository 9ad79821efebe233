/**
 * Inquiry: which operation is asked, with what, and what its answer says. Made at start-up; whatever does not fit is reported.
 */
import type { Json } from "../../../../../contract/json-value.ts";
import type { Told } from "../../../../../exchange/ask.ts";
import { fieldsOf } from "../../../../../exchange/fields.ts";
import { isJsonObject, type Operation, type Parameter, type Particulars, type Problem, problem, type Site } from "../../../../../guard.ts";
import { readJson } from "../../../../../contract/json.ts";
import { readSecret } from "../../../../../keys/secret.ts";
import { mediaChoice } from "../../../../media-choice.ts";
import { answerReading } from "../../answer-options.ts";
import { ownersOf } from "../judge.ts";
import type { OwnerOptions } from "../options.ts";
import { findPlaces } from "../places.ts";
import { type Finding, Lookups } from "./lookups.ts";
import { findSource, type FoundSource } from "./sources.ts";

export interface Inquiry {
  readonly operation: Operation;
  readonly lookups: Lookups;
  readonly sources: readonly (FoundSource & { readonly parameter: Parameter })[];
}

export const ownerUnknown: (particulars?: Particulars) => Problem = problem("owner-unknown", 503, "It cannot be told whose this is", "api");

/** undefined: after a misfit. */
export function openInquiry(options: OwnerOptions, site: Site): Inquiry | undefined {
  const { contract, openAsk, report, share } = site;
  const { lookup, asking } = options;
  const operation = contract.operations.find(({ id }) => id === lookup);
  if (operation === undefined) {
    report(`lookup: the contract has no operation ${JSON.stringify(lookup)}`, contract.operations.filter(({ method }) => method === "GET").map(({ id }) => id).slice(0, 12).join(", "));
    return undefined;
  }
  if (operation.method !== "GET") report(`lookup: ${operation.id} does more than read`, "an operation with GET");
  const sources = findSources(operation, options.with, site);
  const read = readerOf(operation, options, site);
  const fields = readFields(asking.as, site);
  if (openAsk === undefined) report("lookup: this door does not know where the API is, so it cannot ask", "upstream: http://host:port in the policy");
  if (openAsk === undefined || read === undefined || fields === undefined || sources === undefined) return undefined;
  // The same rule at several operations remembers together, and what one of them changes the others forget.
  const key = `owner ${operation.id} ${JSON.stringify([options.field, [...asking.as], asking.within, asking.cache, fields])}`;
  const lookups = share(key, () => ({ value: new Lookups({ ask: openAsk(), fields, withinMilliseconds: asking.within, cacheMilliseconds: asking.cache, read }) }));
  return { operation, lookups, sources };
}

function findSources({ id, parameters }: Operation, written: ReadonlyMap<string, string>, site: Site): Inquiry["sources"] | undefined {
  const taken = parameters.filter(({ in: place }) => place === "path" || place === "query");
  const names = taken.map(({ name }) => name).join(", ");
  const found = [...written].flatMap(([name, text]) => {
    const parameter = taken.find((one) => one.name === name);
    if (parameter === undefined) site.report(`with: ${id} has no parameter ${JSON.stringify(name)}`, names);
    const source = findSource(text, site.operation);
    if ("wrong" in source) site.report(`with: ${source.wrong}`, source.allowed);
    return parameter === undefined || "wrong" in source ? [] : [{ ...source, parameter }];
  });
  const missing = parameters.filter(({ name, in: place, required }) => (place === "path" || required) && !written.has(name));
  if (missing.length > 0) site.report(`with: ${id} needs ${missing.map(({ name }) => name).join(", ")}`, "name: path.name");
  const many = found.filter((source) => source.many);
  if (many.length > 1) site.report("with: only one of the parameters can have many values", "one posting of owner for each");
  return found.length === written.size && missing.length === 0 && many.length < 2 ? found : undefined;
}

/** What the answer of the operation says; its places are proven like those of an answer to a caller. */
function readerOf(operation: Operation, { field }: OwnerOptions, site: Site): ((told: Told) => Finding) | undefined {
  const { places, complaints } = findPlaces(operation, field);
  for (const { wrong, allowed } of complaints) site.report(`lookup: ${operation.id}: ${wrong}`, allowed);
  const lists = [...places.values()].filter(({ things }) => things.length > 0);
  if (lists.length > 0) site.report(`lookup: ${operation.id} tells of many things, not of one`, "an operation that answers with the object itself");
  const { bounds } = answerReading(site);
  const choices = new Map([...operation.answers].map(([status, answer]) => [status, mediaChoice(answer.media)]));
  const unknown = (reason: string, more: Readonly<Record<string, Json>> = {}): Problem => ownerUnknown({ because: { lookup: operation.id, reason, ...more } });
  const read = ({ status, fields, bytes }: Told): Finding => {
    if (status === 404 || status === 410) return "missing";
    if (status !== 200) return unknown("an answer that is not the object", { status });
    const chosen = (choices.get("200") ?? choices.get("2xx") ?? choices.get("default"))?.(fields);
    const place = chosen === undefined || "wrong" in chosen || chosen.validator === undefined ? undefined : places.get(chosen.validator);
    if (place === undefined) return unknown("content in which no owner is declared");
    const value = readJson(bytes, bounds);
    if ("wrong" in value) return unknown("content that cannot be read");
    const owners = ownersOf(value.value, place.owners);
    return owners === undefined || !isJsonObject(value.value) ? unknown("the owner is unreadable") : { owners };
  };
  return complaints.length > 0 || lists.length > 0 ? undefined : read;
}

/** Names and values in turn. Secrets go into requests, never into messages. */
function readFields(as: ReadonlyMap<string, string>, { folder, report }: Site): readonly string[] | undefined {
  const fields = fieldsOf(["accept", "application/json", "accept-encoding", "identity"]);
  let whole = true;
  for (const [name, reference] of as) {
    const read = readSecret(reference, folder);
    const value = "secret" in read ? read.secret.toString("latin1") : undefined;
    if (value !== undefined && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) fields.set(name.toLowerCase(), value);
    else {
      whole = false;
      report(`asking: as: ${name}: ${"wrong" in read ? read.wrong : "no value of a header field"}`, "wrong" in read ? read.allowed : "visible ASCII");
    }
  }
  return whole ? fields.list : undefined;
}
