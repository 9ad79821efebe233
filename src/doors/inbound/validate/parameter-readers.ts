/**
 * Parameter readers: one for each place in which the parameters of an operation travel.
 *
 * What is constant is worked out here, once; a reader only finds the raw texts, asks each parameter's own decoder, and
 * says what is missing, what came twice and what nobody declared.
 */
import type { Inspected, Json, Operation, Parameter } from "../../../guard.ts";
import { TEXT_HINT } from "../../../contract/hint.ts";
import type { RawPair } from "../../../contract/operation.ts";
import { readCookies } from "./cookies.ts";
import { ERRORS_MAX, type Located, locate } from "./invalid.ts";

/** What is found on the way through the parameters. */
export interface Found {
  /** All that is wrong; nothing when all is well. */
  readonly findings: Located[];
  /** By the parameter's place in the operation. */
  readonly values: (Json | undefined)[];
}

export type ParameterReader = (exchange: Inspected, found: Found) => void;

/** A parameter and its place in the operation; a credential in the query has none. */
type Placed = readonly [parameter: Parameter, place: number];

/** The readers that an operation needs, query always among them: what is not declared there is refused. */
export function parameterReaders(operation: Operation): readonly ParameterReader[] {
  const { parameters, pathNames } = operation;
  const placed = parameters.map((parameter, place) => [parameter, place] as const);
  const inPlace = (location: Parameter["in"]): readonly Placed[] => placed.filter(([parameter]) => parameter.in === location);
  const [path, header, cookie] = [inPlace("path"), inPlace("header"), inPlace("cookie")];
  const query = [...inPlace("query"), ...queryKeys(operation).map((key) => [key, NOWHERE] as const)];
  return [
    ...(path.length === 0 ? [] : [readPath(path, pathNames)]),
    query.length === 0 ? refuseQuery : readQuery(query),
    ...(header.length === 0 ? [] : [readHeaders(header)]),
    ...(cookie.length === 0 ? [] : [readCookieParameters(cookie)]),
  ];
}

const NOWHERE = -1;

/** Path parameters that the template names and nobody describes. */
export function undescribed({ parameters, pathNames }: Operation): readonly string[] {
  return pathNames.filter((name) => !parameters.some((parameter) => parameter.in === "path" && parameter.name === name));
}

/** API keys that travel in the query are declared by the security scheme; what they say is for authenticate. */
function queryKeys({ security = [], parameters, place }: Operation): readonly Parameter[] {
  const keys = security.flat().flatMap(({ scheme }) => (scheme.type === "apiKey" && scheme.in === "query" ? (scheme.parameter ?? []) : []));
  const unknown = [...new Set(keys)].filter((key) => !parameters.some((parameter) => parameter.in === "query" && parameter.claims(key)));
  return unknown.map((key) => ({
    name: key,
    in: "query",
    required: false,
    claims: (name) => name === key,
    hint: TEXT_HINT,
    read: (raw) => (raw.length === 1 ? { value: null } : { findings: [{ pointer: "", keyword: "unique", message: "must come once" }] }),
    place,
  }));
}

function readPath(parameters: readonly Placed[], names: readonly string[]): ParameterReader {
  const segments = parameters.map((placed) => [placed, names.indexOf(placed[0].name)] as const);
  return ({ pathValues }, found) => {
    for (const [placed, at] of segments) {
      const raw = pathValues[at];
      if (raw === undefined) found.findings.push(missing(placed[0]));
      else judge(placed, raw, found);
    }
  };
}

function refuseQuery({ request }: Inspected, { findings }: Found): void {
  for (let at = 0; at < request.query.length && findings.length < ERRORS_MAX; at++) findings.push(undeclared(at));
}

function readQuery(parameters: readonly Placed[]): ParameterReader {
  // Most names claim themselves alone; only prefixes and exploded objects have to be asked one by one.
  const exact = new Map(parameters.flatMap(([parameter], index) => (parameter.claims(parameter.name) ? [[parameter.name, index] as const] : [])));
  const rest = parameters.findIndex(([parameter]) => parameter.takesRest === true);
  const required = parameters.filter(([parameter]) => parameter.required).map(([parameter]) => parameter);
  return ({ request: { query } }, found) => {
    const { findings } = found;
    if (query.length === 0) return void findings.push(...required.map(missing));
    const claimed: RawPair[][] = parameters.map(() => []);
    for (const [at, pair] of query.entries()) {
      const [name] = pair;
      const owner = exact.get(name) ?? parameters.findIndex(([parameter]) => parameter.claims(name));
      const mine = claimed[owner === -1 ? rest : owner];
      if (mine !== undefined) mine.push(pair);
      else if (findings.length < ERRORS_MAX) findings.push(undeclared(at));
    }
    for (const [index, placed] of parameters.entries()) {
      const pairs = claimed[index] ?? [];
      if (pairs.length > 0) judge(placed, pairs, found);
      else if (placed[0].required) findings.push(missing(placed[0]));
    }
  };
}

function readHeaders(parameters: readonly Placed[]): ParameterReader {
  const named = parameters.map((placed) => [placed, placed[0].name.toLowerCase()] as const);
  return ({ request: { fields } }, found) => {
    for (const [placed, name] of named) judgeOne(placed, fields.all(name), found);
  };
}

function readCookieParameters(parameters: readonly Placed[]): ParameterReader {
  return ({ request: { fields, version } }, found) => {
    const cookies = readCookies(fields, version === "2");
    if ("wrong" in cookies) return void found.findings.push({ in: "cookie", pointer: "", keyword: "syntax", message: cookies.wrong });
    for (const placed of parameters) {
      const values = cookies.pairs.filter(([name]) => name === placed[0].name).map(([, value]) => value);
      judgeOne(placed, values, found);
    }
  };
}

/** A text that came twice would be read once by the door and otherwise by the API: the first, the last, or joined. */
function judgeOne(placed: Placed, values: readonly string[], found: Found): void {
  const [parameter] = placed;
  const [raw, second] = values;
  if (second !== undefined) found.findings.push(located(parameter, "unique", "must come once"));
  else if (raw !== undefined) judge(placed, raw, found);
  else if (parameter.required) found.findings.push(missing(parameter));
}

function judge([parameter, place]: Placed, raw: string | readonly RawPair[], { findings, values }: Found): void {
  const outcome = parameter.read(raw);
  if ("value" in outcome) {
    if (place !== NOWHERE) values[place] = outcome.value;
    return;
  }
  // A decoder that refuses without a word has refused all the same.
  if (outcome.findings.length === 0) findings.push(located(parameter, "invalid", "is not valid"));
  else findings.push(...locate(outcome.findings, { in: parameter.in, name: parameter.name }));
}

function missing(parameter: Parameter): Located {
  return located(parameter, "required", "is required");
}

/** Its name is the caller's own text, so it is told by its position, from 1. */
function undeclared(at: number): Located {
  return { in: "query", pointer: "", keyword: "undeclared", message: `parameter ${at + 1} of the query is not declared` };
}

function located({ in: place, name }: Parameter, keyword: string, message: string): Located {
  return { in: place, name, pointer: "", keyword, message };
}
