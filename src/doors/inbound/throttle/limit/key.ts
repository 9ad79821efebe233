/**
 * Key: whose bucket it is.
 *
 * Only what was verified makes a name of its own: a principal, his client, his API key, a claim of his issuer. Whoever
 * lacks what the key asks for is the caller that he is, and a stranger is his address; a free bucket there is not. What
 * a caller merely writes (a path, a query, a field) may narrow a key, and never stands in the memory of those who
 * proved who they are.
 */
import { follow, readPointer } from "../../../../contract/json-pointer.ts";
import { addressPrefixes } from "../../../../exchange/address.ts";
import type { Readable } from "../../../../exchange/readable.ts";
import { checked, either, fields, type Json, type Known, limitName, listOf, oneOf, optional, or, type Principal, type Shape, type Site, text } from "../../../../guard.ts";
import { claimPath, findClaim } from "../../../../policy/claim.ts";
import type { RoomName } from "../../../../stores/store.ts";
import { alike, writtenAt } from "./written.ts";

const WORDS = ["caller", "address", "client", "api-key", "everyone"] as const;
/** `body`: only behind the guard that has read it. */
const PLACES = ["claim", "path", "query", "field", "body"] as const;

const KEY_PARTS_MAX = 4;

export interface Part {
  readonly kind: (typeof WORDS)[number] | (typeof PLACES)[number];
  /** Where it stands; empty for a word. */
  readonly at: string;
}

const places = {
  claim: optional(text("Where a claim of the credential stands; its values are apart by issuer.", { max: 300, example: "tenant" })),
  path: optional(text("A parameter of the path. Spellings of one value are one: what differs in case, white space, escapes or letters that cannot be seen.", { max: 100 })),
  query: optional(text("A parameter of the query, in the same way; all who send none share one bucket.", { max: 100 })),
  field: optional(text("A header field, in the same way; all who send none share one bucket.", { max: 100 })),
};

type Given = { readonly [name in (typeof PLACES)[number]]?: string | undefined };

function partOf(given: Given): { readonly value: Part } | { readonly wrong: string; readonly allowed: string } {
  const [kind, ...more] = PLACES.filter((name) => given[name] !== undefined);
  if (kind === undefined || more.length > 0) return { wrong: "a part of a key is one thing", allowed: PLACES.join(", ") };
  const claim = given.claim === undefined ? undefined : claimPath(given.claim);
  if (claim !== undefined && "wrong" in claim) return claim;
  return given.body === undefined || readPointer(given.body) !== undefined ? { value: { kind, at: given[kind] ?? "" } } : { wrong: "not a JSON Pointer", allowed: "such as /recipient/id" };
}

const word = (kind: Part["kind"]): Part => ({ kind, at: "" });
const WHOSE = "Whose bucket it is: the caller's own (strangers: their address's), their address's alone, their OAuth client's, their API key's, everybody's; or what stands in a claim, a path, a query or a field";

/** One part, or several that make one key together. */
export const keyShape: Shape<readonly Part[]> = or(listOf(`${WHOSE}; or several of these together.`, either(oneOf("Who.", WORDS), checked(fields(places), partOf), word), { min: 1, max: KEY_PARTS_MAX }), "caller");

/** For guards behind the one that has read the body. */
export const readKeyShape: Shape<readonly Part[]> = or(
  listOf(`${WHOSE}, or in the body or a member of it; or several of these together.`, either(oneOf("Who, or the whole body.", [...WORDS, "body"]), checked(fields({ ...places, body: optional(text("A member of the body, as a JSON Pointer. Texts in it that differ only in case, white space or letters that cannot be seen are one; all who send none share one bucket.", { max: 300, example: "/recipient" })) }), partOf), word), { min: 1, max: KEY_PARTS_MAX }),
  "caller",
);

export interface Owner {
  readonly name: string;
  /** Names of the same with ranges around a stranger's address, wider and wider. */
  readonly around: readonly string[];
  readonly room: RoomName;
  /** Whether nobody else uses this bucket: then he may know how full it is. */
  readonly own: boolean;
  /** For the operator. */
  readonly kind: string;
}

export type OwnerOf = (exchange: Known) => Owner;

export function compileKey(key: readonly Part[], { operation, report }: Pick<Site, "operation" | "report">): OwnerOf {
  const readers = key.map((one) => compilePart(one, operation, report));
  const [first, ...others] = readers;
  if (first === undefined || others.length === 0) return first ?? stranger;
  return (exchange) => {
    const owners = readers.map((read) => read(exchange));
    return {
      name: `+${limitName(...owners.map(({ name }) => name))}`,
      around: aroundAll(owners),
      room: owners.every(({ room }) => room === "known") ? "known" : "strangers",
      own: owners.some(({ own }) => own),
      kind: owners.map(({ kind }) => kind).join(" and "),
    };
  };
}

/** Whoever has a whole /48 has no 65,536 budgets by a key that says more than his address, either. */
function aroundAll(owners: readonly Owner[]): readonly string[] {
  const [levels] = owners.map(({ around }) => around.length).toSorted((one, other) => other - one);
  if (levels === undefined || levels === 0) return NOBODY;
  return Array.from({ length: levels }, (_, level) => `+${limitName(...owners.map(({ name, around }) => around[level] ?? name))}`);
}

/** A key in words, for the name of its limit: two keys of one limit must not share its buckets. */
export function keyText(key: readonly Part[]): string {
  return limitName(...key.flatMap(({ kind, at }) => [kind, at]));
}

const NOBODY: readonly string[] = [];
const everyone: Owner = { name: "e", around: NOBODY, room: "known", own: false, kind: "everyone" };

function compilePart({ kind, at }: Part, operation: Site["operation"], report: Site["report"]): OwnerOf {
  switch (kind) {
    case "everyone":
      return () => everyone;
    case "address":
      return stranger;
    case "caller":
      return caller;
    case "client":
      return (exchange) => fromPrincipal(exchange, kind, ({ issuer, client }) => (client === undefined ? undefined : limitName(issuer, client)), false);
    case "api-key":
      return (exchange) => fromPrincipal(exchange, kind, apiKeyOf, true);
    case "claim": {
      const path = claimPath(at);
      return (exchange) => fromPrincipal(exchange, kind, (principal) => ("value" in path ? claimOf(principal, path.value) : undefined), false);
    }
    case "path": {
      const { pathNames } = operation;
      if (!pathNames.includes(at)) report(`the path has no parameter ${JSON.stringify(at)}`, pathNames.join(", ") || "none here");
      return ownedBy(kind, writtenAt("path", at, operation));
    }
    case "query":
      return ownedBy(kind, writtenAt("query", at, operation));
    case "field":
      return ownedBy(kind, writtenAt("header", at.toLowerCase(), operation));
    case "body": {
      const keys = readPointer(at) ?? [];
      return ownedBy(kind, ({ content }) => ("value" in content ? memberOf((content as Readable).value, keys) : ""));
    }
  }
}

function memberOf(body: Json | undefined, keys: readonly string[]): string {
  const member = body === undefined ? undefined : follow(body, keys);
  return member === undefined ? "" : alike(member);
}

function caller(exchange: Known): Owner {
  const { principal } = exchange;
  return principal === undefined ? stranger(exchange) : { name: `p${principal.id}`, around: NOBODY, room: "known", own: true, kind: "principal" };
}

function stranger({ address }: Known): Owner {
  const [own = address, ...around] = addressPrefixes(address);
  // A stranger's bucket is shared: how full it is would tell him what the others at his address do.
  return { name: `a${own}`, around: around.length === 0 ? NOBODY : around.map((range) => `a${range}`), room: "strangers", own: false, kind: "address" };
}

/** The kind is the first letter of the name: somebody may be called "192.0.2.1/32". */
function fromPrincipal(exchange: Known, kind: Part["kind"], read: (principal: Principal) => string | undefined, own: boolean): Owner {
  const { principal } = exchange;
  const name = principal === undefined ? undefined : read(principal);
  return name === undefined ? caller(exchange) : { name: `${LETTERS[kind] ?? ""}${name}`, around: NOBODY, room: "known", own, kind };
}

const LETTERS: Readonly<Partial<Record<Part["kind"], string>>> = { client: "c", "api-key": "k", claim: "l", path: "v", query: "q", field: "f", body: "b" };

function apiKeyOf({ methods, credential, also = [] }: Principal): string | undefined {
  return methods.includes("api-key") ? credential : also.find((one) => one.methods.includes("api-key"))?.credential;
}

function claimOf({ issuer, claims }: Principal, path: readonly string[]): string | undefined {
  const found = findClaim(claims, path);
  const value = found !== undefined && "value" in found ? found.value : undefined;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? limitName(issuer, typeof value, String(value)) : undefined;
}

function ownedBy(kind: Part["kind"], read: (exchange: Known) => string): OwnerOf {
  return (exchange) => ({ name: `${LETTERS[kind] ?? ""}${read(exchange)}`, around: NOBODY, room: "strangers", own: false, kind });
}
