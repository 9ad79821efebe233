/**
 * Walk: a bench for one guard. `post` puts it at an operation; what comes back sends a request past it and answers
 * with what the door says, through the same `pass` that the engine uses.
 */
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import type { Contract } from "../src/contract/contract.ts";
import type { Json } from "../src/contract/json-value.ts";
import type { Operation, RawPair } from "../src/contract/operation.ts";
import { pass } from "../src/doors/pass.ts";
import type { ClientCertificate } from "../src/exchange/certificate.ts";
import { STAGES } from "../src/doors/stages.ts";
import { Content } from "../src/exchange/content.ts";
import type { Outcome } from "../src/exchange/decision.ts";
import { type Ending, type Exchange, type Follower, OpenAnswer } from "../src/exchange/exchange.ts";
import { fieldsOf } from "../src/exchange/fields.ts";
import type { Principal } from "../src/exchange/principal.ts";
import type { Guard, Site } from "../src/policy/definition.ts";
import { identityOf } from "../src/policy/identity.ts";
import type { Store } from "../src/stores/store.ts";

export function operation(particulars: Partial<Operation> = {}): Operation {
  return {
    listed: "operation",
    id: "listOrders",
    method: "GET",
    path: "/orders",
    tags: [],
    summary: undefined,
    deprecated: false,
    allow: ["GET"],
    pathNames: [],
    parameters: [],
    body: undefined,
    answers: new Map(),
    security: undefined,
    place: { file: "openapi.yaml", pointer: "" },
    ...particulars,
  };
}

export function principal(particulars: Partial<Principal> = {}): Principal {
  return {
    kind: "principal",
    id: "https://id.example#ann",
    issuer: "https://id.example",
    party: "user",
    subject: "ann",
    client: undefined,
    scopes: new Set(),
    claims: {},
    schemes: [],
    field: undefined,
    methods: ["test"],
    until: undefined,
    credential: undefined,
    ...particulars,
  };
}

const uncharged = { take: () => assert.fail("this guard must not charge anybody"), charge: () => assert.fail("this guard must not charge anybody") };

/** A store that nobody may ask: what a test expects to be asked it puts in its place. */
export const silent: Store = {
  meter: () => uncharged,
  stamps: () => uncharged,
  leases: () => ({ take: () => assert.fail("this guard must not let anybody in"), renew: () => assert.fail(), release: () => assert.fail() }),
  once: () => assert.fail("this guard must not remember anything"),
  forget: () => assert.fail("this guard must not forget anything"),
  steps: () => ({ mark: () => assert.fail(), take: () => assert.fail("this guard must not ask for steps"), restore: () => assert.fail() }),
  marks: () => ({ mark: () => assert.fail("this guard must not mark anything"), isMarked: () => assert.fail("this guard must not ask for marks") }),
  close: () => undefined,
};

export interface Posting {
  readonly guard: Guard;
  readonly options?: Json;
  readonly operation?: Partial<Operation>;
  readonly store?: Store;
  readonly site?: Partial<Site>;
  readonly mode?: "enforce" | "observe";
}

/** What is sent; everything has an ordinary value. `fields` in lower case. */
export interface Given {
  readonly method?: string;
  readonly target?: string;
  readonly path?: string;
  readonly query?: readonly RawPair[];
  readonly pathValues?: readonly string[];
  /** What the parameters were read to be, for the guards behind. */
  readonly values?: readonly (Json | undefined)[];
  readonly fields?: readonly (readonly [string, string])[];
  readonly wrong?: string;
  readonly body?: string | Uint8Array;
  /** In the place of `body`: a body that has yet to come. */
  readonly content?: Content;
  readonly now?: number;
  readonly signal?: AbortSignal;
  readonly peer?: string;
  readonly address?: string;
  readonly addressFault?: string;
  readonly secure?: boolean;
  readonly certificate?: ClientCertificate;
  readonly principal?: Principal;
  /** What the first door agreed to switch to. */
  readonly protocol?: string;
  readonly version?: "1.0" | "1.1" | "2";
  /** The answer of the API, for guards of the second door. */
  readonly answer?: { readonly status?: number; readonly fields?: readonly (readonly [string, string])[]; readonly body?: string | Uint8Array; readonly content?: Content; readonly from?: "api" | "door" };
}

export interface Sent {
  readonly outcome: Outcome;
  readonly exchange: Walked;
}

/** Misfits that a posting reports, for tests of options. */
export function misfits(guard: Guard, options: Json, particulars: Partial<Operation> = {}, site: Partial<Site> = {}): readonly string[] {
  const said: string[] = [];
  const report = (pointer: string, message: string, allowed?: string): unknown => said.push(`${pointer}: ${message}${allowed === undefined ? "" : `; allowed: ${allowed}`}`);
  const posted = guard.post(options, { pointer: "", report });
  const at: Site = { ...siteOf({ guard, operation: particulars, site }), report: (message, allowed) => report("", message, allowed) };
  for (const stage of guard.stages) posted?.compile(at, stage);
  return said;
}

export function post(posting: Posting): (given?: Given) => Promise<Sent> {
  const { guard, options = {}, mode = "enforce" } = posting;
  const posted = guard.post(options, { pointer: "", report: (pointer, message, allowed) => assert.fail(`${pointer}: ${message} (allowed: ${allowed ?? ""})`) });
  assert.ok(posted !== undefined, "the options were refused");
  const site: Site = { ...siteOf(posting), mode };
  const steps = STAGES.filter((stage) => guard.stages.includes(stage)).flatMap((stage) => {
    const check = posted.compile(site, stage);
    return check === undefined ? [] : [{ guard: guard.name, stage, mode, check }];
  });
  return async (given = {}) => {
    const exchange = exchangeOf(given, site.operation);
    return { outcome: await pass(steps, exchange), exchange };
  };
}

export function siteOf({ operation: particulars, store = silent, site = {} }: Posting): Site {
  const shared = new Map<string, unknown>();
  return {
    operation: operation(particulars),
    contract: { title: "test", version: "1", dialect: "3.1", file: "openapi.yaml", operations: [], misfits: [], files: [], extensions: {} } satisfies Contract,
    store,
    folder: process.cwd(),
    external: [],
    public: undefined,
    challenges: [],
    schemes: new Set(),
    identity: identityOf(undefined, new Map()),
    random: (bytes) => randomBytes(bytes),
    share<T>(key: string, make: () => { readonly value: T }): T {
      if (!shared.has(key)) shared.set(key, make().value);
      // The key names the type: whoever made the value asks for it.
      return shared.get(key) as T;
    },
    report: (message, allowed) => assert.fail(`${message} (allowed: ${allowed ?? ""})`),
    ...site,
  };
}

/** Tells those who follow the exchange how it went on, as the engine does. */
export function conclude({ followers }: Walked, ending: Partial<Ending> & { readonly left?: boolean } = {}): void {
  const { left = false, ...given } = ending;
  const whole: Ending = { now: 1_800_000_000_000, status: 200, refusedAt: undefined, apiMilliseconds: undefined, bytesIn: 0, bytesOut: 0, ...given };
  if (!left) for (const follower of followers) follower.answered?.(whole);
  for (const follower of followers) follower.concluded?.(whole);
}

export interface Walked extends Exchange {
  readonly followers: readonly Follower[];
}

export function exchangeOf(given: Given, at: Operation): Walked {
  const fields = fieldsOf((given.fields ?? [["host", "api.example"]]).flat());
  const content = given.content ?? (given.body === undefined ? new Content(undefined, 0) : Content.holding(bytesOf(given.body)));
  content.describedBy(fields);
  const { answer = {} } = given;
  const peer = given.peer ?? "192.0.2.1";
  const followers: Follower[] = [];
  return {
    id: randomUUID(),
    now: given.now ?? 1_800_000_000_000,
    signal: given.signal ?? new AbortController().signal,
    operation: at,
    pathValues: given.pathValues ?? [],
    request: {
      method: given.method ?? at.method,
      target: given.target ?? "/orders",
      path: given.path ?? "/orders",
      search: undefined,
      query: given.query ?? [],
      fields,
      version: given.version ?? "1.1",
      wrong: given.wrong,
    },
    peer,
    address: given.address ?? peer,
    addressFault: given.addressFault,
    secure: given.secure ?? true,
    certificate: given.certificate,
    content,
    protocol: given.protocol,
    agree(protocol) {
      this.protocol = protocol;
    },
    reply: fieldsOf([]),
    follow: (follower) => void followers.push(follower),
    followers,
    values: given.values ?? [],
    understand(values) {
      this.values = values;
    },
    witness(guard, stage, problem) {
      this.observed.push({ kind: "refusal", guard, stage, problem });
    },
    principal: given.principal,
    outgoing: fieldsOf([...fields.list]),
    answer: new OpenAnswer(answer.status ?? 200, fieldsOf((answer.fields ?? []).flat()), answer.content ?? Content.holding(bytesOf(answer.body ?? "")), answer.from ?? "api"),
    observed: [],
  };
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}
