import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Operation, Parameter, Scheme } from "../../../../src/contract/operation.ts";
import { ERRORS_MAX } from "../../../../src/doors/inbound/validate/invalid.ts";
import { POINTER_CHARACTERS_MAX } from "../../../../src/doors/told-pointer.ts";
import { parameters } from "../../../../src/doors/inbound/validate/parameters.ts";
import { TOLD_BYTES_MAX } from "../../../../src/doors/inbound/validate/body/judge-body.ts";
import { Content, contentTooLarge } from "../../../../src/exchange/content.ts";
import type { Site } from "../../../../src/policy/definition.ts";
import { type Given, misfits, post, type Sent } from "../../../walk.ts";
import { assertSilent, CANARY, late, media, parameter, place, refusal, said, schema, textOf, untouched } from "../../samples.ts";

function send(declared: readonly Parameter[], given: Given = {}, particulars: Partial<Operation> = {}): Promise<Sent> {
  return post({ guard: parameters, operation: { parameters: declared, ...particulars } })(given);
}

function errors({ outcome }: Sent): readonly Record<string, unknown>[] {
  return (refusal(outcome).extra?.["errors"] ?? []) as readonly Record<string, unknown>[];
}

test("a request without parameters passes where none are declared", async () => assert.equal(said(await send([])), "passes"));

test("a query parameter that nobody declared is refused, and neither its name nor its value is repeated", async () => {
  const sent = await send([], { query: [[CANARY, `${CANARY}-value`]] });
  assert.equal(said(sent), "400 request-invalid");
  assert.deepEqual(errors(sent), [{ in: "query", pointer: "", message: "parameter 1 of the query is not declared" }]);
  assertSilent(sent.outcome);
  const beside = await send([parameter("page", "query")], { query: [["page", "good"], ["Page", "good"]] });
  assert.deepEqual(errors(beside), [{ in: "query", pointer: "", message: "parameter 2 of the query is not declared" }]);
});

test("what is not in the contract at all may be asked with any query, if the policy lets it in", async () => {
  assert.equal(said(await send([], { query: [["a", "b"]] }, { listed: "unlisted" })), "passes");
  assert.equal(said(await send([], { query: [["a", "b"]] }, { listed: "path" })), "400 request-invalid");
});

for (const where of ["path", "query", "header", "cookie"] as const) {
  const carry = (value: string): Given => {
    if (where === "path") return { pathValues: [value] };
    if (where === "query") return { query: [["id", value]] };
    return { fields: where === "header" ? [["id", value]] : [["cookie", `id=${value}`]] };
  };
  const particulars = where === "path" ? { pathNames: ["id"] } : {};

  test(`a ${where} parameter passes when its decoder takes it, and is refused when not`, async () => {
    assert.equal(said(await send([parameter("id", where)], carry("good"), particulars)), "passes");
    const sent = await send([parameter("id", where)], carry(CANARY), particulars);
    assert.equal(said(sent), "400 request-invalid");
    assert.deepEqual(errors(sent), [{ in: where, name: "id", pointer: "", message: "must be good" }]);
    assertSilent(sent.outcome);
  });

  test(`a required ${where} parameter that is missing is refused, an optional one may be missing`, async () => {
    assert.equal(said(await send([parameter("id", where, { required: true })], {}, particulars)), "400 request-invalid");
    if (where !== "path") assert.equal(said(await send([parameter("id", where)], {}, particulars)), "passes");
  });

  test(`a ${where} decoder that breaks refuses, and one that refuses without a word refuses too`, async () => {
    const breaking = parameter("id", where, { read: () => assert.fail(CANARY) });
    assert.equal(said(await send([breaking], carry("good"), particulars)), "500 guard-broken");
    assert.equal(said(await send([parameter("id", where, { read: () => ({ findings: [] }) })], carry("good"), particulars)), "400 request-invalid");
  });
}

test("each query parameter gets its own pairs, in order, also those of a prefix", async () => {
  const got: unknown[] = [];
  const read: Parameter["read"] = (raw) => {
    got.push(raw);
    return { value: null };
  };
  const filter = parameter("filter", "query", { claims: (name) => name.startsWith("filter["), read });
  const tag = parameter("tag", "query", { read });
  const query = [["tag", "a"], ["filter[x]", "1"], ["tag", "b%20c"]] as const;
  assert.equal(said(await send([filter, tag], { query })), "passes");
  assert.deepEqual(got, [[["filter[x]", "1"]], [["tag", "a"], ["tag", "b%20c"]]]);
});

test("the path's raw texts are told apart by the names of the template", async () => {
  const seen = new Map<string, string | undefined>();
  const keep = (name: string): Parameter =>
    parameter(name, "path", {
      read: (raw) => {
        seen.set(name, textOf(raw));
        return { value: null };
      },
    });
  await send([keep("b"), keep("a")], { pathValues: ["1", "2"] }, { pathNames: ["a", "b"] });
  assert.deepEqual([...seen], [["b", "2"], ["a", "1"]]);
});

test("a declared header field or cookie that comes twice is refused: two readers could take two values", async () => {
  const twice = await send([parameter("x-a", "header")], { fields: [["x-a", "good"], ["x-a", "good"]] });
  assert.deepEqual(errors(twice), [{ in: "header", name: "x-a", pointer: "", message: "must come once" }]);
  assert.equal(said(await send([parameter("X-A", "header")], { fields: [["x-a", "bad"]] })), "400 request-invalid");
  assert.equal(said(await send([parameter("id", "cookie")], { fields: [["cookie", "id=good; id=good"]] })), "400 request-invalid");
});

test("header fields and cookies that nobody declared pass", async () => {
  assert.equal(said(await send([parameter("id", "cookie")], { fields: [["x-b", "1"], ["cookie", "other=1; id=good; other=2"]] })), "passes");
  assert.equal(said(await send([], { fields: [["cookie", "anything; at, all"]] })), "passes");
});

test("where cookies are declared, a cookie field with two readings is refused", async () => {
  const fits = [parameter("id", "cookie")];
  for (const cookie of ["id=good;other=1", 'other="; id=evil; "', "id=good,other=1", "id=good; ", "id", "=good", "id=a b", "id=a\\b", 'id="good', " id=good", "id=\u00e9"]) {
    const sent = await send(fits, { fields: [["cookie", cookie]] });
    assert.equal(said(sent), "400 request-invalid", cookie);
  }
  assert.equal(said(await send(fits, { fields: [["cookie", "id=good"], ["cookie", "a=b"]] })), "400 request-invalid");
  assert.equal(said(await send(fits, { fields: [["cookie", "id=good"], ["cookie", "a=b"]], version: "2" })), "passes");
});

test("an API key that travels in the query is no undeclared parameter, and comes once", async () => {
  const scheme: Scheme = { name: "key", type: "apiKey", in: "query", parameter: "api_key", place };
  const security = [[{ scheme, scopes: [] }]];
  assert.equal(said(await send([], { query: [["api_key", CANARY]] }, { security })), "passes");
  const twice = await send([], { query: [["api_key", CANARY], ["api_key", "b"]] }, { security });
  assert.equal(said(twice), "400 request-invalid");
  assertSilent(twice.outcome);
  assert.equal(said(await send([], { query: [["api_key2", "a"]] }, { security })), "400 request-invalid");
  assert.equal(said(await send([], {}, { security })), "passes", "whether there has to be one is for authenticate");
  for (const other of [{ ...scheme, in: "header" }, { ...scheme, type: "http" }] as const) {
    assert.equal(said(await send([], { query: [["api_key", "a"]] }, { security: [[{ scheme: other, scopes: [] }]] })), "400 request-invalid");
  }
});

test("an API key that is also declared as a parameter is judged as one", async () => {
  const scheme: Scheme = { name: "key", type: "apiKey", in: "query", parameter: "api_key", place };
  const security = [[{ scheme, scopes: [] }]];
  assert.equal(said(await send([parameter("api_key", "query")], { query: [["api_key", "bad"]] }, { security })), "400 request-invalid");
  for (const other of [parameter("api_key", "header"), parameter("page", "query")]) assert.equal(said(await send([other], { query: [["api_key", "bad"]] }, { security })), "passes");
});

test("of several parameters in the query any optional one may be missing, and the required ones not", async () => {
  const declared = [parameter("a", "query"), parameter("b", "query", { required: true })];
  assert.equal(said(await send(declared, { query: [["b", "good"]] })), "passes");
  assert.deepEqual(errors(await send(declared, { query: [["a", "good"]] })), [{ in: "query", name: "b", pointer: "", message: "is required" }]);
});

test("it stands everywhere without being named", () => assert.equal(parameters.standing, true));

test("all that is wrong is told at once, at most twenty errors, and the record knows how many more", async () => {
  const both = await send([parameter("a", "query", { required: true }), parameter("b", "header", { required: true })]);
  assert.deepEqual(errors(both).map((error) => error["name"]), ["a", "b"]);
  for (const [count, told, more] of [[ERRORS_MAX, ERRORS_MAX, 0], [ERRORS_MAX + 1, ERRORS_MAX, 1]] as const) {
    const many = Array.from({ length: count }, (_, index) => parameter(`p${index}`, "query", { required: true }));
    const sent = await send(many);
    assert.equal(errors(sent).length, told);
    assert.equal(refusal(sent.outcome).because?.["more"], more);
  }
  const flood = await send([], { query: Array.from({ length: 1_000 }, (): [string, string] => ["x", ""]) });
  assert.equal(errors(flood).length, ERRORS_MAX);
});

test("a pointer longer than its bound is cut at a step", async () => {
  const deep = "/abcdefg".repeat(POINTER_CHARACTERS_MAX / 8);
  const at = async (pointer: string): Promise<unknown> => {
    const read: Parameter["read"] = () => ({ findings: [{ pointer, keyword: "type", message: "no" }] });
    return errors(await send([parameter("a", "query", { read })], { query: [["a", ""]] }))[0]?.["pointer"];
  };
  assert.equal(await at(deep), deep);
  assert.equal(await at(`/b${deep}`), `/b${deep.slice(0, -8)}`);
  assert.equal(await at(`${deep}a`), deep.slice(0, -8));
});

test("in observe mode the request passes and the finding is witnessed", async () => {
  const { outcome, exchange } = await post({ guard: parameters, mode: "observe" })({ query: [["a", "b"]] });
  assert.equal(outcome, undefined);
  assert.deepEqual(exchange.observed.map(({ problem }) => problem.type), ["request-invalid"]);
});

test("a path parameter that the contract does not describe is a misfit, and so is an option", () => {
  assert.match(misfits(parameters, {}, { pathNames: ["id"] }).join(), /path parameter id is not described/);
  assert.match(misfits(parameters, {}, { pathNames: ["id"], parameters: [parameter("id", "query"), parameter("other", "path")] }).join(), /path parameter id/);
  assert.deepEqual(misfits(parameters, {}, { pathNames: ["id"], parameters: [parameter("id", "path")] }), []);
  assert.match(misfits(parameters, { strict: true }).join(), /unknown option/);
});

test("whatever the query and the cookies are, only what is declared and fits passes", async () => {
  const names = fc.constantFrom("a", "b", "A", "__proto__", "constructor", "");
  const pairs = fc.array(fc.tuple(names, fc.constantFrom("good", "bad", "")), { maxLength: 4 });
  const walk = post({ guard: parameters, operation: { parameters: [parameter("a", "query"), parameter("c", "cookie")] } });
  await fc.assert(
    fc.asyncProperty(pairs, fc.string(), async (query, cookie) => {
      const verdict = said(await walk({ query, fields: [["cookie", cookie]] }));
      const sound = query.every(([name]) => name === "a") && (query.length === 0 || query[0]?.[1] === "good");
      if (!sound) assert.equal(verdict, "400 request-invalid");
      else assert.ok(verdict === "passes" || verdict === "400 request-invalid", verdict);
    }),
    { numRuns: 300 },
  );
});

test("what the parameters were read to be is kept for the guards behind, by their place in the operation", async () => {
  const { exchange } = await send([parameter("page", "query"), parameter("id", "header"), parameter("sort", "query")], { query: [["sort", "good"]] });
  assert.deepEqual(exchange.values, [undefined, undefined, "good"]);
});

test("names that no parameter claims go to the one that takes the rest, and credentials in the query do not", async () => {
  const taken: string[] = [];
  const rest = parameter("rest", "query", {
    claims: () => false,
    takesRest: true,
    read: (raw) => {
      taken.push(...(typeof raw === "string" ? [raw] : raw.map(([name]) => name)));
      return { value: {} };
    },
  });
  const scheme: Scheme = { name: "key", type: "apiKey", in: "query", parameter: "api_key", place };
  const sent = await send([rest, parameter("page", "query")], { query: [["x", "1"], ["page", "good"], ["api_key", "k"], ["y", "2"]] }, { security: [[{ scheme, scopes: [] }]] });
  assert.equal(said(sent), "passes");
  assert.deepEqual(taken, ["x", "y"]);
});

const json: Operation["body"] = { required: true, media: [media("application/json", "json", schema((value) => JSON.stringify(value) === '{"a":1}'))] };
const posted = new Set(["parameters", "body"]);

/** A request with a bad query parameter and this body, where `body` stands with these options. */
function both(given: Given, site: Partial<Site> = { posted, optionsOf: () => [{}] }): Promise<Sent> {
  const walk = post({ guard: parameters, operation: { method: "POST", parameters: [parameter("page", "query")], body: json }, site });
  return walk({ query: [["page", "bad"]], fields: [["content-type", "application/json"]], ...given });
}

const BAD_PAGE = { in: "query", name: "page", pointer: "", message: "must be good" };
const BAD_BODY = { in: "body", pointer: "/a", message: "must be as declared" };

test("what is wrong with the body is told in the same answer, whether it is here or comes late, and whether or not its length was announced", async () => {
  for (const given of [{ body: '{"a":2}' }, { content: late('{"a":2}', 7) }, { content: late('{"a":2}') }, { content: late('{"a":2}'.padEnd(TOLD_BYTES_MAX)) }]) assert.deepEqual(errors(await both(given)), [BAD_PAGE, BAD_BODY]);
  assert.deepEqual(errors(await both({ content: new Content(undefined, 0) })), [BAD_PAGE, { in: "body", pointer: "", message: "is required" }]);
  assert.deepEqual(errors(await both({ body: '{"a":1}' })), [BAD_PAGE]);
  assertSilent((await both({ body: JSON.stringify({ a: CANARY }) })).outcome);
});

test("a body of another type, too large, or that breaks off, leaves the answer as it is", async () => {
  assert.deepEqual(errors(await both({ body: "x", fields: [["content-type", "text/html"]] })), [BAD_PAGE]);
  assert.deepEqual(errors(await both({ content: late('{"a":2}', TOLD_BYTES_MAX) })), [BAD_PAGE, BAD_BODY]);
  const large = untouched(TOLD_BYTES_MAX + 1);
  assert.deepEqual(errors(await both({ content: large.content })), [BAD_PAGE]);
  assert.equal(large.opened(), false);
  assert.deepEqual(errors(await both({ content: late('{"a":2}'.padEnd(TOLD_BYTES_MAX + 1)) })), [BAD_PAGE]);
  const broken = new Content({ open: (sink) => sink.fail(contentTooLarge()) }, undefined);
  assert.deepEqual(errors(await both({ content: broken })), [BAD_PAGE]);
});

test("all of it is bounded together", async () => {
  const many = Array.from({ length: ERRORS_MAX }, (_, at): [string, string] => [`x${at}`, "1"]);
  const sent = await both({ query: many, body: '{"a":2}' });
  assert.equal(errors(sent).length, ERRORS_MAX);
  assert.equal(refusal(sent.outcome).because?.["more"], 1);
});

test("where body does not stand, is only observed, or has options that are none, it is not asked", async () => {
  const { content, opened } = untouched(7);
  for (const site of [{}, { posted }, { posted: new Set(["parameters"]), optionsOf: () => [{}] }, { posted, optionsOf: () => [] }, { posted, optionsOf: () => [{ depth: 0 }] }]) {
    assert.deepEqual(errors(await both({ content }, site)), [BAD_PAGE]);
  }
  assert.equal(opened(), false);
});
