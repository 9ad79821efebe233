/** Ask first: a request goes on when the objects that it names are the caller's own. */
import type { Json } from "../../../../../contract/json-value.ts";
import { type Check, type Inspected, type Particulars, type Problem, problem, type Site } from "../../../../../guard.ts";
import { isAmong, type Names } from "../../../../../policy/principal-value.ts";
import { isExempt } from "../../../../exemption.ts";
import { refuseInvalid } from "../../../../inbound/validate/invalid.ts";
import { notFound } from "../../../../not-found.ts";
import { evenly } from "../evenly.ts";
import type { OwnerOptions } from "../options.ts";
import { openNames } from "../rulebook.ts";
import { SAFE } from "../safe.ts";
import { type Address, idOf, writeAddress } from "./address.ts";
import { type Inquiry, openInquiry, ownerUnknown } from "./inquiry.ts";
import type { Finding } from "./lookups.ts";
import { type BodyRead, bodyReader } from "./sources.ts";

export const objectsTooMany: (particulars?: Particulars) => Problem = problem("objects-too-many", 400, "The request names too many objects");
export const unreadable: Problem = refuseInvalid([{ in: "body", pointer: "", keyword: "owner", message: "cannot be read" }]);
export const absent: Problem = refuseInvalid([{ in: "body", pointer: "", keyword: "required", message: "does not name the object" }]);

export function askFirst(options: OwnerOptions, site: Site): Check<"validate"> | undefined {
  const { operation } = site;
  if (operation.listed !== "operation" || options.lookup === undefined) return undefined;
  const mine = openNames(options, site);
  const exempt = isExempt(options.unless, site);
  const inquiry = openInquiry(options, site);
  if (inquiry === undefined) return undefined;
  const gate = new Gate(options, inquiry, !SAFE.has(operation.method));
  const readBody = inquiry.sources.some(({ needsBody }) => needsBody) ? bodyReader(site, unreadable) : undefined;

  return evenly(options, site, (exchange) => {
    if (exempt(exchange.principal)) return undefined;
    const enter = (body: BodyRead): ReturnType<Gate["enter"]> => ("refused" in body ? body.refused : gate.enter(exchange, body.value, mine(exchange.principal)));
    const body = readBody === undefined ? { value: undefined } : readBody(exchange);
    return body instanceof Promise ? body.then(enter) : enter(body);
  });
}

class Gate {
  readonly #options: OwnerOptions;
  readonly #inquiry: Inquiry;
  /** Whether a request that goes on may change what was found. */
  readonly #changes: boolean;
  readonly #foreign: Problem;
  readonly #missing: Problem;
  readonly #nobody: Problem;

  constructor(options: OwnerOptions, inquiry: Inquiry, changes: boolean) {
    this.#options = options;
    this.#inquiry = inquiry;
    this.#changes = changes;
    const told = (outcome: string): Particulars => ({ because: { rule: `the owner of ${inquiry.operation.id} is ${options.is}`, outcome } });
    this.#foreign = notFound(told("foreign"));
    this.#missing = notFound(told("missing"));
    this.#nobody = ownerUnknown(told("nobody"));
  }

  enter(exchange: Inspected, body: Json | undefined, mine: Names): Problem | undefined | Promise<Problem | undefined> {
    const { sources } = this.#inquiry;
    const values = sources.map(({ read }) => read(exchange, body));
    const readable = values.filter((list) => list !== "unreadable");
    if (readable.length < values.length) return unreadable;
    const addresses = this.#addressesOf(combine(readable));
    if ("kind" in addresses) return addresses;
    return addresses.length === 0 ? undefined : this.#judgeAll(addresses, exchange, mine);
  }

  #addressesOf(sets: readonly Values[]): readonly Address[] | Problem {
    const { most, absent: whenAbsent } = this.#options.asking;
    const addresses = new Map<string, Address>();
    for (const set of sets) {
      if (set.some((one) => one === undefined || one === null)) {
        if (whenAbsent === "refuse") return absent;
        continue;
      }
      const { operation, sources } = this.#inquiry;
      const address = writeAddress(operation, sources.map(({ parameter }, at) => ({ parameter, id: idOf(set[at]) ?? "" })));
      // No object has such an id: it is missing, whatever the API would make of it.
      if (address === undefined) return this.#missing;
      addresses.set(`${address.path}?${address.search ?? ""}`, address);
      if (addresses.size > most) return objectsTooMany({ because: { most } });
    }
    return [...addresses.values()];
  }

  /** The first no counts; but all are asked, so that the time does not tell which it was. */
  async #judgeAll(addresses: readonly Address[], exchange: Inspected, mine: Names): Promise<Problem | undefined> {
    const { lookups } = this.#inquiry;
    const findings = await Promise.all(addresses.map((address) => lookups.find(address, exchange.now)));
    const refused = findings.map((finding) => this.#judge(finding, mine)).find((problem) => problem !== undefined);
    if (refused === undefined && this.#changes) this.#forgetAround(addresses, exchange);
    return refused;
  }

  #judge(finding: Finding, mine: Names): Problem | undefined {
    if (finding === "missing") return this.#missing;
    if ("kind" in finding) return finding;
    if (finding.owners.some((name) => isAmong(name, mine))) return undefined;
    return finding.owners.length > 0 || this.#options.unowned === "hide" ? this.#foreign : this.#nobody;
  }

  #forgetAround(addresses: readonly Address[], exchange: Inspected): void {
    const forget = (): void => {
      for (const address of addresses) this.#inquiry.lookups.forget(address);
    };
    forget();
    exchange.follow({ answered: forget, concluded: forget });
  }
}

type Values = readonly (Json | undefined)[];

/** One set of values for each of the many of the one source that has many. */
function combine(lists: readonly Values[]): readonly Values[] {
  if (lists.some((list) => list.length === 0)) return [];
  const length = Math.max(1, ...lists.map((list) => list.length));
  return Array.from({ length }, (_, at) => lists.map((list) => list[list.length === 1 ? 0 : at]));
}
