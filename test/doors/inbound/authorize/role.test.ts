import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../../../src/contract/json-value.ts";
import type { Operation } from "../../../../src/contract/operation.ts";
import { role } from "../../../../src/doors/inbound/authorize/role.ts";
import type { Outcome } from "../../../../src/exchange/decision.ts";
import type { Principal } from "../../../../src/exchange/principal.ts";
import { type Identity, identityOf } from "../../../../src/policy/identity.ts";
import { misfits, operation, post, principal, siteOf } from "../../../walk.ts";

const identity: Identity = identityOf({ from: [{ claim: ["roles"], issuer: undefined, as: undefined }], known: ["customer", "teller", "auditor"] }, new Map());

async function ask(options: JsonObject, who: Principal | undefined, at: Partial<Operation> = {}): Promise<Outcome> {
  const { contract } = siteOf({ guard: role });
  const tagged = { ...contract, operations: [operation({ id: "other", tags: ["admin", "reports"] })] };
  const send = post({ guard: role, options, operation: at, site: { identity, contract: tagged } });
  return (await send(who === undefined ? {} : { principal: who })).outcome;
}

function someone(...roles: readonly Json[]): Principal {
  return principal({ claims: { roles } });
}

function status(outcome: Outcome): number {
  return outcome?.kind === "refusal" ? outcome.problem.status : 0;
}

test("a caller with the role passes, another one is refused and is not told which role it takes", async () => {
  assert.equal(status(await ask({ any: "teller" }, someone("teller"))), 0);
  const outcome = await ask({ any: "teller" }, someone("customer"));
  assert.ok(outcome?.kind === "refusal");
  assert.equal(outcome.problem.type, "role-missing");
  assert.equal(outcome.problem.status, 403);
  assert.deepEqual(outcome.problem.because, { needed: { any: ["teller"], all: [] }, outcome: "missing" });
  assert.equal(outcome.problem.extra ?? outcome.problem.detail ?? outcome.problem.headers, undefined);
});

test("of `any` one role will do, of `all` every one is needed, and both count together", async () => {
  assert.equal(status(await ask({ any: ["teller", "auditor"] }, someone("auditor"))), 0);
  assert.equal(status(await ask({ all: ["teller", "auditor"] }, someone("auditor"))), 403);
  assert.equal(status(await ask({ all: ["teller", "auditor"] }, someone("auditor", "teller"))), 0);
  assert.equal(status(await ask({ any: "customer", all: "teller" }, someone("teller"))), 403);
  assert.equal(status(await ask({ any: "customer", all: "teller" }, someone("teller", "customer"))), 0);
});

test("roles are compared exactly", async () => {
  for (const near of ["Teller", "teller ", "telle", "tellers", "*", ""]) assert.equal(status(await ask({ any: "teller" }, someone(near))), 403, near);
});

test("a stranger has no role", async () => {
  assert.equal(status(await ask({ any: "teller" }, undefined)), 403);
});

test("roles that cannot be read are no roles", async () => {
  for (const claims of [{ roles: { teller: true } }, { roles: ["teller", 7] }, { roles: null }]) {
    const outcome = await ask({ any: "teller" }, principal({ claims }));
    assert.equal(status(outcome), 403);
    assert.match(JSON.stringify(outcome), /cannot be read as roles/);
  }
});

test("a posting can be for the operations of a tag or of a method alone", async () => {
  const forAdmins = { any: "teller", tags: ["admin", "reports"] };
  assert.equal(status(await ask(forAdmins, someone("customer"), { tags: ["admin"] })), 403);
  assert.equal(status(await ask(forAdmins, someone("customer"), { tags: ["public"] })), 0);
  assert.equal(status(await ask(forAdmins, someone("customer"), { tags: [] })), 0);
  const forWriters = { any: "teller", methods: ["POST", "DELETE"] };
  assert.equal(status(await ask(forWriters, someone("customer"), { method: "POST" })), 403);
  assert.equal(status(await ask(forWriters, someone("customer"), { method: "GET" })), 0);
  assert.equal(status(await ask({ ...forWriters, tags: "admin" }, someone("customer"), { method: "POST", tags: ["public"] })), 0);
});

test("what the contract does not list is not let off for its method, and has no tag", async () => {
  const unlisted = { listed: "unlisted", method: "", tags: [] } as const;
  assert.equal(status(await ask({ any: "teller", methods: "POST" }, someone("customer"), unlisted)), 403);
  assert.equal(status(await ask({ any: "teller", methods: "POST" }, someone("teller"), unlisted)), 0);
  assert.equal(status(await ask({ any: "teller", tags: "admin" }, someone("customer"), unlisted)), 0);
  for (const listed of ["path", "method"] as const) assert.equal(status(await ask({ any: "teller" }, undefined, { listed })), 0);
});

test("mistakes in the options are misfits", () => {
  assert.match(misfits(role, { any: "tellr" }, {}, { identity }).join(), /no role "tellr"; allowed: customer, teller, auditor/);
  assert.match(misfits(role, { any: "teller" }).join(), /does not say where roles come from/);
  assert.match(misfits(role, {}, {}, { identity }).join(), /no role is asked for/);
  assert.match(misfits(role, { any: "teller" }, {}, { identity, public: "price list, agreed" }).join(), /strangers may come in/);
  assert.match(misfits(role, { any: "teller", methods: "FETCH" }, {}, { identity }).join(), /GET, HEAD, POST/);
});

test("a tag that no operation has is a misfit, said once", () => {
  const own = operation({ tags: ["orders"] });
  const contract = { ...siteOf({ guard: role }).contract, operations: [own, operation({ id: "second" })] };
  const said = (at: Operation): string => misfits(role, { any: "teller", tags: "ordres" }, at, { identity, contract, operation: at }).join();
  assert.match(said(own), /no operation has the tag "ordres"; allowed: orders/);
  assert.equal(said(operation({ id: "second" })), "");
});
