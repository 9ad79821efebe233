import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Json, JsonObject } from "../../src/contract/json-value.ts";
import type { MediaType, Operation } from "../../src/contract/operation.ts";
import { ASPECTS, type CoveredAspect, type Coverage, measureCoverage } from "../../src/doors/coverage.ts";
import { GUARDS } from "../../src/doors/guards.ts";
import type { House } from "../../src/doors/house.ts";
import type { Plan, PostedGuard } from "../../src/doors/plan.ts";
import { takenIds } from "../../src/doors/taken-ids.ts";
import type { Guard } from "../../src/policy/definition.ts";
import { documentOf, readDocument } from "../contract/read-document.ts";
import { operation } from "../walk.ts";
import { parameter } from "./samples.ts";

const standing: readonly Guard[] = GUARDS.filter(({ standing }) => standing);

type Change = Partial<PostedGuard>;

/** A plan with every standing guard and a limit, all enforced, but for the changes. */
function plan(particulars: Partial<Operation> = {}, changes: Readonly<Record<string, Change>> = {}, rest: Partial<Plan> = {}): Plan {
  const posted = [...standing, ...GUARDS.filter(({ name }) => name === "token-bucket")];
  const guards = posted.map(({ name, stage, risks }): PostedGuard => ({ guard: name, stage, risks, options: {}, mode: "enforce", waived: undefined, source: "standing", pointer: "", checks: true, ...changes[name] }));
  return { operation: operation({ security: [[]], ...particulars }), inbound: [], outbound: [], sealFrom: 0, guards, public: undefined, tokens: [], down: undefined, ...rest };
}

function measure(...plans: readonly Plan[]): Coverage {
  // Only these members of a policy are looked at.
  const policy = { settings: { unlisted: undefined } } as House["policy"];
  return measureCoverage({ policy, plans: new Map(plans.map((one, index) => [`${one.operation.id}${index}`, one])) }, GUARDS);
}

function aspect(name: string, ...of: Parameters<typeof plan>): CoveredAspect {
  return measure(plan(...of)).operations[0]?.aspects.find((one) => one.aspect === name) ?? assert.fail(`no aspect ${name}`);
}

const json = (validator: MediaType["validator"]): MediaType => ({ range: "application/json", kind: "json", validator, place: { file: "", pointer: "" } });
const closed = json({ check: () => true, explain: () => [], open: false });

test("an operation at which everything is enforced has the full score, and nothing to raise", () => {
  const { score, held, applicable, raise } = measure(plan());
  assert.deepEqual([score, held, raise], [100, applicable, []]);
});

test("the score is the share of applicable aspects that is held, rounded down", () => {
  const one = plan({}, { headers: { checks: false, waived: "elsewhere, agreed" } });
  const { score, held, applicable } = measure(plan(), one);
  assert.equal(held, applicable - 1);
  assert.equal(score, Math.floor((100 * held) / applicable));
  assert.ok(score < 100);
});

test("what is waived or observed is not held, whatever the reason", () => {
  assert.deepEqual(aspect("framing", {}, { framing: { checks: false, waived: "a good reason" } }), { aspect: "framing", state: "waived", detail: "a good reason", guards: ["framing"] });
  assert.equal(aspect("limit", {}, { "token-bucket": { mode: "observe" } }).state, "observed");
});

test("a guard that is posted and has nothing to check does not count", () => {
  assert.equal(aspect("parameters", {}, { parameters: { checks: false } }).state, "not applicable");
});

test("an aspect without any guard is open, and the advice names what to post", () => {
  const bare = plan();
  const { operations, raise } = measure({ ...bare, guards: bare.guards.filter(({ stage }) => stage !== "throttle") });
  assert.equal(operations[0]?.aspects.find((one) => one.aspect === "limit")?.state, "open");
  assert.deepEqual(raise.map(({ aspect, operations }) => [aspect, operations]), [["limit", ["listOrders"]]]);
  assert.match(raise[0]?.advice ?? "", /token-bucket/);
});

test("the advice tells what is observed and what is waived from what is not there", () => {
  const { raise } = measure(plan({ id: "a" }, { "token-bucket": { mode: "observe" } }), plan({ id: "b" }, { "token-bucket": { checks: false, waived: "a good reason" } }), plan({ id: "c" }, { "token-bucket": { mode: "observe" } }));
  assert.deepEqual(raise, [
    { aspect: "limit", advice: "enforce what is only observed: token-bucket", operations: ["a", "c"] },
    { aspect: "limit", advice: "take away the waiver of token-bucket", operations: ["b"] },
  ]);
});

test("where strangers may come in nobody is kept out, though a credential is checked when sent", () => {
  const open = { public: "agreed 2026-11-20" };
  assert.deepEqual(aspect("authentication", { security: [] }, {}, open), { aspect: "authentication", state: "waived", detail: "public: agreed 2026-11-20", guards: ["credentials"] });
  assert.equal(aspect("authentication", { security: [[tokens]] }, {}, open).state, "held");
  assert.equal(aspect("authentication", { security: [[tokens], []] }, {}, open).state, "waived");
});

const tokens = { scheme: { name: "t", type: "http", place: { file: "", pointer: "" } }, scopes: [] } as const;
/** A posting of an operation's own, enforced. */
const posted = (guard: string, options: Json, changes: Change = {}): PostedGuard => ({ guard, stage: "authorize", risks: [], options, mode: "enforce", waived: undefined, source: "operation", pointer: "/x", checks: true, ...changes });

function withPosted(at: Plan, ...guards: readonly PostedGuard[]): Plan {
  return { ...at, guards: [...at.guards, ...guards] };
}

function levelOf(name: string, at: Plan): CoveredAspect {
  return measure(at).operations[0]?.aspects.find((one) => one.aspect === name) ?? assert.fail(`no aspect ${name}`);
}

test("without scopes, roles and rules every good credential will do, and that is open", () => {
  const bare = plan({ security: [[tokens]] }, { scope: { checks: false } });
  assert.equal(levelOf("function", bare).state, "open");
  assert.equal(levelOf("function", withPosted(bare, posted("role", { any: ["teller"] }))).state, "held");
  assert.equal(levelOf("function", withPosted(bare, posted("rule", { allow: "true" }))).state, "held");
  assert.equal(levelOf("function", withPosted(bare, posted("role", { any: ["teller"] }, { checks: false }))).state, "open");
  assert.equal(levelOf("function", withPosted(bare, posted("role", { any: ["teller"] }, { mode: "observe" }))).state, "observed");
  assert.deepEqual(aspect("function", { security: [] }, { scope: { checks: false } }), { aspect: "function", state: "not applicable", detail: "strangers may come in", guards: ["scope"] });
});

test("a rule holds the object where it compares the caller with what the request names", () => {
  const at = plan({ pathNames: ["orderId"] });
  const state = (guard: string, options: JsonObject): string => levelOf("object", withPosted(at, posted(guard, options))).state;
  assert.equal(state("owner", { field: "customerId" }), "held");
  assert.equal(state("rule", { allow: "principal.tenant == path.orderId" }), "held");
  assert.equal(state("rule", { allow: 'principal["id"] == path["orderId"]' }), "held");
  assert.equal(state("rule", { allow: 'address.within("10.0.0.0/8")' }), "open");
  assert.equal(state("rule", { allow: 'principal.id == "path.orderId"' }), "open");
  assert.equal(state("rule", { allow: "principal.id != operation.path" }), "open");
  assert.equal(state("rule", { allow: "has(path.orderId)" }), "open");
  assert.equal(state("decision-point", { url: "https://pdp.example", resource: { id: "path.orderId" } }), "held");
  assert.equal(state("decision-point", { url: "https://pdp.example/path.x", resource: { id: "operation.path" } }), "open");
  assert.equal(state("scope", { also: ["a"] }), "open");
});

test("operations that take an id of which nothing holds whose it is stand first", () => {
  const own = withPosted(plan({ id: "own", pathNames: ["id"] }), posted("owner", {}));
  const { operations } = measure(plan({ id: "list" }), own, plan({ id: "bare", pathNames: ["id"] }), plan({ id: "also", pathNames: ["id"] }));
  assert.deepEqual(operations.map(({ id }) => id), ["bare", "also", "list", "own"]);
});

const idsOf = (t: TestContext, schema: JsonObject): readonly string[] => takenIds(withBody(t, schema));

function withBody(t: TestContext, schema: JsonObject): Operation {
  const post = { operationId: "listOrders", requestBody: { content: { "application/json": { schema } } }, responses: { 200: { description: "" } } };
  return readDocument(t, documentOf({ paths: { "/a": { post } } })).operations[0] ?? assert.fail();
}

test("an id is taken in the path, or in the query or the body under such a name", (t) => {
  const named = (name: string): readonly string[] => takenIds(operation({ parameters: [parameter(name, "query")] }));
  for (const name of ["id", "ids", "ID", "orderId", "orderIds", "order_id", "order-ids", "orderID"]) assert.deepEqual(named(name), [`query.${name}`]);
  for (const name of ["valid", "paid", "uuid", "d", "grid", "identity", "limit"]) assert.deepEqual(named(name), []);
  assert.deepEqual(takenIds(operation({ pathNames: ["name"], parameters: [parameter("orderId", "header")] })), ["path.name"]);
  const text = { type: "string" };
  const item = { type: "object", properties: { accountId: text, count: { type: "integer" }, own: { type: "object", properties: { id: { type: "integer" } } } } };
  assert.deepEqual(idsOf(t, { type: "object", properties: { orderIds: { type: "array", items: text }, items: { type: "array", items: item }, byId: { type: "object" }, made: { type: "object", properties: { id: { ...text, readOnly: true } } } } }), ["body.orderIds[*]", "body.items[*].accountId", "body.items[*].own.id"]);
  assert.deepEqual(idsOf(t, { type: "array", items: item }), ["body[*].accountId", "body[*].own.id"]);
  assert.deepEqual(idsOf(t, { type: "object", additionalProperties: item }), ["body.*.accountId", "body.*.own.id"]);
  assert.deepEqual(idsOf(t, { allOf: [item, { properties: { parentId: text } }] }).toSorted(), ["body.accountId", "body.own.id", "body.parentId"]);
  assert.deepEqual(idsOf(t, { $ref: "#/paths/~1a/post/requestBody/content/application~1json/schema/$defs/Tree", $defs: { Tree: { type: "object", properties: { nodeId: text, below: { $ref: "#/paths/~1a/post/requestBody/content/application~1json/schema/$defs/Tree" } } } } }), ["body.nodeId", "body.below.nodeId"], "a schema that holds itself comes to an end");
});

test("ids in bodies of which nothing holds whose they are are open, and those that a rule passes over are named", (t) => {
  const body = withBody(t, { type: "object", properties: { fromAccountId: { type: "string" }, toAccountId: { type: "string" } } });
  const at = plan(body);
  assert.match(levelOf("object", at).detail ?? "", /whoever guesses body\.fromAccountId, body\.toAccountId is let through/);
  const held = (...guards: readonly PostedGuard[]): Pick<CoveredAspect, "state" | "detail"> => {
    const { state, detail } = levelOf("object", guards.reduce((one, guard) => withPosted(one, guard), at));
    return detail === undefined ? { state } : { state, detail };
  };
  const lookup = (id: string): PostedGuard => posted("owner", { lookup: "getAccount", with: { accountId: `body.${id}` }, field: "customerId" });
  assert.deepEqual(held(lookup("fromAccountId")), { state: "held", detail: "no rule speaks of body.toAccountId" });
  assert.deepEqual(held(lookup("fromAccountId"), lookup("toAccountId")), { state: "held" });
  assert.deepEqual(held(posted("owner", "customerId")), { state: "held", detail: "no rule speaks of body.fromAccountId, body.toAccountId" }, "an answer does not tell whose they were");
  assert.deepEqual(held(lookup("fromAccountIdentity"), lookup("toAccountId")), { state: "held", detail: "no rule speaks of body.fromAccountId" });
  const both = plan({ pathNames: ["tenantId", "orderId"] });
  const detail = (guard: string, options: Json): string | undefined => levelOf("object", withPosted(both, posted(guard, options))).detail;
  assert.equal(detail("owner", "customerId"), undefined);
  assert.equal(detail("owner", { lookup: "getOrder", with: { orderId: "path.orderId" }, field: "customerId" }), "no rule speaks of path.tenantId");
  assert.equal(detail("rule", { allow: 'principal.tenant == path["tenantId"]' }), "no rule speaks of path.orderId");
});

test("why an object cannot be held is told", () => {
  assert.deepEqual(aspect("object"), { aspect: "object", state: "not applicable", detail: "it takes no id", guards: [] });
  assert.match(aspect("object", { pathNames: ["id"], security: [] }, {}, { public: "price list, agreed" }).detail ?? "", /nothing here is anybody's/);
});

test("properties are held by schemas that let nothing else through, or by a guard that closes what they leave ajar", (t) => {
  const schemas: JsonObject = { shut: { type: "object", properties: { a: { type: "string" } }, additionalProperties: false }, ajar: { type: "object", properties: { a: { type: "string" } } }, free: { type: "object" }, opened: { type: "object", properties: { a: { type: "object", properties: { b: { type: "string" } }, additionalProperties: true } } }, mixed: { type: "object", properties: { a: { type: "string" } }, additionalProperties: { type: "string" } } };
  const content = (name: string): JsonObject => ({ content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } } });
  const read = (sent: string, answered: string): Operation => {
    const post = { operationId: "listOrders", requestBody: content(sent), responses: { 200: { description: "", ...content(answered) } } };
    return readDocument(t, documentOf({ components: { schemas }, paths: { "/a": { post } } })).operations[0] ?? assert.fail();
  };
  const quiet = { properties: { checks: false } };
  assert.equal(aspect("property", read("shut", "shut"), quiet).state, "held");
  assert.equal(aspect("property", read("ajar", "shut"), quiet).detail, "members that the contract does not name may go in (openapi.yaml:18)");
  assert.equal(aspect("property", read("ajar", "ajar"), quiet).detail, "members that the contract does not name may go in and out (openapi.yaml:18)");
  const closing = (sent: string, answered: string): Parameters<typeof aspect>[2] => ({ properties: { options: { undeclared: { sent, answered } } } });
  assert.equal(aspect("property", read("ajar", "shut"), { properties: { options: {} } }).state, "held", "as it is without being told");
  for (const sent of ["opened", "refuse"]) assert.equal(aspect("property", read("ajar", "ajar"), closing(sent, "remove")).state, "held", sent);
  assert.equal(aspect("property", read("ajar", "ajar"), closing("contract", "refuse")).detail, "members that the contract does not name may go in (openapi.yaml:18)");
  assert.equal(aspect("property", read("ajar", "ajar"), closing("opened", "contract")).detail, "members that the contract does not name may go out (openapi.yaml:18)");
  assert.match(aspect("property", read("free", "free"), closing("refuse", "remove")).detail ?? "", /may go in and out/, "nothing is named that others could be told from");
  assert.match(aspect("property", read("mixed", "shut"), closing("refuse", "remove")).detail ?? "", /may go in /);
  assert.match(aspect("property", read("opened", "shut"), closing("opened", "remove")).detail ?? "", /may go in /);
  assert.equal(aspect("property", read("opened", "shut"), closing("refuse", "remove")).state, "held");
  assert.equal(aspect("property", read("shut", "shut"), { ...quiet, body: { checks: false, waived: "agreed" } }).state, "open");
  assert.equal(aspect("property", read("shut", "shut"), { ...quiet, "answer-body": { mode: "observe" } }).state, "open");
  assert.equal(aspect("property", {}, quiet).detail, "no JSON goes in or out");
});

test("an id in the path without a rule about its owner is named", () => {
  const found = measure(plan({ pathNames: ["orderId"] }));
  const object = found.operations[0]?.aspects.find((one) => one.aspect === "object");
  assert.equal(object?.state, "open");
  assert.match(object?.detail ?? "", /object level authorization is not held/);
  assert.deepEqual(found.raise.map((one) => one.aspect), ["object"]);
});

test("a guard of somebody's own that answers API1:2023 holds the object", () => {
  const own: PostedGuard = { guard: "mine", stage: "authorize", risks: ["API1:2023"], options: {}, mode: "enforce", waived: undefined, source: "operation", pointer: "/x", checks: true };
  const bare = plan({ pathNames: ["orderId"] });
  const { score } = measure({ ...bare, guards: [...bare.guards, own] });
  assert.equal(score, 100);
});

test("content that the contract leaves open is named, whichever guard stands there", () => {
  assert.equal(aspect("body", { body: { required: true, media: [closed] } }).state, "held");
  const upload: MediaType = { range: "image/png", kind: "opaque", validator: undefined, place: { file: "", pointer: "" } };
  assert.deepEqual(aspect("body", { body: { required: true, media: [closed, upload, json(undefined)] } }), { aspect: "body", state: "open", detail: "not looked into: image/png, application/json", guards: ["body"] });
  const anything = json({ check: () => true, explain: () => [], open: true });
  assert.equal(aspect("answer body", { answers: new Map([["200", { media: [anything], headers: [] }]]) }).state, "open");
});

test("a waiver for XML or files is seen beside a body that is enforced, where XML or files travel", () => {
  const xml: MediaType = { ...closed, range: "application/xml", kind: "xml" };
  const form: MediaType = { ...closed, range: "multipart/form-data" };
  const answers: Operation["answers"] = new Map([["200", { media: [xml], headers: [] }]]);
  const waived: Change = { checks: false, waived: "a good reason" };
  const at = (name: string, changes: Readonly<Record<string, Change>>): CoveredAspect => aspect(name, { body: { required: true, media: [closed, xml, form] }, answers }, changes);
  for (const [name, guard] of [["xml", "xml"], ["upload", "upload"], ["answer xml", "answer-xml"]] as const) {
    assert.deepEqual(at(name, { [guard]: waived }), { aspect: name, state: "waived", detail: "a good reason", guards: [guard] });
    assert.equal(at(name, { [guard]: { mode: "observe" } }).state, "observed");
    assert.equal(at(name, {}).state, "held");
    assert.equal(at("body", { [guard]: waived }).state, "held");
    assert.equal(aspect(name, { body: { required: true, media: [closed] } }, { [guard]: waived }).state, "not applicable", "neither travels here");
  }
  const { raise } = measure(plan({ body: { required: true, media: [xml] } }, { xml: waived }));
  assert.deepEqual(raise.map(({ advice }) => advice), ["take away the waiver of xml"]);
});

test("operations that are refused whole do not count, and are named with the reason", () => {
  const { operations, down, score } = measure(plan({}, {}, { down: "a schema that cannot be understood" }));
  assert.deepEqual([operations, down, score], [[], [{ id: "listOrders", reason: "a schema that cannot be understood" }], 0]);
});

test("every aspect is held by a guard of the house, or said to be without one", () => {
  const covered = measure(plan()).operations[0]?.aspects ?? [];
  assert.deepEqual(covered.map((one) => one.aspect), ASPECTS.map(({ name }) => name));
  assert.deepEqual(covered.filter(({ guards }) => guards.length === 0).map((one) => one.aspect), ["object"]);
});
