/**
 * Family: operations on one path that are told apart by what their requests say beside it.
 *
 * OpenAPI has one operation for a path and a method. APIs that put the name of the operation elsewhere (`?Action=RunTask`,
 * `X-Amz-Target: ...`) are described with a fragment behind the path, which is never sent: `/#Action=RunTask`, `/#X-Amz-Target=...`,
 * `/tags/{id}#tagKeys`. Where an operation declares the parameter that its fragment names, that is what tells it apart: a
 * request belongs to it only if it says so. What says it twice belongs to none, and what says nothing of the kind only to
 * the path without a fragment, where there is one.
 */
import type { Operation, RawPair } from "./operation.ts";
import { decodeValue } from "./target.ts";

/** Header fields, as far as they are asked for. */
export interface SaidFields {
  readonly one: (name: string) => string | undefined;
  readonly count: (name: string) => number;
}

/** What a request has to say. `value` undefined: anything. */
interface Mark {
  readonly in: "query" | "header";
  readonly name: string;
  readonly value: string | undefined;
}

interface Member {
  readonly operation: Operation;
  readonly marks: readonly Mark[];
}

/** The path without what is never sent. */
export function bareOf(template: string): string {
  const hash = template.indexOf("#");
  return hash === -1 ? template : template.slice(0, hash);
}

/** Undefined where the path has no fragment, or one that tells nothing apart. */
export function memberOf(operation: Operation): Member | undefined {
  const fragment = operation.path.slice(bareOf(operation.path).length + 1);
  if (fragment === "") return undefined;
  const marks = fragment.split("&").map((part) => readMark(part, operation));
  return marks.every((mark) => mark !== undefined) ? { operation, marks } : undefined;
}

function readMark(part: string, { parameters }: Operation): Mark | undefined {
  const equals = part.indexOf("=");
  const name = equals === -1 ? part : part.slice(0, equals);
  const parameter = parameters.find((one) => (one.in === "query" && one.name === name) || (one.in === "header" && one.name.toLowerCase() === name.toLowerCase()));
  if (parameter === undefined || (parameter.in !== "query" && parameter.in !== "header")) return undefined;
  return { in: parameter.in, name: parameter.in === "header" ? name.toLowerCase() : name, value: equals === -1 ? undefined : part.slice(equals + 1) };
}

/** Operations of one path and one method. */
export class Family {
  /** Those that ask for more first. */
  readonly #members: readonly Member[];

  constructor(members: readonly Member[]) {
    this.#members = members.toSorted((one, other) => other.marks.length - one.marks.length);
  }

  /** Any of them: for what they have in common. */
  get first(): Operation | undefined {
    return this.#members[0]?.operation;
  }

  get operations(): readonly Operation[] {
    return this.#members.map(({ operation }) => operation);
  }

  /** The one that a request belongs to; of several the one that asks for most, unless there are two of these. */
  choose(query: readonly RawPair[] = [], fields?: SaidFields): Operation | undefined {
    if (this.#members.some(({ marks }) => marks.some((mark) => saysTwice(mark, query, fields)))) return undefined;
    let chosen: Member | undefined;
    for (const member of this.#members) {
      if (chosen !== undefined && member.marks.length < chosen.marks.length) break;
      if (!member.marks.every((mark) => says(mark, query, fields))) continue;
      if (chosen !== undefined) return undefined;
      chosen = member;
    }
    return chosen?.operation;
  }
}

/** One program takes the first, another the last. A list may be said in many pairs. */
function saysTwice({ in: place, name, value }: Mark, query: readonly RawPair[], fields: SaidFields | undefined): boolean {
  if (place === "header") return fields !== undefined && fields.count(name) > 1;
  return value !== undefined && query.filter(([key]) => key === name).length > 1;
}

function says({ in: place, name, value }: Mark, query: readonly RawPair[], fields: SaidFields | undefined): boolean {
  if (place === "header") return fields?.count(name) === 1 && (value === undefined || fields.one(name) === value);
  const pair = query.find(([key]) => key === name);
  return pair !== undefined && (value === undefined || decodeValue(pair[1]) === value);
}
