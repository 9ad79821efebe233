/**
 * Contract: a sound document, damaged at random, is still read without a throw, and nothing falls out unsaid.
 *
 * An operation that the reader calls sound must have every lock, parameter, body and answer that stands in the document
 * as it is now; what cannot be read must have taken the operation, or the whole document, down.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { type ReadContract, readContract } from "../src/contract/read.ts";
import type { Operation } from "../src/contract/operation.ts";

type Tree = null | boolean | number | string | Tree[] | { [name: string]: Tree };
type Branch = { [name: string]: Tree };
type Dice = (below: number) => number;

const METHODS: readonly string[] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const IGNORED: ReadonlySet<string> = new Set(["accept", "content-type", "authorization"]);

const ORDER: Tree = { type: "object", required: ["sku"], properties: { sku: { type: "string", maxLength: 8 }, count: { type: "integer" } } };

const SOUND: Tree = {
  openapi: "3.1.0",
  info: { title: "Orders", version: "1" },
  servers: [{ url: "https://api.example/v1" }],
  security: [{ token: ["orders:read"] }],
  paths: {
    "/orders": {
      parameters: [{ $ref: "#/components/parameters/tenant" }],
      get: { operationId: "list", parameters: [{ name: "page", in: "query", schema: { type: "integer" } }], responses: { 200: { $ref: "#/components/responses/orders" } } },
      post: {
        operationId: "create",
        security: [{ token: ["orders:write"] }, { key: [], token: [] }],
        requestBody: { $ref: "#/components/requestBodies/order" },
        responses: { 201: { description: "made", headers: { Location: { required: true, schema: { type: "string" } } } }, default: { description: "no" } },
      },
    },
    "/orders/{id}": {
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
      get: { security: [], responses: { 200: { description: "one", content: { "application/json": { schema: { $ref: "#/components/schemas/order" } } } } } },
      delete: { operationId: "remove", security: [{ key: [] }, {}], responses: { 204: { description: "gone" } } },
    },
    "/shared": { $ref: "#/components/pathItems/shared" },
  },
  components: {
    schemas: { order: ORDER },
    parameters: { tenant: { name: "X-Tenant", in: "header", required: true, schema: { type: "string" } } },
    requestBodies: { order: { required: true, content: { "application/json": { schema: { $ref: "#/components/schemas/order" } } } } },
    responses: { orders: { description: "some", content: { "application/json": { schema: { type: "array", items: { $ref: "#/components/schemas/order" } } } } } },
    securitySchemes: { token: { type: "oauth2", flows: {} }, key: { type: "apiKey", in: "header", name: "X-Key" } },
    pathItems: { shared: { put: { operationId: "share", parameters: [{ name: "to", in: "query", schema: {} }], responses: { 200: { description: "ok" } } } } },
  },
};

/** Damages the document `iterations` times, in steps that `seed` decides. Throws when something falls out unsaid. */
export function run(iterations: number, seed: number): void {
  const folder = mkdtempSync(path.join(tmpdir(), "fuzz-contract-"));
  const dice = makeDice(seed);
  try {
    const whole = readText(folder, JSON.stringify(SOUND));
    assert.deepEqual(whole.misfits.filter(({ level }) => level !== "warning"), [], "the sound document is not sound");
    for (let round = 0; round < iterations; round += 1) {
      const document = structuredClone(SOUND);
      for (let steps = 1 + dice(3); steps > 0; steps -= 1) damage(document, dice);
      const text = dice(4) === 0 ? stringify(document, { aliasDuplicateObjects: false }) : JSON.stringify(document, undefined, dice(2));
      const contract = readText(folder, text);
      try {
        compare(contract, document);
      } catch (fault) {
        throw new Error(`round ${round}: ${text}`, { cause: fault });
      }
      readText(folder, cut(text, dice));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readText(folder: string, text: string): ReadContract {
  const file = path.join(folder, "contract.yaml");
  writeFileSync(file, text);
  return readContract(file);
}

function cut(text: string, dice: Dice): string {
  const from = dice(text.length);
  return text.slice(0, from) + text.slice(from + dice(20));
}

function makeDice(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface Twig {
  readonly parent: Branch | Tree[];
  readonly key: string;
}

function listTwigs(parent: Tree, found: Twig[] = []): readonly Twig[] {
  if (typeof parent !== "object" || parent === null) return found;
  for (const [key, child] of Object.entries(parent)) {
    found.push({ parent, key });
    listTwigs(child, found);
  }
  return found;
}

const RUBBISH: readonly Tree[] = [null, true, false, 0, -1.5, "", "x", "/", [], {}, [null], [{}], { $ref: "#/nowhere" }, { $ref: "#/components/schemas/order" }, { $ref: 1 }, "application/json"];
const NAMES: readonly string[] = ["security", "parameters", "$ref", "get", "in", "name", "required", "content", "x-any", "securty", "__proto__", "default", "200", "/orders", "/{id}", "schema"];

function damage(document: Tree, dice: Dice): void {
  const twigs = listTwigs(document);
  const pick = (): Twig | undefined => twigs[dice(twigs.length)];
  const [one, other] = [pick(), pick()];
  if (one === undefined || other === undefined) return;
  const whole = structuredClone(read(other));
  const kind = dice(5);
  if (kind === 0) remove(one);
  else if (kind === 1) write(one.parent, one.key, structuredClone(RUBBISH[dice(RUBBISH.length)] ?? null));
  else if (kind === 2) write(one.parent, one.key, whole);
  else if (kind === 3) write(one.parent, NAMES[dice(NAMES.length)] ?? "x", structuredClone(read(one)));
  else {
    const value = read(one);
    remove(one);
    write(one.parent, NAMES[dice(NAMES.length)] ?? "x", value);
  }
}

function read({ parent, key }: Twig): Tree {
  return Object.getOwnPropertyDescriptor(parent, key)?.value ?? null;
}

function remove({ parent, key }: Twig): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

function write(parent: Branch | Tree[], key: string, value: Tree): void {
  if (Array.isArray(parent)) parent.push(value);
  else Object.defineProperty(parent, key, { value, enumerable: true, writable: true, configurable: true });
}

/** The judge: a second, naive reading of the damaged document. */
function compare(contract: ReadContract, document: Tree): void {
  if (contract.misfits.some(({ level }) => level === "error")) return;
  const down = new Set(contract.misfits.flatMap(({ level, operation }) => (level === "operation" ? [operation] : [])));
  const paths = isBranch(document) ? own(document, "paths") : undefined;
  for (const [template, given] of isBranch(paths) ? Object.entries(paths) : []) {
    if (template.startsWith("x-")) continue;
    const item = follow(document, given);
    assert.ok(isBranch(item), `the path ${template} is no object, and nothing was said`);
    for (const method of METHODS.filter((name) => Object.hasOwn(item, name))) {
      const read = contract.operations.find((operation) => operation.method === method.toUpperCase() && operation.path.endsWith(template) && !operation.path.slice(0, -template.length).includes("/orders"));
      assert.ok(read, `${method} ${template} fell out`);
      if (!down.has(read.id)) compareOperation(read, document, item, own(item, method));
    }
  }
}

function compareOperation(read: Operation, document: Tree, item: Branch, given: Tree | undefined): void {
  assert.ok(isBranch(given) && isBranch(document), `${read.id} is no object, and nothing was said`);
  const security = Object.hasOwn(given, "security") ? given["security"] : own(document, "security");
  const locks = read.security?.map((alternative) => Object.fromEntries(alternative.map(({ scheme, scopes }) => [scheme.name, scopes])));
  assert.deepEqual(locks, security, `${read.id} lost a lock`);
  const declared = [item, given].flatMap((owner) => listOf(own(owner, "parameters")).map((parameter) => keyOf(follow(document, parameter)))).filter((key) => key !== "");
  assert.deepEqual(new Set(read.parameters.map((parameter) => keyOf({ ...parameter, in: parameter.in, name: parameter.name }))), new Set(declared), `${read.id} lost a parameter`);
  const body = follow(document, own(given, "requestBody"));
  assert.equal(read.body !== undefined, Object.hasOwn(given, "requestBody"), `${read.id} lost its body`);
  if (isBranch(body)) assert.equal(read.body?.required, own(body, "required") === true);
  const answers = own(given, "responses");
  const statuses = isBranch(answers) ? Object.keys(answers).filter((status) => /^(default|[1-5]\d\d)$/.test(status)) : [];
  assert.deepEqual([...read.answers.keys()].sort(), statuses.sort(), `${read.id} lost an answer`);
}

function keyOf(parameter: unknown): string {
  assert.ok(isBranch(parameter), "a parameter is no object, and nothing was said");
  const [place, name] = [textOf(own(parameter, "in")), textOf(own(parameter, "name"))];
  if (place !== "header") return `${place} ${name}`;
  return IGNORED.has(name.toLowerCase()) ? "" : `${place} ${name.toLowerCase()}`;
}

function follow(document: Tree, value: Tree | undefined): Tree | undefined {
  let found = value;
  for (let steps = 0; steps < 100 && isBranch(found) && Object.hasOwn(found, "$ref"); steps += 1) {
    const reference = textOf(found["$ref"]);
    const keys = reference.length < 2 ? [] : reference.slice(2).split("/").map(unescape);
    found = keys.reduce<Tree | undefined>((at, key) => (typeof at === "object" && at !== null ? own(at, key) : undefined), document);
  }
  return found;
}

function unescape(key: string): string {
  return key.replaceAll("~1", "/").replaceAll("~0", "~");
}

function own(value: Branch | Tree[], key: string): Tree | undefined {
  return Object.getOwnPropertyDescriptor(value, key)?.value as Tree | undefined; // members of a tree are trees
}

function textOf(value: Tree | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

function listOf(value: Tree | undefined): readonly Tree[] {
  return Array.isArray(value) ? value : [];
}

function isBranch(value: unknown): value is Branch {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

if (import.meta.main) {
  const [iterations = 500, seed = 1] = process.argv.slice(2).map(Number);
  run(iterations, seed);
}
