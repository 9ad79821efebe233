/** Parameters: of path and operation together, complete, and each with its decoder. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ReadContract } from "../../src/contract/read.ts";
import { documentOf, downOf, OK, readDocument, told } from "./read-document.ts";

const TEXT = { schema: { type: "string" } };

interface Said {
  readonly template?: string;
  readonly path?: readonly object[];
  readonly operation?: readonly object[];
  readonly components?: object;
  readonly openapi?: string;
}

function read(t: TestContext, { template = "/a", path = [], operation = [], components = {}, openapi = "3.1.0" }: Said): ReadContract {
  const item = { parameters: path, get: { operationId: "get", parameters: operation, responses: { 200: OK } } };
  return readDocument(t, documentOf({ paths: { [template]: item }, components }, openapi));
}

/** "in name", with an exclamation mark where it is required. */
function names({ operations }: ReadContract): readonly string[] {
  return (operations[0]?.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}${parameter.required ? "!" : ""}`);
}

test("Parameters of path and operation are merged, and the operation's count", (t) => {
  const path = [{ name: "a", in: "query", required: true, ...TEXT }, { name: "X-B", in: "header", ...TEXT }, { name: "a", in: "cookie", ...TEXT }];
  const operation = [{ name: "a", in: "query", ...TEXT }, { name: "x-b", in: "header", required: true, ...TEXT }, { name: "A", in: "query", ...TEXT }];
  const contract = read(t, { path, operation });
  assert.deepEqual(names(contract), ["query a", "header x-b!", "cookie a", "query A"]);
  assert.deepEqual(told(contract.misfits), []);
});

test("A parameter behind a reference is read where it is written", (t) => {
  const contract = read(t, { operation: [{ $ref: "#/components/parameters/page" }], components: { parameters: { page: { name: "page", in: "query", schema: { type: "integer", maximum: 9 } } } } });
  const [parameter] = contract.operations[0]?.parameters ?? [];
  assert.equal(parameter?.place.pointer, "/components/parameters/page");
  assert.deepEqual(parameter.read([["page", "7"]]), { value: 7 });
  assert.ok("findings" in parameter.read([["page", "10"]]));
});

test("A parameter with content is read as its media type says", (t) => {
  const content = { "application/json": { schema: { type: "object", required: ["x"] } } };
  const [parameter] = read(t, { operation: [{ name: "filter", in: "query", content }] }).operations[0]?.parameters ?? [];
  assert.deepEqual(parameter?.read([["filter", "%7B%22x%22:1%7D"]]), { value: { x: 1 } });
  assert.ok("findings" in (parameter?.read([["filter", "%7B%7D"]]) ?? {}));
});

test("Header parameters that OpenAPI ignores are ignored without a word", (t) => {
  const contract = read(t, { operation: ["Accept", "content-type", "AUTHORIZATION"].map((name) => ({ name, in: "header", ...TEXT })) });
  assert.deepEqual(names(contract), []);
  assert.deepEqual(told(contract.misfits), []);
});

test("The same names elsewhere are not ignored", (t) => {
  assert.deepEqual(names(read(t, { operation: [{ name: "Authorization", in: "query", ...TEXT }] })), ["query Authorization"]);
});

test("Path parameters are listed in the order of the template", (t) => {
  const path = ["c", "b"].map((name) => ({ name, in: "path", required: true, ...TEXT }));
  const contract = read(t, { template: "/a/{b}/x-{c}", path });
  assert.deepEqual(contract.operations[0]?.pathNames, ["b", "c"]);
  const found = contract.find("GET", ["a", "1", "x-2"]);
  assert.deepEqual(found.kind === "operation" && found.values, ["1", "2"]);
});

test("A path parameter in the matrix style is routed as such", (t) => {
  const contract = read(t, { template: "/a/{b}", path: [{ name: "b", in: "path", required: true, style: "matrix", ...TEXT }] });
  assert.equal(contract.find("GET", ["a", ";b=1"]).kind, "operation");
  assert.equal(contract.find("GET", ["a", "1"]).kind, "path");
});

const DOWN: readonly (readonly [title: string, said: Said, message: RegExp])[] = [
  ["an expression that no parameter declares", { template: "/a/{b}" }, /the path has \{b\}, and no path parameter "b" is declared/],
  ["a path parameter that the path does not have", { path: [{ name: "b", in: "path", required: true, ...TEXT }] }, /"b" is declared, and the path has no \{b\}/],
  ["a path parameter in other letters", { template: "/a/{b}", path: [{ name: "B", in: "path", required: true, ...TEXT }] }, /no path parameter "b"/],
  ["one parameter twice in a list", { operation: [{ name: "a", in: "query", ...TEXT }, { name: "a", in: "query", ...TEXT }] }, /stands twice/],
  ["one header twice in a list", { operation: [{ name: "X-A", in: "header", ...TEXT }, { name: "x-a", in: "header", ...TEXT }] }, /stands twice/],
  ["a parameter without a name", { operation: [{ in: "query", ...TEXT }] }, /"name" is missing/],
  ["a parameter without a place", { operation: [{ name: "a", ...TEXT }] }, /"in" is missing/],
  ["a parameter in a place that does not exist", { operation: [{ name: "a", in: "body", ...TEXT }] }, /"body" is no place/],
  ["a parameter that is no object", { operation: [null as unknown as object] }, /nothing \(null\)/],
  ["a parameter that leads nowhere", { operation: [{ $ref: "#/components/parameters/none" }] }, /leads nowhere/],
  ["a parameter with neither schema nor content", { operation: [{ name: "a", in: "query" }] }, /one of "schema" and "content" must be there/],
  ["a parameter with the fields of a schema", { operation: [{ name: "a", in: "query", type: "string", ...TEXT }] }, /"type" is not known/],
  ["a parameter whose schema leads nowhere", { operation: [{ name: "a", in: "query", schema: { $ref: "#/none" } }] }, /leads nowhere/],
  ["a parameter in a style that its place does not have", { operation: [{ name: "a", in: "header", required: true, style: "deepObject", ...TEXT }] }, /style/],
  ["a parameter of a media type that cannot be read", { operation: [{ name: "a", in: "query", required: true, content: { "application/xml": TEXT } }] }, /application\/xml/],
  ["a parameter named like a field of another", { operation: [{ name: "f", in: "query", schema: { type: "object", properties: { a: { type: "string" } } } }, { name: "a", in: "query", ...TEXT }] }, /"a" has the name of a field of "f"/],
];
for (const [title, said, message] of DOWN) {
  test(`An operation with ${title} is down`, (t) => {
    const contract = read(t, said);
    assert.deepEqual(downOf(contract), ["get"]);
    assert.match(told(contract.misfits, "operation").join("\n"), message);
  });
}

for (const location of ["query", "header", "cookie"]) {
  test(`A parameter in ${location} that cannot be read and may be left out is refused where it is sent, and takes nothing down`, (t) => {
    const contract = read(t, { operation: [{ name: "Filter", in: location, content: { "application/xml": TEXT } }] });
    assert.deepEqual(downOf(contract), []);
    assert.match(told(contract.misfits).join("\n"), /^warning .*"Filter": .*: requests with it are refused, others are not$/);
    const [parameter] = contract.operations[0]?.parameters ?? [];
    assert.deepEqual([parameter?.required, parameter?.claims("Filter"), parameter?.claims("filter")], [false, true, location === "header"]);
    for (const raw of ["", "a", "<a/>"]) assert.ok("findings" in (parameter?.read(location === "query" ? [["Filter", raw]] : raw) ?? {}), raw);
  });
}

test("A path parameter without required is required all the same, with a warning", (t) => {
  const contract = read(t, { template: "/a/{b}", path: [{ name: "b", in: "path", ...TEXT }] });
  assert.deepEqual(names(contract), ["path b!"]);
  assert.deepEqual(told(contract.misfits), ["warning /paths/~1a~1{b}/parameters/0: a path parameter is always required"]);
});

test("A faulty parameter of a path takes down all of its operations", (t) => {
  const item = { parameters: [{ name: "a", in: "query" }], get: { operationId: "get", responses: { 200: OK } }, put: { operationId: "put", responses: { 200: OK } } };
  assert.deepEqual(downOf(readDocument(t, documentOf({ paths: { "/a": item } }))), ["get", "put"]);
});

test("An exploded object that allows other properties takes the names that no other parameter has, once per contract", (t) => {
  const free = (name: string): object => ({ name, in: "query", schema: { type: "object", properties: { a: { type: "integer" } }, additionalProperties: { type: "string" } } });
  const contract = read(t, { operation: [free("rest"), { name: "page", in: "query", schema: { type: "integer" } }] });
  assert.deepEqual(told(contract.misfits), []);
  const [rest, page] = contract.operations[0]?.parameters ?? [];
  assert.deepEqual([rest?.takesRest, page?.takesRest, rest?.claims("a"), rest?.claims("b")], [true, undefined, true, false]);
  assert.deepEqual(rest?.read([["b", "x%20y"], ["a", "1"]]), { value: { b: "x y", a: 1 } });
  assert.match(String(told(read(t, { operation: [free("one"), free("two")] }).misfits)), /take all other names/);
  const closed = read(t, { operation: [{ name: "rest", in: "query", schema: { type: "object" } }] });
  assert.match(String(told(closed.misfits)), /declared properties or additionalProperties/);
});
