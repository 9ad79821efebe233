import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { UNNOTED } from "../../../../src/contract/glance/glance-text.ts";
import { JSON_BOUNDS } from "../../../../src/contract/json.ts";
import type { Json, JsonObject } from "../../../../src/contract/json-value.ts";
import type { DeclaredAnswer, Operation } from "../../../../src/contract/operation.ts";
import { jsonPatchValidator } from "../../../../src/contract/media/patch/json-patch.ts";
import { properties } from "../../../../src/doors/outbound/disclose/properties.ts";
import { answerBody } from "../../../../src/doors/outbound/verify/answer-body.ts";
import { Content } from "../../../../src/exchange/content.ts";
import { NODES_MAX } from "../../../../src/doors/outbound/disclose/properties/property-tree.ts";
import { RIGHTS_MAX } from "../../../../src/doors/outbound/disclose/properties/rights.ts";
import { TRESPASSES_MAX } from "../../../../src/doors/outbound/disclose/properties/trespass.ts";
import type { Site } from "../../../../src/guard.ts";
import { identityOf } from "../../../../src/policy/identity.ts";
import { raw, type Raw, write, writeRaw } from "../../../contract/carve/raw-json.ts";
import { near, schema as schemas, spell, value as values, withDefinitions } from "../../../contract/glance/dice.ts";
import { compile } from "../../../contract/schema/desk.ts";
import { type Given, misfits, post, principal, type Sent } from "../../../walk.ts";
import { broken, late, media, parameter, refusal, said, untouched } from "../../samples.ts";

const text = { type: "string" };
const customer: JsonObject = {
  type: "object",
  properties: { id: text, name: text, riskScore: { type: "integer", "x-sallyport-read": "internal", "x-sallyport-write": [] }, note: { type: "string", "x-sallyport-read": { scope: ["internal"], role: "auditor" } }, address: { type: "object", properties: { city: text, geo: { ...text, "x-sallyport-read": ["internal", "maps"] } } } },
};
const full = { id: "a", name: "Ann", riskScore: 7, note: "n", address: { city: "X", geo: "1,2" } };

const identity = identityOf({ from: [{ claim: ["roles"], issuer: undefined, as: undefined }], known: ["auditor", "teller"] }, new Map());
/** Whose own rule for `readOnly` and `writeOnly` is at work. */
const posted = new Set(["body", "answer-body"]);

interface Setting {
  readonly schema?: Json;
  readonly options?: JsonObject;
  readonly operation?: Partial<Operation>;
  readonly site?: Partial<Site>;
  readonly mode?: "enforce" | "observe";
}

const answer = (schema: Json): DeclaredAnswer => ({ media: [media("application/json", "json", compile(schema).validator)], headers: [] });

function walk({ schema = customer, options = {}, operation = {}, site = {}, mode = "enforce" }: Setting): (given?: Given) => Promise<Sent> {
  const body = { required: true, media: [media("application/json", "json", compile(schema).validator)] };
  return post({ guard: properties, options, mode, operation: { answers: new Map([["200", answer(schema)]]), body, ...operation }, site: { identity, posted, ...site } });
}

/** The answer of the API on its way to a caller. */
function answered(setting: Setting, given: NonNullable<Given["answer"]>, caller = principal()): Promise<Sent> {
  return walk(setting)({ principal: caller, answer: { fields: [["content-type", "application/json"]], ...given } });
}

/** A request of a caller; the API answers with nothing that matters. */
function sent(setting: Setting, value: Json, caller = principal(), more: Given = {}): Promise<Sent> {
  return walk(setting)({ principal: caller, fields: [["content-type", "application/json"]], body: JSON.stringify(value), answer: { from: "door" }, ...more });
}

async function left(outcome: Promise<Sent>): Promise<string> {
  const { exchange, outcome: refused } = await outcome;
  assert.equal(refused, undefined);
  const bytes = await exchange.answer.content.read();
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : assert.fail("there is no content");
}

const scoped = (...scopes: string[]): ReturnType<typeof principal> => principal({ scopes: new Set(scopes) });
const wrong = (options: Json, schema: Json = customer, operation: Partial<Operation> = {}, site: Partial<Site> = {}): readonly string[] =>
  misfits(properties, options, { answers: new Map([["200", answer(schema)]]), ...operation }, { identity, posted, ...site });

test("a member is seen by those who have a right to it, and by nobody else", async () => {
  const see = (caller?: ReturnType<typeof principal>): Promise<string> => left(answered({}, { body: JSON.stringify(full) }, caller));
  assert.equal(await see(scoped("internal")), JSON.stringify(full));
  assert.equal(await see(), '{"id":"a","name":"Ann","address":{"city":"X"}}');
  assert.equal(await see(scoped("maps", "intern")), '{"id":"a","name":"Ann","address":{"city":"X","geo":"1,2"}}');
  assert.equal(await see(principal({ claims: { roles: ["auditor"] } })), '{"id":"a","name":"Ann","note":"n","address":{"city":"X"}}');
  assert.equal(await see(principal({ claims: { roles: { auditor: true } } })), '{"id":"a","name":"Ann","address":{"city":"X"}}', "roles that cannot be read are none");
  const stranger = await walk({})({ answer: { fields: [["content-type", "application/json"]], body: JSON.stringify(full) } });
  assert.equal(Buffer.from((await stranger.exchange.answer.content.read()) as Uint8Array).toString(), '{"id":"a","name":"Ann","address":{"city":"X"}}');
});

test("whoever sees all gets the very bytes, with all that is said of them", async () => {
  const bytes = Buffer.from(JSON.stringify(full));
  const { exchange } = await answered({}, { body: bytes, fields: [["content-type", "application/json"], ["etag", '"1"'], ["content-length", String(bytes.length)]] }, scoped("internal"));
  assert.equal(await exchange.answer.content.read(), bytes);
  assert.deepEqual([exchange.answer.fields.one("etag"), exchange.answer.fields.one("cache-control")], ['"1"', "no-store"]);
});

test("whoever sees less gets no validator, hash or length of the whole, and cannot ask under conditions", async () => {
  const fields = ["content-type", "etag", "last-modified", "repr-digest", "content-digest", "content-md5", "content-length", "x-other"].map((name) => [name, name === "content-type" ? "application/json" : "1"] as const);
  const some = await answered({}, { body: JSON.stringify(full), fields });
  assert.deepEqual(some.exchange.answer.fields.list.filter((_, at) => at % 2 === 0), ["content-type", "x-other", "cache-control"]);
  const unchanged = await answered({}, { body: '{"id":"a"}', fields });
  assert.deepEqual(unchanged.exchange.answer.fields.one("etag"), undefined, "whether or not something was hidden this time");
  const { content, opened } = untouched();
  const head = await walk({ operation: { method: "HEAD" } })({ principal: principal(), method: "HEAD", answer: { content, fields } });
  assert.deepEqual(head.exchange.answer.fields.list.filter((_, at) => at % 2 === 0), ["content-type", "x-other", "cache-control"]);
  assert.equal(opened(), false);
  const conditional = (caller: ReturnType<typeof principal>): Promise<Sent> => walk({})({ principal: caller, fields: [["if-none-match", "1"], ["range", "bytes=0-1"], ["accept", "*/*"]], answer: { from: "door" } });
  assert.deepEqual((await conditional(principal())).exchange.outgoing.list, ["accept", "*/*"]);
  assert.equal((await conditional(scoped("internal"))).exchange.outgoing.list.length, 6);
});

test("the rights of every schema that may apply are needed, wherever the contract writes them", async () => {
  const schema = { anyOf: [{ properties: { a: { ...text, "x-sallyport-read": "one" } } }, { properties: { a: { $ref: "#/$defs/b" } } }], $defs: { b: { type: "string", "x-sallyport-read": "two" } } };
  for (const [scopes, seen] of [[["one"], "{}"], [["two"], "{}"], [["one", "two"], '{"a":"x"}']] as const) assert.equal(await left(answered({ schema }, { body: '{"a":"x"}' }, scoped(...scopes))), seen);
});

test("the policy writes rights by paths, beside those of the contract", async () => {
  const schema = { type: "array", items: customer };
  const options = { read: { "[*].name": "names", "[*].address.city": { role: "teller" }, "[*].riskScore": "scores" } };
  const value = JSON.stringify([full]);
  assert.equal(await left(answered({ schema, options }, { body: value })), '[{"id":"a","address":{}}]');
  assert.equal(await left(answered({ schema, options }, { body: value }, scoped("names", "scores"))), '[{"id":"a","name":"Ann","address":{}}]', "of two rights both are needed");
  assert.equal(await left(answered({ schema, options }, { body: value }, scoped("names", "scores", "internal"))), '[{"id":"a","name":"Ann","riskScore":7,"note":"n","address":{"geo":"1,2"}}]');
});

test("members that are declared nowhere are kept as the contract says, removed, or a reason to refuse", async () => {
  const body = '{"id":"a","secret":1,"address":{"city":"X","secret":2}}';
  const schema = { type: "object", properties: { id: text, address: { type: "object", properties: { city: text } }, free: { type: "object" }, any: {} } };
  const as = (answered_: string): Setting => ({ schema, options: { undeclared: { answered: answered_ } } });
  assert.equal(await left(answered(as("contract"), { body })), body);
  assert.equal(await left(answered(as("remove"), { body })), '{"id":"a","address":{"city":"X"}}');
  const refused = await answered(as("refuse"), { body });
  assert.equal(said(refused), "502 answer-breaks-contract");
  const findings = refusal(refused.outcome).because?.["findings"] as readonly JsonObject[] | undefined;
  assert.deepEqual(findings?.map(({ pointer }) => pointer), ["/secret", "/address/secret"]);
  assert.equal(await left(answered(as("refuse"), { body: '{"id":"a"}' })), '{"id":"a"}');
  const free = '{"free":{"a":1},"any":{"b":[{"c":1}]}}';
  assert.equal(await left(answered(as("remove"), { body: free })), free, "an object of which no member is named is free");
  const plain = await answered(as("remove"), { body: '{"id":"a"}', fields: [["content-type", "application/json"], ["cache-control", "public"]] });
  assert.equal(plain.exchange.answer.fields.one("cache-control"), "public", "the same for everybody");
});

test("members by pattern and members of maps are declared, and have rights like others", async () => {
  const schema = { type: "object", patternProperties: { "^x-": { ...text, "x-sallyport-read": "internal" } }, properties: { map: { type: "object", additionalProperties: customer } } };
  const options = { undeclared: { answered: "remove" } };
  const body = '{"x-a":"1","y":2,"map":{"k":{"id":"a","riskScore":1}}}';
  assert.equal(await left(answered({ schema, options }, { body })), '{"map":{"k":{"id":"a"}}}');
  assert.equal(await left(answered({ schema, options }, { body }, scoped("internal"))), '{"x-a":"1","map":{"k":{"id":"a","riskScore":1}}}');
});

test("of any body exactly what is outside of the view goes, and every other byte stays", () => {
  const HELD = ["held", "lacked"];
  const fates = fc.dictionary(fc.string({ unit: "grapheme", maxLength: 4 }), fc.constantFrom("open", "held", "lacked", "nobody", "undeclared"), { maxKeys: 8 });
  return fc.assert(
    fc.asyncProperty(raw, fates, fc.constantFrom("contract", "remove"), async (value, chosen, undeclared) => {
      const fateOf = (name: string): string => (Object.hasOwn(chosen, name) ? (chosen[name] ?? "open") : ["open", "held", "lacked", "nobody", "undeclared"][name.length % 5] ?? "open");
      const names = namesOf(value).filter((name) => fateOf(name) !== "undeclared");
      const noted = (name: string): JsonObject => (fateOf(name) === "open" ? {} : { "x-sallyport-read": fateOf(name) === "nobody" ? [] : fateOf(name) });
      const schema = { items: { $ref: "#" }, properties: Object.fromEntries([["never there", {}], ...names.map((name) => [name, { $ref: "#", ...noted(name) }] as const)]) };
      const hidden = (name: string): boolean => ["lacked", "nobody"].includes(fateOf(name)) || (fateOf(name) === "undeclared" && undeclared === "remove");
      const seen = await left(answered({ schema, options: { undeclared: { answered: undeclared } } }, { body: writeRaw(value) }, scoped(...HELD.slice(0, 1))));
      const fate = (child: object): "cut" | "keep" | "inside" => {
        if (!("name" in child)) return "inside";
        // What is in a member that nobody declared, nobody spoke of either.
        return hidden(child.name as string) ? "cut" : fateOf(child.name as string) === "undeclared" ? "keep" : "inside";
      };
      assert.equal(seen, write(value, fate));
    }),
    { numRuns: 300 },
  );
});

function namesOf(value: Raw): string[] {
  if (value.kind === "scalar") return [];
  if (value.kind === "list") return value.items.flatMap((item) => namesOf(item.raw));
  return [...new Set(value.members.flatMap((member) => [member.name, ...namesOf(member.raw)]))];
}

test("a caller sets only what is his to set; the place is told to the operator alone", async () => {
  const refused = await sent({}, { id: "a", riskScore: 1 }, scoped("internal"));
  assert.equal(said(refused), "403 property-forbidden");
  const { extra, because } = refusal(refused.outcome);
  assert.deepEqual([extra, because], [undefined, { pointers: ["/riskScore"] }]);
  assert.equal(said(await sent({}, { id: "a", note: "x" })), "passes", "whoever cannot read it may write it, unless the contract says otherwise");
  const options = { write: { "address.city": { scope: "addresses" }, name: { role: "teller" } } };
  assert.equal(said(await sent({ options }, { address: { city: "X" } })), "403 property-forbidden");
  assert.equal(said(await sent({ options }, { address: { city: "X" } }, scoped("addresses"))), "passes");
  assert.equal(said(await sent({ options }, { name: "x" }, principal({ claims: { roles: "teller" } }))), "passes");
});

test("members that are declared nowhere are refused on the way in, all of them told", async () => {
  const options = { undeclared: { sent: "refuse" } };
  const value = { id: "a", isAdmin: true, address: { city: "X", "a/b": 1 } };
  assert.equal(said(await sent({ options: { undeclared: { sent: "contract" } } }, value)), "passes", "as the contract says");
  const refused = await sent({}, value);
  assert.equal(said(refused), "400 request-invalid");
  assert.equal(said(await sent({ options }, value)), "400 request-invalid");
  assert.deepEqual(refusal(refused.outcome).extra?.["errors"], [
    { in: "body", pointer: "/isAdmin", message: "is not a member that the contract knows" },
    { in: "body", pointer: "/address", message: "a member with a name of 3 characters: is not a member that the contract knows" },
  ]);
  assert.equal(said(await sent({ options }, { id: "a", free: {} })), "400 request-invalid");
  const many = Object.fromEntries(Array.from({ length: TRESPASSES_MAX + 1 }, (_, at) => [`m${at}`, 1]));
  const { extra } = refusal((await sent({ options }, many)).outcome);
  assert.equal(Object.keys(extra?.["errors"] ?? {}).length, TRESPASSES_MAX);
});

test("a schema that says that there may be others lets them in, unless the policy refuses them even there", async () => {
  for (const opening of [{ additionalProperties: true }, { additionalProperties: {} }, { unevaluatedProperties: { description: "others" } }, { allOf: [{ additionalProperties: true }] }]) {
    const schema = { type: "object", properties: { id: text, inside: { type: "object", properties: { a: text } } }, ...opening };
    assert.equal(said(await sent({ schema }, { id: "a", other: 1 })), "passes", JSON.stringify(opening));
    assert.equal(said(await sent({ schema, options: { undeclared: { sent: "refuse" } } }, { id: "a", other: 1 })), "400 request-invalid");
    assert.equal(said(await sent({ schema }, { inside: { b: 1 } })), "400 request-invalid", "it speaks for itself alone");
  }
  const schema = { type: "object", properties: { id: text } };
  assert.equal(said(await sent({ schema: { type: "object" } }, { any: 1 })), "passes", "of an object without names nothing can be told apart");
  assert.equal(said(await sent({ schema: { ...schema, patternProperties: { "^x-": text } } }, { id: "a", "x-a": "b" })), "passes");
  assert.equal(said(await sent({ schema: { ...schema, patternProperties: { "^x-": text } } }, { id: "a", y: "b" })), "400 request-invalid");
  assert.equal(said(await sent({ schema: { oneOf: [schema, { type: "object", properties: { name: text } }] } }, { name: "b" })), "passes");
});

test("a parameter that is an object has no members that nobody named, either", async () => {
  const sketch = compile({ type: "object", properties: { name: text, inside: { type: "object", properties: { a: text } } } }).validator?.sketch ?? assert.fail();
  const parameters = [parameter("page", "query"), parameter("filter", "query", { sketch })];
  const ask = (filter: Json | undefined, options: JsonObject = {}): Promise<Sent> => post({ guard: properties, options, operation: { parameters }, site: { identity, posted } })({ values: [1, filter], answer: { from: "door" } });
  assert.equal(said(await ask({ name: "a", inside: { a: "b" } })), "passes");
  assert.equal(said(await ask(undefined)), "passes");
  const refused = await ask({ isAdmin: true, inside: { b: 1 } });
  assert.equal(said(refused), "400 request-invalid");
  assert.deepEqual(refusal(refused.outcome).extra?.["errors"], [
    { in: "query", name: "filter", pointer: "/isAdmin", message: "is not a member that the contract knows" },
    { in: "query", name: "filter", pointer: "/inside/b", message: "is not a member that the contract knows" },
  ]);
  assert.equal(said(await ask({ isAdmin: true }, { undeclared: { sent: "contract" } })), "passes");
});

test("what a schema asks for it has spoken of, though it does not say what it is", async () => {
  const schema = { type: "object", properties: { a: text }, required: ["b"] };
  assert.equal(said(await sent({ schema }, { b: { any: 1 } })), "passes");
  assert.equal(said(await sent({ schema }, { b: 1, c: 1 })), "400 request-invalid");
  assert.equal(await left(answered({ schema, options: { undeclared: { answered: "remove" } } }, { body: '{"b":1,"c":1}' })), '{"b":1}');
});

test("bytes at which somebody has glanced are not read again, and nothing undeclared is in them", async () => {
  const luck = fc.infiniteStream(fc.nat({ max: 1_000 }));
  // An object with two members of any schema, and now and then a third that nobody declared.
  const drawn = fc.tuple(schemas, schemas).chain(([a, b]) => fc.tuple(fc.constant({ properties: { a, b } }), fc.record({ a: near(a), b: near(b), id: values }, { requiredKeys: [] })));
  const told = { named: 0, nested: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(drawn, luck, async ([one, given], dice) => {
      const schema = withDefinitions(one);
      const validator = compile(schema).validator ?? assert.fail();
      const bytes = Buffer.from(spell(given, dice));
      const glimpse = validator.glance?.(bytes, { ...JSON_BOUNDS, controls: false });
      const outcome = said(await sent({ schema, options: { undeclared: { sent: "refuse" } } }, {}, principal(), { body: bytes }));
      if (outcome === "400 request-invalid") told.refused += 1;
      if (glimpse?.named !== true) return;
      if (bytes.length > 2) told.named += 1;
      if (bytes.includes("{", 1)) told.nested += 1;
      assert.equal(outcome, "passes", `${JSON.stringify(schema)} ${bytes.toString()}`);
    }),
    { numRuns: 2_000 },
  );
  assert.ok(told.named > 25 && told.nested > 15 && told.refused > 300, JSON.stringify(told));
  const content = Content.holding(Buffer.from('{"id":"a","isAdmin":1}'));
  content.vouch(undefined, { spots: undefined, named: true });
  const schema = { type: "object", properties: { id: text } };
  assert.equal(said(await sent({ schema }, {}, principal(), { content })), "passes", "it is taken at the word of who has looked");
});

test("readOnly and writeOnly are kept here where body and answer-body do not stand", async () => {
  const schema = { type: "object", properties: { id: { ...text, readOnly: true }, password: { ...text, writeOnly: true } } };
  const bare = { schema, site: { posted: new Set<string>() } };
  assert.equal(await left(answered(bare, { body: '{"id":"a","password":"p"}' })), '{"id":"a"}');
  assert.equal(said(await sent(bare, { id: "a" })), "403 property-forbidden");
  assert.equal(said(await sent(bare, { password: "p" })), "passes");
  assert.equal(await left(answered({ schema }, { body: '{"id":"a","password":"p"}' })), '{"id":"a","password":"p"}', "answer-body has refused it before");
});

test("a body that nobody can read is not let through where something in it is to be kept", async () => {
  for (const given of [{ fields: [["content-type", "text/plain"]] }, { fields: [] }, { body: "{" }, { body: '{"riskScore":1,"riskScore":2}' }] as Given[]) assert.equal(said(await sent({}, {}, principal(), given)), "403 property-forbidden");
  assert.equal(said(await sent({}, {}, principal(), { body: "" })), "passes");
  assert.equal(said(await sent({}, {}, principal(), { content: broken() })), "502 api-broke-off");
  assert.equal(said(await sent({}, {}, principal(), { content: late('{"riskScore":1}') })), "403 property-forbidden");
  for (const given of [{ body: "{" }, { body: "{}", fields: [] }, { body: "{}", fields: [["content-type", "application/json"], ["content-encoding", "br"]] }, { body: "{}", status: 206 }, { body: "{}", status: 404 }] as NonNullable<Given["answer"]>[]) assert.equal(said(await answered({}, given)), "502 answer-breaks-contract");
  assert.equal(said(await answered({}, { content: broken() })), "502 api-broke-off");
  assert.equal(await left(answered({}, { content: late('{"riskScore":1}') })), "{}");
});

test("an answer larger than is held stays in", async () => {
  const at = (size: number): Promise<Sent> => answered({ site: { optionsOf: (name) => (name === "answer-body" ? [{ size: `${size}B` }] : []) } }, { content: late('{"id":"a"}') });
  assert.equal(said(await at(10)), "passes");
  assert.equal(said(await at(9)), "502 answer-breaks-contract");
});

test("what was found sound by its bytes is cut without a value made of it, what was held to less is read again", async () => {
  const setting: Setting = {};
  for (const same of [true, false]) {
    const content = Content.holding(Buffer.from(JSON.stringify(full)));
    const given: Given = { principal: principal(), answer: { fields: [["content-type", "application/json"]], content } };
    const walked = await post({ guard: answerBody, operation: { answers: new Map([["200", answer(customer)]]) }, site: { identity } })(given);
    assert.deepEqual([walked.outcome, content.vouched], [undefined, true]);
    if (same) Object.defineProperty(content, "value", { get: () => assert.fail("a value was made") });
    else content.vouch(undefined, UNNOTED);
    const sent = await walk(setting)(given);
    assert.equal(await left(Promise.resolve(sent)), '{"id":"a","name":"Ann","address":{"city":"X"}}');
    const behind = sent.exchange.answer.content;
    assert.deepEqual([content.vouched, behind.vouched, behind.value], [same, same, same ? { id: "a", name: "Ann", address: { city: "X" } } : undefined]);
  }
});

test("answers without content, failures, and what the doors say are left alone", async () => {
  const { content, opened } = untouched();
  for (const given of [{ status: 204, content }, { status: 304, content }, { status: 500, content }, { content, from: "door" }] as NonNullable<Given["answer"]>[]) assert.equal(said(await answered({ operation: { answers: new Map([["2xx", answer(customer)], ["default", answer(customer)]]) } }, given)), "passes");
  assert.equal(said(await answered({ operation: { answers: new Map([["200", answer(customer)], ["404", answer({ type: "object", properties: { title: text } })]]) } }, { status: 404, content })), "passes", "no schema of it asks for anything");
  assert.equal(opened(), false);
});

test("in observe mode nothing is cut, and it is told that something would have been", async () => {
  const sent_ = await answered({ mode: "observe" }, { body: JSON.stringify(full), fields: [["content-type", "application/json"], ["etag", "1"]] });
  assert.equal(await left(Promise.resolve(sent_)), JSON.stringify(full));
  assert.deepEqual(sent_.exchange.observed.map(({ problem }) => problem.type), ["properties-hidden"]);
  assert.equal(sent_.exchange.answer.fields.one("etag"), "1");
});

test("where neither contract nor policy asks for anything there is nothing to do", async () => {
  const { content, opened } = untouched();
  const plain = { type: "object", properties: { id: text } };
  assert.equal(said(await answered({ schema: plain }, { content })), "passes");
  assert.equal(said(await answered({ site: { contract: { ...({} as Site["contract"]), mentions: () => false } } }, { content })), "passes", "a contract without a word of it is not looked through");
  assert.equal(opened(), false);
  assert.equal(properties.standing, true);
});

test("what does not fit does not start", () => {
  assert.deepEqual(wrong({}), []);
  assert.match(wrong({ read: { nme: "x" } })[0] ?? "", /read: no answer of the operation has nme/);
  assert.match(wrong({ write: { name: "x" } })[0] ?? "", /write: no request of the operation has name/);
  assert.match(wrong({ read: { "a..b": "x" } })[0] ?? "", /not a path/);
  assert.match(wrong({ read: { name: { role: "boss" } } })[0] ?? "", /there is no role "boss"/);
  assert.match(wrong({}, { type: "object", properties: { a: { "x-sallyport-read": 5 } } })[0] ?? "", /x-sallyport-read \(openapi.json\/properties\/a\/x-sallyport-read\): expected a text/);
  assert.match(wrong({}, { ...customer, required: ["id", "note"] })[0] ?? "", /note \(openapi.json\/properties\/note\) is required by the contract, and not for everybody/);
  assert.match(wrong({ read: { id: "x" } }, { ...customer, required: ["id"] })[0] ?? "", /id .*is required/);
  assert.match(wrong({}, { type: "object", "x-sallyport-read": "x", properties: { a: text } })[0] ?? "", /the body as a whole/);
  const rights = (count: number): Json => ({ type: "object", properties: Object.fromEntries(Array.from({ length: count }, (_, at) => [`m${at}`, { "x-sallyport-read": `s${at}` }])) });
  assert.deepEqual(wrong({}, rights(RIGHTS_MAX)), []);
  assert.match(wrong({}, rights(RIGHTS_MAX + 1))[0] ?? "", /more than 6 different rights/);
  const xml = { media: [media("application/xml", "xml", compile(customer).validator)], headers: [] };
  assert.match(wrong({}, customer, { answers: new Map([["200", xml]]) })[0] ?? "", /application\/xml cannot be taken out/);
  assert.deepEqual(wrong({ read: { x: "y" } }, customer, { listed: "unlisted" }), []);
});

test("a schema with more places than are told apart does not start", () => {
  const wide = (count: number): Json => ({ type: "object", properties: Object.fromEntries(Array.from({ length: count }, (_, at) => [`m${at}`, at === 0 ? { "x-sallyport-read": "x" } : {}])) });
  assert.deepEqual(wrong({}, wide(NODES_MAX - 1)), []);
  assert.match(wrong({}, wide(NODES_MAX))[0] ?? "", /too large/);
});

/** A patch of the customer. */
function patched(operations: readonly JsonObject[], options: JsonObject = {}, caller = principal()): Promise<Sent> {
  const { validator } = compile(customer);
  const body = { required: true, media: [{ ...media("application/json-patch+json", "json", jsonPatchValidator(undefined)), patched: validator }] };
  return walk({ options, operation: { method: "PATCH", body } })({ method: "PATCH", principal: caller, fields: [["content-type", "application/json-patch+json"]], body: JSON.stringify(operations), answer: { from: "door" } });
}

test("the operations of a patch are followed to the members that they name", async () => {
  const cases: readonly (readonly [verdict: string, operation: JsonObject])[] = [
    ["passes", { op: "replace", path: "/name", value: "x" }],
    ["passes", { op: "add", path: "/address/city", value: "x" }],
    ["403 property-forbidden", { op: "replace", path: "/riskScore", value: 1 }],
    ["403 property-forbidden", { op: "remove", path: "/riskScore" }],
    ["403 property-forbidden", { op: "test", path: "/riskScore", value: 7 }],
    ["403 property-forbidden", { op: "replace", path: "", value: { id: "a", riskScore: 1 } }],
    ["403 property-forbidden", { op: "move", from: "/riskScore", path: "/name" }],
    ["403 property-forbidden", { op: "copy", from: "/name", path: "/riskScore" }],
    ["403 property-forbidden", { op: "copy", from: "", path: "" }],
    ["400 request-invalid", { op: "add", path: "/isAdmin", value: true }],
    ["400 request-invalid", { op: "add", path: "/address/isAdmin", value: true }],
    ["400 request-invalid", { op: "add", path: "/address", value: { city: "x", isAdmin: true } }],
    ["400 request-invalid", { op: "copy", from: "/name", path: "/isAdmin" }],
  ];
  for (const [verdict, operation] of cases) assert.equal(said(await patched([{ op: "replace", path: "/id", value: "b" }, operation])), verdict, JSON.stringify(operation));
  assert.equal(said(await patched([{ op: "add", path: "/isAdmin", value: true }], { undeclared: { sent: "contract" } })), "passes");
  const { outcome } = await patched([{ op: "add", path: "/address/is~1Admin", value: true }]);
  const errors = outcome !== undefined && "problem" in outcome ? outcome.problem.extra?.["errors"] : undefined;
  assert.deepEqual(Array.isArray(errors) ? errors.map((one: JsonObject) => one["pointer"]) : errors, ["/0/path"]);
});

test("the items of a list are reached by their number, and by the dash behind the last one", async () => {
  const list: JsonObject = { type: "object", properties: { items: { type: "array", items: customer } } };
  const { validator } = compile(list);
  const body = { required: true, media: [{ ...media("application/json-patch+json", "json", jsonPatchValidator(undefined)), patched: validator }] };
  const patch = async (operation: JsonObject): Promise<string> => said(await walk({ schema: list, operation: { method: "PATCH", body } })({ method: "PATCH", principal: principal(), fields: [["content-type", "application/json-patch+json"]], body: JSON.stringify([operation]), answer: { from: "door" } }));
  assert.equal(await patch({ op: "replace", path: "/items/0/name", value: "x" }), "passes");
  assert.equal(await patch({ op: "replace", path: "/items/12/riskScore", value: 1 }), "403 property-forbidden");
  assert.equal(await patch({ op: "add", path: "/items/-", value: { id: "a", riskScore: 1 } }), "403 property-forbidden");
  assert.equal(await patch({ op: "add", path: "/items/-", value: { id: "a", isAdmin: 1 } }), "400 request-invalid");
});
