/**
 * Security: the `security` of an operation, or of the document above it, with its schemes resolved.
 *
 * Three things look alike and are not: nothing said (undefined), an empty list (the operation lifts what the document
 * asks for), and a list with an empty alternative (a stranger may come in, too). Where any part cannot be understood
 * the answer is "nothing said", which is closed, and never a list from which something fell out.
 */
import { join } from "./json-pointer.ts";
import { type Json, isJsonObject } from "./json-value.ts";
import type { Spot } from "./library.ts";
import { isSince } from "./object-table.ts";
import type { Alternative, Requirement, Scheme } from "./operation.ts";
import { type Node, refuseFaults, type Scope, take } from "./reading.ts";

const TYPES: ReadonlySet<string> = new Set(["http", "apiKey", "oauth2", "openIdConnect", "mutualTLS"]);
const PLACES: ReadonlySet<string> = new Set(["header", "query", "cookie"]);

/** The alternatives at the operation, else at the document, else undefined; undefined also after a misfit. */
export function readSecurity(scope: Scope, operation: Node): readonly Alternative[] | undefined {
  const { document } = scope.reading;
  const owner = [operation, document].find(({ value }) => Object.hasOwn(value, "security"));
  if (owner === undefined) return undefined;
  const spot = { file: owner.file, pointer: join(owner.pointer, "security") };
  const given = owner.value["security"];
  if (!Array.isArray(given)) return scope.refuse(spot, "this says who may come in, and it is not a list", { allowed: "a list" });
  const alternatives = (given as readonly Json[]).map((item, index) => readAlternative(scope, item, { ...spot, pointer: join(spot.pointer, String(index)) }));
  const whole = alternatives.filter((alternative) => alternative !== undefined);
  return whole.length === alternatives.length ? whole : undefined;
}

function readAlternative(scope: Scope, given: Json, spot: Spot): Alternative | undefined {
  if (!isJsonObject(given)) return scope.refuse(spot, "an alternative is an object with names of security schemes", { allowed: "an object" });
  const requirements = Object.entries(given).map(([name, scopes]) => readRequirement(scope, name, scopes, { ...spot, pointer: join(spot.pointer, name) }));
  const whole = requirements.filter((requirement) => requirement !== undefined);
  return whole.length === requirements.length ? whole : undefined;
}

function readRequirement(scope: Scope, name: string, scopes: Json, spot: Spot): Requirement | undefined {
  if (!isTexts(scopes)) return scope.refuse(spot, "the scopes of a security scheme are a list of texts", { allowed: "a list of texts" });
  const node = findScheme(scope, name, spot);
  const scheme = node === undefined ? undefined : readScheme(scope, name, node);
  if (node === undefined || scheme === undefined) return undefined;
  warnOfScopes(scope, scheme, scopes, node, spot);
  return { scheme, scopes };
}

function findScheme(scope: Scope, name: string, spot: Spot): Node | undefined {
  const { document, dialect, library } = scope.reading;
  const declared = { file: document.file, pointer: join(document.pointer, "components", "securitySchemes", name) };
  if (library.at(declared) !== undefined) return takeScheme(scope, declared);
  // Since 3.2 a name may also be the URI of a scheme.
  const found = isSince(dialect, "3.2") && /[#./]/.test(name) ? library.resolve(name, spot) : undefined;
  if (found !== undefined && !("wrong" in found)) return takeScheme(scope, found);
  const schemes = library.at({ file: document.file, pointer: join(document.pointer, "components", "securitySchemes") });
  const known = isJsonObject(schemes) ? Object.keys(schemes).join(", ") : "";
  scope.refuse(spot, `there is no security scheme "${name}"`, known === "" ? {} : { allowed: known });
  return undefined;
}

function takeScheme(scope: Scope, spot: Spot): Node | undefined {
  const node = take(scope, spot, "securityScheme");
  return node === undefined || refuseFaults(scope, scope.reading.faults(node, "securityScheme")) ? undefined : node;
}

function readScheme(scope: Scope, name: string, node: Node): Scheme | undefined {
  const { type, scheme, in: place, name: parameter } = node.value;
  if (typeof type !== "string" || !TYPES.has(type)) return scope.refuse(node, `the security scheme "${name}" has no type that is known`, { allowed: [...TYPES].join(", ") });
  const known = { name, type: type as Scheme["type"], place: scope.reading.library.place(node) }; // one of TYPES
  if (type === "http") {
    if (typeof scheme !== "string" || scheme === "") return scope.refuse(node, `the security scheme "${name}" does not say which HTTP scheme it is`, { allowed: "scheme: bearer, basic, ..." });
    return { ...known, http: scheme.toLowerCase() };
  }
  if (type !== "apiKey") return known;
  if (typeof parameter !== "string" || parameter === "" || typeof place !== "string" || !PLACES.has(place)) {
    return scope.refuse(node, `the security scheme "${name}" does not say where its key travels`, { allowed: "name, and in: header, query, or cookie" });
  }
  return { ...known, in: place as NonNullable<Scheme["in"]>, parameter }; // one of PLACES
}

function warnOfScopes(scope: Scope, scheme: Scheme, scopes: readonly string[], node: Node, spot: Spot): void {
  if (scopes.length === 0) return;
  if (scheme.type !== "oauth2") {
    const dialectAllows = scheme.type === "openIdConnect" || isSince(scope.reading.dialect, "3.1");
    if (!dialectAllows) scope.warn(spot, `in OpenAPI 3.0 a scheme of type ${scheme.type} has no scopes; they are asked for all the same`, "[]");
    return;
  }
  const { flows } = node.value;
  const declared = isJsonObject(flows) ? Object.values(flows).flatMap((flow) => (isJsonObject(flow) && isJsonObject(flow["scopes"]) ? Object.keys(flow["scopes"]) : [])) : [];
  for (const wanted of scopes) {
    if (!declared.includes(wanted)) scope.warn(spot, `no flow of the security scheme "${scheme.name}" knows the scope "${wanted}"`, declared.join(", "));
  }
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
