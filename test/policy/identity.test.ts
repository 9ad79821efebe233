import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../src/contract/json-value.ts";
import { claimsShape, type Identity, identityOf, ROLE_CHARACTERS_MAX, ROLES_MAX, rolesShape } from "../../src/policy/identity.ts";
import { misread } from "../../src/policy/shape.ts";
import { principal } from "../walk.ts";

function identity(roles: Json | undefined, claims: Json = {}): Identity {
  const at = { pointer: "", report: (pointer: string, message: string) => assert.fail(`${pointer}: ${message}`) };
  const read = roles === undefined ? undefined : rolesShape.read(roles, at);
  const declared = claimsShape.read(claims, at);
  assert.ok(read !== misread && declared !== misread);
  return identityOf(read, declared);
}

function wrong(shape: { read: (value: Json, at: Parameters<typeof rolesShape.read>[1]) => unknown }, value: Json): string {
  const said: string[] = [];
  shape.read(value, { pointer: "", report: (pointer, message, allowed) => void said.push(`${pointer}: ${message} (${allowed ?? ""})`) });
  return said.join("; ");
}

function rolesIn(roles: Json, claims: JsonObject, issuer = "https://id.example"): readonly string[] | undefined {
  const found = identity(roles).rolesOf(principal({ claims, issuer }));
  return found === undefined ? undefined : [...found];
}

test("roles stand where the policy says, as a list or as one text", () => {
  assert.deepEqual(rolesIn({ from: "realm_access.roles" }, { realm_access: { roles: ["teller", "clerk"] } }), ["teller", "clerk"]);
  assert.deepEqual(rolesIn({ from: "/https:~1~1id.example~1roles" }, { "https://id.example/roles": "teller" }), ["teller"]);
  assert.deepEqual(rolesIn({ from: ["roles", "groups"] }, { roles: ["a"], groups: ["b", "a"] }), ["a", "b"]);
});

test("a claim that is not there names no role, and neither does a stranger", () => {
  assert.deepEqual(rolesIn({ from: "roles" }, {}), []);
  assert.equal(identity({ from: "roles" }).rolesOf(undefined)?.size, 0);
  assert.equal(identity(undefined).rolesOf(principal({ claims: { roles: ["admin"] } }))?.size, 0);
});

test("a claim that cannot be read as roles leaves nothing known, not even by another claim", () => {
  for (const odd of [null, true, 7, { admin: true }, ["a", 1], ["a", null], [["a"]], "x".repeat(ROLE_CHARACTERS_MAX + 1)]) {
    assert.equal(rolesIn({ from: ["roles", "groups"] }, { roles: odd, groups: ["a"] }), undefined, JSON.stringify(odd));
  }
  assert.equal(rolesIn({ from: "realm.roles" }, { realm: "admin" }), undefined);
});

test("the number and the length of roles are bounded", () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, at) => `r${at}`);
  assert.equal(rolesIn({ from: "roles" }, { roles: many(ROLES_MAX) })?.length, ROLES_MAX);
  assert.equal(rolesIn({ from: "roles" }, { roles: many(ROLES_MAX + 1) }), undefined);
  assert.equal(rolesIn({ from: "roles" }, { roles: ["x".repeat(ROLE_CHARACTERS_MAX)] })?.length, 1);
});

test("only the word of the issuer that is named counts, also for the same claims", () => {
  const roles = { from: { claim: "roles", issuer: "https://id.example" } };
  const who = identity(roles);
  const claims = { roles: ["admin"] };
  assert.deepEqual(rolesIn(roles, claims), ["admin"]);
  assert.deepEqual(rolesIn(roles, claims, "https://partner.example"), []);
  assert.equal(who.rolesOf(principal({ claims }))?.has("admin"), true);
  assert.equal(who.rolesOf(principal({ claims, issuer: "https://partner.example" }))?.has("admin"), false);
});

test("values can stand for roles, and then nothing else does", () => {
  const roles = { from: { claim: "groups", as: { "grp-0815": "teller", "grp-0816": "auditor" } } };
  assert.deepEqual(rolesIn(roles, { groups: ["grp-0815", "teller", "admin", "__proto__", "constructor"] }), ["teller"]);
});

test("roles that are not known are left out, and asking for them is a mistake", () => {
  const roles = { from: "roles", known: ["teller", "auditor"] };
  assert.deepEqual(rolesIn(roles, { roles: ["teller", "root"] }), ["teller"]);
  assert.equal(identity(roles).wrongRole("teller"), undefined);
  assert.deepEqual(identity(roles).wrongRole("tellr"), { message: 'there is no role "tellr"', allowed: "teller, auditor" });
  assert.match(identity({ from: { claim: "groups", as: { a: "teller" } } }).wrongRole("a")?.message ?? "", /no role "a"/);
  assert.equal(identity({ from: "roles" }).wrongRole("anything"), undefined);
  assert.match(identity(undefined).wrongRole("teller")?.message ?? "", /does not say where roles come from/);
});

test("mistakes in the settings are misfits", () => {
  assert.match(wrong(rolesShape, { from: [] }), /1 to 20 items/);
  assert.match(wrong(rolesShape, { from: "a..b" }), /not the place of a claim/);
  assert.match(wrong(rolesShape, { from: { claim: "a", as: { x: "boss" } }, known: ["teller"] }), /"boss" is not among the known roles/);
  assert.match(wrong(rolesShape, { from: { claim: "a", is: "b" } }), /unknown option "is"/);
  assert.match(wrong(rolesShape, {}), /"from" is missing/);
});

test("claims have a name, a type, and a place of the same name unless it is another", () => {
  const { claims } = identity(undefined, { tenant: "string", level: { from: "app.level", type: "int" }, teams: { type: "strings" } });
  assert.deepEqual([...claims], [
    ["tenant", { path: ["tenant"], type: "string" }],
    ["level", { path: ["app", "level"], type: "int" }],
    ["teams", { path: ["teams"], type: "strings" }],
  ]);
});

test("a claim takes no name that means something else in rules", () => {
  for (const name of ["roles", "id", "in", "null", "2fa", "a-b", "a.b", "__proto__", ""]) assert.match(wrong(claimsShape, JSON.parse(`{${JSON.stringify(name)}: "string"}`) as Json), /cannot be named/, name);
  assert.match(wrong(claimsShape, { tenant: "text" }), /string, int, double, bool, strings, ints/);
});
