/**
 * House: one contract and one policy, understood: a plan per operation, and the way to find it.
 *
 * Immutable. A reload builds another and swaps one reference; exchanges in flight finish in the one they entered.
 */
import { randomBytes } from "node:crypto";
import path from "node:path";
import type { Contract } from "../contract/contract.ts";
import { type Misfit, sortMisfits } from "../contract/misfit.ts";
import type { Find } from "../contract/find.ts";
import type { Operation } from "../contract/operation.ts";
import { type ReadContract, readContract } from "../contract/read.ts";
import type { Ask } from "../exchange/ask.ts";
import { readRanges, type Ranges } from "../exchange/address.ts";
import { readPeppers } from "../keys/pepper.ts";
import type { Guard, Site } from "../policy/definition.ts";
import { identityOf } from "../policy/identity.ts";
import type { Policy } from "../policy/policy.ts";
import { readAuthority, type UpstreamSettings } from "../policy/upstream.ts";
import { type Posting, postingsOf, strayNames } from "../policy/postings.ts";
import { type PolicyReading, readPolicy } from "../policy/read.ts";
import type { Database } from "../stores/database/database.ts";
import type { OpenDatabase } from "../stores/database/hold-database.ts";
import type { OpenStore } from "../stores/hold-store.ts";
import { describeResource } from "./describe-resource.ts";
import { Gathering } from "./gathering.ts";
import { makePlan, type Plan, type PlanSite } from "./plan.ts";
import type { Shared } from "./shared.ts";
import { openTide } from "./tide.ts";

export interface House {
  readonly policy: Policy;
  readonly contract: Contract;
  readonly plans: ReadonlyMap<string, Plan>;
  readonly trusted: Ranges;
  /** The plan for a request, and the raw texts of its path parameters. Always one: what is not listed is refused by a plan. */
  readonly find: (...request: Parameters<Find>) => { readonly plan: Plan; readonly values: readonly string[] };
  /** For requests whose target cannot be read: a plan that refuses them. */
  readonly nowhere: Plan;
  /** What the policy's `database` names; not opened yet when the house is built. */
  readonly database: Database | undefined;
  /** Files whose change is a reason to build anew. */
  readonly files: readonly string[];
  readonly warnings: readonly Misfit[];
}

export interface Materials {
  readonly guards: readonly Guard[];
  readonly openStore: OpenStore;
  readonly shared: Shared;
  readonly openDatabase: OpenDatabase;
  /** false: the host cannot switch protocols, and a policy that asks for it does not fit. Default true. */
  readonly switches?: boolean;
  /** How the API is asked by the door itself, where the policy says where it is. */
  readonly openLine?: (upstream: UpstreamSettings, authority: string | undefined) => { readonly value: Ask; readonly close: () => void };
}

type Complain = (pointer: string, message: string, allowed?: string) => void;

export type Building = { readonly house: House } | { readonly misfits: readonly Misfit[] };

/** Reads policy and contract and compiles every plan. All misfits are found in one go. */
export function buildHouse(policyFile: string, materials: Materials): Building {
  const reading = readPolicy(policyFile);
  const { policy } = reading;
  if (policy === undefined) return { misfits: sortMisfits(reading.misfits) };
  const { settings } = policy;
  const contract = readContract(path.resolve(policy.folder, settings.contract), {
    strict: settings.strict,
    ...(settings.base === undefined ? {} : { basePath: settings.base }),
  });
  const misfits: Misfit[] = [...contract.misfits];
  const house = furnish(policy, contract, reading, materials, misfits);
  const unique = new Map(misfits.map((misfit) => [`${misfit.place.file} ${misfit.place.pointer} ${misfit.message}`, misfit]));
  const all = sortMisfits([...unique.values()]);
  if (house === undefined || all.some(({ level }) => level === "error")) return { misfits: all };
  return { house: { ...house, warnings: all } };
}

function furnish(policy: Policy, contract: ReadContract, reading: PolicyReading, materials: Materials, misfits: Misfit[]): House | undefined {
  const { settings, folder } = policy;
  const complain: Complain = (pointer, message, allowed) => void misfits.push(reading.complain(pointer, message, allowed));
  const trusted = readRanges(settings.trust);
  if ("wrong" in trusted) {
    complain("/trust", trusted.wrong, "addresses and ranges such as 10.0.0.0/8");
    return undefined;
  }
  const { guards, openStore, shared, openDatabase, switches = true, openLine } = materials;
  const limits = openStore(settings.limits, folder);
  const memory = openMemory(settings.database, folder, openDatabase);
  if ("wrong" in limits) complain("/limits", limits.wrong, limits.allowed);
  if ("wrong" in memory) complain(memory.pointer, memory.wrong, memory.allowed);
  if ("wrong" in limits || "wrong" in memory) return undefined;
  const { store } = limits;
  const { database } = memory;
  strayNames(settings.everywhere, settings.operations, contract.operations, guards, complain);
  const share = shared.begin();
  const { upstream } = settings;
  const trust = upstream === undefined ? { pem: undefined } : readAuthority(upstream, folder);
  if ("wrong" in trust) complain("/upstream/authority", trust.wrong, trust.allowed);
  const openAsk = upstream === undefined || openLine === undefined || "wrong" in trust ? undefined : (): Ask => share(`line ${JSON.stringify([upstream, trust])}`, () => openLine(upstream, trust.pem));
  const tide = share("tide", () => ({ value: openTide() }));
  const identity = identityOf(settings.roles, settings.claims);
  const gathering = new Gathering();
  const gather: PlanSite["complain"] = (pointer, message, allowed, operation) => (operation === undefined ? complain(pointer, message, allowed) : gathering.add(operation, pointer, message, allowed));
  const broken = Map.groupBy(contract.misfits.filter(({ level }) => level === "operation"), ({ operation }) => operation);
  const plan = (operation: Operation, resource?: Site["resource"]): Plan => {
    const { list, public: open } = postingsOf(operation, settings.everywhere, settings.operations, guards, complain);
    const down = operation.listed === "operation" ? broken.get(operation.id)?.find((misfit) => !isLifted(misfit, list)) : undefined;
    const accuse = (message: string, allowed?: string): void => void misfits.push({ level: "error", place: operation.place, message, operation: operation.id, ...(allowed === undefined ? {} : { allowed }) });
    const site: PlanSite = { contract, operation, public: open, store, ...memory, folder, external: settings.external, resource, identity, random: randomBytes, share, openAsk, tide, complain: gather, accuse, down: down?.message, switches };
    return makePlan(list, site);
  };
  const plans = new Map(contract.operations.map((operation) => [operation.id, plan(operation)]));
  const resource = describeResource(contract, settings.external, [...plans.values()].flatMap(({ tokens }) => tokens));
  misfits.push(...namedByAll(settings.roles, [...plans.values()].flatMap(({ tokens }) => tokens.map(({ issuer }) => issuer)), reading));
  const nowhere = plan(stranded("path", "", []), resource);
  const elsewhere = settings.unlisted === undefined ? nowhere : plan(stranded("unlisted", "", []), resource);
  const wrongMethod = new Map(contract.operations.map(({ path: template, allow }) => [template, plan(stranded("method", template, allow))]));
  gathering.tell(complain);
  return {
    policy,
    contract,
    plans,
    trusted,
    nowhere,
    database,
    files: [policy.file, ...contract.files, ...certificateFiles(policy)],
    warnings: [],
    find(method, segments, query, fields) {
      const found = contract.find(method, segments, query, fields);
      if (found.kind === "operation") return { plan: plans.get(found.operation.id) ?? nowhere, values: found.values };
      if (found.kind === "method") return { plan: wrongMethod.get(found.path) ?? nowhere, values: [] };
      return { plan: elsewhere, values: [] };
    },
  };
}

/** Sources of roles that count for each of several issuers: then whoever runs the least of them names any role. */
function namedByAll(roles: Policy["settings"]["roles"], issuers: readonly string[], { complain }: PolicyReading): readonly Misfit[] {
  const all = [...new Set(issuers)];
  if (roles === undefined || all.length < 2) return [];
  const message = `whoever issues tokens here can name these roles (${all.join(", ")})`;
  return roles.from.flatMap(({ issuer }, at) => (issuer === undefined ? [{ ...complain(`/roles/from/${at}`, message, "issuer: <the one whose roles they are>; a source for each that may"), level: "warning" as const }] : []));
}

function certificateFiles({ folder, settings: { listen } }: Policy): readonly string[] {
  if (listen.tls === undefined) return [];
  const { certificate, key, clients } = listen.tls;
  return [certificate, key, clients?.authorities ?? [], clients?.revoked ?? []].flat().map((file) => path.resolve(folder, file));
}

type Memory = Pick<PlanSite, "database" | "peppers">;

/** What outlives the process, and the secret that belongs to it. */
function openMemory(settings: Policy["settings"]["database"], folder: string, openDatabase: OpenDatabase): Memory | { readonly pointer: string; readonly wrong: string; readonly allowed?: string } {
  if (settings === undefined) return {};
  const opened = openDatabase(settings, folder);
  if ("wrong" in opened) return { pointer: "/database", ...opened };
  if (settings.pepper.length === 0) return { database: opened.database };
  const read = readPeppers(settings.pepper, folder);
  return "wrong" in read ? { pointer: "/database/pepper", ...read } : { database: opened.database, peppers: read.peppers };
}

/** Content that nobody can check is no obstacle where the policy says, with a reason, that nobody shall. */
function isLifted({ unread }: Misfit, list: readonly Posting[]): boolean {
  const guard = unread === "request" ? "body" : unread === "answer" ? "answer-body" : undefined;
  return list.some((posting) => posting.guard.name === guard && posting.waived !== undefined);
}

/** What stands in the place of an operation for requests that the contract does not list. */
function stranded(listed: Exclude<Operation["listed"], "operation">, template: string, allow: readonly string[]): Operation {
  return {
    listed,
    id: "",
    method: "",
    path: template,
    tags: [],
    summary: undefined,
    deprecated: false,
    allow,
    pathNames: [],
    parameters: [],
    body: undefined,
    answers: new Map(),
    security: undefined,
    place: { file: "", pointer: "" },
  };
}
