import assert from "node:assert/strict";
import { test } from "node:test";
import { compileCondition, compileValue, DEPTH_MAX, EXPRESSION_CHARACTERS_MAX, type Expression, NODES_MAX } from "../../../src/policy/expression/compile-expression.ts";
import { COST_MAX, type Vocabulary } from "../../../src/policy/expression/examine.ts";
import { type Kind, LIST_ITEMS_MAX, type Value } from "../../../src/policy/expression/kind.ts";

const KINDS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  principal: { tenant: "string", level: "int", roles: "strings", limits: "ints" },
  path: { tenantId: "string", page: "int", share: "double", flag: "bool", "odd-name": "string" },
  "": { time: "timestamp", address: "string" },
};
const vocabulary: Vocabulary = new Map(Object.entries(KINDS).map(([record, kinds]) => [record, new Map(Object.entries(kinds))]));

const VALUES: Readonly<Record<string, Value | undefined>> = {
  "principal.tenant": "north", "principal.level": 4n, "principal.roles": ["clerk", "teller"], "principal.limits": [1n, 5n],
  "path.tenantId": "north", "path.page": 3n, "path.share": 0.5, "path.flag": true, "path.odd-name": "odd",
  time: new Date("2026-03-29T01:30:00Z"), address: "10.1.2.3",
};

function compile(text: string): Expression<boolean> {
  const expression = compileCondition(text, vocabulary);
  if ("wrong" in expression) assert.fail(`${text}: ${expression.wrong}`);
  return expression;
}

function judge(text: string, values: Readonly<Record<string, Value | undefined>> = {}): boolean | string {
  const { mentions, evaluate } = compile(text);
  const outcome = evaluate(mentions.map(({ record, name }) => ({ ...VALUES, ...values })[record === "" ? name : `${record}.${name}`]));
  return typeof outcome === "boolean" ? outcome : outcome.failed;
}

function wrong(text: string): string {
  const expression = compileCondition(text, vocabulary);
  return "wrong" in expression ? `${expression.wrong}; ${expression.allowed ?? ""}` : "compiled";
}

test("a condition is true or false of the values that it names", () => {
  assert.equal(judge("principal.tenant == path.tenantId"), true);
  assert.equal(judge("principal.tenant == path.tenantId", { "path.tenantId": "south" }), false);
  assert.equal(judge('"teller" in principal.roles && !("admin" in principal.roles)'), true);
  assert.equal(judge('path["odd-name"] == "odd"'), true);
  assert.equal(judge('path.flag ? principal.level > 3 : principal.level > 9'), true);
  assert.equal(judge('principal.roles.exists(role, role.startsWith("tell")) && principal.limits.all(one, one < 9)'), true);
  assert.equal(judge("principal.limits.filter(one, one > 2).map(one, one * 2) == [10]"), true);
});

test("whole numbers are ints and others doubles, and both compare", () => {
  assert.equal(judge("path.page + 1 == 4"), true);
  assert.equal(judge("path.page / 2 == 1"), true);
  assert.equal(judge("path.share < path.page"), true);
  assert.match(wrong("path.share + 1 > 1.0"), /no such overload: double \+ int/);
});

test("the values that an expression names are told, each once, in brackets or not", () => {
  const names = compile('principal.tenant == path.tenantId && path["tenantId"] != "" && has(path.page) && address != ""').mentions.map(({ record, name }) => `${record}.${name}`);
  assert.deepEqual(names, ["principal.tenant", "path.tenantId", "path.page", ".address"]);
  assert.deepEqual(compile("true").mentions, []);
});

test("names that nobody knows are found at start-up, with those that there are", () => {
  assert.match(wrong("principal.tennant == path.tenantId"), /principal has no "tennant" here; tenant, level, roles, limits/);
  assert.match(wrong("has(principal.tennant) || path.flag"), /principal has no "tennant"/);
  assert.match(wrong("!has(path.tenant)"), /path has no "tenant" here; tenantId, page/);
  assert.match(wrong("tenant == path.tenantId"), /there is no "tenant" here; principal\.<name>, path\.<name>, time, address/);
  assert.match(wrong("body.amount > 5"), /there is no "body"/);
  assert.match(wrong('path["constructor"] == "x"'), /path has no "constructor"/);
  assert.match(wrong('path.__proto__ == "x"'), /no "__proto__"/);
  assert.match(wrong("google.protobuf.Timestamp == path.tenantId"), /there is no "google"/);
  assert.match(wrong("type(path.page) == int"), /function type\(\) cannot be used/);
});

test("a record is no value, and a name in brackets is written out", () => {
  assert.match(wrong("principal == path"), /principal is no value by itself; principal\.tenant/);
  assert.match(wrong("principal[path.tenantId] == path.tenantId"), /not written out/);
  assert.match(wrong("principal.roles.exists(path, path.flag)"), /hides what has this name/);
  assert.match(wrong("principal.roles.exists(time, true)"), /hides what has this name/);
});

test("types are checked, and a rule is a condition", () => {
  assert.match(wrong("principal.level == path.tenantId"), /no such overload: int == string, at character 1/);
  assert.match(wrong("principal.tenant"), /it is a string, and a rule says true or false/);
  assert.match(wrong("principal.level"), /it is a int/);
  assert.match(wrong("path.page.startsWith('a')"), /no matching overload/);
  assert.match(wrong("principal.tenant == "), /unexpected token/);
  assert.match(wrong(""), /unexpected token/);
});

test("what is not there fails the evaluation, unless the expression asks first", () => {
  assert.equal(judge("principal.tenant == path.tenantId", { "principal.tenant": undefined }), "no_such_key");
  assert.equal(judge("!(principal.tenant == path.tenantId)", { "principal.tenant": undefined }), "no_such_key");
  assert.equal(judge('principal.tenant != "south"', { "principal.tenant": undefined }), "no_such_key");
  assert.equal(judge("has(principal.tenant) && principal.tenant == path.tenantId", { "principal.tenant": undefined }), false);
  assert.equal(judge("has(principal.tenant)"), true);
});

test("either side of an `or` is enough, also when the other fails", () => {
  const missing = { "principal.tenant": undefined };
  assert.equal(judge('principal.tenant == path.tenantId || "teller" in principal.roles', missing), true);
  assert.equal(judge('principal.tenant == path.tenantId || "admin" in principal.roles', missing), "no_such_key");
});

test("nothing stays behind from one evaluation to the next", () => {
  const { evaluate } = compile("principal.tenant == path.tenantId");
  assert.equal(evaluate(["north", "north"]), true);
  assert.deepEqual(evaluate([undefined, "north"]), { failed: "no_such_key" });
  assert.deepEqual(evaluate([]), { failed: "no_such_key" });
  assert.equal(evaluate(["south", "south"]), true);
});

test("faults of arithmetic are no answers", () => {
  assert.equal(judge("1 / (path.page - 3) == 1"), "division_by_zero");
  assert.equal(judge("principal.roles[5] == path.tenantId"), "index_out_of_bounds");
  assert.equal(judge("int(path.tenantId) == 5"), "int_conversion_error");
});

test("the word about a failure holds no value of a caller", () => {
  assert.doesNotMatch(String(judge("int(path.tenantId) == 5", { "path.tenantId": "canary-7f3a" })), /canary/);
  assert.doesNotMatch(String(judge("timestamp(path.tenantId) < time", { "path.tenantId": "canary-7f3a" })), /canary/);
});

test("patterns run in linear time, as those of the contract do", () => {
  assert.equal(judge('path.tenantId.matches("^n.r")'), true);
  assert.equal(judge('path.tenantId.matches("^s")'), false);
  assert.equal(judge('path.tenantId.matches("^(a+)+$")', { "path.tenantId": `${"a".repeat(10_000)}!` }), false);
  assert.equal(judge('principal.roles.all(one, one.matches("^[a-z]+$"))'), true);
  assert.match(wrong('path.tenantId.matches("(a)\\\\1")'), /the pattern "\(a\).*" .*; patterns as in the contract/);
  assert.match(wrong("path.tenantId.matches(principal.tenant)"), /must be written out/);
  assert.match(wrong('path.tenantId.matches_in_linear_time("a")'), /cannot be used/);
});

test("addresses are compared as addresses", () => {
  assert.equal(judge('address.within("10.0.0.0/8")'), true);
  assert.equal(judge('address.within("10.0.0.0/8")', { address: "11.0.0.1" }), false);
  assert.equal(judge('address.within("10.0.0.0/8")', { address: "::ffff:10.0.0.1" }), true);
  assert.match(wrong('address.within("10.0.0.1/8")'), /no address and no range; 10\.0\.0\.0\/8/);
  assert.match(wrong("address.within(path.tenantId)"), /must be written out/);
});

test("the time is told in any zone, also in the hour that a clock leaves out", () => {
  const at = (text: string): { readonly time: Date } => ({ time: new Date(text) });
  assert.equal(judge('time.getHours("Europe/Vienna") == 3 && time.getMinutes("Europe/Vienna") == 30'), true);
  assert.equal(judge('time.getHours("America/New_York") == 2', at("2026-03-29T06:30:00Z")), true);
  assert.equal(judge('time.getHours("Europe/Vienna") == 0 && time.getDate("Europe/Vienna") == 1 && time.getMonth("Europe/Vienna") == 0 && time.getFullYear("Europe/Vienna") == 2027', at("2026-12-31T23:15:00Z")), true);
  assert.equal(judge('time.getDayOfWeek("UTC") == 0 && time.getDayOfWeek() == 0'), true);
  assert.equal(judge('time > timestamp("2026-01-01T00:00:00Z") && time.getHours() == 1'), true);
  assert.match(wrong('time.getHours("Europe/Wien") == 3'), /no time zone "Europe\/Wien"/);
  assert.match(wrong("time.getHours(path.tenantId) == 3"), /must be written out/);
});

test("functions that are not on the list are refused, with the list", () => {
  for (const text of ['path.tenantId.lowerAscii() == "x"', 'path.tenantId.split("a") == ["b"]', "cel.bind(x, true, x)", "dyn(path.page) == 3", 'bytes("a") == b"a"', "[path.tenantId].join() == ''", "time.getDayOfYear() == 1"]) assert.match(wrong(text), /cannot be used|nothing that|there is no/, text);
  assert.match(wrong("bool('true')"), /function bool\(\) cannot be used; has, size, .*matches, within/);
  for (const text of ['{"a": 1} == {"a": 1}', 'path.?tenantId == "a"', "b'a' == b'a'"]) assert.notEqual(wrong(text), "compiled", text);
});

test("length, size and depth of an expression are bounded", () => {
  const long = (characters: number): string => `true || "${"x".repeat(characters - 16)}" == ""`;
  assert.equal(wrong(long(EXPRESSION_CHARACTERS_MAX)), "compiled");
  assert.match(wrong(long(EXPRESSION_CHARACTERS_MAX + 1)), /too long/);
  const many = (parts: number): string => Array.from({ length: parts }, () => "1<2").join("||");
  // Each comparison has three parts, and each `or` is one.
  assert.equal(wrong(many(NODES_MAX / 4)), "compiled");
  assert.match(wrong(many(NODES_MAX / 4 + 1)), /maxAstNodes/);
  const deep = (levels: number): string => `${"(".repeat(levels)}true${")".repeat(levels)}`;
  assert.equal(wrong(deep(DEPTH_MAX - 1)), "compiled");
  assert.match(wrong(deep(DEPTH_MAX)), /maxDepth/);
  const listed = (items: number): string => `1 in [${Array.from({ length: items }, () => "1").join(",")}]`;
  assert.equal(wrong(listed(LIST_ITEMS_MAX)), "compiled");
  assert.match(wrong(listed(LIST_ITEMS_MAX + 1)), /maxListElements/);
});

test("the work of an expression is bounded, lists of lists included", () => {
  const nested = "principal.roles.exists(a, principal.roles.exists(b, a == b))";
  assert.match(wrong(nested), new RegExp(`it may take \\d+ steps; ${COST_MAX} steps`));
  assert.equal(wrong("principal.roles.exists(a, principal.limits == [1, 2, 3] || a == path.tenantId)"), "compiled");
  assert.match(wrong("principal.roles.exists(a, [1, 2].exists(b, [3].exists(c, b == c)))"), /it may take/);
  assert.match(wrong("(principal.roles + principal.roles).exists(a, a == path.tenantId)"), /length of this list is not bounded/);
  assert.match(wrong("principal.roles.exists()"), /begins with the name of its variable/);
});

test("an expression can be of another kind, where one is wanted", () => {
  const value = (text: string, kinds: readonly Kind[]): Value | string => {
    const expression = compileValue(text, vocabulary, kinds);
    if ("wrong" in expression) return expression.wrong;
    const outcome = expression.evaluate(expression.mentions.map(({ record, name }) => VALUES[record === "" ? name : `${record}.${name}`]));
    return typeof outcome === "object" && "failed" in outcome ? outcome.failed : outcome;
  };
  assert.equal(value('"tenants/" + path.tenantId', ["string"]), "tenants/north");
  assert.equal(value("path.page + 1", ["string", "int"]), 4n);
  assert.deepEqual(value("principal.roles.map(one, one + path.tenantId)", ["strings"]), ["clerknorth", "tellernorth"]);
  assert.match(String(value("path.page", ["string", "strings"])), /it is a int, and what is wanted is string or list<string>/);
  assert.equal(value("principal.roles[7]", ["string"]), "index_out_of_bounds");
});
