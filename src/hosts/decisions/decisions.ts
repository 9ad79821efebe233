/**
 * Decisions: answers other programs' questions about who may what, over OpenID AuthZEN 1.0.
 *
 * The same policy that stands at the doors, asked without a request: a console that hides a button, another gateway, a
 * batch job. What is decided is the stage authorize alone (see doors/decide.ts): scopes, roles, rules, an outside point.
 * Everybody who asks has a token of its own; every decision leaves an audit record that says it was only a question.
 * See the OpenID AuthZEN Authorization API 1.0, sections 6, 7, 9 and 10.
 */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { JSON_BOUNDS, readJson } from "../../contract/json.ts";
import type { Json, JsonObject } from "../../contract/json-value.ts";
import type { Misfit } from "../../contract/misfit.ts";
import { decide } from "../../doors/decide.ts";
import type { Outcome } from "../../exchange/decision.ts";
import { isSame } from "../../keys/same.ts";
import { findWeakness, readSecret } from "../../keys/secret.ts";
import type { DecisionsSettings } from "../../policy/decisions.ts";
import type { Policy } from "../../policy/policy.ts";
import { type Assembly, assemble, type AssembleOptions } from "../assemble.ts";
import { LOOPBACK, listenMisfit, placeIn, startMisfit } from "../gateway/listen.ts";
import { findPlan } from "./find-plan.ts";
import { type AskedQuestion, readRequest, type Semantic } from "./read-request.ts";

export interface Decisions {
  /** Where it listens, e.g. `http://127.0.0.1:8445`. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export const BODY_BYTES_MAX = 262_144;
export const UNDER_WAY_MAX = 64;
const REQUEST_MILLISECONDS_MAX = 10_000;
const HEAD_BYTES_MAX = 8_192;
const CHECK_MILLISECONDS = 1_000;
const BOUNDS = { ...JSON_BOUNDS, depth: 16, values: 50_000, stringBytes: 16_384 };

const EVALUATION = "/access/v1/evaluation";
const EVALUATIONS = "/access/v1/evaluations";
const METADATA = "/.well-known/authzen-configuration";

/** Reads the policy and answers questions about it. All that stands in the way is answered as misfits. */
export async function startDecisions(policyFile: string, options: AssembleOptions): Promise<Decisions | { readonly misfits: readonly Misfit[] }> {
  const assembly = assemble(policyFile, options);
  if ("misfits" in assembly) return assembly;
  const { policy } = assembly.engine.house;
  const { decisions: settings } = policy.settings;
  const clients = settings === undefined ? { misfits: [startMisfit(placeIn(policy, ""), "the policy says nothing about decisions", "decisions: { clients: ... }")] } : readClients(policy, settings);
  const unopened = "misfits" in clients ? clients.misfits : await assembly.open();
  if (settings === undefined || "misfits" in clients || unopened.length > 0) {
    await assembly.close();
    return { misfits: unopened };
  }
  const server = new DecisionServer(assembly, clients.known);
  try {
    await server.listen(settings);
    return { url: server.url, stop: () => server.stop() };
  } catch (fault) {
    await server.stop();
    return { misfits: [listenMisfit(policy, "/decisions", settings.address, settings.port, fault)] };
  }
}

type Secrets = ReadonlyMap<string, Buffer>;

function readClients(policy: Policy, { address, exposed, clients }: DecisionsSettings): { readonly known: Secrets } | { readonly misfits: readonly Misfit[] } {
  const misfits: Misfit[] = [];
  if (exposed === undefined && !LOOPBACK.has(address)) misfits.push(startMisfit(placeIn(policy, "/decisions/address"), `tokens of clients would be readable on the way to ${address}`, `${[...LOOPBACK].join(", ")}, or exposed: <reason>`));
  const known = new Map<string, Buffer>();
  for (const [name, reference] of clients) {
    const read = readSecret(reference, policy.folder);
    const wrong = "wrong" in read ? read.wrong : findWeakness(read.secret);
    if (wrong !== undefined) misfits.push(startMisfit(placeIn(policy, `/decisions/clients/${name}`), `the token of ${name} cannot be used: ${wrong}`));
    if ("secret" in read) known.set(name, read.secret);
  }
  return misfits.length > 0 ? { misfits } : { known };
}

interface Answer {
  readonly status: number;
  /** A text: what is wrong, for whoever asks. */
  readonly body: JsonObject | string;
}

class DecisionServer {
  url = "";
  readonly #assembly: Assembly;
  readonly #clients: Secrets;
  readonly #server: http.Server;
  #underWay = 0;

  constructor(assembly: Assembly, clients: Secrets) {
    this.#assembly = assembly;
    this.#clients = clients;
    this.#server = http.createServer({ headersTimeout: REQUEST_MILLISECONDS_MAX, requestTimeout: REQUEST_MILLISECONDS_MAX, connectionsCheckingInterval: CHECK_MILLISECONDS, maxHeaderSize: HEAD_BYTES_MAX, insecureHTTPParser: false }, (request, response) => void this.#serve(request, response));
  }

  async listen({ address, port }: DecisionsSettings): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, address, resolve);
    });
    const bound = this.#server.address() as AddressInfo; // it listens on a port
    this.url = `http://${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    await this.#assembly.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await this.#answer(request).catch((): Answer => ({ status: 500, body: "the question could not be answered" }));
    const id = request.headers["x-request-id"];
    const head = {
      "content-type": typeof body === "string" ? "text/plain; charset=utf-8" : "application/json",
      "cache-control": "no-store",
      ...(typeof id === "string" && /^[\x21-\x7e]{1,200}$/.test(id) ? { "x-request-id": id } : {}),
      ...(status === 401 ? { "www-authenticate": 'Bearer realm="decisions"' } : {}),
      // What was not read to its end would be taken for the next request.
      ...(request.complete ? {} : { connection: "close" }),
    };
    response.writeHead(status, head).end(typeof body === "string" ? `${body}\n` : JSON.stringify(body));
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { method, url, headers } = request;
    if (url === METADATA) return method === "GET" ? { status: 200, body: this.#metadata() } : { status: 405, body: "GET only" };
    if (url !== EVALUATION && url !== EVALUATIONS) return { status: 404, body: `${EVALUATION}, ${EVALUATIONS} and ${METADATA}` };
    const asker = this.#findAsker(headers.authorization);
    if (asker === undefined) return { status: 401, body: "a client's bearer token is needed" };
    if (method !== "POST") return { status: 405, body: "POST only" };
    if (!/^application\/json *(;|$)/i.test(headers["content-type"] ?? "")) return { status: 415, body: "application/json only" };
    if (this.#underWay >= UNDER_WAY_MAX || !this.#assembly.audit.ready()) return { status: 503, body: "too much at once: try again" };
    this.#underWay++;
    try {
      const bytes = await readBody(request);
      if (bytes === undefined) return { status: 413, body: `a question has at most ${BODY_BYTES_MAX} bytes` };
      const read = readJson(bytes, BOUNDS);
      return "wrong" in read ? { status: 400, body: `no JSON (${read.wrong.reason})` } : await this.#decideAll(read.value, url === EVALUATIONS, asker);
    } finally {
      this.#underWay--;
    }
  }

  #metadata(): JsonObject {
    return { policy_decision_point: this.url, access_evaluation_endpoint: this.url + EVALUATION, access_evaluations_endpoint: this.url + EVALUATIONS };
  }

  /** All are compared, in any case: how long it takes does not say whose token was nearly right. */
  #findAsker(authorization: string | undefined): string | undefined {
    const token = /^bearer ([\x21-\x7e]{1,4096})$/i.exec(authorization ?? "")?.[1] ?? "";
    return [...this.#clients].filter(([, secret]) => isSame(Buffer.from(token, "latin1"), secret)).map(([name]) => name)[0];
  }

  async #decideAll(body: Json, several: boolean, asker: string): Promise<Answer> {
    const asked = readRequest(body, several);
    if ("wrong" in asked) return { status: 400, body: asked.wrong };
    if ("one" in asked) return { status: 200, body: await this.#decide(asked.one, asker) };
    const evaluations: JsonObject[] = [];
    for (const question of asked.all) {
      const decided = "wrong" in question ? refusalOf(400, question.wrong) : await this.#decide(question, asker);
      evaluations.push(decided);
      if (endsAt(asked.semantic, decided["decision"] === true)) break;
    }
    return { status: 200, body: { evaluations } };
  }

  async #decide(question: AskedQuestion, asker: string): Promise<JsonObject> {
    const { house } = this.#assembly.engine;
    const found = findPlan(question, house);
    if ("wrong" in found) return refusalOf(404, found.wrong);
    const { outcome, record } = await decide(house, found, Date.now);
    this.#assembly.audit.add({ ...record, asker });
    return tell(outcome);
  }
}

function endsAt(semantic: Semantic, permitted: boolean): boolean {
  return (semantic === "deny_on_first_deny" && !permitted) || (semantic === "permit_on_first_permit" && permitted);
}

/** Of a refusal that much as its caller would have been told; an outage is a no with an error (AuthZEN, section 7.2). */
function tell(outcome: Outcome): JsonObject {
  if (outcome === undefined) return { decision: true };
  if (outcome.kind !== "refusal") return refusalOf(500, "not a decision");
  const { type, title, status } = outcome.problem;
  return status >= 500 ? refusalOf(status, title) : { decision: false, "context": { id: type, reason_user: { en: title } } };
}

function refusalOf(status: number, message: string): JsonObject {
  return { decision: false, "context": { error: { status, message } } };
}

/** undefined: more than a question may be. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
