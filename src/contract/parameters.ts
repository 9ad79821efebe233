/**
 * Parameters: those of the path and of the operation together, each with its schema compiled.
 *
 * A parameter that cannot be understood is a misfit, and so is an expression of the path template without a declared
 * parameter: its text would reach the API unchecked.
 */
import { readRange } from "./content.ts";
import { hintOf, TEXT_HINT } from "./hint.ts";
import { join } from "./json-pointer.ts";
import { isJsonObject, type Json } from "./json-value.ts";
import type { Spot } from "./library.ts";
import type { Finding, Location, Parameter, Validator } from "./operation.ts";
import { claimsOf, compileParameter, type ParameterDeclaration } from "./parameter.ts";
import type { PathEntry } from "./read-operation.ts";
import { type Direction, type Node, type Scope, take } from "./reading.ts";
import { readQuerystring } from "./querystring.ts";
import { readTemplate } from "./template.ts";

const LOCATIONS: readonly string[] = ["path", "query", "header", "cookie"];
/** OpenAPI says that parameters with these names are ignored: content, security and answers say it already. */
const IGNORED: ReadonlySet<string> = new Set(["accept", "content-type", "authorization"]);

export interface Parameters {
  readonly parameters: readonly Parameter[];
  /** In the order of the template. */
  readonly pathNames: readonly string[];
  readonly matrix: readonly string[];
}

/** Reads and merges: a parameter of the operation replaces one of the path with the same name and place. */
export function readParameters(scope: Scope, operation: Node, { nodes, template }: PathEntry): Parameters {
  const declared = new Map<string, Declared>();
  for (const owner of [...nodes, operation]) {
    for (const [key, parameter] of readList(scope, owner)) declared.set(key, parameter);
  }
  const read = readTemplate(template);
  // Malformed templates are reported where the paths are routed.
  const pathNames = "wrong" in read ? [] : read.names;
  if (!("wrong" in read)) checkPathNames(scope, operation, pathNames, declared);
  checkWhole(scope, declared);
  const matrix = [...declared.values()].filter(({ node, location }) => location === "path" && node.value["style"] === "matrix").map(({ name }) => name);
  const parameters = [...declared.values()]
    .filter(({ name, location }) => location !== "path" || pathNames.includes(name))
    .flatMap(({ node, name, location }) => (location === "querystring" ? readQuerystring(scope, node, name) : readDeclaration(scope, node, { name, in: location }, "request")) ?? []);
  checkClaims(scope, parameters);
  return { parameters, pathNames, matrix };
}

/** An exploded object travels under the names of its properties: one that is a parameter, too, could be read as either. */
function checkClaims(scope: Scope, parameters: readonly Parameter[]): void {
  const query = parameters.filter((parameter) => parameter.in === "query");
  const [, second] = query.filter(({ takesRest }) => takesRest === true);
  if (second !== undefined) scope.refuse(second.place, `two parameters of the query take all other names: "${second.name}" is the second`);
  for (const { name, place } of query) {
    const other = query.find((parameter) => parameter.name !== name && parameter.claims(name));
    if (other !== undefined && query.some((own) => own.name === name && own.claims(name))) {
      scope.refuse(place, `the query parameter "${name}" has the name of a field of "${other.name}"`);
    }
  }
}

/** What is the whole of the query has nothing beside it. */
function checkWhole(scope: Scope, declared: ReadonlyMap<string, Declared>): void {
  const query = [...declared.values()].filter(({ location }) => location === "querystring" || location === "query");
  const whole = query.find(({ location }) => location === "querystring");
  if (whole !== undefined && query.length > 1) scope.refuse(whole.node, "a parameter that is the whole query string stands beside others of the query");
}

interface Declared {
  readonly node: Node;
  readonly name: string;
  readonly location: Location | "querystring";
}

function readList(scope: Scope, owner: Node): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>();
  const list = owner.value["parameters"];
  if (!Array.isArray(list)) return found;
  for (const index of list.keys()) {
    const spot = { file: owner.file, pointer: join(owner.pointer, "parameters", String(index)) };
    const node = take(scope, spot, "parameter");
    const parameter = node === undefined ? undefined : identify(scope, node);
    if (parameter === undefined) continue;
    const { name, location } = parameter;
    const key = `${location} ${location === "header" ? name.toLowerCase() : name}`;
    if (found.has(key)) scope.refuse(spot, `the ${location} parameter "${name}" stands twice in this list`);
    found.set(key, parameter);
  }
  return found;
}

/** Undefined for parameters that OpenAPI tells us to ignore, and after a misfit. */
function identify(scope: Scope, node: Node): Declared | undefined {
  const { name, in: location } = node.value;
  if (typeof name !== "string" || name === "") return scope.refuse(node, "this parameter has no name", { allowed: "name: a text" });
  if (location === "querystring") return { node, name, location };
  if (typeof location !== "string" || !LOCATIONS.includes(location)) {
    return scope.refuse(node, `the parameter "${name}" does not say where it travels`, { allowed: `in: ${LOCATIONS.join(", ")}` });
  }
  if (location === "header" && IGNORED.has(name.toLowerCase())) return undefined;
  return { node, name, location: location as Location }; // one of LOCATIONS
}

function checkPathNames(scope: Scope, operation: Node, names: readonly string[], declared: ReadonlyMap<string, Declared>): void {
  for (const name of names) {
    if (!declared.has(`path ${name}`)) scope.refuse(operation, `the path has {${name}}, and no path parameter "${name}" is declared`);
  }
  for (const { node, name, location } of declared.values()) {
    if (location === "path" && !names.includes(name)) scope.refuse(node, `the path parameter "${name}" is declared, and the path has no {${name}}`);
  }
}

/** Compiles a parameter, or a header of an answer. Undefined after a misfit. */
export function readDeclaration(scope: Scope, node: Node, { name, in: location }: { readonly name: string; readonly in: Location }, direction: Direction): Parameter | undefined {
  const shape = readShape(scope, node);
  const validator = shape?.schema === undefined ? OPEN : scope.compile(shape.schema, direction);
  if (shape === undefined || validator === undefined) return undefined;
  const { value } = node;
  const declaration: ParameterDeclaration = {
    name,
    in: location,
    // Of a path nothing can be missing: the request would be one for another path.
    required: location === "path" || value["required"] === true,
    style: typeof value["style"] === "string" ? value["style"] : undefined,
    explode: flagOf(value["explode"]),
    allowReserved: flagOf(value["allowReserved"]),
    allowEmptyValue: flagOf(value["allowEmptyValue"]),
    content: shape.content,
    place: scope.reading.library.place(node),
  };
  const hint = shape.schema === undefined ? TEXT_HINT : hintOf(shape.schema, scope.reading.library);
  const compiled = compileParameter(declaration, validator, hint);
  if (!("wrong" in compiled)) return compiled;
  const wrong = `${location} parameter "${name}": ${compiled.wrong}`;
  if (direction === "answer" || declaration.required) return scope.refuse(node, wrong);
  scope.warn(node, `${wrong}: requests with it are refused, others are not`);
  return unreadable(declaration);
}

/** Stands for a parameter that may be left out and cannot be read: whoever sends it is refused. */
function unreadable({ name, in: location, place }: ParameterDeclaration): Parameter {
  return { name, in: location, required: false, claims: claimsOf(name, location), read: () => ({ findings: [UNREADABLE] }), hint: TEXT_HINT, place };
}

const UNREADABLE: Finding = { pointer: "", keyword: "style", message: "is not taken here: its form cannot be checked" };

const OPEN: Validator = { check: () => true, explain: () => [], open: true };

interface Shape {
  readonly schema: Spot | undefined;
  /** The media type, where the value is one of its own. */
  readonly content: string | undefined;
}

/** A schema, or one media type that may have one. With neither, the lint has spoken already. */
function readShape(scope: Scope, node: Node): Shape | undefined {
  const at = (...keys: readonly string[]): Spot => ({ file: node.file, pointer: join(node.pointer, ...keys) });
  if (Object.hasOwn(node.value, "schema")) return { schema: at("schema"), content: undefined };
  const content = node.value["content"];
  const [key] = isJsonObject(content) ? Object.keys(content) : [];
  if (key === undefined) return scope.refuse(node, 'one of "schema" and "content" must be there');
  const media = take(scope, at("content", key), "mediaType");
  if (media === undefined) return undefined;
  const schema = Object.hasOwn(media.value, "schema") ? { file: media.file, pointer: join(media.pointer, "schema") } : undefined;
  return { schema, content: readRange(key) ?? key };
}

function flagOf(value: Json | undefined): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}
