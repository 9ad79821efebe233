/** Require issued: a request goes on when all ids in it were issued to its caller. */
import type { Json } from "../../../../../contract/json-value.ts";
import type { Check, Inspected, Marks, Particulars, Principal, Problem, Site } from "../../../../../guard.ts";
import { isExempt } from "../../../../exemption.ts";
import { unavailable } from "../../../../inbound/throttle/limit/check.ts";
import { notFound } from "../../../../not-found.ts";
import { evenly } from "../evenly.ts";
import { absent, objectsTooMany, unreadable } from "../lookup/ask-first.ts";
import { idOf } from "../lookup/address.ts";
import { type BodyRead, bodyReader, findSource, type Source } from "../lookup/sources.ts";
import type { OwnerOptions } from "../options.ts";
import { issuedName, openIssued } from "./issued.ts";
import type { Provenance } from "./options.ts";

export function requireIssued(options: OwnerOptions, site: Site): Check<"validate"> | undefined {
  const { provenance } = options;
  const { operation, report } = site;
  if (provenance === undefined || provenance.with.length === 0 || operation.listed !== "operation") return undefined;
  const sources = provenance.with.flatMap((text) => {
    const source = findSource(text, operation);
    if ("wrong" in source) report(`provenance: with: ${source.wrong}`, source.allowed);
    return "wrong" in source ? [] : [source];
  });
  const exempt = isExempt(options.unless, site);
  const gate = new Gate(provenance, sources.map(({ read }) => read), openIssued(site, provenance.kind));
  const readBody = sources.some(({ needsBody }) => needsBody) ? bodyReader(site, unreadable) : undefined;

  return evenly(options, site, (exchange) => {
    if (exempt(exchange.principal)) return undefined;
    const enter = (body: BodyRead): ReturnType<Gate["enter"]> => ("refused" in body ? body.refused : gate.enter(exchange, body.value));
    const body = readBody === undefined ? { value: undefined } : readBody(exchange);
    return body instanceof Promise ? body.then(enter) : enter(body);
  });
}

class Gate {
  readonly #provenance: Provenance;
  readonly #sources: readonly Source[];
  readonly #issued: Marks;
  readonly #foreign: Problem;
  readonly #noId: Problem;
  readonly #stranger: Problem;

  constructor(provenance: Provenance, sources: readonly Source[], issued: Marks) {
    this.#provenance = provenance;
    this.#sources = sources;
    this.#issued = issued;
    const told = (outcome: string): Particulars => ({ because: { rule: `${provenance.kind} was issued to the caller`, outcome } });
    this.#foreign = notFound(told("not issued"));
    this.#noId = notFound(told("no id"));
    this.#stranger = notFound(told("stranger"));
  }

  enter(exchange: Inspected, body: Json | undefined): Problem | undefined | Promise<Problem | undefined> {
    const ids = this.#idsOf(exchange, body);
    if ("kind" in ids) return ids;
    if (ids.size === 0) return undefined;
    return exchange.principal === undefined ? this.#stranger : this.#ask(ids, exchange.principal, exchange.now);
  }

  #idsOf(exchange: Inspected, body: Json | undefined): ReadonlySet<string> | Problem {
    const { most, absent: whenAbsent } = this.#provenance;
    const ids = new Set<string>();
    for (const source of this.#sources) {
      const values = source(exchange, body);
      if (values === "unreadable") return unreadable;
      for (const value of values) {
        if ((value === undefined || value === null) && whenAbsent === "refuse") return absent;
        if (value === undefined || value === null) continue;
        const id = idOf(value);
        // Nothing has such an id.
        if (id === undefined) return this.#noId;
        ids.add(id);
        if (ids.size > most) return objectsTooMany({ because: { most } });
      }
    }
    return ids;
  }

  /** All are asked for, so that the time does not tell which of them it was. */
  #ask(ids: ReadonlySet<string>, principal: Principal, now: number): Problem | undefined | Promise<Problem | undefined> {
    try {
      const answers = [...ids].map((id) => this.#issued.isMarked(issuedName(principal, id), now));
      return answers.some((answer) => answer instanceof Promise) ? Promise.all(answers.map(async (answer) => answer)).then((late) => this.#judge(late), unavailable) : this.#judge(answers);
    } catch (fault) {
      return unavailable(fault);
    }
  }

  #judge(answers: readonly unknown[]): Problem | undefined {
    if (answers.every((answer) => answer === true)) return undefined;
    return answers.every((answer) => typeof answer === "boolean") ? this.#foreign : unavailable(new TypeError("no answer"));
  }
}
