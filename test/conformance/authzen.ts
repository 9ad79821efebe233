/**
 * AuthZEN: the interoperability decisions of the OpenID AuthZEN working group, in both directions.
 *
 * Asked: our own decisions are asked the questions of the gateway scenario. Asking: a gateway whose policy asks a point
 * that knows the suite's table, and nothing else; a request goes through only if the question is word for word one of
 * the table whose answer is yes.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { AuditSink } from "../../src/audit/log.ts";
import type { Json, JsonObject } from "../../src/contract/json-value.ts";
import { writeMisfit } from "../../src/contract/misfit.ts";
import { openPoint } from "../../src/doors/inbound/authorize/decision-point/point.ts";
import { startDecisions } from "../../src/hosts/decisions/decisions.ts";
import { startGateway } from "../../src/hosts/gateway/gateway.ts";
import { ISSUER, token, writeFiles } from "../hosts.ts";
import { type Score, suiteMissing, suites } from "./score.ts";

const SUITE = "authzen";

interface Case {
  readonly request: { readonly subject: { readonly type: string; readonly id: string }; readonly action: { readonly name: string }; readonly resource: { readonly type: string; readonly id: string; readonly properties?: { readonly ownerID?: string } } };
  readonly expected: boolean;
}

interface Boxcar {
  readonly request: JsonObject & { readonly subject: Case["request"]["subject"]; readonly evaluations: readonly { readonly resource: Case["request"]["resource"] }[] };
  readonly expected: readonly { readonly decision: boolean }[];
}

export async function scoreAuthzen(): Promise<readonly Score[]> {
  if (suiteMissing(SUITE)) return [];
  const gateway = read<{ evaluation: readonly Case[] }>("gateway-decisions.json").evaluation;
  const todo = read<{ evaluation: readonly Case[]; evaluations: readonly Boxcar[] }>("todo-decisions-authorization-api-1_0-02.json");
  return [await scoreAsked(gateway), await scoreAsking("gateway", gateway), await scoreAsking("todo", todo.evaluation), await scoreBoxcars(todo.evaluations)];
}

function read<T>(name: string): T {
  // The suite's own files, in the form that its README gives.
  return JSON.parse(readFileSync(path.join(suites, SUITE, name), "utf8")) as T;
}

const NOWHERE: AuditSink = { write: (_text, done) => done(), close: () => Promise.resolve() };

const parameter = (name: string, where = "path"): JsonObject => ({ name, in: where, required: true, schema: { type: "string", maxLength: 200 } });
const described = (operationId: string, parameters: readonly JsonObject[]): JsonObject => ({ operationId, parameters, responses: { 200: { description: "done" } } });

const CONTRACT: JsonObject = {
  openapi: "3.1.0",
  info: { title: "todo", version: "1" },
  components: { securitySchemes: { login: { type: "oauth2", flows: { clientCredentials: { tokenUrl: "https://id.example/token", scopes: {} } } } } },
  security: [{ login: [] }],
  paths: {
    "/users/{userId}": { get: described("can_read_user", [parameter("userId")]) },
    "/todos": { get: described("can_read_todos", []), post: described("can_create_todo", []) },
    "/todos/{todoId}": {
      put: described("can_update_todo", [parameter("todoId"), { ...parameter("ownerID", "query"), required: false }]),
      delete: described("can_delete_todo", [parameter("todoId"), { ...parameter("ownerID", "query"), required: false }]),
    },
  },
};

/** Who may write, as the scenario's description says: everybody reads; editors and admins, the first three, write. */
async function scoreAsked(cases: readonly Case[]): Promise<Score> {
  const writers = [...new Set(cases.filter(({ request, expected }) => expected && request.action.name === "POST").map(({ request }) => request.subject.id))];
  const secret = randomBytes(32).toString("base64url");
  const policy = {
    contract: "./openapi.json",
    decisions: { port: 0, clients: { suite: "file:./secret" } },
    everywhere: { jwt: { issuer: ISSUER, audience: "orders", keys: "file:./jwks.json" }, rule: { allow: `principal.id in ${JSON.stringify(writers)}`, methods: ["POST", "PUT", "DELETE"] } },
  };
  const file = writeFiles({ contract: CONTRACT, policy });
  writeFileSync(path.join(path.dirname(file), "secret"), secret);
  const start = await startDecisions(file, { say: () => undefined, sink: NOWHERE, watch: false });
  if ("misfits" in start) throw new Error(start.misfits.map(writeMisfit).join("\n"));
  const failures: string[] = [];
  for (const { request, expected } of cases) {
    const response = await fetch(`${start.url}/access/v1/evaluation`, { method: "POST", headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" }, body: JSON.stringify(request) });
    const answer = (await response.json()) as { readonly decision: Json };
    if (answer.decision !== expected) failures.push(`${nameOf(request)}: ${JSON.stringify(answer)}`);
  }
  await start.stop();
  return score("AuthZEN, asked about the gateway scenario", cases.length, failures);
}

/** A point that knows the table: whatever is not in it, word for word, is a no. */
async function openTable(cases: readonly Case[], boxcars: readonly Boxcar[]): Promise<http.Server> {
  const table = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const asked = JSON.parse(Buffer.concat(chunks).toString()) as JsonObject;
      const evaluations = boxcars.find((one) => isDeepStrictEqual(one.request, asked))?.expected;
      const decision = cases.some((one) => one.expected && isDeepStrictEqual(one.request, asked));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(evaluations === undefined ? { decision } : { evaluations }));
    });
  });
  await new Promise<void>((resolve) => table.listen(0, "127.0.0.1", resolve));
  return table;
}

/** Several questions at once pass together or not at all. */
async function scoreBoxcars(boxcars: readonly Boxcar[]): Promise<Score> {
  const table = await openTable([], boxcars);
  const point = openPoint({ url: new URL(`http://127.0.0.1:${portOf(table)}`), credential: undefined, deadlineMilliseconds: 2_000 });
  const failures: string[] = [];
  for (const { request, expected } of boxcars) {
    const decision = await point.ask({ text: JSON.stringify(request), many: request.evaluations.length });
    const permitted = "permitted" in decision ? decision.permitted : undefined;
    if (permitted !== expected.every((one) => one.decision)) failures.push(`${request.subject.id.slice(-12)}: ${JSON.stringify(decision)}`);
  }
  point.close();
  table.close();
  table.closeAllConnections();
  return score("AuthZEN, asking several at once", boxcars.length, failures);
}

async function scoreAsking(scenario: "gateway" | "todo", cases: readonly Case[]): Promise<Score> {
  const table = await openTable(cases, []);
  const api = http.createServer((request, response) => void request.resume().on("end", () => response.writeHead(200).end()));
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const point = { url: `http://127.0.0.1:${portOf(table)}`, subject: { type: scenario === "gateway" ? "identity" : "user", id: "principal.subject" } };
  const ask = (action: string, type: string, id: string, properties: JsonObject = {}): JsonObject => ({ "decision-point": { ...point, action, resource: { type, id, properties } } });
  const owned = { ownerID: "query.ownerID" };
  const operations = {
    can_read_user: ask("can_read_user", "user", "path.userId"),
    can_read_todos: ask("can_read_todos", "todo", '"todo-1"'),
    can_create_todo: ask("can_create_todo", "todo", '"todo-1"'),
    can_update_todo: ask("can_update_todo", "todo", "path.todoId", owned),
    can_delete_todo: ask("can_delete_todo", "todo", "path.todoId", owned),
  };
  const everywhere = { jwt: { issuer: ISSUER, audience: "orders", keys: "file:./jwks.json" }, "decision-point": point };
  const policy = { contract: "./openapi.json", listen: { port: 0 }, everywhere, operations: scenario === "gateway" ? {} : operations };
  const start = await startGateway(writeFiles({ contract: CONTRACT, policy }, `http://127.0.0.1:${portOf(api)}`), { say: () => undefined, sink: NOWHERE, watch: false });
  if ("misfits" in start) throw new Error(start.misfits.map(writeMisfit).join("\n"));
  const failures: string[] = [];
  for (const { request, expected } of cases) {
    const { method, target } = scenario === "gateway" ? routeOf(request) : todoOf(request);
    const { status } = await fetch(start.gateway.url + target, { method, headers: { authorization: `Bearer ${token({ sub: request.subject.id })}` } });
    if (status !== (expected ? 200 : 403)) failures.push(`${nameOf(request)}: ${status}`);
  }
  await start.gateway.stop();
  for (const server of [table, api]) {
    server.close();
    server.closeAllConnections();
  }
  return score(`AuthZEN, asking in the ${scenario} scenario`, cases.length, failures);
}

function routeOf({ action, resource }: Case["request"]): { readonly method: string; readonly target: string } {
  return { method: action.name, target: resource.id.replaceAll(/\{\w+\}/g, "any-1") };
}

function todoOf({ action, resource: { id, properties } }: Case["request"]): { readonly method: string; readonly target: string } {
  const owner = properties?.ownerID === undefined ? "" : `?ownerID=${encodeURIComponent(properties.ownerID)}`;
  const one = { method: "PUT", target: `/todos/${id}${owner}` };
  const routes: Readonly<Record<string, { readonly method: string; readonly target: string }>> = {
    can_read_user: { method: "GET", target: `/users/${encodeURIComponent(id)}` },
    can_read_todos: { method: "GET", target: "/todos" },
    can_create_todo: { method: "POST", target: "/todos" },
    can_update_todo: one,
    can_delete_todo: { ...one, method: "DELETE" },
  };
  return routes[action.name] ?? { method: "GET", target: "/unknown" };
}

function portOf(server: http.Server): number {
  return (server.address() as AddressInfo).port;
}

function nameOf({ subject, action, resource }: Case["request"]): string {
  return `${subject.id.slice(-12)} ${action.name} ${resource.type} ${resource.id}`;
}

function score(name: string, total: number, failures: readonly string[]): Score {
  return { name, passed: total - failures.length, total, bar: total, failures };
}
