/**
 * Sources: where in a request the ids stand that are looked up: `path.accountId`, `query.id`, `header["x-account"]`,
 * `body.fromAccountId`, `body.items[*].accountId`.
 */
import type { Json } from "../../../../../contract/json-value.ts";
import { type MemberPath, readMemberPath, valuesAt } from "../../../../../contract/member-path.ts";
import { findMember, isMissing } from "../../../../../contract/sketch/find-member.ts";
import { mayBe, type Sketch } from "../../../../../contract/sketch/sketch.ts";
import type { Inspected, Operation, Parameter, Problem, Site } from "../../../../../guard.ts";
import { readValue, type Understood } from "../../../../body-reading.ts";
import { jsonBoundsOf } from "../../../../json-options.ts";
import { mediaChoice } from "../../../../media-choice.ts";
import { readerOf } from "../../../../parameter-value.ts";

/** What stands there, as the contract reads it; undefined where nothing stands. A problem: it cannot be read. */
export type Source = (exchange: Inspected, body: Json | undefined) => readonly (Json | undefined)[] | "unreadable";

interface Wrong {
  readonly wrong: string;
  readonly allowed: string;
}

const FORMS = 'path.<name>, query.<name>, header["<name>"], body.<path of a member>';

export interface FoundSource {
  readonly read: Source;
  /** It may give many ids. */
  readonly many: boolean;
  readonly needsBody: boolean;
}

export function findSource(written: string, operation: Operation): FoundSource | Wrong {
  const read = readMemberPath(written);
  if ("wrong" in read) return read;
  const [place, ...rest] = read.path;
  const [name] = rest;
  if (place?.kind !== "name" || name === undefined) return { wrong: `${written} is no place in a request`, allowed: FORMS };
  const many = rest.some(({ kind }) => kind !== "name");
  if (place.name === "body") return findInBody(written, rest, many, operation);
  const parameter = name.kind === "name" ? operation.parameters.find((one) => one.in === place.name && one.in !== "cookie" && isNamed(one, name.name)) : undefined;
  if (parameter === undefined) return { wrong: `the operation has no parameter ${written}`, allowed: offer(operation) };
  const readParameter = readerOf(operation, parameter);
  return {
    many,
    needsBody: false,
    read: (exchange) => {
      const value = readParameter(exchange);
      if (value === undefined) return [undefined];
      return "value" in value ? valuesAt(value.value, rest.slice(1)) : "unreadable";
    },
  };
}

function isNamed({ name, in: place }: Parameter, wanted: string): boolean {
  return place === "header" ? name.toLowerCase() === wanted.toLowerCase() : name === wanted;
}

function offer({ parameters }: Operation): string {
  return [...parameters.filter(({ in: place }) => place !== "cookie").map(({ in: place, name }) => (/^[\w$@-]+$/.test(name) ? `${place}.${name}` : `${place}[${JSON.stringify(name)}]`)), "body.<path of a member>"].join(", ");
}

function findInBody(written: string, path: MemberPath, many: boolean, { body }: Operation): FoundSource | Wrong {
  const sketches = (body?.media ?? []).map(({ validator }) => validator?.sketch);
  if (sketches.length === 0) return { wrong: "the operation takes no body", allowed: FORMS };
  for (const sketch of sketches) {
    const wrong = proveId(written, path, sketch);
    if (wrong !== undefined) return wrong;
  }
  return { many, needsBody: true, read: (_exchange, value) => valuesAt(value, path) };
}

/** undefined: the schema has such a place, and an id may stand there. */
export function proveId(written: string, path: MemberPath, sketch: Sketch | undefined): Wrong | undefined {
  if (sketch === undefined) return { wrong: `${written}: the body has no schema that says so`, allowed: "a schema for every type of the body" };
  const found = findMember(sketch, path);
  if (isMissing(found)) return { ...found, wrong: `${written}: ${found.wrong}` };
  return mayBe(found, "string", "integer", "number") ? undefined : { wrong: `${written} is no id: neither a text nor a whole number`, allowed: "the member that holds the id" };
}

/** Apart from a problem by its form: what a body holds is the caller's, and may look like anything. */
export type BodyRead = { readonly value: Json | undefined } | { readonly refused: Problem };

const NO_BODY: BodyRead = { value: undefined };

/** Reads the body of a request, once, as its own guard does. */
export function bodyReader(site: Site, unreadable: Problem): (exchange: Inspected) => BodyRead | Promise<BodyRead> {
  const choose = mediaChoice(site.operation.body?.media ?? []);
  const bounds = jsonBoundsOf(site, "body");
  const settle = (read: Understood): BodyRead => {
    if ("value" in read) return { value: read.value };
    if (read.kind === "empty") return NO_BODY;
    return { refused: read.kind === "unread" ? read.problem : unreadable };
  };
  return ({ content, request }) => {
    if (content.declared === 0) return NO_BODY;
    const chosen = choose(request.fields);
    if ("wrong" in chosen || chosen.kind === "opaque") return { refused: unreadable };
    const read = readValue(content, chosen, bounds);
    return read instanceof Promise ? read.then(settle) : settle(read);
  };
}
