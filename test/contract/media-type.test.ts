import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  isJson,
  isMediaRange,
  matchMediaType,
  MEDIA_TYPE_CHARACTERS_MAX,
  MEDIA_TYPE_PARAMETERS_MAX,
  readMediaType,
} from "../../src/contract/media-type.ts";

function read(text: string): { type: string; parameters: Record<string, string> } {
  const read = readMediaType(text);
  if ("wrong" in read) assert.fail(`${text}: ${read.wrong}`);
  return { type: read.type, parameters: Object.fromEntries(read.parameters) };
}

function refuse(text: string, reason: RegExp): void {
  const read = readMediaType(text);
  assert.ok("wrong" in read, `accepted: ${text}`);
  assert.match(read.wrong, reason);
}

test("type and subtype are lower-cased, parameters kept", () => {
  assert.deepEqual(read("Application/JSON"), { type: "application/json", parameters: {} });
  assert.deepEqual(read("text/html;charset=UTF-8"), { type: "text/html", parameters: { charset: "UTF-8" } });
  assert.deepEqual(read("text/plain \t; \tCharset=utf-8 ;format=flowed  "), {
    type: "text/plain",
    parameters: { charset: "utf-8", format: "flowed" },
  });
  assert.deepEqual(read("application/vnd.a+json; v=1"), { type: "application/vnd.a+json", parameters: { v: "1" } });
});

test("a quoted value is unquoted", () => {
  assert.deepEqual(read('multipart/form-data; boundary="a b=c,d"').parameters, { boundary: "a b=c,d" });
  assert.deepEqual(read('a/b;c="";d=e').parameters, { c: "", d: "e" });
});

test("what is not type/subtype is refused", () => {
  for (const text of ["", "json", "/", "a/", "/b", " a/b", "a /b", "a/ b", "a\\b", "*", ";a=b", "a=b", "\u00e9/b"]) refuse(text, /type\/subtype/);
});

test("anything behind the type that is no parameter is refused", () => {
  for (const text of ["a/b, c/d", "a/b c", "a/b/c", "a/b\u00e9", "a/b;c=d e", 'a/b;c="d"e', "a/b;c=d,e/f", "a/b\0"]) refuse(text, /other than parameters/);
  for (const text of ["a/b;", "a/b;;c=d", "a/b; ", "a/b;=c", "a/b;c=d;"]) refuse(text, /empty parameter/);
  for (const text of ["a/b;c", "a/b;c=", "a/b;c =d", "a/b;c= d", "a/b;c;d=e"]) refuse(text, /without a value/);
});

test("a quoted value has to end, and hold no control or non-ASCII character", () => {
  for (const text of ['a/b;c="', 'a/b;c="d']) refuse(text, /without an end/);
  for (const text of ['a/b;c="\u0000"', 'a/b;c="\n"', 'a/b;c="\u00e9"', 'a/b;c="\\\u0007"', 'a/b;c="\\']) refuse(text, /not allowed/);
});

test("what two readers take for two boundaries or charsets is refused: escapes, semicolons in quotes, parameters in pieces", () => {
  for (const text of ['multipart/form-data; boundary="a\\b"', 'a/b;c="\\""', 'application/json; x="; charset=utf-7"']) refuse(text, /not allowed/);
  for (const text of ["multipart/form-data; boundary=c; boundary*0=a; boundary*1=b", "application/json; charset*=utf-8''utf-7"]) refuse(text, /in pieces/);
});

test("a parameter that comes twice is refused, in any case", () => {
  refuse("text/html;charset=utf-8;charset=utf-7", /twice/);
  refuse('text/html;charset=utf-8;CHARSET="utf-8"', /twice/);
});

test("a media type has at most MEDIA_TYPE_CHARACTERS_MAX characters and MEDIA_TYPE_PARAMETERS_MAX parameters", () => {
  assert.equal(read(`a/${"b".repeat(MEDIA_TYPE_CHARACTERS_MAX - 2)}`).type.length, MEDIA_TYPE_CHARACTERS_MAX);
  refuse(`a/${"b".repeat(MEDIA_TYPE_CHARACTERS_MAX - 1)}`, /too long/);
  const parameters = (count: number): string => Array.from({ length: count }, (_, index) => `;p${index}=1`).join("");
  read(`a/b${parameters(MEDIA_TYPE_PARAMETERS_MAX)}`);
  refuse(`a/b${parameters(MEDIA_TYPE_PARAMETERS_MAX + 1)}`, /too many/);
});

test("names of object members are ordinary parameter names", () => {
  assert.equal(readMediaTypeParameter("a/b;__proto__=x", "__proto__"), "x");
});

test("the most specific range wins", () => {
  const ranges = ["*/*", "image/*", "image/png", "application/json"].map((range) => ({ range }));
  assert.equal(matchMediaType("image/png", ranges)?.range, "image/png");
  assert.equal(matchMediaType("image/gif", ranges)?.range, "image/*");
  assert.equal(matchMediaType("text/plain", ranges)?.range, "*/*");
  assert.equal(matchMediaType("image/gif", ranges.slice(2)), undefined);
  assert.equal(matchMediaType("images/gif", ranges.slice(1)), undefined);
});

test("a type named like a range matches nothing", () => {
  for (const type of ["*/*", "image/*", "*/json", "image", ""]) assert.equal(matchMediaType(type, [{ range: "*/*" }, { range: "image/*" }]), undefined);
});

test("media ranges are told from other texts", () => {
  for (const range of ["application/json", "image/*", "*/*", "application/vnd.a+json"]) assert.equal(isMediaRange(range), true, range);
  for (const range of ["", "*", "*/json", "a/b*", "a*/b", "a/*/", "a/b;c=d", "a/b ", "/", "a/", "im*/*"]) assert.equal(isMediaRange(range), false, range);
});

test("JSON is application/json and the structured suffix", () => {
  for (const type of ["application/json", "application/problem+json", "a/b+json"]) assert.equal(isJson(type), true);
  for (const type of ["text/json", "application/jsonp", "application/+json", "application/json-seq", "application/x-json"]) assert.equal(isJson(type), false);
});

test("reading never throws, and a value that is accepted reads the same when written again", () => {
  const text = fc.array(fc.constantFrom(..."a B / ; = \" \\ * + , charset=utf-8 boundary=\"x\" text/html".split(" "), " ", "\t", "\0", "\u00e9")).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), text, text.map((tail) => `a/b;${tail}`)), (text) => {
      const one = readMediaType(text);
      if ("wrong" in one) return;
      const quoted = [...one.parameters].map(([name, value]) => `;${name}="${value}"`);
      assert.deepEqual(readMediaType(`${one.type}${quoted.join("")}`), one);
    }),
    { numRuns: 3_000 },
  );
});

function readMediaTypeParameter(text: string, name: string): string | undefined {
  const read = readMediaType(text);
  return "wrong" in read ? undefined : read.parameters.get(name);
}
