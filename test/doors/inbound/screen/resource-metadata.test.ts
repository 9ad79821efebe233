import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { processResourceDiscoveryResponse, resourceDiscoveryRequest } from "oauth4webapi";
import type { Operation } from "../../../../src/contract/operation.ts";
import { resourceMetadata } from "../../../../src/doors/inbound/screen/resource-metadata.ts";
import type { Outcome } from "../../../../src/exchange/decision.ts";
import { type Host, POLICY, send, startHosts } from "../../../hosts.ts";
import { type Given, post } from "../../../walk.ts";

const PATH = "/.well-known/oauth-protected-resource";
const resource = { path: PATH, metadata: { resource: "https://api.example" } };

async function ask(given: Given, listed: Operation["listed"] = "path", site = { resource }): Promise<Outcome> {
  return (await post({ guard: resourceMetadata, operation: { listed }, site })(given)).outcome;
}

test("R29: whoever asks at the well-known place is told, by GET and HEAD", async () => {
  for (const method of ["GET", "HEAD"]) {
    const outcome = await ask({ path: PATH, method });
    assert.ok(outcome?.kind === "replied");
    assert.equal(outcome.reply.status, 200);
    assert.equal(outcome.reply.body, '{"resource":"https://api.example"}');
  }
  assert.equal((await ask({ path: PATH, method: "GET" }, "unlisted"))?.kind, "replied");
});

test("R29: elsewhere, by another method, and without anything to tell, the guards behind decide", async () => {
  for (const path of ["/", "", `${PATH}/`, `${PATH}/v1`, "/.well-known", PATH.toUpperCase()]) assert.equal(await ask({ path, method: "GET" }), undefined);
  for (const method of ["POST", "OPTIONS", "get"]) assert.equal(await ask({ path: PATH, method }), undefined);
  for (const listed of ["operation", "method"] as const) assert.equal(await ask({ path: PATH, method: "GET" }, listed), undefined);
  assert.equal((await post({ guard: resourceMetadata, operation: { listed: "path" } })({ path: PATH, method: "GET" })).outcome, undefined);
});

describe("R29: at every host", async () => {
  let hosts: readonly Host[] = [];
  before(async () => void (hosts = await startHosts({ policy: { ...POLICY, external: ["https://api.example"] } })));
  after(() => Promise.all(hosts.map(({ stop }) => stop())));

  test("an outside client finds the metadata, of the name that it asked for and of no other", async () => {
    for (const host of hosts) {
      const wanted = new URL("https://api.example");
      const fetch = async (url: string): Promise<Response> => {
        const { status, headers, body } = await send(host, { target: new URL(url).pathname });
        return new Response(body, { status, headers: { "content-type": headers["content-type"] ?? "" } });
      };
      const { customFetch } = await import("oauth4webapi");
      const answer = async (): Promise<Response> => resourceDiscoveryRequest(wanted, { [customFetch]: fetch });
      const told = await processResourceDiscoveryResponse(wanted, await answer());
      assert.deepEqual(told.authorization_servers, ["https://id.example"], host.name);
      assert.deepEqual(told.scopes_supported, ["orders:read", "orders:write"]);
      await assert.rejects(async () => processResourceDiscoveryResponse(new URL("https://counterfeit.example"), await answer()));
    }
  });

  test("R29: the challenge of each names the place, without an error where nothing was presented", async () => {
    for (const host of hosts) {
      const { status, headers } = await send(host, {});
      assert.equal(status, 401);
      assert.equal(headers["www-authenticate"], `Bearer realm="api", resource_metadata="https://api.example${PATH}"`, host.name);
    }
  });
});
