import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../../../src/contract/json-value.ts";
import { compileKey, keyShape, type Owner } from "../../../../../src/doors/inbound/throttle/limit/key.ts";
import { misread } from "../../../../../src/policy/shape.ts";
import { exchangeOf, type Given, operation, principal } from "../../../../walk.ts";

const AT = operation({ pathNames: ["accountId", "userId"] });

function owners(key: Json): (given?: Given) => Owner {
  const parts = keyShape.read(key, { pointer: "", report: (_, message) => assert.fail(message) });
  assert.ok(parts !== misread);
  const ownerOf = compileKey(parts, { operation: AT, report: (message) => assert.fail(message) });
  return (given = {}) => ownerOf(exchangeOf(given, AT));
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

test("around a stranger are ranges; around whoever is known, or narrowed further, there are none", () => {
  assert.deepEqual(owners("caller")({ address: "2001:db8::1" }).around, ["2001:db8::/56", "2001:db8::/48"]);
  assert.deepEqual(owners("caller")({ principal: ANN }).around, []);
  assert.deepEqual(owners(["address", { path: "userId" }])({ pathValues: ["a", "b"] }).around, []);
});

test("what stands in path, query and fields is read where the contract says, and is empty where it is not", () => {
  assert.equal(owners({ path: "userId" })({ pathValues: ["a", "b"] }).name, "vb");
  assert.equal(owners({ query: "q" })({ query: [["p", "1"], ["q", "2"], ["q", "3"]] }).name, "q2");
  assert.equal(owners({ field: "X-Tenant" })({ fields: [["x-tenant", "acme"]] }).name, "facme");
  assert.equal(owners({ field: "X-Tenant" })({}).name, "f");
});
