import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Json, JsonObject } from "../../../../src/contract/json-value.ts";
import { authorizationDetails } from "../../../../src/doors/inbound/validate/authorization-details.ts";
import { DETAILS_MAX } from "../../../../src/doors/inbound/validate/authorization-details/terms.ts";
import { CONTRACT, type Host, POLICY, send, startHosts, token } from "../../../hosts.ts";
import { misfits, post } from "../../../walk.ts";

const payment: JsonObject = {
  type: "object",
  properties: { to: { type: "string" }, amount: { type: "number" }, currency: { type: "string" }, lines: { type: "array", items: { type: "object", properties: { to: { type: "string" } }, required: ["to"], additionalProperties: false } } },
  required: ["amount"],
  additionalProperties: false,
};
const security = [{ login: ["orders:write"] }];
const contract: JsonObject = {
  ...CONTRACT,
  paths: {
    "/payments/{account}": {
      post: {
        operationId: "pay",
        security,
        parameters: [{ name: "account", in: "path", required: true, schema: { type: "string" } }],
        requestBody: { required: true, content: { "application/json": { schema: payment } } },
        responses: { 204: { description: "paid" } },
      },
    },
    "/batches": { post: { operationId: "payAll", security, requestBody: { required: true, content: { "application/json": { schema: payment } } }, responses: { 204: { description: "paid" } } } },
    "/cards": { get: { operationId: "listCards", security: [{ login: ["orders:read"] }], responses: { 204: { description: "none" } } } },
  },
};
const policy: JsonObject = {
  ...POLICY,
  operations: {
    pay: { "authorization-details": { type: "payment", same: { "creditor.iban": "body.to", currency: "body.currency", debtor: "path.account" }, atMost: { "amount.value": "body.amount" }, ignored: ["locations"] } },
    payAll: { "authorization-details": { type: "payment", same: { "creditor.iban": "body.lines[*].to" } } },
    listCards: { "authorization-details": { type: "cards", actions: ["list", "read"] } },
  },
};

let host: Host;
before(async () => {
  [host = assert.fail()] = await startHosts({ contract, policy, only: ["node"] });
  host.api = (_request, response) => response.writeHead(204).end();
});
after(() => host.stop());

const GRANT: JsonObject = { type: "payment", creditor: { iban: "DE89" }, currency: "EUR", debtor: "acc-1", amount: { value: "123.50" } };
const PAYMENT: JsonObject = { to: "DE89", currency: "EUR", amount: 123.5 };

async function pay(details: Json | undefined, body: JsonObject = PAYMENT, target = "/payments/acc-1"): Promise<number> {
  const authorization = `Bearer ${token(details === undefined ? {} : { authorization_details: details })}`;
  const { status, body: answer } = await send(host, { method: "POST", target, body: JSON.stringify(body), headers: { authorization, "content-type": "application/json" } });
  if (status === 403) assert.match(answer, /authorization-details-missing/);
  return status;
}

test("R28: what was granted passes, and smaller amounts of it", async () => {
  assert.equal(await pay([GRANT]), 204);
  for (const amount of [0.01, 0]) assert.equal(await pay([GRANT], { ...PAYMENT, amount }), 204);
  assert.equal(await pay([{ type: "cards" }, GRANT]), 204);
  assert.equal(await pay([{ ...GRANT, locations: ["https://api.example"] }]), 204);
});

test("R28: granted 10, asked 10,000: no amount, account or currency but those that were granted", async () => {
  for (const change of [{ amount: 123.51 }, { amount: 10_000 }, { amount: -1 }, { to: "DE90" }, { currency: "USD" }]) assert.equal(await pay([GRANT], { ...PAYMENT, ...change }), 403, JSON.stringify(change));
  assert.equal(await pay([GRANT], PAYMENT, "/payments/acc-2"), 403);
});

test("R28: what the request does not say is not granted either", async () => {
  assert.equal(await pay([GRANT], { amount: 1, currency: "EUR" }), 403);
  assert.equal(await pay([{ ...GRANT, creditor: {} }]), 403);
  assert.equal(await pay([{ ...GRANT, amount: { value: "much" } }]), 403);
});

test("R28: an unknown type, and a member that nobody reads, grant nothing", async () => {
  for (const entry of [{ ...GRANT, type: "Payment" }, { ...GRANT, type: ["payment"] }, { ...GRANT, limit: "one a day" }, { ...GRANT, type: null }, "payment", null, [GRANT]]) assert.equal(await pay([entry]), 403, JSON.stringify(entry));
});

test("R28: two halves make no whole", async () => {
  assert.equal(await pay([{ ...GRANT, amount: { value: "1" } }, { ...GRANT, creditor: { iban: "DE90" }, amount: { value: "9999" } }]), 403);
});

test("R28: a token without readable entries grants nothing, whatever its scopes", async () => {
  for (const details of [undefined, null, [], {}, GRANT, "payment", Array.from({ length: DETAILS_MAX + 1 }, () => GRANT)]) assert.equal(await pay(details), 403, JSON.stringify(details)?.slice(0, 40));
  assert.equal(await pay(Array.from({ length: DETAILS_MAX }, () => GRANT)), 204);
});

test("R28: of many places each must be granted, and none is not all", async () => {
  const grant = { type: "payment", creditor: { iban: "DE89" } };
  const batch = async (...to: readonly string[]): Promise<number> => pay([grant], { amount: 1, lines: to.map((one) => ({ to: one })) }, "/batches");
  assert.deepEqual([await batch("DE89", "DE89"), await batch("DE89", "DE90"), await batch()], [204, 403, 403]);
  assert.equal(await pay([grant], { amount: 1 }, "/batches"), 403);
});

test("R28: actions are one of the list", async () => {
  const list = async (details: Json): Promise<number> => (await send(host, { target: "/cards", headers: { authorization: `Bearer ${token({ authorization_details: details })}` } })).status;
  assert.equal(await list([{ type: "cards", actions: ["write", "read"] }]), 204);
  for (const actions of [["write"], [], "read", null, [["read"]]]) assert.equal(await list([{ type: "cards", actions }]), 403);
  assert.equal(await list([{ type: "cards" }]), 403);
});

test("where the contract lists no operation there is nothing to check", async () => {
  for (const listed of ["path", "method", "unlisted"] as const) assert.equal((await post({ guard: authorizationDetails, options: { type: "payment", actions: ["pay"] }, operation: { listed } })({})).outcome, undefined);
});

test("mistakes in the options are misfits", () => {
  const said = (options: JsonObject, site = {}): string => misfits(authorizationDetails, { type: "payment", ...options }, { pathNames: [] }, site).join("\n");
  assert.match(said({}), /nothing of the request is compared/);
  assert.match(said({ same: { a: "body.to" } }), /the operation takes no body/);
  assert.match(said({ same: { a: "path.id" } }), /no parameter path\.id/);
  assert.match(said({ same: { "a b": "path.id" } }), /not a path/);
  assert.match(said({ actions: ["read"] }, { public: "price list, agreed" }), /strangers may come in/);
  assert.equal(said({ actions: ["read"] }), "");
});
