/** Issued: the ids that were given to callers, in the store, and where in the answers of an operation they stand. */
import { type MemberPath, writeMemberPath } from "../../../../../contract/member-path.ts";
import type { SequenceItems } from "../../../../../contract/operation.ts";
import type { Sketch } from "../../../../../contract/sketch/sketch.ts";
import { isJsonObject, limitName, type Marks, type MediaType, type Operation, type Principal, type Site } from "../../../../../guard.ts";
import { proveId } from "../lookup/sources.ts";
import type { OwnerOptions } from "../options.ts";
import { type Complaint, successesOf } from "../places.ts";
import { asksForIssued } from "../rulebook.ts";
import { findLocated } from "./located.ts";

/** Of one kind of ids, for all operations. */
export function openIssued({ store }: Pick<Site, "store">, kind: string): Marks {
  return store.marks(limitName("provenance", kind));
}

/** The name of an id as the caller's: no two callers with ids have one name. */
export function issuedName({ id: caller }: Principal, id: string): string {
  return limitName(caller, id);
}

/** Where ids stand in one value, or in each item of a sequence. */
export interface IssuePlace {
  readonly paths: readonly MemberPath[];
  readonly items: SequenceItems | undefined;
}

/** By the validator of the media type, which is what a chosen body is known by. */
export type IssuePlaces = ReadonlyMap<NonNullable<MediaType["validator"]>, IssuePlace>;

/** @param issues of each answer those count that its schema knows, and there must be one */
export function findIssues(operation: Operation, issues: readonly MemberPath[]): { readonly places: IssuePlaces; readonly complaints: readonly Complaint[] } {
  const places = new Map<NonNullable<MediaType["validator"]>, IssuePlace>();
  const complaints: Complaint[] = [];
  for (const [key, { media }] of operation.method === "HEAD" ? [] : successesOf(operation)) {
    // Bodies that nobody can check are refused.
    for (const { kind, range, items, validator } of media.filter((one) => one.kind !== "unsupported")) {
      const sketch = kind === "json" ? validator?.sketch : kind === "sequence" && range !== EVENTS ? items?.validator?.sketch : undefined;
      const proofs = issues.map((path) => (items === undefined ? { path, wrong: proveId(writeMemberPath(path), path, sketch) } : proveItem(path, sketch)));
      const known = proofs.filter(({ wrong }) => wrong === undefined).map(({ path }) => path);
      const [first] = proofs;
      if (known.length > 0 && validator !== undefined) places.set(validator, { paths: known, items });
      else if (first?.wrong !== undefined) complaints.push({ ...first.wrong, wrong: `answer ${key} ${range}: ${first.wrong.wrong}` });
    }
  }
  if (places.size === 0 && complaints.length === 0) complaints.push({ wrong: "no answer of it has content that could hold an id", allowed: "an answer 2XX with a JSON schema" });
  return { places, complaints };
}

/** Events hold their data as a text. */
const EVENTS = "text/event-stream";

/** A sequence is a list of its items: `[*].id`. */
function proveItem(path: MemberPath, sketch: Sketch | undefined): { readonly path: MemberPath; readonly wrong: Complaint | undefined } {
  const [first, ...rest] = path;
  if (first?.kind === "item") return { path: rest, wrong: proveId(writeMemberPath(path), rest, sketch) };
  return { path, wrong: { wrong: `${writeMemberPath(path)}: a sequence is a list of its items`, allowed: `[*].${writeMemberPath(path)}` } };
}

/** Reports what of a posting does not fit the contract, or would issue ids to whoever guesses them. */
export function proveIssues({ provenance }: OwnerOptions, { contract, operation, optionsOf, posted, report }: Site): void {
  if (provenance === undefined || operation.listed === "path" || operation.listed === "method") return;
  if (operation.listed === "unlisted") return report("of what the contract does not list nobody knows which ids it holds", "provenance at single operations, or no `unlisted`");
  if (provenance.issues.length === 0 && provenance.location === undefined) return;
  if (provenance.issues.length > 0) for (const { wrong, allowed } of findIssues(operation, provenance.issues).complaints) report(`provenance: issues: ${wrong}`, allowed);
  if (provenance.location !== undefined && findLocated(provenance.location, contract.operations) === undefined) report(`provenance: location: no path of the contract has {${provenance.location}}`, "the name of a path parameter, as in /accounts/{accountId}");
  const holds = (options: unknown): boolean => typeof options !== "object" || !isJsonObject(options) || options["provenance"] === undefined || asksForIssued(options);
  const held = provenance.with.length > 0 || provenance.chosen !== undefined || optionsOf?.("owner").some(holds) === true || ["rule", "decision-point"].some((name) => posted?.has(name) === true);
  if (operation.pathNames.length > 0 && !held) report("provenance: whoever guesses an id in the path would be issued it", "with: path.<name>, or a second posting of owner, or a rule");
}
