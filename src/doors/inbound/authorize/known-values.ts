/**
 * Known values: what a rule may name at an operation, and where each of these values is found in an exchange.
 *
 * The names come from the contract (parameters) and from the policy (claims), so that a rule that fits neither is found at
 * start-up. A value that cannot be read is told from one that is not there: a rule may ask `has(query.limit)`, but no rule
 * shall pass because somebody sent a limit that nobody can read.
 */
import type { Known, Operation, Parameter, Principal, Problem, Site } from "../../../guard.ts";
import { type DeclaredClaim, type Identity, PRINCIPAL_NAMES } from "../../../policy/identity.ts";
import { findClaim } from "../../../policy/claim.ts";
import type { Mention, Vocabulary } from "../../../policy/expression/examine.ts";
import { type Kind, kindOfHint, LIST_ITEMS_MAX, toValue, type Value } from "../../../policy/expression/kind.ts";
import { readerOf as readerOfParameter } from "../../parameter-value.ts";
import { locate, refuseInvalid } from "../validate/invalid.ts";

/** Why a rule cannot be judged. */
export type Unreadable = { readonly unreadable: string } | { readonly refusal: Problem };
export type KnownValue = Value | undefined | Unreadable;
type ReadValue = (exchange: Known) => KnownValue;

type Names = ReadonlyMap<string, Kind | { readonly wrong: string }>;

const PRINCIPAL_KINDS: ReadonlyMap<string, Kind> = new Map(PRINCIPAL_NAMES.map((name) => [name, name === "scopes" || name === "roles" || name === "methods" ? "strings" : "string"]));
const OPERATION_KINDS: ReadonlyMap<string, Kind> = new Map([["id", "string"], ["method", "string"], ["path", "string"], ["tags", "strings"]]);
const LOOSE_KINDS: ReadonlyMap<string, Kind> = new Map([["address", "string"], ["time", "timestamp"]]);

const PARAMETER_PLACES: readonly Parameter["in"][] = ["path", "query", "header"];

/** Everything that a rule may name at this operation. */
export function vocabularyOf({ operation, identity }: Pick<Site, "operation" | "identity">): Vocabulary {
  const claims = [...identity.claims].map(([name, { type }]) => [name, type] as const);
  const parameters = PARAMETER_PLACES.map((place): readonly [string, Names] => [place, new Map([...parametersIn(place, operation)].map(([name, { hint }]) => [name, kindOfHint(hint)]))]);
  return new Map<string, Names>([["principal", new Map([...PRINCIPAL_KINDS, ...claims])], ["operation", OPERATION_KINDS], ...parameters, ["", LOOSE_KINDS]]);
}

/**
 * The parameters of one place, by all names that a rule may write: as the contract does; fields in lower case as well,
 * since their names know no case; and `x_branch` for `x-branch`, where no other parameter has that name.
 */
function parametersIn(place: Parameter["in"], { parameters }: Operation): ReadonlyMap<string, Parameter> {
  const here = parameters.filter((parameter) => parameter.in === place);
  const plain = here.flatMap((parameter) => [[parameter.name, parameter], ...(place === "header" ? [[parameter.name.toLowerCase(), parameter] as const] : [])] as const);
  const aliases = Map.groupBy(plain, ([name]) => name.replace(/[^A-Za-z0-9_]/g, "_"));
  const alone = [...aliases].flatMap(([alias, named]) => (new Set(named.map(([, parameter]) => parameter)).size === 1 ? named.map(([, parameter]) => [alias, parameter] as const) : []));
  return new Map([...alone, ...plain]);
}

/** Reads the values of all mentions, in their order; or why one of them cannot be read. */
export function valuesReader(mentions: readonly Mention[], site: Pick<Site, "operation" | "identity">): (exchange: Known) => readonly (Value | undefined)[] | Unreadable {
  const readers = mentions.map((mention) => readerOf(mention, site));
  return (exchange) => {
    const values: (Value | undefined)[] = [];
    for (const read of readers) {
      const value = read(exchange);
      if (!isReadable(value)) return value;
      values.push(value);
    }
    return values;
  };
}

export function isReadable<T>(value: T): value is Exclude<T, Unreadable> {
  return typeof value !== "object" || value === null || !("unreadable" in value || "refusal" in value);
}

/** Where the value of a mention is found. */
function readerOf({ record, name, kind }: Mention, { operation, identity }: Pick<Site, "operation" | "identity">): ReadValue {
  switch (record) {
    case "principal":
      return readPrincipal(name, identity);
    case "operation":
      return readOperation(name, operation);
    case "":
      return name === "time" ? ({ now }) => new Date(now) : ({ address }) => (address === "" ? NO_ADDRESS : address);
    default: {
      const place = PARAMETER_PLACES.find((one) => one === record);
      const parameter = place === undefined ? undefined : parametersIn(place, operation).get(name);
      return parameter === undefined ? () => ({ unreadable: `${record}.${name}` }) : readParameter(parameter, operation, kind);
    }
  }
}

function readOperation(name: string, { id, path, tags }: Operation): ReadValue {
  if (name === "method") return ({ request }) => request.method;
  const value = name === "id" ? id : name === "path" ? path : tags;
  return () => value;
}

function readParameter(parameter: Parameter, operation: Operation, kind: Kind): ReadValue {
  const read = readerOfParameter(operation, parameter);
  const place = { in: parameter.in, name: parameter.name };
  return (exchange) => {
    const found = read(exchange);
    if (found === undefined) return undefined;
    if ("findings" in found) return { refusal: refuseInvalid(locate(found.findings, place)) };
    return found.value === null ? undefined : (toValue(found.value, kind) ?? { unreadable: `${parameter.in}.${parameter.name}` });
  };
}

/** Where nobody knows it, it is in no range, and so outside of each: no rule may be glad of that. */
const NO_ADDRESS: Unreadable = { unreadable: "address" };
const STRANGER: Unreadable = { unreadable: "principal: a stranger" };

function readPrincipal(name: string, identity: Identity): ReadValue {
  const claim = identity.claims.get(name);
  const read = claim === undefined ? readOwn(name, identity) : (principal: Principal) => readClaim(principal, name, claim);
  return ({ principal }) => (principal === undefined ? STRANGER : read(principal));
}

/** Names that every principal has, as PRINCIPAL_NAMES lists them. */
function readOwn(name: string, identity: Identity): (principal: Principal) => KnownValue {
  switch (name) {
    case "roles":
      return (principal) => listOf(identity.rolesOf(principal), name);
    case "scopes":
      return ({ scopes }) => listOf(scopes, name);
    case "methods":
      return ({ methods }) => methods;
    case "party":
      return ({ party }) => party;
    case "issuer":
      return ({ issuer }) => issuer;
    case "subject":
      return ({ subject }) => subject;
    case "client":
      return ({ client }) => client;
    default:
      return ({ id }) => id;
  }
}

function listOf(set: ReadonlySet<string> | undefined, name: string): KnownValue {
  return set === undefined || set.size > LIST_ITEMS_MAX ? { unreadable: `principal.${name}` } : [...set];
}

function readClaim({ claims }: Principal, name: string, { path, type }: DeclaredClaim): KnownValue {
  const found = findClaim(claims, path);
  if (found === undefined) return undefined;
  return "wrong" in found ? { unreadable: `principal.${name}` } : (toValue(found.value, type) ?? { unreadable: `principal.${name}` });
}
