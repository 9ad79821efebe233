/**
 * Run case: one case through the engine that stands behind every host, without a network.
 *
 * The house, both doors, the walk and the record are the real ones; the API is the case's answer.
 */
import type { AuditRecord } from "../../audit/record.ts";
import type { AuditLog } from "../../audit/log.ts";
import type { Json } from "../../contract/json-value.ts";
import { Engine } from "../../doors/engine.ts";
import { GUARDS } from "../../doors/guards.ts";
import { buildHouse, type House } from "../../doors/house.ts";
import { openShared } from "../../doors/shared.ts";
import type { Ask, Question, Told } from "../../exchange/ask.ts";
import { Content } from "../../exchange/content.ts";
import { fieldsOf } from "../../exchange/fields.ts";
import { type Problem, problem } from "../../exchange/problem.ts";
import type { Misfit } from "../../contract/misfit.ts";
import { carry, type Forward } from "../../hosts/carry.ts";
import { holdDatabase } from "../../stores/database/hold-database.ts";
import { openMetrics } from "../../watch/metrics.ts";
import type { CaseAnswer } from "./case-shape.ts";
import { openFreshStore } from "./fresh-store.ts";
import type { PlacedCase } from "./read-cases.ts";
import { type Stage, withStandIns } from "./stand-ins.ts";

/** What came of a case. */
export interface Outcome {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  readonly reached: boolean;
  /** The API was asked, and the case does not say what it answers. */
  readonly unanswered: boolean;
  readonly record: AuditRecord;
}

export interface CaseRunner {
  readonly house: House;
  readonly run: (one: PlacedCase) => Promise<Outcome>;
  readonly close: () => Promise<void>;
}

const noAnswer = problem("api-unreachable", 502, "The API cannot be reached", "api");

/** What was read and compiled, and what has to be let go of. */
interface Built {
  readonly house: House;
  readonly engine: Engine;
  readonly close: () => Promise<void>;
}

export function openRunner(policyFile: string): CaseRunner | { readonly misfits: readonly Misfit[] } {
  const site = new CaseSite();
  const first = build(policyFile, site);
  if ("misfits" in first) return first;
  let built = first;
  let fresh = true;
  return {
    house: built.house,
    close: () => built.close(),
    async run(one) {
      site.begin(one);
      // What the API said about objects is remembered for a while, and must not be from one case to the next.
      if (site.asks && !fresh) {
        await built.close();
        const next = build(policyFile, site);
        // The same files as before.
        if (!("misfits" in next)) built = next;
      }
      fresh = false;
      let outcome = await send(one, built.engine, site.records);
      for (let round = 1; round < one.repeat; round++) outcome = await send(one, built.engine, site.records);
      return outcome;
    },
  };
}

/** What the house meets in the place of the world: the case that runs. */
class CaseSite {
  readonly stage: Stage = { current: undefined };
  readonly memory = openFreshStore();
  readonly records: AuditRecord[] = [];
  now = 0;
  /** Whether some guard asks the API questions of its own. */
  asks = false;

  begin(one: PlacedCase): void {
    this.stage.current = one;
    this.now = one.at ?? Date.now();
    this.memory.renew();
  }

  openLine = (): { readonly value: Ask; readonly close: () => void } => {
    this.asks = true;
    const tell = ({ path, search }: Question): Told | Problem => {
      const answer = this.stage.current?.told.get(search === undefined ? path : `${path}?${search}`);
      return answer === undefined ? noAnswer({ because: { answer: "the case does not say what the API tells about this" } }) : { status: answer.status, fields: fieldsOf(answerFields(answer)), bytes: bytesOf(answer.body) };
    };
    return { value: (question) => Promise.resolve(tell(question)), close: () => undefined };
  };
}

function build(policyFile: string, site: CaseSite): Built | { readonly misfits: readonly Misfit[] } {
  const shared = openShared();
  const databases = holdDatabase();
  const close = async (): Promise<void> => {
    shared.close();
    await databases.close();
  };
  const { memory, stage, openLine } = site;
  const building = buildHouse(policyFile, { guards: withStandIns(GUARDS, stage), openStore: () => memory, shared, openDatabase: databases.open, openLine });
  if ("misfits" in building) {
    void close();
    return building;
  }
  const engine = new Engine(building.house, { audit: keep(site.records), metrics: openMetrics(), now: () => site.now });
  return { house: building.house, engine, close };
}

function send({ request, from, answer }: PlacedCase, engine: Engine, records: AuditRecord[]): Promise<Outcome> {
  const { method, target, headers, body } = request;
  const fields = new Map([["host", "test.invalid"], ...headers]);
  const bytes = bytesOf(body);
  if (body !== undefined && !fields.has("content-type")) fields.set("content-type", typeof body === "string" ? "text/plain" : "application/json");
  if (bytes.byteLength > 0) fields.set("content-length", String(bytes.byteLength));
  records.length = 0;
  return new Promise((resolve) => {
    let reached = false;
    const forward: Forward = (_exchange, receiver) => {
      reached = true;
      if (answer === undefined) receiver.fail(noAnswer({ because: { answer: "the case has none" } }));
      else receiver.head(answer.status, fieldsOf(answerFields(answer)), Content.holding(bytesOf(answer.body)));
      return () => undefined;
    };
    const facts = { method, target, version: "1.1" as const, fields: fieldsOf([...fields].flat()), peer: from, secure: true, content: Content.holding(bytes) };
    carry(engine, facts, {
      onGone: () => undefined,
      send(sent, exchange, done) {
        const finish = (read: Uint8Array): void => {
          done();
          const [record] = records;
          if (record === undefined) return;
          const { list } = sent.fields;
          const pairs = list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1] ?? ""] as const] : []));
          resolve({ status: sent.status, headers: pairs, body: exchange.request.method === "HEAD" ? new Uint8Array(0) : read, reached, unanswered: reached && answer === undefined, record });
        };
        void Promise.resolve(sent.content.read()).then((read) => finish(read instanceof Uint8Array ? read : new Uint8Array(0)));
      },
    }, forward);
  });
}

function answerFields({ headers, body }: CaseAnswer): string[] {
  const fields = new Map(headers);
  const bytes = bytesOf(body);
  if (body !== undefined && !fields.has("content-type")) fields.set("content-type", typeof body === "string" ? "text/plain" : "application/json");
  if (!fields.has("content-length")) fields.set("content-length", String(bytes.byteLength));
  return [...fields].flat();
}

function bytesOf(body: Json | undefined): Uint8Array {
  if (body === undefined) return new Uint8Array(0);
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function keep(records: AuditRecord[]): AuditLog {
  return { add: (record) => void records.push(record), ready: () => true, state: () => ({ dropped: 0, waitingBytes: 0, written: 0, fault: undefined }), close: () => Promise.resolve() };
}
