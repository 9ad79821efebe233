/**
 * Find plan: which operation and which principal a question is about.
 *
 * A resource is an operation of the contract: of type `route` by its method (the action) and the template of its path, of
 * type `operation` by its operationId. Values of its parameters may stand in the resource's properties, as `params` and
 * `query`. The subject is a principal by its id; its properties stand for the claims of a credential, with `scope` and
 * `ip_address` among them. The asker is believed: it is the one who enforces what is decided.
 */
import type { Json, JsonObject } from "../../contract/json-value.ts";
import { isJsonObject } from "../../contract/json-value.ts";
import type { RawPair } from "../../contract/operation.ts";
import type { DecisionQuestion } from "../../doors/decide.ts";
import type { House } from "../../doors/house.ts";
import type { Plan } from "../../doors/plan.ts";
import { canonicalAddress } from "../../exchange/address.ts";
import type { Principal } from "../../exchange/principal.ts";
import type { AskedQuestion, Entity } from "./read-request.ts";

export function findPlan({ subject, action, resource }: AskedQuestion, house: House): DecisionQuestion | { readonly wrong: string } {
  const plan = planOf(resource, action, house);
  if (plan === undefined) return { wrong: "the contract has no such operation" };
  const { params, query } = resource.properties;
  const pathValues = readParams(params, plan.operation.pathNames);
  const pairs = readQuery(query);
  if (pathValues === undefined) return { wrong: "params is not an object of texts and numbers" };
  if (pairs === undefined) return { wrong: "query is not an object of texts, numbers and lists of these" };
  const address = readAddress(subject.properties["ip_address"]);
  if (address === undefined) return { wrong: "ip_address is no address" };
  const principal = readPrincipal(subject, plan);
  if (principal === undefined) return { wrong: "scope is not a text" };
  return { plan, principal, method: plan.operation.method, pathValues, query: pairs, address };
}

function planOf({ type, id }: Entity, action: string, { plans }: House): Plan | undefined {
  if (type === "operation") return plans.get(id);
  return type === "route" ? [...plans.values()].find(({ operation }) => operation.path === id && operation.method === action) : undefined;
}

/** In the order of the template. With one of them unknown none is known: a value must not be taken for its neighbour's. */
function readParams(given: Json | undefined, names: readonly string[]): readonly string[] | undefined {
  if (given === undefined) return [];
  if (!isJsonObject(given)) return undefined;
  const values = names.map((name) => (Object.hasOwn(given, name) ? rawText(given[name]) : ""));
  if (values.includes(undefined)) return undefined;
  return values.includes("") ? [] : (values as readonly string[]);
}

function readQuery(given: Json | undefined): readonly RawPair[] | undefined {
  if (given === undefined) return [];
  if (!isJsonObject(given)) return undefined;
  const pairs = Object.entries(given).flatMap(([name, value]) => [value].flat().map((one: Json) => [name, rawText(one)] as const));
  return pairs.every(([, value]) => value !== undefined) ? (pairs as readonly RawPair[]) : undefined;
}

/** As it would stand in a URL. */
function rawText(value: Json | undefined): string | undefined {
  const text = typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
  return text === undefined || !text.isWellFormed() ? undefined : encodeURIComponent(text);
}

function readAddress(given: Json | undefined): string | undefined {
  if (given === undefined) return "";
  return typeof given === "string" ? canonicalAddress(given) : undefined;
}

/** `issuer#user:name`, as this house names principals; another id is the subject's own name. */
const OWN_ID = /^([^#]{1,1000})#(user|client):(.{1,255})$/;

function readPrincipal({ id, type, properties }: Entity, { operation }: Plan): Principal | undefined {
  const [, issuer = textOf(properties, "issuer"), party = type === "client" ? "client" : "user", subject = id] = OWN_ID.exec(id) ?? [];
  const scope = properties["scope"] ?? "";
  if (typeof scope !== "string") return undefined;
  return {
    kind: "principal",
    id,
    issuer,
    party: party === "client" ? "client" : "user",
    subject,
    client: undefined,
    scopes: new Set(scope.split(" ").filter((one) => one !== "")),
    claims: properties,
    // Who it is has been found out where the question comes from: whatever the operation asks for is fulfilled.
    schemes: (operation.security ?? []).flat().map(({ scheme }) => scheme.name),
    field: undefined,
    methods: ["decisions"],
    until: undefined,
    credential: undefined,
  };
}

function textOf(properties: JsonObject, name: string): string {
  const value = properties[name];
  return typeof value === "string" ? value : "";
}
