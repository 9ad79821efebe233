/**
 * Chosen: ids that a caller makes up himself, for what is not there yet: `PUT /notes/{noteId}`.
 *
 * An id that was issued to him is used like any other. With one that was not, the API is asked to make something new and
 * nothing else: `If-None-Match: *` (RFC 9110, section 13.1.2) goes with the request, in the place of the caller's own
 * conditions. Only 201 makes the id his. 412 says that somebody has it: the answer is the one for what is not there. An API
 * that says anything else of a success may have written over what is somebody else's: that does not count, and is told.
 */
import type { Check, Inspected, Particulars, Problem, Site } from "../../../../../guard.ts";
import { isExempt } from "../../../../exemption.ts";
import { unavailable } from "../../../../inbound/throttle/limit/check.ts";
import { notFound } from "../../../../not-found.ts";
import { evenly } from "../evenly.ts";
import { CONDITIONS } from "../hidden.ts";
import { idOf } from "../lookup/address.ts";
import { absent, unreadable } from "../lookup/ask-first.ts";
import { findSource } from "../lookup/sources.ts";
import type { OwnerOptions } from "../options.ts";
import { ownerUnreadable } from "../rulebook.ts";
import { issuedName, openIssued } from "./issued.ts";

/** Exchanges in which something may be made, and nothing changed. */
const making = new WeakSet<Inspected>();

const told = (kind: string, outcome: string): Particulars => ({ because: { rule: `${kind} was issued to the caller, or is not there yet`, outcome } });

/** Whether the id that is used here was chosen by the caller. */
export function makesChosen(exchange: Inspected, status: number): boolean {
  return status === 201 && making.has(exchange);
}

export function judgeChosen(options: OwnerOptions, site: Site): Check<"validate"> | undefined {
  const { chosen, kind } = options.provenance ?? {};
  const { operation, report } = site;
  if (chosen === undefined || kind === undefined || operation.listed !== "operation") return undefined;
  const source = findSource(chosen, operation);
  if ("wrong" in source) {
    report(`provenance: chosen: ${source.wrong}`, source.allowed);
    return undefined;
  }
  const last = operation.path.slice(operation.path.lastIndexOf("/"));
  if (operation.method !== "PUT" || !chosen.startsWith("path.") || !last.includes(`{${chosen.slice("path.".length)}}`)) report("provenance: chosen: If-None-Match speaks of what the path names, and only PUT makes that", "chosen: path.<the last name of the path>, at an operation with PUT");
  const exempt = isExempt(options.unless, site);
  const issued = openIssued(site, kind);
  const noId = notFound(told(kind, "no id"));
  const stranger = notFound(told(kind, "stranger"));

  return evenly(options, site, (exchange): Problem | undefined | Promise<Problem | undefined> => {
    const { principal, now } = exchange;
    if (exempt(principal)) return undefined;
    const values = source.read(exchange, undefined);
    if (values === "unreadable") return unreadable;
    const [value] = values;
    if (value === undefined || value === null) return absent;
    const id = idOf(value);
    if (id === undefined) return noId;
    if (principal === undefined) return stranger;
    const judge = (answer: unknown): Problem | undefined => {
      if (answer === false && site.mode !== "observe") making.add(exchange);
      return typeof answer === "boolean" ? undefined : unavailable(new TypeError("no answer"));
    };
    try {
      const answer = issued.isMarked(issuedName(principal, id), now);
      return answer instanceof Promise ? answer.then(judge, unavailable) : judge(answer);
    } catch (fault) {
      return unavailable(fault);
    }
  });
}

export function askToMake({ provenance }: OwnerOptions, { operation }: Site): Check<"prepare"> | undefined {
  if (provenance?.chosen === undefined || operation.listed !== "operation") return undefined;
  return (exchange) => {
    if (!making.has(exchange)) return undefined;
    exchange.outgoing.removeWhere((name) => CONDITIONS.has(name));
    exchange.outgoing.set("if-none-match", "*");
    return undefined;
  };
}

export function checkMade(options: OwnerOptions, site: Site): Check<"verify"> | undefined {
  const { chosen, kind } = options.provenance ?? {};
  if (chosen === undefined || kind === undefined || site.operation.listed !== "operation") return undefined;
  const foreign = notFound(told(kind, "taken"));
  return evenly(options, site, (exchange) => {
    const { answer } = exchange;
    if (!making.has(exchange) || answer.from === "door" || answer.status === 201) return undefined;
    if (answer.status === 412) return foreign;
    return answer.status < 400 ? ownerUnreadable({ because: { kind, reason: `${answer.status} to what was to be made, and only made` } }) : undefined;
  });
}
