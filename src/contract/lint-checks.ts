/**
 * Lint checks: what the table of objects cannot say, mostly fields that exclude each other.
 */
import { isJsonObject, type JsonObject } from "./json-value.ts";
import type { Note } from "./lint.ts";
import { type Dialect, isSince } from "./object-table.ts";

type Check = (value: JsonObject, note: Note, dialect: Dialect) => void;

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const COMPONENT_NAME = /^[A-Za-z0-9._-]+$/;
const FIXED_METHODS: ReadonlySet<string> = new Set(["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "QUERY"]);
const REQUIRED_OF_SCHEME: Readonly<Record<string, readonly string[]>> = {
  apiKey: ["name", "in"],
  http: ["scheme"],
  oauth2: ["flows"],
  openIdConnect: ["openIdConnectUrl"],
  mutualTLS: [],
};

export const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["document", checkDocument],
  ["licence", (value, note) => exclude(value, note, "identifier", ["url"])],
  ["serverVariable", checkServerVariable],
  ["components", checkComponents],
  ["pathItem", checkPathItem],
  ["operation", checkOperation],
  ["responses", (value, note) => void (Object.keys(value).length === 0 && note("no answer is declared", { documentation: true }))],
  ["response", checkResponse],
  ["parameter", checkParameter],
  ["header", (value, note) => checkValue(value, note)],
  ["mediaType", checkMediaType],
  ["encoding", checkEncodings],
  ["example", checkExample],
  ["link", (value, note) => exclude(value, note, "operationRef", ["operationId"])],
  ["securityScheme", checkSecurityScheme],
  ["xml", (value, note) => exclude(value, note, "nodeType", ["attribute", "wrapped"])],
]);

function exclude(value: JsonObject, note: Note, name: string, others: readonly string[], documentation = true): void {
  if (!Object.hasOwn(value, name)) return;
  for (const other of others) {
    if (Object.hasOwn(value, other)) note(`"${name}" and "${other}" exclude each other`, { key: other, documentation });
  }
}

function checkDocument(value: JsonObject, note: Note, dialect: Dialect): void {
  if (!isSince(dialect, "3.1")) return void (!Object.hasOwn(value, "paths") && note('the field "paths" is missing'));
  const containers = ["paths", "components", "webhooks"];
  if (!containers.some((name) => Object.hasOwn(value, name))) note(`one of ${containers.join(", ")} must be there`);
}

function checkServerVariable(value: JsonObject, note: Note): void {
  const values = value["enum"];
  if (!Array.isArray(values)) return;
  if (values.length === 0) note("the list of values is empty", { key: "enum", documentation: true });
  else if (!values.includes(value["default"])) note("the default is not one of the values", { key: "default", documentation: true });
}

function checkComponents(value: JsonObject, note: Note): void {
  for (const [name, members] of Object.entries(value)) {
    if (name.startsWith("x-") || !isJsonObject(members)) continue;
    for (const key of Object.keys(members)) {
      if (!COMPONENT_NAME.test(key)) note(`"${key}" is no name for a component`, { key: name, allowed: "letters, digits, '.', '-' and '_'", documentation: true });
    }
  }
}

function checkPathItem(value: JsonObject, note: Note): void {
  checkQuerystring(value, note);
  const more = value["additionalOperations"];
  if (!isJsonObject(more)) return;
  for (const method of Object.keys(more)) {
    if (method.startsWith("x-")) continue;
    if (FIXED_METHODS.has(method)) note(`${method} has a field of its own`, { key: "additionalOperations", allowed: method.toLowerCase() });
    else if (!TOKEN.test(method)) note(`"${method}" is no name of a method`, { key: "additionalOperations" });
  }
}

function checkOperation(value: JsonObject, note: Note, dialect: Dialect): void {
  checkQuerystring(value, note);
  if (!isSince(dialect, "3.1") && !Object.hasOwn(value, "responses")) note('the field "responses" is missing', { documentation: true });
}

function checkQuerystring(value: JsonObject, note: Note): void {
  const list = Array.isArray(value["parameters"]) ? (value["parameters"] as readonly unknown[]).filter(isJsonObject) : [];
  const whole = list.filter((parameter) => parameter["in"] === "querystring").length;
  if (whole > 1) note("a querystring parameter can stand only once", { key: "parameters" });
  if (whole > 0 && list.some((parameter) => parameter["in"] === "query")) note("querystring and query parameters exclude each other", { key: "parameters" });
}

function checkResponse(value: JsonObject, note: Note, dialect: Dialect): void {
  if (!isSince(dialect, "3.2") && !Object.hasOwn(value, "description")) note('the field "description" is missing', { documentation: true });
  const headers = value["headers"];
  if (!isJsonObject(headers)) return;
  for (const name of Object.keys(headers)) if (!TOKEN.test(name)) note(`"${name}" is no name of a header field`, { key: "headers" });
}

function checkParameter(value: JsonObject, note: Note, dialect: Dialect): void {
  const { in: location, name } = value;
  const locations = ["path", "query", "header", "cookie", ...(isSince(dialect, "3.2") ? ["querystring"] : [])];
  if (typeof location === "string" && !locations.includes(location)) note(`"${location}" is no place of a parameter`, { key: "in", allowed: locations.join(", ") });
  if (location === "path" && value["required"] !== true) note("a path parameter is always required", { allowed: "required: true", documentation: true });
  if (typeof name === "string" && location === "header" && !TOKEN.test(name)) note(`"${name}" is no name of a header field`, { key: "name" });
  if (typeof name === "string" && location === "path" && /[{}]/.test(name)) note(`"${name}" cannot be the name of a path parameter`, { key: "name" });
  if (location === "querystring" && Object.hasOwn(value, "schema")) note("a querystring parameter has content, not a schema", { key: "schema" });
  if (Object.hasOwn(value, "allowReserved") && !mayAllowReserved(value, dialect)) note("allowReserved cannot stand here", { key: "allowReserved", documentation: true });
  checkValue(value, note);
}

function mayAllowReserved({ in: location, style }: JsonObject, dialect: Dialect): boolean {
  if (!isSince(dialect, "3.2")) return location === "query";
  return location === "query" || location === "path" || (location === "cookie" && (style === undefined || style === "form"));
}

/** What parameters and headers have in common. */
function checkValue(value: JsonObject, note: Note): void {
  exclude(value, note, "example", ["examples"]);
  exclude(value, note, "content", ["schema"], false);
  exclude(value, note, "content", ["style", "explode", "allowReserved"]);
  if (!Object.hasOwn(value, "schema") && !Object.hasOwn(value, "content")) note('one of "schema" and "content" must be there');
  const content = value["content"];
  if (isJsonObject(content) && Object.keys(content).length !== 1) note("exactly one media type must be there", { key: "content" });
}

function checkMediaType(value: JsonObject, note: Note): void {
  exclude(value, note, "example", ["examples"]);
  checkEncodings(value, note);
}

function checkEncodings(value: JsonObject, note: Note): void {
  exclude(value, note, "encoding", ["prefixEncoding", "itemEncoding"]);
}

function checkExample(value: JsonObject, note: Note): void {
  exclude(value, note, "value", ["externalValue", "dataValue", "serializedValue"]);
  exclude(value, note, "serializedValue", ["externalValue"]);
}

function checkSecurityScheme(value: JsonObject, note: Note, dialect: Dialect): void {
  const { type } = value;
  if (typeof type !== "string") return;
  const required = Object.hasOwn(REQUIRED_OF_SCHEME, type) ? REQUIRED_OF_SCHEME[type] : undefined;
  if (required === undefined || (type === "mutualTLS" && !isSince(dialect, "3.1"))) {
    return note(`"${type}" is no type of a security scheme`, { key: "type", allowed: Object.keys(REQUIRED_OF_SCHEME).join(", ") });
  }
  for (const name of required) {
    const mere = name === "flows" || name === "openIdConnectUrl";
    if (!Object.hasOwn(value, name)) note(`the field "${name}" is missing`, { documentation: mere });
  }
  if (type === "apiKey" && typeof value["in"] === "string" && !["header", "query", "cookie"].includes(value["in"])) {
    note(`"${value["in"]}" is no place of a key`, { key: "in", allowed: "header, query, cookie" });
  }
}
