import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { CHARTS_MAX } from "../../../src/contract/glance/charts.ts";
import { MADE_RATIO } from "../../../src/contract/glance/glance.ts";
import { glanceAtAny } from "../../../src/contract/glance/glance-text.ts";
import { QUICK_FORMATS } from "../../../src/contract/glance/quick-formats.ts";
import { TEXT_FORMATS } from "../../../src/contract/schema/formats.ts";
import { NAMES_AS_BITS } from "../../../src/contract/glance/chart.ts";
import { JSON_BOUNDS, type JsonBounds, readJson } from "../../../src/contract/json.ts";
import type { Json, JsonObject } from "../../../src/contract/json-value.ts";
import type { Validator } from "../../../src/contract/operation.ts";
import { Search } from "../../../src/doors/inbound/validate/injection/search.ts";
import { compile, sound } from "../schema/desk.ts";
import { near, schema, spell, value, withDefinitions } from "./dice.ts";

const STRICT: JsonBounds = { ...JSON_BOUNDS, controls: false };
const EXACT: JsonBounds = { ...STRICT, exactDecimals: true };

/** As a body is judged without a glance. */
function fits(check: Validator["check"], bytes: Buffer, bounds: JsonBounds): boolean {
  const read = readJson(bytes, bounds);
  return "value" in read && check(read.value);
}

function seen(validator: Validator, text: string, bounds: JsonBounds = STRICT): boolean {
  return validator.glance?.(Buffer.from(text), bounds) !== undefined;
}

const drawn = schema.chain((one) => fc.tuple(fc.constant(one), fc.oneof(near(one), near(one), value)));
const luck = fc.infiniteStream(fc.nat({ max: 1_000 }));

for (const direction of ["request", "answer"] as const) {
  test(`a glance never says yes to what the slow way refuses, and says yes to most of what it takes: ${direction}`, () => {
    let [taken, noticed] = [0, 0];
    fc.assert(
      fc.property(drawn, luck, fc.constantFrom(STRICT, JSON_BOUNDS, EXACT), ([one, given], dice, bounds) => {
        const { validator } = compile(withDefinitions(one), { direction });
        if (validator === undefined) return;
        const bytes = Buffer.from(spell(given, dice));
        const expected = fits(validator.check, bytes, bounds);
        const glimpse = validator.glance?.(bytes, bounds);
        if (expected) taken += 1;
        if (glimpse !== undefined) noticed += 1;
        assert.ok(glimpse === undefined || expected, `${JSON.stringify(one)} does not take ${bytes.toString()}`);
      }),
      { numRuns: 3_000 },
    );
    assert.ok(taken > 300 && noticed > taken / 2, `${noticed} of ${taken}`);
  });
}

test("a text with a broken byte in it passes no glance that the strict reader would not pass", () => {
  const bytes = fc.tuple(value, luck).map(([given, dice]) => Buffer.from(spell(given, dice)));
  const change = fc.record({ at: fc.nat({ max: 10_000 }), to: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...Buffer.from('"\\,:{}[]0123456789-+.eEtfn \u0000\u007f'))), kind: fc.constantFrom("replace", "insert", "cut") });
  let noticed = 0;
  fc.assert(
    fc.property(bytes, fc.array(change, { minLength: 1, maxLength: 3 }), fc.constantFrom(STRICT, JSON_BOUNDS), (given, changes, bounds) => {
      const broken = changes.reduce((text, { at, to, kind }) => {
        const place = at % (text.length + 1);
        return Buffer.concat([text.subarray(0, place), kind === "cut" ? Buffer.alloc(0) : Buffer.of(to), text.subarray(kind === "insert" ? place : place + 1)]);
      }, given);
      if (glanceAtAny(broken, bounds) === undefined) return;
      noticed += 1;
      assert.ok("value" in readJson(broken, bounds), JSON.stringify(broken.toString("latin1")));
    }),
    { numRuns: 20_000 },
  );
  assert.ok(noticed > 1_000, String(noticed));
});

test("the bounds of a body hold at a glance, each to the last", () => {
  const open = (text: string, bounds: Partial<JsonBounds>): boolean => glanceAtAny(Buffer.from(text), { ...STRICT, ...bounds }) !== undefined;
  assert.deepEqual([open("[[1]]", { depth: 2 }), open("[[1]]", { depth: 1 })], [true, false]);
  assert.deepEqual([open("[1,2]", { values: 3 }), open("[1,2]", { values: 2 })], [true, false]);
  assert.deepEqual([open('{"a":1,"b":2}', { members: 2 }), open('{"a":1,"b":2}', { members: 1 })], [true, false]);
  assert.deepEqual([open('["abc"]', { stringBytes: 3 }), open('["abc"]', { stringBytes: 2 })], [true, false]);
  assert.deepEqual([open('{"abc":1}', { stringBytes: 3 }), open('{"abc":1}', { stringBytes: 2 })], [true, false]);
  assert.deepEqual([open("9007199254740993", { preciseNumbers: false }), open("9007199254740993", {})], [true, false]);
  assert.deepEqual([open("0.1234567890123456789", {}), open("0.1234567890123456789", { exactDecimals: true })], [true, false]);
  assert.deepEqual([open('"\\u0007"', { controls: true }), open('"\\u0007"', {}), open('"\u0085"', {}), open('"\u0080"', {}), open('{"\u0080":1}', {}), open('"\u007f"', {})], [true, false, true, false, false, false]);
  assert.deepEqual([open('{"__proto__":1}', { prototypeNames: true }), open('{"__proto__":1}', {})], [true, false]);
  assert.equal(open('{"a":1,"a":2}', { uniqueNames: false }), false, "which of them counts, a glance does not say");
});

test("a name that JSON cannot have as it is is not found where its letters stand as they are", () => {
  for (const [name, text] of [['q"uote', '{"q"uote":1}'], ["a\\b", '{"a\\b":1}'], ["a\u0001", '{"a\u0001":1}'], ["\n", '{"\n":1}']] as const) {
    const validator = sound({ type: "object", properties: { [name]: { type: "integer" } }, required: [name], additionalProperties: false });
    for (const bounds of [STRICT, JSON_BOUNDS]) assert.ok(!seen(validator, text, bounds), text);
    assert.ok(fits(validator.check, Buffer.from(JSON.stringify({ [name]: 1 })), JSON_BOUNDS));
  }
});

test("a name that comes twice is seen, however it is spelt and however many there are", () => {
  const names = Array.from({ length: 3 * NAMES_AS_BITS }, (_, index) => `n${index}`);
  const members = (listed: readonly string[]): string => `{${listed.map((name) => `"${name}":1`).join(",")}}`;
  for (const properties of [{}, Object.fromEntries(names.slice(0, 5).map((name) => [name, true])), Object.fromEntries(names.map((name) => [name, { type: "integer" }]))]) {
    const validator = sound({ type: "object", properties });
    assert.equal(seen(validator, members(names)), true);
    for (const twice of ["n0", "n4", "n40", "n92"]) assert.equal(seen(validator, members([...names, twice])), false, twice);
    assert.equal(seen(validator, members([...names, "\\u006e0"])), false);
  }
});

test("a wide object has to have all that it must have", () => {
  const names = Array.from({ length: 2 * NAMES_AS_BITS }, (_, index) => `n${index}`);
  const validator = sound({ type: "object", properties: Object.fromEntries(names.map((name) => [name, true])), required: names.slice(-2) });
  const write = (listed: readonly string[]): string => JSON.stringify(Object.fromEntries(listed.map((name) => [name, 0])));
  assert.deepEqual([seen(validator, write(names)), seen(validator, write(names.slice(0, -1))), seen(validator, "{}")], [true, false, false]);
});

const usual: Readonly<Record<string, readonly [schema: Json, fitting: Json]>> = {
  "a record": [{ type: "object", required: ["id"], properties: { id: { type: "integer", minimum: 1 }, price: { type: "number" }, made: { type: "string", format: "date-time" } }, additionalProperties: false }, { id: 7, price: 1.25, made: "2026-11-20T10:00:00Z" }],
  "a record that extends another": [{ allOf: [{ type: "object", required: ["id"], properties: { id: { type: "string", format: "uuid" } } }, { properties: { name: { type: "string", maxLength: 8 } } }] }, { id: "4f9a0c2e-1d1f-4a8e-9b0e-0a1b2c3d4e5f", name: "n" }],
  "a text or null": [{ anyOf: [{ type: "string" }, { type: "null" }] }, null],
  "a reference or null": [{ oneOf: [{ $ref: "#/$defs/point" }, { type: "null" }], $defs: { point: { type: "object", properties: { x: { type: "integer" } } } } }, { x: 1 }],
  "a tree": [{ $ref: "#/$defs/tree", $defs: { tree: { type: "object", properties: { inner: { type: "array", items: { $ref: "#/$defs/tree" } } }, additionalProperties: false } } }, { inner: [{}, { inner: [] }] }],
  "a map": [{ type: "object", additionalProperties: { type: "string", enum: ["on", "off"] } }, { a: "on", b: "off" }],
  "a tuple": [{ type: "array", prefixItems: [{ type: "string" }, { const: 4 }], items: false }, ["a", 4]],
  "alternatives": [{ type: "array", items: { oneOf: [{ type: "object", properties: { kind: { const: "a" } }, required: ["kind"] }, { type: "object", properties: { kind: { const: "b" } }, required: ["kind"] }] } }, [{ kind: "a" }, { kind: "b" }]],
  "items that differ": [{ type: "array", uniqueItems: true }, [1, "1", [1]]],
  "names by pattern": [{ type: "object", patternProperties: { "^x-": { type: "string" } }, additionalProperties: false }, { "x-a": "1" }],
  "letters of the world": [{ type: "string", minLength: 2, maxLength: 4, pattern: "^\\p{L}+$" }, "Zo\u00eb"],
};

test("what only a value shows is not made a value again at each level: then the text is read as a whole", () => {
  const validator = sound({ $ref: "#/$defs/tree", $defs: { tree: { type: "object", properties: { next: { $ref: "#/$defs/tree" } }, not: { required: ["x"] } } } });
  const nest = (levels: number): string => `${'{"next":'.repeat(levels)}{"leaf":[${"1,".repeat(1_000)}1]}${"}".repeat(levels)}`;
  assert.deepEqual([MADE_RATIO - 1, MADE_RATIO].map((levels) => seen(validator, nest(levels))), [true, false]);
});

test("an explanation has words for all that a check refuses, and none for what it takes", () => {
  fc.assert(
    fc.property(drawn, ([one, given]) => {
      const { validator } = compile(withDefinitions(one));
      if (validator !== undefined) assert.equal(validator.explain(given).length === 0, validator.check(given), `${JSON.stringify(one)} ${JSON.stringify(given)}`);
    }),
    { numRuns: 5_000 },
  );
});

test("what would need one chart more than there may be is read and checked", () => {
  const validator = sound({ type: "object", properties: Object.fromEntries(Array.from({ length: CHARTS_MAX }, (_, at) => [`p${at}`, { type: "integer", minimum: at }])) });
  const last = `{"p${CHARTS_MAX - 1}":${CHARTS_MAX}}`;
  assert.deepEqual([seen(validator, '{"p0":1}'), seen(validator, last), fits(validator.check, Buffer.from(last), STRICT)], [true, false, true]);
});

for (const [name, [given, fitting]] of Object.entries(usual)) {
  test(`a glance is enough for ${name}`, () => {
    assert.equal(seen(sound(given), JSON.stringify(fitting)), true);
    assert.equal(seen(sound(given), JSON.stringify(fitting, undefined, 2)), true);
  });
}

test("what is nearly a number, a listed text or an object of enough members is told apart from it", () => {
  const verdicts = (given: Json, ...texts: readonly string[]): readonly boolean[] => texts.map((text) => seen(sound(given), text));
  assert.deepEqual(verdicts(true, "1e5", "1e", "1e+", "1E-2", "1.", ".5", "01", "-", "-0", "1e999", "123456789012345678"), [true, false, false, true, false, false, false, false, true, false, false]);
  assert.deepEqual(verdicts({ type: "number", minimum: 0 }, "1", "-1", "-0.5", "-0", "-1e-2"), [true, false, false, true, false]);
  assert.deepEqual(verdicts({ type: "object", minProperties: 2 }, '{"a":1}', '{"a":1,"b":2}'), [false, true]);
  assert.deepEqual(verdicts({ enum: ["book", "boot"] }, '"book"', '"books"', '"boo"', '"\u0062ook"'), [true, false, false, true]);
  const many = Array.from({ length: 40 }, (_, index) => `n${index}`);
  assert.deepEqual(verdicts({ enum: many }, '"n39"', '"n40"'), [true, false]);
  assert.deepEqual(verdicts({ enum: ["a", "b"], allOf: [{ enum: ["b", "c"] }] }, '"a"', '"b"', '"c"'), [false, true, false]);
});

test("a date that is yes at a glance is one to the test of its format", () => {
  const digit = fc.nat({ max: 9 });
  const shape = fc.constantFrom("2ddd-dd-ddTdd:dd:ddZ", "2ddd-dd-ddTdd:dd:dd.ddZ", "2ddd-dd-ddTdd:dd:dd+dd:dd", "20dd-0d-3dT1d:5d:6dZ", "2024-02-dd", "2ddd-1d-0dT0d:0d:0d.Z", "2ddd-dd-dd", "2ddd-1d-2dT2d:dd:d5Z", "dddddddd-dddd-dddd-dddd-dddddddddddd");
  const near = fc.tuple(shape, fc.infiniteStream(digit), fc.oneof({ arbitrary: fc.constant(""), weight: 8 }, fc.constantFrom("Z", ".", "x", " ", "0")), fc.nat({ max: 40 })).map(([form, digits, stray, at]) => {
    const text = form.replace(/d/g, () => String(digits.next().value));
    return stray === "" ? text : `${text.slice(0, at)}${stray}${text.slice(at + (at % 2))}`;
  });
  let noticed = 0;
  fc.assert(
    fc.property(near, (text) => {
      for (const [format, quick] of QUICK_FORMATS) {
        if (!quick(Buffer.from(`"${text}"`), 1, text.length + 1)) continue;
        noticed += 1;
        assert.equal(TEXT_FORMATS.get(format)?.(text), true, `${format} ${text}`);
      }
    }),
    { numRuns: 20_000 },
  );
  assert.ok(noticed > 1_000, String(noticed));
});

test("the first items of a list are looked at as what they are", () => {
  const validator = sound({ type: "array", prefixItems: [{ type: "string" }], items: { type: "integer" } });
  const glimpse = validator.glance?.(Buffer.from('["\u0027 or 1=1 --",1]'), STRICT);
  assert.equal(new Search({ characters: 1_000, isSent: () => false }).sparesAll(glimpse?.spots ?? assert.fail(), false), false);
});

test("a member of which the contract says __proto__ is judged by what it says", () => {
  const { validator } = compile({ type: "object", properties: { ["__proto__"]: { type: "integer" } } });
  const lax = { ...STRICT, prototypeNames: true };
  assert.deepEqual([seen(validator ?? assert.fail(), '{"__proto__":1}', lax), seen(validator ?? assert.fail(), '{"__proto__":"1"}', lax)], [true, false]);
});

test("texts are spared a search only if a search would find nothing in them", () => {
  const attacks = ["' or 1=1 --", "<script>alert(1)</script>", "${jndi:ldap://x}", "../../etc/passwd", "plain words", "tiny", "$where", "x".repeat(40), "O'Brien", "PHNjcmlwdD5hbGVydCgxMjMpPC9zY3JpcHQ"] as const;
  const names = ["$where", "$id", "constructor", "prototype", "__defineGetter__", "_links", "' or 1=1 --", "caf\u00e9", "an ordinary name"] as const;
  const infected = (given: Json, dice: Iterator<number>): Json => {
    const roll = dice.next().value as number;
    if (typeof given === "string") return roll % 3 === 0 ? (attacks[roll % attacks.length] ?? given) : given;
    if (typeof given !== "object" || given === null) return given;
    if (Array.isArray(given)) return (given as readonly Json[]).map((item) => infected(item, dice));
    return Object.fromEntries(Object.entries(given as JsonObject).map(([name, member]) => [roll % 7 === 0 ? (names[roll % names.length] ?? name) : name, infected(member, dice)]));
  };
  let [spared, kept] = [0, 0];
  let spelt = 0;
  fc.assert(
    fc.property(drawn, luck, fc.constantFrom(1_000_000, 20), ([one, given], dice, characters) => {
      const { validator } = compile(withDefinitions(one));
      const bytes = Buffer.from(spell(infected(given, dice), dice));
      const glimpse = validator?.glance?.(bytes, STRICT);
      if (validator?.leaf === undefined || glimpse?.spots === undefined) return;
      const whole = new Search({ characters, isSent: () => false });
      whole.value(JSON.parse(bytes.toString()) as Json, validator.leaf, { in: "body" }); // it is sound
      const search = new Search({ characters, isSent: () => false });
      const clear = search.sparesAll(glimpse.spots, false);
      if (clear) spared += 1;
      else kept += 1;
      if (clear && glimpse.spots.hasNames) spelt += 1;
      assert.equal(clear, glimpse.spots.complete && whole.found.length === 0 && !whole.exhausted, `${JSON.stringify(one)} ${bytes.toString()}`);
      if (clear) assert.deepEqual([search.exhausted, search.left], [false, whole.left]);
    }),
    { numRuns: 6_000 },
  );
  assert.ok(spared > 200 && kept > 50 && spelt > 50, `${spared} spared, ${spelt} with names of the caller's, ${kept} kept`);
});

test("names that the caller chose are looked at where they stand, but for those of which it counts what is under them", () => {
  const validator = sound({});
  const spares = (text: string, isSent = false): boolean => new Search({ characters: 1_000, isSent: () => isSent }).sparesAll(validator.glance?.(Buffer.from(text), STRICT)?.spots ?? assert.fail(), false);
  for (const name of ["id", "an ordinary name", "_id", "caf\u00e9", "constructors"]) assert.equal(spares(`{"${name}":{"x":1}}`), true, name);
  for (const name of ["$where", "$id", "__count", "constructor", "prototype", "' or 1=1 --"]) assert.equal(spares(`{"${name}":{"x":1}}`), false, name);
  assert.equal(spares('{"sid":"1"}', true), false, "of another site");
});
