/**
 * Places: where in the answers of an operation its owner is named, proven against the schemas of the contract.
 */
import path from "node:path";
import type { MemberPath } from "../../../../contract/member-path.ts";
import { writeMemberPath } from "../../../../contract/member-path.ts";
import { findMember, isMissing, type Missing } from "../../../../contract/sketch/find-member.ts";
import { mayBe, type Sketch } from "../../../../contract/sketch/sketch.ts";
import type { DeclaredAnswer, SequenceItems } from "../../../../contract/operation.ts";
import type { MediaType, Operation } from "../../../../guard.ts";
import { type Judge, judgeBy } from "./judge.ts";

/** Of one media type of one answer. */
export interface Place {
  /** The way to the things that each have an owner; empty where the answer is one such thing. */
  readonly things: MemberPath;
  /** Where the owner of a thing is named. */
  readonly owners: readonly MemberPath[];
  readonly judge: Judge;
  readonly sketch: Sketch;
  readonly media: MediaType;
  /** Of a sequence (JSON Lines and the like): the things are its items, one by one. */
  readonly items: SequenceItems | undefined;
}

export interface Complaint {
  readonly wrong: string;
  readonly allowed: string;
}

export interface FoundPlaces {
  /** By the validator of the media type, which is what a chosen body is known by. */
  readonly places: ReadonlyMap<NonNullable<MediaType["validator"]>, Place>;
  readonly complaints: readonly Complaint[];
}

/** Answers with which an operation says that it did what was asked; where none is named, `default` is one. */
export function successesOf({ answers }: Operation): readonly (readonly [key: string, answer: DeclaredAnswer])[] {
  const named = [...answers].filter(([key]) => key.startsWith("2"));
  const otherwise = answers.get("default");
  return named.length > 0 || otherwise === undefined ? named : [["default", otherwise]];
}

/** @param fields where the owner may be named; of each answer those count that its schema knows, and there must be one */
export function findPlaces(operation: Operation, fields: readonly MemberPath[]): FoundPlaces {
  const places = new Map<NonNullable<MediaType["validator"]>, Place>();
  const complaints: Complaint[] = [];
  const successes = successesOf(operation);
  if (successes.length === 0) complaints.push({ wrong: "the contract declares no successful answer", allowed: "an answer 2XX with a schema" });
  for (const [key, { media }] of successes) {
    if (media.length === 0) complaints.push({ wrong: `the answer ${key} has no content, so it cannot say whose it is`, allowed: ASK_FIRST });
    for (const one of media) {
      // Bodies that nobody can check are refused, whoever they belong to.
      if (one.kind === "unsupported") continue;
      const found = findPlace(one, fields);
      if ("wrong" in found) complaints.push({ ...found, wrong: `answer ${key} ${one.range}${lineOf(one)}: ${found.wrong}` });
      else if (one.validator !== undefined) places.set(one.validator, found);
    }
  }
  return { places, complaints };
}

const ASK_FIRST = "owner: { lookup: <operation>, with: { ... } }, which asks before";

function lineOf({ place }: MediaType): string {
  return place.line === undefined ? "" : ` (${path.basename(place.file)}:${place.line})`;
}

function findPlace(media: MediaType, fields: readonly MemberPath[]): Place | Complaint {
  if (media.items !== undefined) return findInItems(media, media.items, fields);
  const sketch = media.kind === "json" ? media.validator?.sketch : undefined;
  if (sketch === undefined) return { wrong: "no schema says where the owner would stand", allowed: `a JSON schema, or ${ASK_FIRST}` };
  const found = fields.map((field) => [field, prove(sketch, field)] as const);
  const known = found.filter(([, outcome]) => outcome === undefined).map(([field]) => field);
  const [first] = known;
  if (first === undefined) return found[0]?.[1] ?? { wrong: "no field is named", allowed: "the path of a member" };
  const things = thingsOf(first);
  const other = known.find((field) => writeMemberPath(thingsOf(field)) !== writeMemberPath(things));
  if (other !== undefined) return { wrong: `${writeMemberPath(first)} and ${writeMemberPath(other)} are owners of different things`, allowed: "two postings of owner, one for each" };
  const owners = known.map((field) => field.slice(things.length));
  return { things, owners, judge: judgeBy(owners), sketch, media, items: undefined };
}

/** A sequence is a list that is never whole: its items come and go one by one, each with an owner. */
function findInItems(media: MediaType, items: SequenceItems, fields: readonly MemberPath[]): Place | Complaint {
  const found = findPlace({ ...media, kind: "json", validator: items.validator, items: undefined }, fields.flatMap(([first, ...rest]) => (first?.kind === "item" ? [rest] : [])));
  if ("wrong" in found) return { ...found, wrong: `of each item, ${found.wrong}`, allowed: `[*] and ${found.allowed}` };
  if (found.things.length > 0) return { wrong: "the items of a sequence are things, and have none inside them", allowed: "a path such as [*].customerId" };
  return { ...found, things: [{ kind: "item" }], media, items };
}

/** undefined: the schema has such a place, and a name may stand there. */
function prove(sketch: Sketch, field: MemberPath): Missing | undefined {
  if (!field.slice(thingsOf(field).length).some(({ kind }) => kind === "name")) return { wrong: `${writeMemberPath(field)} ends with things, not with an owner of them`, allowed: `a member behind it, or [?] for a list of owners` };
  const member = findMember(sketch, field);
  if (isMissing(member)) return member;
  return mayBe(member, "string", "integer", "number") ? undefined : { wrong: `${writeMemberPath(field)} is neither a text nor a whole number in the contract`, allowed: "the member that holds the id of the owner" };
}

/** Up to the last step that leads to many. */
export function thingsOf(field: MemberPath): MemberPath {
  return field.slice(0, field.findLastIndex(({ kind }) => kind === "item" || kind === "member") + 1);
}
