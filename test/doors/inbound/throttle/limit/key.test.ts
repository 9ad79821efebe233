import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation, Parameter } from "../../../../../src/contract/operation.ts";
import type { Json } from "../../../../../src/contract/json-value.ts";
import { compileKey, keyShape, type Owner } from "../../../../../src/doors/inbound/throttle/limit/key.ts";
import { misread } from "../../../../../src/policy/shape.ts";
import { exchangeOf, type Given, operation, principal } from "../../../../walk.ts";

const AT = operation({ pathNames: ["accountId", "userId"] });

function owners(key: Json, at: Operation = AT): (given?: Given) => Owner {
  const parts = keyShape.read(key, { pointer: "", report: (_, message) => assert.fail(message) });
  assert.ok(parts !== misread);
  const ownerOf = compileKey(parts, { operation: at, report: (message) => assert.fail(message) });
  return (given = {}) => ownerOf(exchangeOf(given, at));
}

const ANN = principal({ client: "shop", claims: { tenant: "acme", team: { id: 7 } } });
const KEYED = principal({ id: "key owner", issuer: "house", methods: ["api-key"], credential: "key-1" });

test("whoever lacks what the key asks for is the caller that he is, and a stranger is his address: nobody is free", () => {
  for (const key of ["client", "api-key", { claim: "tenant" }, { claim: "a.b" }]) {
    const of = owners(key);
    assert.deepEqual(of({ principal: principal({ id: "bob" }) }), owners("caller")({ principal: principal({ id: "bob" }) }), JSON.stringify(key));
    assert.deepEqual(of(), owners("address")(), JSON.stringify(key));
  }
});

test("no two owners have one name, whatever they are called", () => {
  const lookAlike = principal({ id: "192.0.2.1/32", issuer: "acme", client: "192.0.2.1/32", methods: ["api-key"], credential: "192.0.2.1/32", claims: { tenant: "192.0.2.1/32" } });
  const given: Given = { principal: lookAlike, pathValues: ["192.0.2.1/32"], query: [["q", "192.0.2.1/32"]], fields: [["x-q", "192.0.2.1/32"]] };
  const keys: Json[] = ["caller", "address", "client", "api-key", "everyone", { claim: "tenant" }, { path: "accountId" }, { query: "q" }, { field: "X-Q" }, ["caller", "client"], ["client", "caller"], ["caller", { path: "accountId" }]];
  assert.equal(new Set(keys.map((key) => owners(key)(given).name)).size, keys.length);
});

test("values that look alike in another type, or come from another issuer, are apart", () => {
  const of = owners({ claim: "tenant" });
  const names = [{ claims: { tenant: "1" } }, { claims: { tenant: 1 } }, { claims: { tenant: true } }, { claims: { tenant: "true" } }, { claims: { tenant: "1" }, issuer: "https://other.example" }].map((one) => of({ principal: principal(one) }).name);
  assert.equal(new Set(names).size, names.length);
  const clients = [{ issuer: "a", client: "bc" }, { issuer: "ab", client: "c" }].map((one) => owners("client")({ principal: principal(one) }).name);
  assert.notEqual(clients[0], clients[1]);
});

test("claims that are no single value name nobody", () => {
  for (const tenant of [["acme"], { id: "acme" }, null]) assert.equal(owners({ claim: "tenant" })({ principal: principal({ claims: { tenant } }) }).kind, "principal");
  assert.equal(owners({ claim: "/team/id" })({ principal: ANN }).kind, "claim");
});

test("an API key is one that was verified here, alone or beside a token; a token's id is none", () => {
  assert.equal(owners("api-key")({ principal: KEYED }).name, "kkey-1");
  assert.equal(owners("api-key")({ principal: { ...ANN, also: [KEYED] } }).name, "kkey-1");
  assert.equal(owners("api-key")({ principal: principal({ credential: "jti-1", methods: ["jwt"] }) }).kind, "principal", "or every new token is a new bucket");
});

test("only what was verified fills the memory of those who are known", () => {
  const given: Given = { principal: ANN, pathValues: ["a", "b"] };
  for (const [key, room] of [["caller", "known"], ["client", "known"], [{ claim: "tenant" }, "known"], ["everyone", "known"], [{ path: "userId" }, "strangers"], [["caller", { path: "userId" }], "strangers"], [["caller", "client"], "known"], ["address", "strangers"]] as const) assert.equal(owners(key as Json)(given).room, room, JSON.stringify(key));
  assert.equal(owners("caller")({}).room, "strangers");
});

test("a budget is shown to the one who has it for himself", () => {
  const given: Given = { principal: ANN, pathValues: ["a", "b"] };
  for (const [key, own] of [["caller", true], [["caller", { path: "userId" }], true], ["client", false], [{ claim: "tenant" }, false], ["everyone", false], ["address", false], [{ path: "userId" }, false]] as const) assert.equal(owners(key as Json)(given).own, own, JSON.stringify(key));
  assert.equal(owners("api-key")({ principal: KEYED }).own, true);
  assert.equal(owners("caller")({}).own, false);
});

test("around a stranger are ranges, also where something narrows the key; around whoever is known there are none", () => {
  assert.deepEqual(owners("caller")({ address: "2001:db8::1" }).around, ["a2001:db8::/56", "a2001:db8::/48"]);
  assert.deepEqual(owners("caller")({ principal: ANN }).around, []);
  assert.deepEqual(owners(["client", { path: "userId" }])({ principal: ANN, pathValues: ["a", "b"] }).around, []);
  const narrowed = owners(["address", { path: "userId" }]);
  const of = (address: string, user = "b"): readonly string[] => narrowed({ address, pathValues: ["a", user] }).around;
  assert.deepEqual([of("2001:db8::1").length, of("192.0.2.1").length], [2, 1]);
  assert.deepEqual(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"), "a /48 brings no 65,536 budgets for one user");
  assert.equal(new Set([...of("2001:db8::1"), ...of("2001:db8::1", "c"), ...owners("address")({ address: "2001:db8::1" }).around]).size, 6);
});

test("what stands in path, query and fields is read where the contract says, and is empty where it is not", () => {
  assert.equal(owners({ path: "userId" })({ pathValues: ["a", "b"] }).name, "vb");
  assert.equal(owners({ query: "q" })({ query: [["p", "1"], ["q", "2"]] }).name, "q2");
  assert.equal(owners({ field: "X-Tenant" })({ fields: [["x-tenant", "acme"]] }).name, "facme");
  assert.equal(owners({ field: "X-Tenant" })({}).name, "f");
});

test("whoever spells the same in another way gets no other budget", () => {
  const same = (key: Json, ...given: Given[]): void => assert.equal(new Set(given.map((one) => owners(key)(one).name)).size, 1, JSON.stringify(given));
  const path = (userId: string): Given => ({ pathValues: ["a", userId] });
  const query = (...to: string[]): Given => ({ query: to.map((one) => ["q", one]) });
  const field = (...values: string[]): Given => ({ fields: values.map((one) => ["x-to", one]) });
  same({ path: "userId" }, path("bob@example.org"), path("bob%40example.org"), path("BOB%40EXAMPLE.ORG"), path("Bob%20@example.org".replace("%20", "")), path("bob%E2%80%8B@example.org"));
  same({ path: "userId" }, path("5c7bfa4e-9b1e-4d8f-8a56-0d2f8a1f6b10"), path("5C7BFA4E-9B1E-4D8F-8A56-0D2F8A1F6B10"));
  same({ query: "q" }, query("a+b"), query("a%20b"), query("A%20%20b"), query("%EF%BC%A1+b"), query("a%C2%AD+b"));
  same({ field: "X-To" }, field("bob"), field("BOB"));
  // Of several all count: else the first would be chosen anew each time, and the others be the same.
  assert.notEqual(owners({ query: "q" })(query("a", "b")).name, owners({ query: "q" })(query("a")).name);
  assert.notEqual(owners({ field: "X-To" })(field("a", "b")).name, owners({ field: "X-To" })(field("a,b")).name);
  assert.equal(owners({ path: "userId" })(path("%E2%28")).name, "v%e2%28", "what is no text will not pass, and has a bucket all the same");
});

test("what the contract declares is read as the contract says", () => {
  const number: Parameter = { name: "q", in: "query", required: false, claims: (name) => name === "q", hint: { types: new Set(["number"]) } as never, read: (raw) => (typeof raw === "string" ? { findings: [] } : { value: raw.length > 1 ? raw.map(([, value]) => Number(value)) : Number(raw[0]?.[1]) }), place: { file: "", pointer: "" } };
  const of = owners({ query: "q" }, { ...AT, parameters: [number] });
  assert.equal(new Set(["1", "1.0", "1e0", "10e-1"].map((one) => of({ query: [["q", one]] }).name)).size, 1);
  assert.equal(of({ query: [["q", "1"], ["q", "2"]] }).name, "q[1,2]");
});
