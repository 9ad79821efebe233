/** Open library: files by content, references on this machine and in this folder only, places when asked. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { symlinkSync, truncateSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { Library } from "../../src/contract/library.ts";
import type { Misfit } from "../../src/contract/misfit.ts";
import { FILE_BYTES, FILES, openLibrary, REFERENCES } from "../../src/contract/open-library.ts";
import { ALIASES, BROKEN_TOLD_MAX, DEPTH_LEVELS } from "../../src/contract/read-source.ts";
import { writeFiles } from "./temporary-files.ts";

function open(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>, root = Object.keys(files)[0] ?? ""): Library {
  const library = openLibrary(path.join(writeFiles(t, files), root));
  if ("wrong" in library) assert.fail(library.wrong.map(({ message }) => message).join("; "));
  return library;
}

function misfits(t: TestContext, name: string, content: string | Uint8Array): readonly Misfit[] {
  const library = openLibrary(path.join(writeFiles(t, { [name]: content }), name));
  return "wrong" in library ? library.wrong : [];
}

function resolve(library: Library, reference: string, file = library.root): unknown {
  const found = library.resolve(reference, { file, pointer: "/somewhere" });
  return "wrong" in found ? found.wrong : found.value;
}

test("A JSON document is read, whatever its file is called, and every value has its place", (t) => {
  const library = open(t, { "contract.txt": '\n{\n  "a": {"b": [1,\n    {"c\\"d": 2}]}\n}' });
  assert.equal(library.at({ file: library.root, pointer: '/a/b/1/c"d' }), 2);
  assert.deepEqual(library.place({ file: library.root, pointer: '/a/b/1/c"d' }), { file: library.root, pointer: '/a/b/1/c"d', line: 4, column: 6 });
  assert.deepEqual(library.place({ file: library.root, pointer: "/a" }), { file: library.root, pointer: "/a", line: 3, column: 3 });
  assert.deepEqual(library.place({ file: library.root, pointer: "/a/b/0" }), { file: library.root, pointer: "/a/b/0", line: 3, column: 15 });
});

test("A YAML document is read, keys stay texts, and every value has its place", (t) => {
  const library = open(t, { "contract.json5": "# top\na:\n  - b: no\n    200: 0x10\n  - &x { c: 2026-01-01 }\n  - *x\n" });
  assert.deepEqual(library.at({ file: library.root, pointer: "" }), { a: [{ b: "no", "200": 16 }, { c: "2026-01-01" }, { c: "2026-01-01" }] });
  assert.deepEqual(library.place({ file: library.root, pointer: "/a/0/200" }), { file: library.root, pointer: "/a/0/200", line: 4, column: 5 });
  assert.deepEqual(library.place({ file: library.root, pointer: "/a/2/c" }), { file: library.root, pointer: "/a/2/c", line: 5, column: 10 });
});

test("A place that does not exist is that of its nearest ancestor", (t) => {
  const library = open(t, { "a.json": '{\n "a": {}}', "b.yaml": "x: 1\na:\n  b: 1\n" });
  assert.equal(library.place({ file: library.root, pointer: "/a/none/at/all" }).line, 2);
  resolve(library, "b.yaml");
  const other = path.join(path.dirname(library.root), "b.yaml");
  assert.deepEqual(library.place({ file: other, pointer: "/a/none" }), { file: other, pointer: "/a/none", line: 2, column: 1 });
});

test("Broken JSON names its line and never quotes the text", (t) => {
  const [misfit] = misfits(t, "a.json", '{\n  "secret": "s3cr3t",\n  oops\n}');
  assert.equal(misfit?.place.line, 3);
  assert.equal(misfit.level, "error");
  assert.doesNotMatch(misfit.message, /s3cr3t|oops/);
});

test("A name that stands twice is refused in JSON and in YAML, with its place", (t) => {
  const [inJson] = misfits(t, "a.json", '{"a": {"get": 1,\n "get": 2, "x": [{"b": ":"}, 1]}}');
  assert.deepEqual([inJson?.place.line, inJson?.place.pointer], [2, "/a/get"]);
  const [inYaml] = misfits(t, "a.yaml", "a:\n  get: 1\n  get: 2\n");
  assert.equal(inYaml?.place.line, 3);
  assert.deepEqual(misfits(t, "b.json", '{"a:b": {"c\\\\": ":\\":"}, "d": {}, "e": []}'), []);
});

const REFUSED_YAML: readonly (readonly [title: string, text: string, message: RegExp])[] = [
  ["an unknown tag", "a: !secret x\n", /tag/i],
  ["a tag of YAML 1.1", "a: !!binary aGk=\n", /tag/i],
  ["a second document", "a: 1\n---\nb: 2\n", /more than one/],
  ["a merge key", "a: &x {b: 1}\nc:\n  <<: *x\n", /merge key/],
  ["a key that is no text", "? [a]\n: b\n", /keys must be strings/],
  ["an alias without an anchor", "a: *nope\n", /alias/i],
  ["an alias that leads into itself", "a: &x [*x]\n", /back into its own/],
  ["a number that JSON does not know", "a: .inf\n", /number/],
  ["an open quote", "a: 'b\n", /no valid YAML/],
  ["a tab for an indentation", "a:\n\tb: 1\n", /no valid YAML/],
];
for (const [title, text, message] of REFUSED_YAML) {
  test(`YAML with ${title} is refused`, (t) => {
    const [misfit] = misfits(t, "a.yaml", text);
    assert.match(misfit?.message ?? "", message);
    assert.equal(misfit?.level, "error");
  });
}

test("of many broken places the first are told, and how many more there are", (t) => {
  const found = misfits(t, "a.yaml", '{"a":1}\n'.repeat(20));
  assert.equal(found.length, BROKEN_TOLD_MAX + 1);
  assert.match(found.at(-1)?.message ?? "", /^and \d+ more places from here on/);
});

test("The words of YAML 1.1 and a quoted << are texts", (t) => {
  const library = open(t, { "a.yaml": "a: yes\nb: 012\nc: '<<'\n'<<': d\n" });
  assert.deepEqual(library.at({ file: library.root, pointer: "" }), { a: "yes", b: 12, c: "<<", "<<": "d" });
});

test("A bomb of aliases is refused, and as many aliases as the bound says are not", (t) => {
  const levels = Array.from({ length: 9 }, (_, level) => `a${level}: &a${level} [${level === 0 ? "x" : Array(9).fill(`*a${level - 1}`).join(", ")}]`);
  assert.match(misfits(t, "a.yaml", levels.join("\n"))[0]?.message ?? "", /alias/i);
  const list = (count: number): string => `a: &a 1\nb: [${Array(count).fill("*a").join(", ")}]\n`;
  assert.deepEqual(misfits(t, "b.yaml", list(ALIASES - 1)), []);
  assert.match(misfits(t, "c.yaml", list(ALIASES))[0]?.message ?? "", /alias/i);
});

test("Nesting has a bound in JSON and in YAML", (t) => {
  const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
  assert.deepEqual(misfits(t, "a.json", nested(DEPTH_LEVELS)), []);
  assert.match(misfits(t, "b.json", nested(DEPTH_LEVELS + 2))[0]?.message ?? "", /nested deeper/);
  assert.match(misfits(t, "d.json", nested(100_000))[0]?.message ?? "", /nested deeper/);
  assert.match(misfits(t, "c.yaml", `a: ${nested(DEPTH_LEVELS + 2)}`)[0]?.message ?? "", /nested deeper/);
  const aliased = `a: &a ${nested(400)}\nb: ${"[".repeat(200)}*a${"]".repeat(200)}`;
  assert.match(misfits(t, "e.yaml", aliased)[0]?.message ?? "", /nested deeper/);
});

test("Members named like those of every object are looked up as members", (t) => {
  const library = open(t, { "a.json": '{"__proto__": {"x": 1}}' });
  assert.equal(library.at({ file: library.root, pointer: "/__proto__/x" }), 1);
  assert.equal(library.at({ file: library.root, pointer: "/toString" }), undefined);
  assert.equal(library.at({ file: library.root, pointer: "/constructor/name" }), undefined);
  assert.match(String(resolve(library, "#/toString")), /leads nowhere/);
});

test("Files that are missing, no files, not UTF-8 or too large are refused", (t) => {
  const folder = writeFiles(t, { "bad.yaml": Uint8Array.of(0x61, 0x3a, 0xff), "big.yaml": "a: 1", "bom.json": "\uFEFF{}" });
  const message = (name: string): string => {
    const library = openLibrary(path.join(folder, name));
    return "wrong" in library ? (library.wrong[0]?.message ?? "") : "";
  };
  truncateSync(path.join(folder, "big.yaml"), FILE_BYTES + 1);
  assert.match(message("none.yaml"), /no such file/);
  assert.match(message("."), /not a file/);
  assert.match(message("bad.yaml"), /not UTF-8/);
  assert.match(message("big.yaml"), /larger than/);
  assert.equal(message("bom.json"), "");
});

test("A pipe is refused before anybody waits for it", (t) => {
  const folder = writeFiles(t, { "a.yaml": "a: 1" });
  execFileSync("mkfifo", [path.join(folder, "pipe")]);
  const library = open(t, { "a.yaml": "a: 1" });
  assert.ok(library);
  const piped = openLibrary(path.join(folder, "pipe"));
  assert.ok("wrong" in piped && /not a file/.test(piped.wrong[0]?.message ?? ""));
});

test("References lead within a file, to other files, and through chains", (t) => {
  const library = open(t, {
    "root.yaml": "a: {$ref: '#/b'}\nb: {$ref: 'parts/other.json#/c~1d/0/%7Be%7D'}\nf~g: 1\nwith space: 2\n",
    "parts/other.json": '{"c/d": [{"{e}": {"$ref": "third%20one.yaml", "description": "for people"}}], "back": {"$ref": "../root.yaml#/f~0g"}}',
    "parts/third one.yaml": "found: true\n",
  });
  assert.deepEqual(resolve(library, "#/a"), { found: true });
  assert.equal(resolve(library, "parts/other.json#/back"), 1);
  assert.equal(resolve(library, "#/with%20space"), 2);
  assert.equal(library.files.length, 3);
  const found = library.resolve("#/a", { file: library.root, pointer: "" });
  assert.ok(!("wrong" in found));
  assert.deepEqual([path.basename(found.file), found.pointer], ["third one.yaml", ""]);
});

test("A reference with neighbours that count is not passed over", (t) => {
  const library = open(t, { "a.json": '{"a": {"$ref": "#/b", "minLength": 1}, "b": 2, "c": {"$ref": {"type": "string"}}}' });
  assert.deepEqual(resolve(library, "#/a"), { $ref: "#/b", minLength: 1 });
  assert.deepEqual(resolve(library, "#/c"), { $ref: { type: "string" } });
});

test("References that lead nowhere, in circles or to nonsense are refused with a reason", (t) => {
  const library = open(t, { "a.json": '{"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}, "c": [1]}', "broken.json": "{" });
  assert.match(String(resolve(library, "#/a")), /leads back to itself/);
  assert.match(String(resolve(library, "#/none")), /leads nowhere/);
  for (const pointer of ["#/c/01", "#/c/-", "#/c/1", "#/c/length"]) assert.match(String(resolve(library, pointer)), /leads nowhere/, pointer);
  for (const pointer of ["#anchor", "#/%zz", "#/~2"]) assert.match(String(resolve(library, pointer)), /JSON Pointer/, pointer);
  assert.match(String(resolve(library, "broken.json")), /broken\.json:1:2: this is no valid JSON/);
  assert.match(String(resolve(library, "missing.json")), /there is no file/);
  assert.match(String(resolve(library, "a.json?x#/c")), /query/);
  assert.match(String(resolve(library, "%00.json")), /percent-encoded/);
});

test("Chains of references have a bound", (t) => {
  const chain = (length: number): string => JSON.stringify({ ...Object.fromEntries(Array.from({ length }, (_, index) => [`a${index}`, { $ref: `#/a${index + 1}` }])), [`a${length}`]: "end" });
  assert.equal(resolve(open(t, { "a.json": chain(REFERENCES - 1) }), "#/a0"), "end");
  assert.match(String(resolve(open(t, { "a.json": chain(REFERENCES) }), "#/a0")), /more than 64/);
});

test("Nothing is fetched over the network, in any spelling", (t) => {
  const library = open(t, { "a.json": "{}" });
  for (const reference of ["https://example.com/a.json", "HTTP://example.com/a", "//example.com/a.json", "file:///etc/passwd", "data:,x"]) {
    assert.match(String(resolve(library, reference)), /over the network/, reference);
  }
});

test("Files outside the folder are refused, by dots, by absolute names, and by symbolic links", (t) => {
  const folder = writeFiles(t, { "secret.json": '{"a": 1}', "api/a.json": "{}", "api/parts/b.json": '{"b": 2}', "api-else/c.json": "{}" });
  symlinkSync(path.join(folder, "secret.json"), path.join(folder, "api/link.json"));
  symlinkSync(path.join(folder, "api/parts/b.json"), path.join(folder, "api/inside.json"));
  const library = openLibrary(path.join(folder, "api/a.json"));
  assert.ok(!("wrong" in library));
  for (const reference of ["../secret.json", "%2e%2e/secret.json", path.join(folder, "secret.json"), "link.json", "../api-else/c.json", "/etc/passwd"]) {
    assert.match(String(resolve(library, reference)), /outside the contract's folder/, reference);
  }
  assert.equal(resolve(library, "inside.json#/b"), 2);
  assert.equal(resolve(library, "parts/b.json#/b"), 2);
  assert.equal(library.files.length, 2, "a file under two names is read once");
});

test("The number of files has a bound", (t) => {
  const library = open(t, { "a.json": "{}", ...Object.fromEntries(Array.from({ length: FILES }, (_, index) => [`p/${index}.json`, "{}"])) });
  for (let index = 0; index < FILES - 1; index += 1) assert.deepEqual(resolve(library, `p/${index}.json`), {});
  assert.match(String(resolve(library, `p/${FILES - 1}.json`)), /more than 1000 files/);
});

test("A large JSON document loads fast and finds places one by one", (t) => {
  const item = (index: number): string => `"/p${index}": {"get": {"operationId": "o${index}", "description": "${"x".repeat(400)}"}}`;
  const library = open(t, { "big.json": `{"paths": {\n${Array.from({ length: 12_000 }, (_, index) => item(index)).join(",\n")}}}` });
  const before = performance.now();
  assert.equal(library.place({ file: library.root, pointer: "/paths/~1p11999/get" }).line, 12_001);
  assert.ok(performance.now() - before < 2_000);
});
