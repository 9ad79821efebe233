/**
 * Proof: shows, before anything is measured, that each subject's guards do what it claims.
 *
 * A rival with its checks off would be fast for nothing. The proof runs against an instance of its own, which differs from
 * the measured one in the rate limit alone (low, so that it can be seen to refuse). A guard that is claimed must refuse; one
 * that is not claimed must let pass, else the table would say less than the truth.
 */
import { readFileSync } from "node:fs";
import { request as askPlainly } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { request as askSecurely } from "node:https";
import { brokenOrderId } from "./contract.ts";
import type { Material } from "./material.ts";
import { newOrder, orderId } from "./material.ts";
import type { Tls } from "./place.ts";
import type { GuardName } from "./subjects/subject.ts";
import { guardNames } from "./subjects/subject.ts";

/** The rate limit of the instance that is proved, per subject and minute. */
export const proofLimitPerMinute = 3;
/** The subjects before it are those of the burst and of the bad tokens. */
const firstSubject = 10;
const shownBodyLength = 300;
const answerLimitMilliseconds = 10_000;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Question {
  readonly token?: string;
  readonly method?: string;
  readonly path?: string;
  readonly body?: object;
}

export interface Proof {
  readonly holds: Readonly<Record<GuardName, boolean>>;
  /** What was asked and which status came, for the results file. */
  readonly seen: Readonly<Record<string, number>>;
  /** Requests that were sent, each of which should stand in the record. */
  readonly sent: number;
  /** Set when valid requests were refused: nothing else means anything then. */
  readonly failure: string | undefined;
}

/** Asks the subject on this port. `holds.record` stays false: it is known only when the subject has stopped (countRecords). */
export async function proveGuards(port: number, material: Material): Promise<Proof> {
  const seen: Record<string, number> = {};
  let sent = 0;
  const ask = async (name: string, question: Question): Promise<Answer> => {
    sent += 1;
    // Each experiment asks as a subject of its own, since the limit is low.
    const token = material.tokens[firstSubject + sent] ?? "";
    const answer = await send(port, material.tls, { token, ...question });
    seen[name] = answer.status;
    return answer;
  };
  const good = await ask("valid GET", {});
  const posted = await ask("valid POST", post(newOrder(1)));
  const holds = {
    token: (await askAll(ask, badTokens(material))).every((status) => status === 401 || status === 403),
    parameters: (await askAll(ask, badPaths)).every(isRefusedAsBad),
    body: (await askAll(ask, badBodies)).every(isRefusedAsBad),
    answer: (await ask("answer outside the contract", { path: `/orders/${brokenOrderId}?lines=20` })).status >= 500,
    limit: isLimited(await askAll(ask, burst(material.tokens[0] ?? ""))),
    headers: good.headers["x-content-type-options"] === "nosniff",
    record: false,
  };
  return { holds, seen, sent, failure: judgeValid(good, posted) };
}

/** Whether the record holds a line per request, once the subject has stopped. */
export function countRecords(proof: Proof, auditFile: string): Proof {
  let lines = 0;
  try {
    lines = readFileSync(auditFile, "utf8").split("\n").length - 1;
  } catch {
    // No record at all.
  }
  return { ...proof, holds: { ...proof.holds, record: lines >= proof.sent } };
}

/** Why the subject may not be measured, or undefined. */
export function judgeProof(proof: Proof, claimed: readonly GuardName[]): string | undefined {
  if (proof.failure !== undefined) return proof.failure;
  const wrong = guardNames.filter((name) => proof.holds[name] !== claimed.includes(name));
  if (wrong.length === 0) return undefined;
  return `claims and proof differ: ${wrong.map((name) => `${name} ${proof.holds[name] ? "holds" : "does not hold"}`).join(", ")}`;
}

type Ask = (name: string, question: Question) => Promise<Answer>;
type Questions = Readonly<Record<string, Question>>;

const badPaths: Questions = {
  "path parameter outside its pattern": { path: "/orders/ord_NOT-HEXADECIMAL!?lines=20" },
  "query parameter out of range": { path: `/orders/${orderId(1)}?lines=51` },
  "query parameter of another type": { path: `/orders/${orderId(1)}?lines=many` },
  "query parameter missing": { path: `/orders/${orderId(1)}` },
  "query parameter unknown": { path: `/orders/${orderId(1)}?lines=20&debug=1` },
};

const item = { sku: "SKU-10421", quantity: 1, unitPrice: 1 };
const badBodies: Questions = {
  "body without a required property": post({ ...newOrder(1), delivery: undefined }),
  "body with an additional property": post({ ...newOrder(1), role: "admin" }),
  "body with a bad item in its array": post({ ...newOrder(1), lines: [{ ...item, quantity: "many" }] }),
  "body with an additional nested property": post({ ...newOrder(1), lines: [{ ...item, discount: 100 }] }),
};

function badTokens(material: Material): Questions {
  const named = Object.entries(material.badTokens).map(([name, token]) => [`${name} token`, { token }] as const);
  return { "no token": { token: "" }, ...Object.fromEntries(named) };
}

function burst(token: string): Questions {
  const count = proofLimitPerMinute + 1;
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`same subject, request ${index + 1}`, { token }]));
}

function post(body: object): Question {
  return { method: "POST", path: "/orders", body };
}

/** The statuses, asked one after the other. */
async function askAll(ask: Ask, questions: Questions): Promise<number[]> {
  const statuses: number[] = [];
  for (const [name, question] of Object.entries(questions)) statuses.push((await ask(name, question)).status);
  return statuses;
}

function judgeValid(good: Answer, posted: Answer): string | undefined {
  if (good.status === 200 && posted.status === 201) return undefined;
  const bodies = `${good.body.slice(0, shownBodyLength)} ${posted.body.slice(0, shownBodyLength)}`;
  return `valid requests get ${good.status} and ${posted.status}: ${bodies}`;
}

/** All but the last pass. */
function isLimited(statuses: readonly number[]): boolean {
  return statuses.slice(0, -1).every((status) => status === 200) && statuses.at(-1) === 429;
}

/** 404 is an answer to a path outside its pattern too. */
function isRefusedAsBad(status: number): boolean {
  return status === 400 || status === 404 || status === 422;
}

function send(port: number, tls: Tls | undefined, question: Question): Promise<Answer> {
  const { token = "", method = "GET", path = `/orders/${orderId(1)}?lines=20`, body } = question;
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers: Record<string, string | number> = { accept: "application/json" };
  if (token !== "") headers.authorization = `Bearer ${token}`;
  if (payload !== undefined) {
    headers["content-type"] = "application/json";
    headers["content-length"] = Buffer.byteLength(payload);
  }
  return new Promise((resolve, reject) => {
    const wish = { port, host: "127.0.0.1", method, path, headers, agent: false, timeout: answerLimitMilliseconds };
    const asked = tls === undefined ? askPlainly(wish) : askSecurely({ ...wish, ca: readFileSync(tls.authorityFile) });
    asked.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    asked.once("timeout", () => asked.destroy(new Error("no answer in time")));
    asked.once("error", reject);
    asked.end(payload);
  });
}
