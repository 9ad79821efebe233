import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { CONTRACT_BYTES_MAX, fetchContract } from "../../../src/cli/init/fetch-contract.ts";

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function wrong(fetched: Awaited<ReturnType<typeof fetchContract>>): string {
  return "wrong" in fetched ? fetched.wrong : assert.fail("it was taken");
}

test("plain HTTP is for this machine alone", async () => {
  assert.match(wrong(await fetchContract("http://192.0.2.1/openapi.yaml")), /not https/);
  assert.match(wrong(await fetchContract("https://u:p@id.example/openapi.yaml")), /credentials/);
});

test("a redirect is not followed", async (t) => {
  const address = await serve(t, (_request, response) => response.writeHead(302, { location: "/elsewhere" }).end());
  assert.match(wrong(await fetchContract(address)), /answered 302: redirects are not followed/);
});

test("an answer beyond the bound is refused, though it never says its length", async (t) => {
  const chunk = Buffer.alloc(1024 * 1024, 0x20);
  const address = await serve(t, (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
      response.once("drain", more);
    };
    more();
  });
  assert.match(wrong(await fetchContract(address)), new RegExp(`more than ${CONTRACT_BYTES_MAX} bytes`));
});

test("nobody there is a sentence", async () => {
  assert.match(wrong(await fetchContract("http://127.0.0.1:1/openapi.yaml")), /could not be asked: ECONNREFUSED/);
});

test("the name of the file is plain, whatever the address says", async (t) => {
  const address = await serve(t, (request, response) => response.end(request.url?.includes("json") === true ? '{"openapi":"3.1.0"}' : "openapi: 3.1.0"));
  const nameOf = async (path: string): Promise<string> => {
    const fetched = await fetchContract(address + path);
    return "name" in fetched ? fetched.name : assert.fail(fetched.wrong);
  };
  assert.equal(await nameOf("/v1/orders.yaml"), "orders.yaml");
  assert.equal(await nameOf("/v1/%2e%2e%2fpasswd.yaml"), "openapi.yaml");
  assert.equal(await nameOf("/.yaml"), "openapi.yaml");
  assert.equal(await nameOf("/docs?format=json"), "openapi.json");
  assert.equal(await nameOf("/"), "openapi.yaml");
});
