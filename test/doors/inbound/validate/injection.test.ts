/** Injection: what a request says in its own words is looked at, and refused where it is an attack. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { leafOf } from "../../../../src/contract/kinds/kind.ts";
import type { Json, JsonObject } from "../../../../src/contract/json-value.ts";
import type { Operation, Validator } from "../../../../src/contract/operation.ts";
import { injection } from "../../../../src/doors/inbound/validate/injection.ts";
import { FINDINGS_MAX } from "../../../../src/doors/inbound/validate/injection/search.ts";
import { Content } from "../../../../src/exchange/content.ts";
import { type Given, misfits, post, type Sent } from "../../../walk.ts";
import { assertSilent, media, parameter, refusal, said, schema } from "../../samples.ts";
import { compile } from "../../../contract/schema/desk.ts";

const ATTACK = "x' or 1=1 --";
const JSON_FIELDS = [["content-type", "application/json"]] as const;

/** A body that the guard before has read. */
function read(value: Json): Content {
  const content = Content.holding(new TextEncoder().encode(JSON.stringify(value)));
  content.understand(value);
  return content;
}

function sendBody(value: Json, contract: Json | undefined, options: Json = {}): Promise<Sent> {
  const validator = contract === undefined ? undefined : compile(contract).validator;
  const body: Operation["body"] = { required: true, media: [media("application/json", "json", validator)] };
  return post({ guard: injection, options, operation: { body } })({ content: read(value), fields: JSON_FIELDS });
}

function errors({ outcome }: Sent): unknown {
  return refusal(outcome).extra?.["errors"];
}

const FREE = { type: "object", properties: { note: { type: "string" }, code: { type: "string", pattern: "^[a-z]+$" }, count: { type: "integer" } }, additionalProperties: false } as const;

test("honest words pass, whatever words they are", async () => {
  for (const note of ["Please select one from the list, or drop me a line", "O'Brien & sons", "1 or 2 apples", "5 > 3 and that's it", "\u{4f60}\u{597d}", ""]) assert.equal(said(await sendBody({ note }, FREE)), "passes", note);
});

test("an attack in a member of the body is refused, by its place, and is not repeated", async () => {
  const sent = await sendBody({ note: ATTACK }, FREE);
  assert.equal(said(sent), "400 injection-suspected");
  assert.deepEqual(errors(sent), [{ in: "body", pointer: "/note", message: "holds text that is not accepted here" }]);
  assert.deepEqual(refusal(sent.outcome).because, { findings: [{ in: "body", pointer: "/note", rule: "sql-tautology", view: "plain" }] });
  assertSilent(sent.outcome, "or 1=1");
});

test("what the contract leaves no room in is not looked at", async () => {
  assert.equal(said(await sendBody({ code: ATTACK }, FREE)), "passes", "the guard before has refused it");
});

test("without a schema every text is looked at, names too", async () => {
  assert.equal(said(await sendBody({ a: [{ b: ATTACK }] }, undefined)), "400 injection-suspected");
  const sent = await sendBody({ a: { [ATTACK]: 1 } }, undefined);
  assert.deepEqual(errors(sent), [{ in: "body", pointer: "/a", message: "holds text that is not accepted here" }]);
  assertSilent(sent.outcome, "or 1=1");
});

test("names that change what a program does are refused where the contract does not know them", async () => {
  for (const value of [{ password: { $ne: "" } }, { constructor: { prototype: { admin: true } } }, { a: { ["__PROTO__"]: 1 } }]) assert.equal(said(await sendBody(value, undefined)), "400 injection-suspected", JSON.stringify(value));
  assert.equal(said(await sendBody({ constructor: "ACME builders", $schema: "x" }, undefined)), "passes");
  assert.equal(said(await sendBody({ $where: "here" }, { type: "object", properties: { $where: { type: "string" } } })), "passes", "the contract knows it");
});

test("parameters are looked at as what the contract says they are", async () => {
  const free = parameter("q", "query", { leaf: leafOf("text") });
  const bound = parameter("id", "path", { leaf: leafOf("none") });
  const send = (values: Given["values"]): Promise<Sent> => post({ guard: injection, operation: { parameters: [bound, free], pathNames: ["id"] } })({ values: values ?? [] });
  assert.equal(said(await send([ATTACK, "honest"])), "passes");
  const sent = await send(["1", ATTACK]);
  assert.deepEqual(errors(sent), [{ in: "query", name: "q", pointer: "", message: "holds text that is not accepted here" }]);
  assert.equal(said(await send([])), "passes");
});

test("fields of the head that nobody declared are looked at, and a name that is no known one is not repeated", async () => {
  const send = (name: string): Promise<Sent> => post({ guard: injection })({ fields: [[name, ATTACK]] });
  assert.deepEqual(errors(await send("user-agent")), [{ in: "header", name: "user-agent", pointer: "", message: "holds text that is not accepted here" }]);
  assert.deepEqual(errors(await send("x-anything")), [{ in: "header", pointer: "", message: "holds text that is not accepted here" }]);
  assert.equal(said(await send("authorization")), "passes", "credentials are for those who check them");
});

test("what no contract describes is looked at whole", async () => {
  const send = (given: Given): Promise<Sent> => post({ guard: injection, operation: { listed: "unlisted" } })(given);
  assert.equal(said(await send({ path: "/a/b", query: [["q", "honest"]] })), "passes");
  assert.equal(said(await send({ path: "/a/x'%20or%201=1%20--" })), "400 injection-suspected");
  assert.equal(said(await send({ query: [["q", "x'%20or%201=1--"]] })), "400 injection-suspected");
  assert.equal(said(await send({ query: [["$where", "1"]] })), "400 injection-suspected");
});

test("a policy says what single fields hold: code is looked at and only written down", async () => {
  const reason = "users post snippets, agreed 2026-11-20";
  const sent = await sendBody({ note: ATTACK }, FREE, { fields: { "/note": { kind: "code", reason } } });
  assert.equal(said(sent), "passes");
  assert.deepEqual(sent.exchange.observed.map(({ guard, problem }) => [guard, problem.type]), [["injection", "injection-suspected"]]);
  assert.equal(said(await sendBody({ note: ATTACK }, FREE, { fields: { "/note": { mode: "observe", reason } } })), "passes");
  assert.equal(said(await sendBody({ note: ATTACK }, FREE, { fields: { "/note": { kind: "none", reason } } })), "passes");
  assert.equal(said(await sendBody({ code: ATTACK }, FREE, { fields: { "/code": { kind: "text" } } })), "400 injection-suspected", "and looks at more without a reason");
  const list = { type: "array", items: { type: "object", properties: { text: { type: "string" } } } } as const;
  assert.equal(said(await sendBody([{ text: ATTACK }], list, { fields: { "/*/text": { kind: "code", reason } } })), "passes");
});

test("a rule that loosens without a reason, and one that leads nowhere, are misfits", () => {
  const said = (rule: Json, name = "/note"): readonly string[] => misfits(injection, { fields: { [name]: rule } }, { body: { required: false, media: [media("application/json", "json", compile(FREE).validator)] } });
  assert.match(said({ kind: "code" })[0] ?? "", /says no reason/);
  assert.match(said({ mode: "observe" })[0] ?? "", /says no reason/);
  assert.match(said({ kind: "url", mode: "observe", reason: "written down" })[0] ?? "", /no other kind/);
  assert.match(said({ kind: "text" }, "/nothing")[0] ?? "", /no field "\/nothing"/);
  assert.match(said({ kind: "text" }, "query/q")[0] ?? "", /no field "query\/q"/);
  assert.match(said({ kind: "text" }, "note")[0] ?? "", /names no field/);
  assert.deepEqual(said({ kind: "text" }), []);
});

const RICH = { type: "object", properties: { note: { type: "string", contentMediaType: "text/html" }, amount: { type: "number" }, list: { type: "array", items: { type: "string", format: "html" } } } } as const;

/** Sends a body of the media type past both parts of the guard; answers what goes to the API. */
async function forward(text: string, { contract = RICH, type = "application/json", options = {}, mode = "enforce" }: { readonly contract?: Json; readonly type?: string; readonly options?: Json; readonly mode?: "enforce" | "observe" } = {}): Promise<Sent & { readonly forwarded: string }> {
  const isJson = type === "application/json";
  const body: Operation["body"] = { required: true, media: [media(type, isJson ? "json" : "text", compile(contract).validator)] };
  const content = Content.holding(new TextEncoder().encode(text));
  content.understand(isJson ? (JSON.parse(text) as Json) : text);
  const sent = await post({ guard: injection, options, operation: { body }, mode, site: { mode } })({ content, fields: [["content-type", type], ["content-length", String(text.length)], ["content-digest", "sha-256=:x:"]] });
  const bytes = sent.exchange.content.read();
  assert.ok(bytes instanceof Uint8Array);
  return { ...sent, forwarded: Buffer.from(bytes).toString() };
}

test("rich text is cut down to what may stay, and everything else of the body stays as it was written", async () => {
  const text = `{ "amount": 1.50, "note": "<p onclick=\\"x()\\">Hi <b>you</b><script>steal()</script></p>", "list": ["<a href=\\"javascript:x\\">a</a>", "<i>b</i>"] }`.replaceAll("\\\\", "\\");
  const { outcome, exchange, forwarded } = await forward(text);
  assert.equal(outcome, undefined);
  assert.equal(forwarded, '{ "amount": 1.50, "note": "<p>Hi <b>you</b></p>", "list": ["<a>a</a>", "<i>b</i>"] }');
  assert.deepEqual(exchange.content.value, JSON.parse(forwarded));
  assert.equal(exchange.outgoing.one("content-length"), String(forwarded.length));
  assert.equal(exchange.outgoing.one("content-digest"), undefined, "the digest of another body");
  assert.deepEqual(exchange.observed.map(({ problem }) => problem.because), [{ findings: [{ in: "body", pointer: "/note", rule: "rich-cut", view: "plain" }, { in: "body", pointer: "/list/0", rule: "rich-cut", view: "plain" }] }]);
});

const FORM = "application/x-www-form-urlencoded";

/** Sends a form past both parts of the guard; `value` is what its reader made of it. */
async function forwardForm(text: string, value: JsonObject, contract: Json = RICH): Promise<Sent & { readonly forwarded: string }> {
  const body: Operation["body"] = { required: true, media: [media(FORM, "form", compile(contract).validator)] };
  const content = Content.holding(new TextEncoder().encode(text));
  content.understand(value);
  const sent = await post({ guard: injection, operation: { body } })({ content, fields: [["content-type", FORM], ["content-length", String(text.length)], ["content-digest", "sha-256=:x:"]] });
  const bytes = sent.exchange.content.read();
  assert.ok(bytes instanceof Uint8Array);
  return { ...sent, forwarded: Buffer.from(bytes).toString() };
}

test("rich text of a form is cut, too, and its other pairs stay as they were written", async () => {
  const note = "<p onclick=x()>Hi & <b>you</b><script>steal()</script></p>";
  const { outcome, exchange, forwarded } = await forwardForm(`amount=1.50&n%6fte=${encodeURIComponent(note)}&list=%3Ci%3Eone%3C/i%3E&list=${encodeURIComponent("two<script>x</script>")}&more=a+b`, { amount: 1.5, note, list: ["<i>one</i>", "two<script>x</script>"], more: "a b" });
  assert.equal(outcome, undefined);
  assert.equal(forwarded, "amount=1.50&n%6fte=%3Cp%3EHi+%26amp%3B+%3Cb%3Eyou%3C%2Fb%3E%3C%2Fp%3E&list=%3Ci%3Eone%3C/i%3E&list=two&more=a+b");
  assert.deepEqual(exchange.content.value, { amount: 1.5, note: "<p>Hi &amp; <b>you</b></p>", list: ["<i>one</i>", "two"], more: "a b" });
  assert.deepEqual([exchange.outgoing.one("content-length"), exchange.outgoing.one("content-digest")], [String(forwarded.length), undefined]);
});

test("rich text that has no pair of its own in a form is refused where something of it would have to go", async () => {
  const inside = { type: "object", properties: { page: { type: "object", properties: { note: RICH.properties.note } }, list: RICH.properties.list } };
  for (const [text, value] of [
    ["page%5Bnote%5D=%3Cscript%3Ex%3C/script%3E", { page: { note: "<script>x</script>" } }],
    ["list=a,%3Cscript%3Ex%3C/script%3E", { list: ["a", "<script>x</script>"] }],
    ["list=%3Cscript%3Ex%3C/script%3E,a", { list: ["<script>x</script>", "a"] }],
  ] as const) {
    const sent = await forwardForm(text, value, inside);
    assert.equal(said(sent), "400 injection-suspected", text);
    assert.equal(sent.forwarded, text);
  }
  assert.equal((await forwardForm("page%5Bnote%5D=%3Cb%3Ex%3C/b%3E", { page: { note: "<b>x</b>" } }, inside)).outcome, undefined);
});

test("rich text of which all may stay goes on byte by byte", async () => {
  const text = '{"note":"<p>Hi</p>"}';
  const { forwarded, exchange } = await forward(text);
  assert.equal(forwarded, text);
  assert.equal(exchange.outgoing.one("content-digest"), "sha-256=:x:");
  assert.deepEqual(exchange.observed, []);
});

test("a body that is a page is rich text by itself", async () => {
  assert.equal((await forward("<h1>Hi</h1><script>x</script>", { contract: { type: "string" }, type: "text/html" })).forwarded, "<h1>Hi</h1>");
});

test("a policy says which elements may stay", async () => {
  assert.equal((await forward('{"note":"<h1>Hi <b>you</b></h1>"}', { options: { rich: { tags: ["b"] } } })).forwarded, '{"note":"Hi <b>you</b>"}');
});

test("rich text in a parameter is looked at, for nobody can cut it there", async () => {
  const sent = await post({ guard: injection, operation: { parameters: [parameter("q", "query", { leaf: leafOf("rich") })] } })({ values: ["<script>x</script>"] });
  assert.equal(said(sent), "400 injection-suspected");
});

test("in observe mode rich text is only looked at, and stays as it was", async () => {
  const text = '{"note":"<script>x</script>"}';
  const { forwarded, exchange } = await forward(text, { mode: "observe" });
  assert.equal(forwarded, text);
  assert.equal(exchange.observed[0]?.problem.type, "injection-suspected");
});

test("more free text than the bound is refused, and up to the bound it is looked at", async () => {
  const note = "a".repeat(1_024);
  assert.equal(said(await sendBody(note, { type: "string" }, { text: "1KiB" })), "passes");
  assert.equal(said(await sendBody(`${note}a`, { type: "string" }, { text: "1KiB" })), "413 free-text-too-long");
});

test("findings of one request are told up to their bound", async () => {
  const sent = await sendBody(Array.from({ length: FINDINGS_MAX + 5 }, () => ATTACK), undefined);
  assert.equal((errors(sent) as unknown[]).length, FINDINGS_MAX);
});

test("in observe mode the request passes and the finding is witnessed", async () => {
  const { outcome, exchange } = await post({ guard: injection, mode: "observe" })({ fields: [["user-agent", ATTACK]] });
  assert.equal(outcome, undefined);
  assert.equal(exchange.observed[0]?.problem.type, "injection-suspected");
});

test("a body that nobody has read is not looked at: the guard before it refuses what it cannot read", async () => {
  const validator: Validator = schema(() => true);
  const sent = await post({ guard: injection, operation: { body: { required: false, media: [media("application/json", "json", validator)] } } })({ body: JSON.stringify(ATTACK), fields: JSON_FIELDS });
  assert.equal(said(sent), "passes");
});

test("a path is looked at whole where its segments are free, and what is hidden in it is for nobody", async () => {
  const send = (path: string, leaf = leafOf("text")): Promise<Sent> => {
    const operation = { parameters: [parameter("a", "path", { leaf }), parameter("b", "path", { leaf })], pathNames: ["a", "b"] };
    return post({ guard: injection, operation })({ path, values: path.split("/").slice(1) });
  };
  assert.equal(said(await send("/etc/passwd")), "400 injection-suspected");
  assert.equal(said(await send("/x/.git")), "400 injection-suspected");
  assert.equal(said(await send("/x/.hidden")), "400 injection-suspected");
  assert.equal(said(await send("/.well-known/x")), "passes");
  assert.equal(said(await send("/x/y.z")), "passes");
  assert.equal(said(await send("/etc/passwd", leafOf("none"))), "passes", "the contract has said what they are");
});

test("a field that names an upload is looked at as the name of a file", async () => {
  assert.equal(said(await post({ guard: injection })({ fields: [["x-filename", "a.php"]] })), "400 injection-suspected");
  assert.equal(said(await post({ guard: injection })({ fields: [["x-filename", "a.pdf"]] })), "passes");
});

test("the id of a session in a query or a form, and not from a page of this host, is another's", async () => {
  const send = (name: string, referer?: string): Promise<Sent> => post({ guard: injection, operation: { listed: "unlisted" } })({ query: [[name, "abc"]], fields: [["host", "api.example"], ...(referer === undefined ? [] : [["referer", referer] as const])] });
  for (const name of ["PHPSESSID", "session_id", "connect.sid", "next-auth.session-token"]) assert.equal(said(await send(name, "https://evil.example/x")), "400 injection-suspected", name);
  assert.equal(said(await send("session_id", "https://api.example/x")), "passes");
  assert.equal(said(await send("session_id", "no url")), "passes");
  assert.equal(said(await send("session_id")), "400 injection-suspected");
  assert.equal(said(await sendBody({ session_id: "abc" }, undefined)), "passes", "JSON is no form that a link could send");
  assert.equal(said(await send("obsession", "https://evil.example/x")), "passes");
});

test("cookies are looked at one by one, names and values", async () => {
  const send = (cookie: string): Promise<Sent> => post({ guard: injection })({ fields: [["cookie", cookie]] });
  assert.equal(said(await send("a=b; c=d")), "passes");
  assert.equal(said(await send(`a=${Buffer.from(ATTACK).toString("base64")}`)), "400 injection-suspected");
  assert.equal(said(await send("a=b; c=%3Cscript%3E")), "400 injection-suspected");
});

test("where a program's files are is not elsewhere", async () => {
  const send = (name: string, value: string): Promise<Sent> => post({ guard: injection, operation: { listed: "unlisted" } })({ query: [[name, value]] });
  for (const name of ["_CONF[path]", "mosConfig_absolute_path", "inc_dir"]) assert.equal(said(await send(name, "https://evil.example/x")), "400 injection-suspected", name);
  assert.equal(said(await send("link", "https://example.com/x")), "passes");
  assert.equal(said(await send("base_path", "/a/b")), "passes");
});

test("a name that only the contract lets through is the contract's", async () => {
  const value = JSON.parse('{"__proto__": 12}') as Json;
  assert.equal(said(await sendBody(value, { required: ["__proto__"] })), "passes");
});
