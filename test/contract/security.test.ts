/** Security: who may come in, as the contract says it, and closed where it does not say it clearly. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Operation } from "../../src/contract/operation.ts";
import type { ReadContract } from "../../src/contract/read.ts";
import { documentOf, downOf, OK, readDocument, told } from "./read-document.ts";

const SCHEMES = {
  token: { type: "oauth2", flows: { clientCredentials: { tokenUrl: "https://id.example/token", scopes: { read: "r", write: "w" } } } },
  key: { type: "apiKey", in: "header", name: "X-Key" },
  basic: { type: "http", scheme: "Basic" },
  session: { type: "apiKey", in: "cookie", name: "sid" },
  connect: { type: "openIdConnect", openIdConnectUrl: "https://id.example/.well-known/openid-configuration" },
  certificate: { type: "mutualTLS" },
};

interface Said {
  readonly operation?: unknown;
  readonly document?: unknown;
  readonly schemes?: unknown;
  readonly openapi?: string;
}

function read(t: TestContext, { operation, document, schemes = SCHEMES, openapi = "3.1.0" }: Said): ReadContract {
  const get = { operationId: "get", ...(operation === undefined ? {} : { security: operation }), responses: { 200: OK } };
  const above = document === undefined ? {} : { security: document };
  return readDocument(t, documentOf({ ...above, paths: { "/a": { get } }, components: { securitySchemes: schemes } }, openapi));
}

/** Each alternative as "scheme:scope,scope & scheme". */
function alternatives(operation: Operation | undefined): readonly string[] | undefined {
  return operation?.security?.map((alternative) => alternative.map(({ scheme, scopes }) => `${scheme.name}:${scopes.join(",")}`).join(" & "));
}

const READ: readonly (readonly [title: string, said: Said, alternatives: readonly string[] | undefined])[] = [
  ["Nothing said is undefined", {}, undefined],
  ["An empty list is an empty list", { operation: [], document: [{ key: [] }] }, []],
  ["An empty alternative is kept", { operation: [{}, { key: [] }] }, ["", "key:"]],
  ["Alternatives are OR, names inside them AND", { operation: [{ token: ["read"], key: [] }, { basic: [] }] }, ["token:read & key:", "basic:"]],
  ["The document's security counts where the operation says nothing", { document: [{ token: ["write"] }] }, ["token:write"]],
  ["The operation's security replaces the document's", { operation: [{ key: [] }], document: [{ token: [] }] }, ["key:"]],
];
for (const [title, said, expected] of READ) {
  test(title, (t) => {
    const contract = read(t, said);
    assert.deepEqual(alternatives(contract.operations[0]), expected);
    assert.deepEqual(told(contract.misfits), []);
  });
}

test("Schemes are resolved with what guards need of them", (t) => {
  const contract = read(t, { operation: [Object.fromEntries(Object.keys(SCHEMES).map((name) => [name, []]))] });
  const schemes = contract.operations[0]?.security?.[0]?.map(({ scheme: { place, ...scheme } }) => ({ ...scheme, pointer: place.pointer })) ?? [];
  assert.deepEqual(schemes, [
    { name: "token", type: "oauth2", pointer: "/components/securitySchemes/token" },
    { name: "key", type: "apiKey", in: "header", parameter: "X-Key", pointer: "/components/securitySchemes/key" },
    { name: "basic", type: "http", http: "basic", pointer: "/components/securitySchemes/basic" },
    { name: "session", type: "apiKey", in: "cookie", parameter: "sid", pointer: "/components/securitySchemes/session" },
    { name: "connect", type: "openIdConnect", pointer: "/components/securitySchemes/connect" },
    { name: "certificate", type: "mutualTLS", pointer: "/components/securitySchemes/certificate" },
  ]);
});

const REFUSED: readonly (readonly [title: string, said: Said, message: RegExp])[] = [
  ["A scheme that is not declared", { operation: [{ tokn: [] }] }, /there is no security scheme "tokn"/],
  ["A scheme named like a member of every object", { operation: [{ toString: [] }] }, /there is no security scheme "toString"/],
  ["A list that is none", { operation: { key: [] } }, /an object stands here/],
  ["Nothing where a list is expected", { operation: null }, /nothing \(null\)/],
  ["An alternative that is no object", { operation: [null, { key: [] }] }, /nothing \(null\)/],
  ["An alternative that is a name", { operation: ["key"] }, /a text stands here/],
  ["Scopes that are no list", { operation: [{ token: "read" }] }, /a text stands here/],
  ["A scope that is no text", { operation: [{ token: [1] }] }, /a number stands here/],
  ["A scheme without a type", { operation: [{ a: [] }], schemes: { a: {} } }, /"type" is missing/],
  ["A scheme of an unknown type", { operation: [{ a: [] }], schemes: { a: { type: "magic" } } }, /"magic" is no type/],
  ["A key without a name", { operation: [{ a: [] }], schemes: { a: { type: "apiKey", in: "header" } } }, /"name" is missing/],
  ["A key in an unknown place", { operation: [{ a: [] }], schemes: { a: { type: "apiKey", in: "body", name: "k" } } }, /"body" is no place/],
  ["An HTTP scheme without a name", { operation: [{ a: [] }], schemes: { a: { type: "http" } } }, /"scheme" is missing/],
  ["A scheme with an unknown field", { operation: [{ a: [] }], schemes: { a: { type: "http", scheme: "basic", scopes: [] } } }, /"scopes" is not known/],
  ["A scheme that leads nowhere", { operation: [{ a: [] }], schemes: { a: { $ref: "#/none" } } }, /leads nowhere/],
  ["A faulty scheme under the document's security", { document: [{ a: [] }], schemes: { a: { type: "magic" } } }, /"magic" is no type/],
];
for (const [title, said, message] of REFUSED) {
  test(`${title} takes the operation down, and its security is nothing said`, (t) => {
    const contract = read(t, said);
    assert.deepEqual(downOf(contract), ["get"]);
    assert.match(told(contract.misfits, "operation").join("\n"), message);
    assert.equal(contract.operations[0]?.security, undefined);
  });
}

test("One alternative that cannot be understood does not leave the others standing", (t) => {
  const contract = read(t, { operation: [{ nobody: [] }, {}] });
  assert.equal(contract.operations[0]?.security, undefined);
  assert.deepEqual(downOf(contract), ["get"]);
});

test("A scheme behind a reference keeps the name under which it is asked for", (t) => {
  const contract = read(t, { operation: [{ alias: [] }], schemes: { ...SCHEMES, alias: { $ref: "#/components/securitySchemes/key" } } });
  const scheme = contract.operations[0]?.security?.[0]?.[0]?.scheme;
  assert.deepEqual([scheme?.name, scheme?.parameter, scheme?.place.pointer], ["alias", "X-Key", "/components/securitySchemes/key"]);
});

test("A scope that no flow knows is a warning", (t) => {
  const contract = read(t, { operation: [{ token: ["raed"] }] });
  assert.deepEqual(told(contract.misfits), ['warning /paths/~1a/get/security/0/token: no flow of the security scheme "token" knows the scope "raed"']);
  assert.deepEqual(alternatives(contract.operations[0]), ["token:raed"]);
});

test("In 3.0 scopes of other schemes are a warning, from 3.1 on they are roles", (t) => {
  const said = { operation: [{ basic: ["admin"] }] };
  assert.match(told(read(t, { ...said, openapi: "3.0.3" }).misfits).join(), /^warning .*in OpenAPI 3\.0/);
  assert.deepEqual(told(read(t, said).misfits), []);
});

test("In 3.2 a scheme may be named by a URI", (t) => {
  const said = { operation: [{ "#/components/securitySchemes/key": [] }] };
  assert.equal(read(t, { ...said, openapi: "3.2.0" }).operations[0]?.security?.[0]?.[0]?.scheme.parameter, "X-Key");
  assert.deepEqual(downOf(read(t, said)), ["get"]);
});
