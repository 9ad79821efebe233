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
import { Content } from "../../exchange/content.ts";
import { fieldsOf } from "../../exchange/fields.ts";
import { problem } from "../../exchange/problem.ts";
import type { Misfit } from "../../contract/misfit.ts";
import { carry, type Forward } from "../../hosts/carry.ts";
import { holdDatabase } from "../../stores/database/hold-database.ts";
import { memoryStore } from "../../stores/memory.ts";
import type { Store } from "../../stores/store.ts";
import { openMetrics } from "../../watch/metrics.ts";
import type { CaseAnswer } from "./case-shape.ts";
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

/** Memory of limits that one case has for itself. */
const STORE_BYTES = 1_048_576;

const noAnswer = problem("api-unreachable", 502, "The API cannot be reached", "api");

export function openRunner(policyFile: string): CaseRunner | { readonly misfits: readonly Misfit[] } {
  const shared = openShared();
  const databases = holdDatabase();
  const stage: Stage = { current: undefined };
  const store = new FreshStore();
  const close = async (): Promise<void> => {
    shared.close();
    await databases.close();
  };
  const building = buildHouse(policyFile, { guards: withStandIns(GUARDS, stage), openStore: () => ({ store }), shared, openDatabase: databases.open });
  if ("misfits" in building) {
    void close();
    return building;
  }
  const records: AuditRecord[] = [];
  let now = 0;
  const engine = new Engine(building.house, { audit: keep(records), metrics: openMetrics(), now: () => now });
  return {
    house: building.house,
    close,
    async run(one) {
      now = one.at ?? Date.now();
      stage.current = one;
      store.renew();
      let outcome = await send(one, engine, records);
      for (let round = 1; round < one.repeat; round++) outcome = await send(one, engine, records);
      return outcome;
    },
  };
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

/** Each case begins with full buckets: guards keep their meters, which lead to the store of the case that runs. */
class FreshStore implements Store {
  #store: Store = memoryStore({ bytes: STORE_BYTES });
  #dirty = false;

  renew(): void {
    if (this.#dirty) this.#store = memoryStore({ bytes: STORE_BYTES });
    this.#dirty = false;
  }

  meter(limit: Parameters<Store["meter"]>[0]): ReturnType<Store["meter"]> {
    let [store, meter] = [this.#store, this.#store.meter(limit)];
    const current = (): typeof meter => {
      this.#dirty = true;
      if (store !== this.#store) [store, meter] = [this.#store, this.#store.meter(limit)];
      return meter;
    };
    return { take: (owner, cost, now) => current().take(owner, cost, now), charge: (owner, tokens, now) => current().charge(owner, tokens, now) };
  }

  once(name: string, until: number, now: number): ReturnType<Store["once"]> {
    this.#dirty = true;
    return this.#store.once(name, until, now);
  }

  close(): void {
    this.#store.close();
  }
}
