import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { defineCommand } from "../../src/cli/command.ts";
import { parse, type Parsed } from "../../src/cli/parse.ts";

const sample = defineCommand({
  name: "sample",
  summary: "A sample.",
  description: [],
  positionals: [
    { name: "first", about: "", required: true },
    { name: "shell", about: "", required: false, completes: ["bash", "fish"] },
  ],
  options: {
    least: { type: "count", value: "N", min: 0, max: 100, about: "" },
    output: { type: "text", short: "o", value: "FILE", fallback: "out.yaml", about: "" },
    upstream: { type: "text", value: "URL", required: true, about: "" },
    force: { type: "flag", about: "" },
  },
  examples: [],
  exits: {},
  json: {},
  run: () => Promise.resolve(0),
});

const parsed = (...words: string[]): Parsed => parse(sample, words);

function wrong(...words: string[]): string {
  const result = parsed(...words);
  return "wrong" in result ? result.wrong : assert.fail("it was understood");
}

test("options have the types and defaults of their records", () => {
  assert.deepEqual(parsed("a", "--upstream", "http://x", "--least", "90"), {
    given: { positionals: ["a"], options: { least: 90, output: "out.yaml", upstream: "http://x", force: false }, json: false },
  });
  assert.deepEqual(parsed("--upstream=http://x", "-o", "b", "a", "bash", "--force", "--json"), {
    given: { positionals: ["a", "bash"], options: { least: undefined, output: "b", upstream: "http://x", force: true }, json: true },
  });
});

test("an unknown option is named together with the nearest one", () => {
  assert.equal(wrong("a", "--lest", "3"), "unknown option --lest; did you mean --least?");
  assert.equal(wrong("a", "--quite-another"), "unknown option --quite-another");
  assert.equal(wrong("a", "-x"), "unknown option -x");
  assert.equal(wrong("a", "--no-force"), "unknown option --no-force; did you mean --force?");
  assert.equal(wrong("a", "--__proto__", "x"), "unknown option --__proto__");
});

test("an option without its value, with one too many, or given twice is refused", () => {
  assert.equal(wrong("a", "--upstream"), "--upstream needs a value: URL");
  assert.equal(wrong("a", "--upstream", "--force"), "--upstream needs a value: URL");
  assert.equal(wrong("a", "--upstream="), "--upstream needs a value: URL");
  assert.equal(wrong("a", "--force=yes"), "--force takes no value");
  assert.equal(wrong("a", "--upstream", "x", "--upstream", "y"), "--upstream is given twice");
});

test("a count is a whole number within its bounds", () => {
  for (const value of ["101", "9.5", "1e1", "ten", "0x10", "1234567890"]) assert.equal(wrong("a", "--upstream", "x", "--least", value), "--least needs a whole number from 0 to 100");
  assert.equal(wrong("a", "--upstream", "x", "--least=-1"), "--least needs a whole number from 0 to 100");
});

test("missing and superfluous words are named", () => {
  assert.equal(wrong("--upstream", "x"), "<first> is missing");
  assert.equal(wrong("a"), "--upstream URL is missing");
  assert.equal(wrong("a", "bash", "c", "--upstream", "x"), 'unexpected word "c"');
  assert.equal(wrong("a", "bsh", "--upstream", "x"), '<shell> is one of bash, fish, not "bsh"; did you mean bash?');
});

test("help is given even where the rest is missing", () => {
  assert.deepEqual(parsed("--help"), { wanted: "help" });
  assert.deepEqual(parsed("-h"), { wanted: "help" });
});

test("behind -- everything is a word", () => {
  assert.deepEqual(parsed("--upstream", "x", "--", "--force"), { given: { positionals: ["--force"], options: { least: undefined, output: "out.yaml", upstream: "x", force: false }, json: false } });
});

test("whatever the words are, the answer is a value and never a throw", () => {
  const word = fc.oneof(fc.string(), fc.constantFrom("--least", "--", "-", "-o", "--output=", "-hx", "--json=1", "a"));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      const result = parse(sample, words);
      assert.ok("given" in result || "wanted" in result || result.wrong.length > 0);
    }),
  );
});
