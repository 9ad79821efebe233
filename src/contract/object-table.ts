/**
 * Object table: the objects of OpenAPI 3.0, 3.1 and 3.2 with their fields.
 *
 * One line per field, in a notation of its own: `~` in front marks documentation, which nothing is enforced by;
 * `[x]` is a list, `{x}` a map with names of any kind, `x&` may be a Reference Object instead, `!` behind means
 * required, and a version behind that says since when the field exists. Objects are named in camelCase; `string`,
 * `boolean`, `number` and `any` are what they say.
 */

export type Dialect = "3.0" | "3.1" | "3.2";

/** Fields of a path item that are methods, with the dialect that brought them. */
export const METHODS: ReadonlyMap<string, Dialect> = new Map<string, Dialect>([
  ...["get", "put", "post", "delete", "options", "head", "patch", "trace"].map((method) => [method, "3.0"] as const),
  ["query", "3.2"],
]);

export interface Field {
  readonly documentation: boolean;
  readonly form: "one" | "list" | "map";
  readonly kind: string;
  readonly reference: boolean;
  readonly required: boolean;
  readonly since: Dialect;
}

/** Fields by name. `patterned`: the names are not fixed, and what each value must be. `open`: others are allowed. */
export interface ObjectRule {
  readonly fields: ReadonlyMap<string, Field>;
  readonly patterned?: { readonly names: RegExp; readonly expected: string; readonly each: Field };
  readonly open?: boolean;
}

const EXAMPLES = { example: "~any", examples: "~{example&}" };
const ENCODINGS = { encoding: "{encoding}", prefixEncoding: "[encoding] 3.2", itemEncoding: "encoding 3.2" };
const VALUE = { description: "~string", required: "boolean", deprecated: "~boolean", style: "string", explode: "boolean", schema: "schema", content: "{mediaType&}", ...EXAMPLES };
const SUBSCHEMAS = ["not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"];

const SOURCE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  document: {
    openapi: "string!",
    $self: "~string 3.2",
    info: "~info!",
    jsonSchemaDialect: "string 3.1",
    servers: "[server]",
    paths: "paths",
    webhooks: "~{pathItem&} 3.1",
    components: "components",
    security: "[requirement]",
    tags: "~[tag]",
    externalDocs: "~externalDocs",
  },
  info: { title: "string!", summary: "string 3.1", description: "string", "termsOfService": "string", contact: "contact", license: "licence", version: "string!" },
  contact: { name: "string", url: "string", email: "string" },
  licence: { name: "string!", identifier: "string 3.1", url: "string" },
  server: { url: "string!", description: "~string", name: "~string 3.2", variables: "{serverVariable}" },
  serverVariable: { enum: "[string]", default: "string!", description: "~string" },
  components: {
    schemas: "{schema}",
    responses: "{response&}",
    parameters: "{parameter&}",
    examples: "~{example&}",
    requestBodies: "{requestBody&}",
    headers: "{header&}",
    securitySchemes: "{securityScheme&}",
    links: "~{link&}",
    callbacks: "~{callback&}",
    pathItems: "{pathItem&} 3.1",
    mediaTypes: "{mediaType&} 3.2",
  },
  pathItem: {
    $ref: "string",
    summary: "~string",
    description: "~string",
    ...Object.fromEntries([...METHODS].map(([method, since]) => [method, `operation ${since}`])),
    additionalOperations: "{operation} 3.2",
    servers: "[server]",
    parameters: "[parameter&]",
  },
  operation: {
    tags: "~[string]",
    summary: "~string",
    description: "~string",
    externalDocs: "~externalDocs",
    operationId: "string",
    parameters: "[parameter&]",
    requestBody: "requestBody&",
    responses: "responses",
    callbacks: "~{callback&}",
    deprecated: "~boolean",
    security: "[requirement]",
    servers: "[server]",
  },
  externalDocs: { description: "string", url: "string!" },
  parameter: { name: "string!", in: "string!", ...VALUE, allowEmptyValue: "boolean", allowReserved: "boolean" },
  header: VALUE,
  requestBody: { description: "~string", content: "{mediaType&}!", required: "boolean" },
  mediaType: { schema: "schema", itemSchema: "schema 3.2", description: "~string 3.2", ...EXAMPLES, ...ENCODINGS },
  encoding: { contentType: "string", headers: "{header&}", style: "string", explode: "boolean", allowReserved: "boolean", ...ENCODINGS },
  response: { summary: "~string 3.2", description: "~string", headers: "{header&}", content: "{mediaType&}", links: "~{link&}" },
  example: { summary: "string", description: "string", value: "any", externalValue: "string", dataValue: "any 3.2", serializedValue: "string 3.2" },
  link: { operationRef: "string", operationId: "string", parameters: "{any}", requestBody: "any", description: "string", server: "server" },
  tag: { name: "string!", summary: "string 3.2", description: "string", externalDocs: "externalDocs", parent: "string 3.2", kind: "string 3.2" },
  securityScheme: {
    type: "string!",
    description: "~string",
    name: "string",
    in: "string",
    scheme: "string",
    bearerFormat: "~string",
    flows: "~flows",
    openIdConnectUrl: "~string",
    oauth2MetadataUrl: "~string 3.2",
    deprecated: "~boolean 3.2",
  },
  flows: { implicit: "flow", password: "flow", clientCredentials: "flow", authorizationCode: "flow", deviceAuthorization: "flow 3.2" },
  flow: { authorizationUrl: "string", deviceAuthorizationUrl: "string 3.2", tokenUrl: "string", refreshUrl: "string", scopes: "{string}!" },
  xml: { name: "string", namespace: "string", prefix: "string", attribute: "boolean", wrapped: "boolean", nodeType: "string 3.2" },
  schema: {
    properties: "{schema}",
    patternProperties: "{schema}",
    dependentSchemas: "{schema}",
    $defs: "{schema}",
    additionalProperties: "flagOrSchema",
    items: "schema",
    allOf: "[schema]",
    anyOf: "[schema]",
    oneOf: "[schema]",
    prefixItems: "[schema]",
    xml: "xml",
    externalDocs: "externalDocs",
    ...Object.fromEntries(SUBSCHEMAS.map((name) => [name, "schema"])),
  },
};

const PATTERNED: Readonly<Record<string, readonly [names: RegExp, expected: string, each: string]>> = {
  paths: [/^\//, "a path that begins with /", "pathItem"],
  responses: [/^(?:default|[1-5](?:[0-9][0-9]|XX))$/, "default, a status such as 404, or a range such as 4XX", "response&"],
  callback: [/^/, "", "~pathItem&"],
  requirement: [/^/, "", "[string]"],
};

/** Every rule by the name of its object. `flagOrSchema` is the one place where 3.0 has a boolean for a schema. */
export const OBJECTS: ReadonlyMap<string, ObjectRule> = readTable();

function readTable(): ReadonlyMap<string, ObjectRule> {
  const rules = new Map<string, ObjectRule>();
  for (const [name, fields] of Object.entries(SOURCE)) {
    const read = new Map(Object.entries(fields).map(([field, text]) => [field, readField(text)]));
    rules.set(name, name === "schema" ? { fields: read, open: true } : { fields: read });
  }
  for (const [name, [names, expected, each]] of Object.entries(PATTERNED)) {
    rules.set(name, { fields: new Map(), patterned: { names, expected, each: readField(each) } });
  }
  const schema = rules.get("schema");
  if (schema !== undefined) rules.set("flagOrSchema", schema);
  return rules;
}

/** Says whether a dialect is new enough for a field. */
export function isSince(dialect: Dialect, since: Dialect): boolean {
  return dialect >= since;
}

function readField(text: string): Field {
  const [type = "", since = "3.0"] = text.replace("~", "").split(" ");
  const bare = type.replace("!", "");
  const inner = /^[[{]/.test(bare) ? bare.slice(1, -1) : bare;
  return {
    documentation: text.startsWith("~"),
    form: bare.startsWith("[") ? "list" : bare.startsWith("{") ? "map" : "one",
    kind: inner.replace("&", ""),
    reference: inner.endsWith("&"),
    required: type.endsWith("!"),
    since: since as Dialect, // the table above writes no other
  };
}
