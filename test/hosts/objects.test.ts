/** Objects: owner and properties through every host: streams that are cut on their way, and hosts that cannot ask the API. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { MisfitError } from "../../src/hosts/embed.ts";
import { sallyport as nodeDoors } from "../../src/hosts/node.ts";
import { CONTRACT, type Host, HOSTS, type HostName, POLICY, send, startHosts, token, writeFiles } from "../hosts.ts";

const order: JsonObject = { type: "object", properties: { id: { type: "string" }, owner: { type: "string" }, margin: { type: "integer", "x-sallyport-read": "orders:margin" } }, required: ["id", "owner"], additionalProperties: false };
const security = [{ login: ["orders:read"] }];
const id = { name: "orderId", in: "path", required: true, schema: { type: "string" } };
const contract: JsonObject = {
  ...CONTRACT,
  openapi: "3.2.0",
  paths: {
    "/feed": { get: { operationId: "feed", security, responses: { 200: { description: "x", content: { "application/jsonl": { itemSchema: order } } } } } },
    "/orders": { get: { operationId: "listOrders", security, responses: { 200: { description: "x", content: { "application/json": { schema: { type: "array", items: order } } } } } } },
    "/orders/{orderId}": {
      parameters: [id],
      get: { operationId: "getOrder", security, responses: { 200: { description: "x", content: { "application/json": { schema: order } } } } },
      delete: { operationId: "deleteOrder", security, responses: { 204: { description: "x" } } },
    },
  },
};
const lookup = { lookup: "getOrder", with: { orderId: "path.orderId" }, field: "owner" };
const policy = (operations: JsonObject): JsonObject => ({ ...POLICY, operations });
const bearer = { authorization: `Bearer ${token()}` };

const lines = ['{"id":"a","owner":"ann","margin":7}\n', '{"id":"b","owner":"bob","margin":8}\n', '{"id":"c","owner":"ann"}\n'];
const seen = '{"id":"a","owner":"ann"}\n{"id":"c","owner":"ann"}\n';

describe("every host takes out the same", () => {
  let hosts: readonly Host[] = [];
  before(async () => void (hosts = await startHosts({ contract, policy: policy({ feed: { owner: "[*].owner" }, listOrders: { owner: "[*].owner" } }) })));
  after(async () => void (await Promise.all(hosts.map(({ stop }) => stop()))));
  const hostOf = (name: HostName): Host => hosts.find((host) => host.name === name) ?? assert.fail(name);

  for (const name of HOSTS) {
    test(`a stream loses what is not the caller's, whether its length was announced or not (${name})`, async () => {
      const host = hostOf(name);
      for (const announced of [true, false]) {
        host.api = (_request, response) => {
          response.writeHead(200, { "content-type": "application/jsonl", ...(announced ? { "content-length": lines.join("").length } : {}) });
          for (const line of lines) response.write(line);
          setImmediate(() => response.end());
        };
        const { status, body } = await send(host, { target: "/feed", headers: bearer });
        assert.deepEqual([status, body], [200, seen]);
      }
    });

    test(`a stream that becomes unreadable breaks off behind what was the caller's (${name})`, async () => {
      const host = hostOf(name);
      host.api = (_request, response) => {
        response.writeHead(200, { "content-type": "application/jsonl" }).write(lines[0]);
        setTimeout(() => response.end('{"id":"x","owner":"bob","owner":"ann"}\n'), 50);
      };
      const told = await send(host, { target: "/feed", headers: bearer }).then(
        ({ body }) => body,
        (fault: unknown) => (fault instanceof Error ? "broken off" : "?"),
      );
      assert.ok(!told.includes('"x"'), told);
    });

    test(`a large list loses its foreign items and hidden members (${name})`, async () => {
      const host = hostOf(name);
      const items = Array.from({ length: 5_000 }, (_, at) => ({ id: `o${at}`, owner: at % 3 === 0 ? "ann" : "bob", margin: at }));
      host.api = (_request, response) => void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(items));
      const { status, headers, body } = await send(host, { target: "/orders", headers: bearer });
      assert.equal(status, 200);
      assert.equal(headers["content-length"], String(body.length));
      assert.deepEqual(JSON.parse(body), items.filter(({ owner }) => owner === "ann").map(({ id, owner }) => ({ id, owner })));
    });
  }
});

test("a program that does not say where its API is cannot ask it, and does not start", () => {
  const file = writeFiles({ contract, policy: policy({ deleteOrder: { owner: lookup }, feed: {}, listOrders: {}, getOrder: {} }) });
  assert.throws(() => nodeDoors(file, { say: () => undefined, watch: false }), (fault: unknown) => fault instanceof MisfitError && fault.misfits.some(({ message }) => message.includes("does not know where the API is")));
});
