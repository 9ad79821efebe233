/** Base path: the path of the first server, nearest first. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { documentOf, downOf, OK, readDocument, told } from "./read-document.ts";

const GET = { operationId: "get", responses: { 200: OK } };

const URLS: readonly (readonly [url: string, path: string, variables?: object])[] = [
  ["https://api.example", "/a"],
  ["https://api.example/", "/a"],
  ["https://api.example/v1", "/v1/a"],
  ["https://api.example/v1/", "/v1/a"],
  ["https://user:pass@api.example:8443/v1/x?y#z", "/v1/x/a"],
  ["//api.example/v1", "/v1/a"],
  ["/v1", "/v1/a"],
  ["v1", "/v1/a"],
  ["./v1", "/v1/a"],
  ["/", "/a"],
  ["", "/a"],
  ["https://{host}/v1", "/v1/a"],
  ["{scheme}://{host}:{port}/{base}/x", "/v2/x/a", { scheme: { default: "https" }, host: { default: "h" }, port: { default: "1" }, base: { default: "v2" } }],
  ["/{base}", "/deep/er/a", { base: { default: "deep/er" } }],
];
for (const [url, expected, variables] of URLS) {
  test(`The server ${JSON.stringify(url)} puts operations at ${expected}`, (t) => {
    const contract = readDocument(t, documentOf({ servers: [{ url, ...(variables === undefined ? {} : { variables }) }], paths: { "/a": { get: GET } } }));
    assert.equal(contract.operations[0]?.path, expected);
    assert.deepEqual(told(contract.misfits), []);
  });
}

const UNKNOWN: readonly object[] = [{ url: "/{base}" }, { url: "{all}/v1" }, { url: "/../v1" }, { url: "/a b" }, { url: "orders:read" }, { url: "mailto:/v1" }, {}, { url: 1 }];
for (const server of UNKNOWN) {
  test(`The server ${JSON.stringify(server)} has no path that can be known: its operations are down`, (t) => {
    const contract = readDocument(t, documentOf({ servers: [server], paths: { "/a": { get: GET } } }));
    assert.deepEqual(downOf(contract), ["get"]);
    assert.match(told(contract.misfits, "operation").join(), /say `base` in the policy/);
  });
}

test("The nearest list of servers counts, and an empty one does not", (t) => {
  const at = (url: string): object => ({ servers: [{ url }] });
  const paths = {
    "/a": { ...at("/path"), get: { ...GET, operationId: "a", ...at("/operation") }, put: { ...GET, operationId: "b" } },
    "/c": { get: { ...GET, operationId: "c", servers: [] } },
  };
  const contract = readDocument(t, documentOf({ ...at("/document"), paths }));
  assert.deepEqual(contract.operations.map(({ path }) => path), ["/operation/a", "/path/a", "/document/c"]);
  assert.deepEqual(contract.operations.map(({ allow }) => allow), [["GET"], ["PUT"], ["GET"]]);
});

test("Servers with different base paths are a warning, told once", (t) => {
  const servers = [{ url: "https://a.example/v1" }, { url: "https://b.example/v1/" }, { url: "http://localhost" }];
  const contract = readDocument(t, documentOf({ servers, paths: { "/a": { get: GET }, "/b": { get: { responses: { 200: OK } } } } }));
  assert.deepEqual(told(contract.misfits), ['warning /servers/0: the servers have different base paths: that of the first, "/v1", is used; say `base` in the policy if it is another']);
  assert.equal(readDocument(t, documentOf({ servers: servers.slice(0, 2), paths: {} })).misfits.length, 0);
});

test("A base path of the policy counts before all servers", (t) => {
  const document = documentOf({ servers: [{ url: "/{unknown}" }], paths: { "/a": { get: { ...GET, servers: [{ url: "/x" }] } } } });
  for (const [basePath, expected] of [["/v9/", "/v9/a"], ["", "/a"], ["/", "/a"]] as const) {
    const contract = readDocument(t, document, { basePath });
    assert.equal(contract.operations[0]?.path, expected);
    assert.deepEqual(downOf(contract), []);
  }
});
