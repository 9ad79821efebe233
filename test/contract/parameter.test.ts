import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../../fuzz/parameter.ts";
import { hintOf } from "../../src/contract/hint.ts";
import type { Json } from "../../src/contract/json-value.ts";
import type { Parameter, RawPair, Validator } from "../../src/contract/operation.ts";
import { compileParameter, type ParameterDeclaration } from "../../src/contract/parameter.ts";
import { PARAMETER_ITEMS_MAX } from "../../src/contract/parameter-style.ts";
import { compileSchema } from "../../src/contract/schema/compile.ts";
import { memoryLibrary } from "./memory-library.ts";

type Given = Partial<Omit<ParameterDeclaration, "place">> & { readonly schema: Json };

function compile({ schema, ...given }: Given): Parameter | { readonly wrong: string } {
  const library = memoryLibrary({ schema });
  const spot = { file: "/api.json", pointer: "/schema" };
  const validator = compileSchema(spot, { library, dialect: "3.1", direction: "request", report: ({ message }) => assert.fail(message) });
  assert.ok(validator);
  return compileParameter({ name: "p", in: "query", required: true, ...given, place: spot }, validator, hintOf(spot, library));
}

function parameter(given: Given): Parameter {
  const compiled = compile(given);
  if ("wrong" in compiled) assert.fail(compiled.wrong);
  return compiled;
}

const pairs = (...values: string[]): readonly RawPair[] => values.map((value) => ["p", value]);

function read(given: Given, raw: string | readonly RawPair[]): Json | undefined {
  const outcome = parameter(given).read(raw);
  return "value" in outcome ? outcome.value : undefined;
}

function refuse(given: Given, raw: string | readonly RawPair[], message: RegExp, pointer = ""): void {
  const outcome = parameter(given).read(raw);
  if ("value" in outcome) assert.fail(`accepted: ${JSON.stringify(outcome.value)}`);
  const [finding] = outcome.findings;
  assert.match(finding?.message ?? "", message);
  assert.equal(finding?.pointer, pointer);
}

test("a text becomes what its schema says, exactly", () => {
  assert.equal(read({ schema: { type: "integer" } }, pairs("12")), 12);
  assert.equal(read({ schema: { type: "number" } }, pairs("1.5")), 1.5);
  assert.equal(read({ schema: { type: "boolean" } }, pairs("true")), true);
  assert.equal(read({ schema: { type: "string" } }, pairs("12")), "12");
  assert.equal(read({ schema: {} }, pairs("12")), "12");
  assert.equal(read({ schema: { type: "string" } }, pairs("a%20b%2Bc")), "a b+c");
});

test("a text that is not of the type is refused and says which it should be", () => {
  for (const text of ["", "%201", "1%20", "0x10", "1e3", "%2B1", "1_0", "1.0", "01", "a"]) refuse({ schema: { type: "integer" } }, pairs(text), /integer in plain digits/);
  for (const text of ["", "1e400", ".5", "NaN"]) refuse({ schema: { type: "number" } }, pairs(text), /a number/);
  for (const text of ["", "1", "True"]) refuse({ schema: { type: "boolean" } }, pairs(text), /true or false/);
  refuse({ schema: { type: ["integer", "null"] } }, pairs("x"), /integer in plain digits, no farther from 0 than 9007199254740991, or null/);
});

test("a value that breaks its schema is refused with the schema's finding, whose pointer leads into the value", () => {
  refuse({ schema: { type: "integer", maximum: 10 } }, pairs("11"), /10/);
  refuse({ schema: { type: "array", items: { type: "integer", maximum: 10 } } }, pairs("1", "11"), /10/, "/1");
  refuse({ schema: { enum: ["a", "b"] } }, pairs("c"), /./);
});

test("of several readings the narrowest that the schema takes is the value", () => {
  assert.equal(read({ schema: { type: ["string", "integer", "boolean"] } }, pairs("12")), 12);
  assert.equal(read({ schema: { type: ["string", "boolean"] } }, pairs("true")), true);
  assert.equal(read({ schema: { anyOf: [{ type: "integer", maximum: 10 }, { type: "string", minLength: 2 }] } }, pairs("12")), "12");
  assert.equal(read({ schema: { anyOf: [{ type: "integer" }, { const: "auto" }] } }, pairs("auto")), "auto");
  refuse({ schema: { anyOf: [{ type: "integer", maximum: 10 }, { type: "string", maxLength: 1 }] } }, pairs("12"), /./);
});

test("null is read only where the schema allows it", () => {
  assert.equal(read({ schema: { type: ["integer", "null"] } }, pairs("null")), null);
  assert.equal(read({ schema: { type: "string" } }, pairs("null")), "null");
  refuse({ schema: { type: ["integer", "null"] } }, pairs(""), /integer/);
});

test("a schema without a type does not let digits escape the rules for text", () => {
  refuse({ schema: { maxLength: 3 } }, pairs("1234"), /./);
  refuse({ schema: { pattern: "^[a-z]+$" } }, pairs("123"), /./);
});

test("a parameter that is no list is refused when it comes twice", () => {
  for (const type of ["string", "integer", "boolean"]) refuse({ schema: { type } }, pairs("1", "1"), /given once/);
  refuse({ schema: { type: "array" }, explode: false }, pairs("1", "2"), /given once/);
  refuse({ schema: { type: "object" }, explode: false }, pairs("a,1", "b,2"), /given once/);
});

test("a list in the form style is exploded unless it says otherwise", () => {
  const schema = { type: "array", items: { type: "integer" } };
  assert.deepEqual(read({ schema }, pairs("1", "2")), [1, 2]);
  refuse({ schema }, pairs("1,2"), /integer/, "/0");
  assert.deepEqual(read({ schema, explode: false }, pairs("1,2")), [1, 2]);
  refuse({ schema, explode: false }, pairs("1%2C2"), /integer/, "/0");
});

test("a list may also be a single text where the schema says so", () => {
  const schema = { oneOf: [{ type: "string", maxLength: 3 }, { type: "array", items: { type: "string" }, minItems: 2 }] };
  assert.equal(read({ schema }, pairs("a")), "a");
  assert.deepEqual(read({ schema }, pairs("a", "b")), ["a", "b"]);
  refuse({ schema }, pairs("abcd"), /./);
});

test("items are read by their place, then by the rest", () => {
  const schema = { type: "array", prefixItems: [{ type: "integer" }, { type: "boolean" }], items: { type: "string" } };
  assert.deepEqual(read({ schema }, pairs("1", "true", "2")), [1, true, "2"]);
});

test("a list is read narrowly, and as text where the schema refuses that", () => {
  assert.deepEqual(read({ schema: { type: "array", items: { type: ["integer", "string"] } } }, pairs("1", "a")), [1, "a"]);
  const schema = { type: "array", items: { anyOf: [{ type: "integer", maximum: 5 }, { type: "string", minLength: 2 }] } };
  assert.deepEqual(read({ schema }, pairs("10", "20")), ["10", "20"]);
});

test("a list holds at most PARAMETER_ITEMS_MAX items, whatever its schema says", () => {
  const text = (count: number): readonly RawPair[] => pairs(Array.from({ length: count }, () => "1").join(","));
  assert.equal((read({ schema: { type: "array" }, explode: false }, text(PARAMETER_ITEMS_MAX)) as readonly Json[]).length, PARAMETER_ITEMS_MAX); // a list by its schema
  refuse({ schema: { type: "array" }, explode: false }, text(PARAMETER_ITEMS_MAX + 1), /more than 1000 items/);
});

test("an exploded object claims the names of its properties, and no others", () => {
  const given = { schema: { type: "object", properties: { R: { type: "integer" }, G: { type: "string" } } } };
  const { claims } = parameter(given);
  assert.deepEqual(["R", "G", "p", "r", "", "__proto__", "toString"].map(claims), [true, true, false, false, false, false, false]);
  assert.deepEqual(read(given, [["R", "1"], ["G", "2"]]), { R: 1, G: "2" });
  refuse(given, [["R", "1"], ["R", "2"]], /field twice/);
  refuse(given, [["R", "x"]], /integer/, "/R");
});

test("a deep object claims every name with its prefix, and reads one level", () => {
  const given = { style: "deepObject", schema: { type: "object", properties: { R: { type: "integer" } }, additionalProperties: { type: "boolean" } } };
  const { claims } = parameter(given);
  assert.deepEqual(["p[R]", "p[", "p[a][b]", "p", "q[R]", "pp[R]"].map(claims), [true, true, true, false, false, false]);
  assert.deepEqual(read(given, [["p[R]", "1"], ["p[x]", "true"]]), { R: 1, x: true });
  refuse(given, [["p[x]", "1"]], /true or false/, "/x");
  refuse(given, [["p[R]", "1"], ["p[R]", "1"]], /field twice/);
  refuse(given, [["p[R][S]", "1"]], /names, each with its value/);
});

test("a field that would become a prototype is refused in every style", () => {
  const schema = { type: "object" };
  refuse({ schema, style: "deepObject" }, [["p[__proto__]", "1"]], /field of this name/);
  refuse({ schema, explode: false }, pairs("__proto__,1"), /field of this name/);
  refuse({ schema, in: "path", explode: true }, "%5F_proto__=1", /field of this name/);
  assert.deepEqual(read({ schema, explode: false }, pairs("constructor,1")), { constructor: "1" });
});

test("a field without a name is refused", () => {
  refuse({ schema: { type: "object" }, explode: false }, pairs(",1"), /field of this name/);
});

test("a refusal explains the first reading that came to be judged at all", () => {
  const library = memoryLibrary({ schema: { type: ["integer", "array"] }, other: { type: ["string", "array", "object"] }, third: { type: ["string", "array"], items: { type: "integer" } } });
  const judged: Validator = { check: () => false, explain: (value) => [{ pointer: "", keyword: "test", message: `is ${typeof value}` }], open: false };
  const message = (pointer: string, text: string): string | undefined => {
    const hint = hintOf({ file: "/api.json", pointer }, library);
    const compiled = compileParameter({ name: "p", in: "path", required: true, place: { file: "f", pointer: "" } }, judged, hint);
    const outcome = "wrong" in compiled ? undefined : compiled.read(text);
    return outcome && "findings" in outcome ? outcome.findings[0]?.message : undefined;
  };
  assert.equal(message("/schema", "x"), "is object", "a list of one, where the text is no integer");
  assert.equal(message("/other", "x,1"), "is string");
  assert.equal(message("/third", "x"), "is string", "though the list could not even be read");
});

test("fields are compared after decoding", () => {
  refuse({ schema: { type: "object" }, in: "path" }, "a,1,%61,2", /field twice/);
});

test("path values are decoded once, after they are taken apart", () => {
  assert.equal(read({ schema: { type: "string" }, in: "path" }, "a%2Cb%252Cc+d"), "a,b%2Cc+d");
  assert.deepEqual(read({ schema: { type: "array" }, in: "path" }, "a%2Cb,c"), ["a,b", "c"]);
  assert.deepEqual(read({ schema: { type: "array", items: { type: "integer" } }, in: "path", style: "matrix", explode: true }, ";p=1;p=2"), [1, 2]);
  assert.deepEqual(read({ schema: { type: "array" }, in: "path", style: "label" }, ".a,b"), ["a", "b"]);
  refuse({ schema: { type: "string" }, in: "path" }, "%", /percent-encoded UTF-8/);
  refuse({ schema: { type: "array" }, in: "path" }, "a,%C3", /percent-encoded UTF-8/, "/1");
});

test("a header field is taken as it stands", () => {
  assert.equal(read({ schema: { type: "string" }, in: "header" }, "a%20b"), "a%20b");
  assert.deepEqual(read({ schema: { type: "array", items: { type: "integer" } }, in: "header" }, "1, 2"), [1, 2]);
  refuse({ schema: { type: "integer" }, in: "header" }, "1, 2", /integer/);
  const { claims } = parameter({ schema: {}, in: "header", name: "X-Request-Id" });
  assert.deepEqual(["x-request-id", "X-REQUEST-ID", "x-request"].map(claims), [true, true, false]);
});

test("a cookie is decoded in the form style and taken as it stands in the cookie style", () => {
  assert.equal(read({ schema: { type: "string" }, in: "cookie" }, "a%20b+c"), "a b+c");
  assert.equal(read({ schema: { type: "string" }, in: "cookie", style: "cookie" }, "a%20b"), "a%20b");
  for (const text of ["50%", "%C3", "%00", "%0a", "%C2%85"]) refuse({ schema: { type: "string" }, in: "cookie" }, text, /percent-encoded/);
});

test("a value may be empty whatever the schema says if allowEmptyValue does", () => {
  const schema = { type: "integer" };
  refuse({ schema }, pairs(""), /integer/);
  assert.equal(read({ schema, allowEmptyValue: true }, pairs("")), "");
  refuse({ schema, allowEmptyValue: true }, pairs("", ""), /given once/);
  refuse({ schema, allowEmptyValue: true, in: "header" }, "", /integer/);
  refuse({ schema: { type: "array", items: schema }, allowEmptyValue: true }, pairs(""), /integer/, "/0");
});

test("allowReserved changes nothing about what is read", () => {
  for (const allowReserved of [true, false]) assert.equal(read({ schema: { type: "string" }, allowReserved }, pairs("a/b:c?d%2F")), "a/b:c?d/");
});

test("content is read as JSON, strictly", () => {
  const given = { content: "application/json", schema: { type: "object", properties: { a: { type: "integer" } } } };
  assert.deepEqual(read(given, pairs("%7B%22a%22:1%7D")), { a: 1 });
  refuse(given, pairs("%7B%22a%22:%221%22%7D"), /./, "/a");
  refuse(given, pairs("%7B%22a%22:1,%22a%22:2%7D"), /name twice/);
  refuse(given, pairs("%7B%22__proto__%22:1%7D"), /__proto__/);
  refuse(given, pairs("%7B"), /must be JSON$/);
  refuse(given, pairs("["  .repeat(100) + "]".repeat(100)), /nested/);
  refuse(given, pairs("%7B%7D", "%7B%7D"), /given once/);
  assert.deepEqual(read({ ...given, in: "header" }, '{"a":1}'), { a: 1 });
  assert.deepEqual(read({ ...given, in: "path" }, "%7B%22a%22:1%7D"), { a: 1 });
  assert.deepEqual(read({ ...given, in: "cookie" }, "%7B%22a%22:1%7D"), { a: 1 });
});

test("JSON in a header field is UTF-8, one character per octet", () => {
  const given: Given = { content: "application/json", in: "header", schema: { type: "string" } };
  assert.equal(read(given, '"\u00c3\u00a9"'), "\u00e9");
  refuse(given, '"\u00e9"', /must be JSON/);
});

test("content of other media types is refused at start-up, plain text aside", () => {
  assert.equal(read({ content: "text/plain", schema: { type: "string", maxLength: 3 } }, pairs("a%20b")), "a b");
  for (const content of ["application/xml", "application/*", "*/*", ""]) {
    const compiled = compile({ content, schema: {} });
    assert.ok("wrong" in compiled && compiled.wrong.includes(content), content);
  }
});

const NESTED: Json = { type: "array", items: { type: "integer" } };
const UNDEFINED: readonly (readonly [string, Given, RegExp])[] = [
  ["a style at the wrong place", { schema: {}, in: "path", style: "form" }, /"form" does not exist for a parameter in path/],
  ["an unknown style", { schema: {}, style: "tabDelimited" }, /"tabDelimited"/],
  ["lists in lists", { schema: { type: "array", items: NESTED } }, /arrays of arrays or objects/],
  ["lists of objects", { schema: { type: "array", items: { type: "object" } } }, /arrays of arrays or objects/],
  ["lists in objects", { schema: { type: "object", properties: { a: NESTED } }, explode: false }, /property "a"/],
  ["objects in deep objects", { schema: { type: "object", properties: { a: { type: "object" } } }, style: "deepObject" }, /deepObject .*property "a"/],
  ["lists in the rest of deep objects", { schema: { type: "object", additionalProperties: NESTED }, style: "deepObject" }, /within an object$/],
  ["lists as deep objects", { schema: NESTED, style: "deepObject" }, /not defined for arrays/],
  ["texts as deep objects", { schema: { type: "string" }, style: "deepObject" }, /single values/],
  ["deep objects that are not exploded", { schema: { type: "object" }, style: "deepObject", explode: false }, /explode: false/],
  ["texts with spaces between", { schema: { type: "string" }, style: "spaceDelimited" }, /single values/],
  ["exploded objects with spaces between", { schema: { type: "object", properties: { a: {} } }, style: "spaceDelimited", explode: true }, /spaceDelimited with explode: true is not defined for objects/],
  ["exploded objects with pipes between", { schema: { type: "object", properties: { a: {} } }, style: "pipeDelimited", explode: true }, /not defined for objects/],
  ["exploded lists in a cookie", { schema: NESTED, in: "cookie" }, /form with explode: true is not defined for arrays/],
  ["exploded objects in a cookie", { schema: { type: "object" }, in: "cookie" }, /not defined for objects/],
  ["exploded objects of any properties", { schema: { type: "object" } }, /declared properties/],
  ["exploded objects that may be text", { schema: { anyOf: [{ type: "object", properties: { a: {} } }, { type: "string" }] } }, /declared properties/],
];

for (const [title, given, reason] of UNDEFINED) {
  test(`${title}: refused at start-up, by name`, () => {
    const compiled = compile(given);
    assert.ok("wrong" in compiled);
    assert.match(compiled.wrong, reason);
  });
}

test("a list that may be null is still only a list", () => {
  assert.deepEqual(read({ schema: { type: ["array", "null"] }, style: "pipeDelimited" }, pairs("null|a")), ["null", "a"]);
});

test("a schema that takes nothing refuses every text", () => {
  refuse({ schema: false }, pairs("a"), /no value is allowed/);
});

test("a refusal without findings still says something", () => {
  const mute: Validator = { check: () => false, explain: () => [], open: false };
  const compiled = compileParameter({ name: "p", in: "query", required: false, place: { file: "f", pointer: "" } }, mute, hintOf({ file: "/api.json", pointer: "" }, memoryLibrary({})));
  const outcome = "wrong" in compiled ? undefined : compiled.read(pairs("a"));
  assert.ok(outcome && "findings" in outcome && outcome.findings.length === 1);
});

test("no finding quotes the caller's value", () => {
  for (const schema of [{ type: "integer" }, { type: "boolean" }, { type: "string", maxLength: 2 }, { type: "string", pattern: "^b" }, { enum: ["x"] }]) {
    const outcome = parameter({ schema }).read(pairs("zzzz"));
    assert.ok("findings" in outcome && !JSON.stringify(outcome).includes("zzzz"));
  }
});

test("what is written in a style is read back, and nothing else gets past the schema", () => run(1_500, 20_251_123));
