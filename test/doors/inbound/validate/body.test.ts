import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import { readBytes } from "../../../../src/contract/media/bytes.ts";
import type { Decoded } from "../../../../src/contract/media/decode.ts";
import type { RequestBody, Validator } from "../../../../src/contract/operation.ts";
import { body } from "../../../../src/doors/inbound/validate/body.ts";
import { Content } from "../../../../src/exchange/content.ts";
import { compile } from "../../../contract/schema/desk.ts";
import { type Given, misfits, post, type Sent } from "../../../walk.ts";
import { assertSilent, broken, CANARY, late, media, refusal, said, schema, untouched } from "../../samples.ts";

const one = schema((value) => typeof value === "object" && value !== null && "a" in value && value.a === 1);
const orders: RequestBody = { required: true, media: [media("application/json", "json", one)] };

function send(declared: RequestBody | undefined, given: Given, type = "application/json", options: JsonObject = {}): Promise<Sent> {
  const fields = [["content-type", type] as const, ...(given.fields ?? [])];
  return post({ guard: body, options, operation: { method: "POST", body: declared } })({ ...given, fields });
}

test("a body that fits its schema passes, and its value is kept for the guards behind", async () => {
  const sent = await send(orders, { body: '{"a":1}' });
  assert.equal(said(sent), "passes");
  assert.deepEqual(sent.exchange.content.value, { a: 1 });
});

test("a body that does not fit its schema is refused with places and rules, never with what was sent", async () => {
  const sent = await send(orders, { body: JSON.stringify({ a: CANARY }) });
  assert.equal(said(sent), "400 request-invalid");
  assert.deepEqual(refusal(sent.outcome).extra, { errors: [{ in: "body", pointer: "/a", message: "must be as declared" }] });
  assertSilent(sent.outcome);
});

test("a body that comes late is judged when it is here", async () => {
  assert.equal(said(await send(orders, { content: late('{"a":1}') })), "passes");
  assert.equal(said(await send(orders, { content: late('{"a":2}', 7) })), "400 request-invalid");
  assert.equal(said(await send(orders, { content: broken() })), "502 api-broke-off");
  const bounded = late("x".repeat(11));
  bounded.bound(10);
  assert.equal(said(await send(orders, { content: bounded })), "413 content-too-large");
});

test("a required body that is missing is refused, also when a chunked body turns out to be empty", async () => {
  assert.equal(said(await send(orders, {})), "400 request-invalid");
  assert.equal(said(await send(orders, { content: late("") })), "400 request-invalid");
  assert.equal(said(await send({ ...orders, required: false }, {})), "passes");
  assert.equal(said(await send({ ...orders, required: false }, { content: late("") })), "passes");
});

test("a body where none is declared is refused without being read", async () => {
  assert.equal(said(await send(undefined, {})), "passes");
  for (const declared of [undefined, 1]) {
    const { content, opened } = untouched(declared);
    assert.equal(said(await send(undefined, { content })), "400 content-unexpected");
    assert.equal(opened(), false);
  }
});

test("a media type that is not declared is refused, and the answer says which are", async () => {
  const declared = { required: true, media: [media("application/json", "json", one), media("image/*", "opaque"), media("application/xml", "unsupported")] };
  for (const type of ["text/plain", "application/xml", "application/jsonx", "*/*", "application/json, text/plain", "application/json;charset", "json", "", "application/json; charset=utf-8; charset=utf-16"]) {
    const sent = await send(declared, { body: '{"a":1}' }, type);
    assert.equal(said(sent), "415 media-type-unsupported", type);
    assert.equal(refusal(sent.outcome).headers?.["accept"], "application/json, image/*");
  }
});

test("no content type and two of them are refused alike", async () => {
  const walk = post({ guard: body, operation: { body: orders } });
  assert.equal(said(await walk({ body: '{"a":1}', fields: [] })), "415 media-type-unsupported");
  const twice = [["content-type", "application/json"], ["content-type", "text/plain"]] as const;
  assert.equal(said(await walk({ body: '{"a":1}', fields: twice })), "415 media-type-unsupported");
});

test("what the content type says beside the type is read, and only UTF-8 is taken", async () => {
  for (const type of ["Application/JSON", "application/json; charset=UTF-8", 'application/json;charset="utf-8"', "application/json; profile=x"]) {
    assert.equal(said(await send(orders, { body: '{"a":1}' }, type)), "passes", type);
  }
  for (const charset of ["utf-16", "utf-7", "iso-8859-1", "utf8"]) {
    assert.equal(said(await send(orders, { body: '{"a":1}' }, `application/json; charset=${charset}`)), "415 media-type-unsupported", charset);
  }
});

test("a compressed body is refused unread, whatever its type", async () => {
  const open = { required: true, media: [media("*/*", "opaque")] };
  for (const declared of [orders, open]) {
    const sent = await send(declared, { body: gzipSync('{"a":1}'), fields: [["content-encoding", "gzip"]] });
    assert.equal(said(sent), "415 content-coding-unsupported");
    assert.equal(refusal(sent.outcome).headers?.["accept-encoding"], "identity");
    assert.equal(said(await send(declared, { body: "{}", fields: [["content-encoding", "identity"], ["content-encoding", "br"]] })), "415 content-coding-unsupported");
  }
  assert.equal(said(await send(orders, { body: '{"a":1}', fields: [["content-encoding", "identity"]] })), "passes");
});

for (const [coding, pack] of [["gzip", gzipSync], ["br", brotliCompressSync], ["zstd", zstdCompressSync]] as const) {
  test(`a body in ${coding} is undone where the policy says so, judged, and goes on as it was inside`, async () => {
    const options = { decode: [coding] };
    const coded = [["content-encoding", coding]] as const;
    for (const content of [Content.holding(pack('{"a":1}')), late(pack('{"a":1}'))]) {
      const sent = await send(orders, { content, fields: coded }, "application/json", options);
      assert.equal(said(sent), "passes");
      assert.deepEqual(sent.exchange.content.value, { a: 1 });
      assert.equal(Buffer.from((await sent.exchange.content.read()) as Uint8Array).toString(), '{"a":1}');
      assert.equal(sent.exchange.request.fields.count("content-encoding"), 0);
    }
    const refused = await send(orders, { body: pack(JSON.stringify({ a: CANARY })), fields: coded }, "application/json", options);
    assert.equal(said(refused), "400 request-invalid");
    assertSilent(refused.outcome);
    assert.equal(said(await send(orders, { body: '{"a":1}' }, "application/json", options)), "passes", "uncoded bodies are taken all the same");
    assert.equal(said(await send(orders, { body: '{"a":1}', fields: coded }, "application/json", options)), "400 content-undecodable");
    assert.equal(said(await send(orders, { body: pack(pack('{"a":1}')), fields: coded }, "application/json", options)), "400 request-invalid", "one layer");
    assert.equal(said(await send(orders, { content: broken(), fields: coded }, "application/json", options)), "502 api-broke-off");
  });
}

test("a coding that the policy does not list, or two of them, is refused, and the answer says which are taken", async () => {
  for (const [value, decode] of [["gzip", ["br"]], ["gzip, gzip", ["gzip"]], ["gzip;q=1", ["gzip"]], ["deflate", ["gzip"]], ["", ["gzip"]]] as const) {
    const { outcome } = await send(orders, { body: gzipSync("{}"), fields: [["content-encoding", value]] }, "application/json", { decode });
    assert.equal(refusal(outcome).type, "content-coding-unsupported");
    assert.deepEqual(refusal(outcome).headers, { "accept-encoding": `${decode[0]}, identity` });
  }
  const twice = await send(orders, { body: gzipSync("{}"), fields: [["content-encoding", "gzip"], ["content-encoding", "gzip"]] }, "application/json", { decode: ["gzip"] });
  assert.equal(refusal(twice.outcome).type, "content-coding-unsupported");
});

test("a bomb is given up at the bound of the body, and at the ratio", async () => {
  const zeros = gzipSync(Buffer.alloc(4_000_000));
  const content = late(zeros);
  content.bound(1_000_000);
  assert.equal(said(await send(orders, { content, fields: [["content-encoding", "gzip"]] }, "application/json", { decode: ["gzip"], ratio: 10_000 })), "413 content-too-large");
  assert.equal(said(await send(orders, { body: zeros, fields: [["content-encoding", "gzip"]] }, "application/json", { decode: ["gzip"] })), "413 content-too-large");
});

test("JSON with two readings is refused: two names, huge numbers, broken text", async () => {
  const any = { required: true, media: [media("application/json", "json", schema(() => true))] };
  for (const text of ['{"a":1,"a":2}', '{"a":9007199254740993}', '{"a":1e999}', '{"__proto__":1}', '{"a":"\\ud800"}', "{a:1}", "{} {}", "\ufeff{}"]) {
    const sent = await send(any, { body: text });
    assert.equal(said(sent), "400 request-invalid", text);
  }
  assert.equal(said(await send(any, { body: Uint8Array.of(0x22, 0xff, 0x22) })), "400 request-invalid");
  assertSilent((await send(any, { body: `{"x":"${CANARY}",` })).outcome);
  assert.equal(said(await send(any, { body: '{"a":9007199254740993}' }, "application/json", { numbers: "rounded" })), "passes");
});

test("depth, values, members and texts are bounded, and each bound is an option", async () => {
  const any = { required: true, media: [media("application/json", "json", schema(() => true))] };
  const nest = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  assert.equal(said(await send(any, { body: nest(32) })), "passes");
  assert.equal(said(await send(any, { body: nest(33) })), "400 request-invalid");
  assert.equal(said(await send(any, { body: nest(33) }, "application/json", { depth: 33 })), "passes");
  assert.equal(said(await send(any, { body: "[1,2]" }, "application/json", { values: 3 })), "passes");
  assert.equal(said(await send(any, { body: "[1,2,3]" }, "application/json", { values: 3 })), "400 request-invalid");
  assert.equal(said(await send(any, { body: '{"a":1,"b":2}' }, "application/json", { members: 2 })), "passes");
  assert.equal(said(await send(any, { body: '{"a":1,"b":2,"c":3}' }, "application/json", { members: 2 })), "400 request-invalid");
  assert.equal(said(await send(any, { body: '"12345"' }, "application/json", { texts: "5B" })), "passes");
  assert.equal(said(await send(any, { body: '"123456"' }, "application/json", { texts: "5B" })), "400 request-invalid");
  assert.match(misfits(body, { depth: 0 }).join(), /1 to/);
});

test("text is UTF-8 and judged by its schema", async () => {
  const hello = { required: true, media: [media("text/plain", "text", schema((value) => value === "h\u00e9"))] };
  assert.equal(said(await send(hello, { body: "h\u00e9" }, "text/plain")), "passes");
  assert.equal(said(await send(hello, { body: "he" }, "text/plain")), "400 request-invalid");
  assert.equal(said(await send(hello, { body: Uint8Array.of(0x68, 0xe9) }, "text/plain")), "400 request-invalid");
  const free = { required: true, media: [media("text/plain", "text")] };
  assert.equal(said(await send(free, { body: Uint8Array.of(0xff) }, "text/plain")), "400 request-invalid");
});

test("an opaque body streams through unread", async () => {
  const { content, opened } = untouched();
  for (const type of ["image/x-own", "application/octet-stream"]) assert.equal(said(await send({ required: true, media: [media("*/*", "opaque")] }, { content }, type)), "passes");
  assert.equal(opened(), false);
});

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");

test("an opaque body begins as content of its type does; the rest streams on as it came", async () => {
  const images = { required: true, media: [media("image/*", "opaque")] };
  const whole = Buffer.concat([PNG, Buffer.alloc(3_000, 1)]);
  for (const content of [Content.holding(whole), late(whole), late(whole, whole.byteLength)]) {
    const sent = await send(images, { content }, "image/png");
    assert.equal(said(sent), "passes");
    assert.deepEqual(Buffer.from((await sent.exchange.content.read()) as Uint8Array), whole);
  }
  for (const wrong of ["<script>alert(1)</script>", PNG.subarray(0, 7), Buffer.concat([Buffer.of(0), PNG])]) {
    for (const content of [Content.holding(Buffer.from(wrong)), late(Buffer.from(wrong))]) {
      const sent = await send(images, { content }, "image/png");
      assert.equal(said(sent), "400 request-invalid");
      assert.deepEqual(refusal(sent.outcome).extra, { errors: [{ in: "body", pointer: "", message: "does not begin as content of its type does" }] });
    }
  }
  assert.equal(said(await send(images, { content: late("") }, "image/png")), "400 request-invalid", "required, and nothing came");
  assert.equal(said(await send({ ...images, required: false }, { content: late("") }, "image/png")), "passes");
  assert.equal(said(await send(images, { content: broken() }, "image/png")), "502 api-broke-off");
});

test("the contract may say what bytes without a type of their own are", async () => {
  const declared = { required: true, media: [{ ...media("application/octet-stream", "opaque"), formats: ["png"] }] };
  assert.equal(said(await send(declared, { body: PNG }, "application/octet-stream")), "passes");
  assert.equal(said(await send(declared, { body: "GIF89a" }, "application/octet-stream")), "400 request-invalid");
  const short = { required: true, media: [{ ...media("application/octet-stream", "bytes", schema((value) => typeof value === "string" && value.length <= 16)), decode: readBytes, formats: ["png"] }] };
  assert.equal(said(await send(short, { body: PNG }, "application/octet-stream")), "passes");
  assert.equal(said(await send(short, { body: Buffer.concat([PNG, PNG]) }, "application/octet-stream")), "400 request-invalid");
  assert.equal(said(await send(short, { body: "GIF89a" }, "application/octet-stream")), "400 request-invalid");
});

test("a form is read by the contract's own decoder, and what it cannot read is refused", async () => {
  const decode = (bytes: Uint8Array): Decoded => (bytes.byteLength === 3 ? { value: { a: 1 } } : bytes.byteLength === 4 ? { findings: [] } : { findings: [{ pointer: "/a", keyword: "type", message: "must be integer" }] });
  const form = { required: true, media: [{ ...media("application/x-www-form-urlencoded", "form", one), decode }] };
  const sent = await send(form, { body: "a=1" }, "application/x-www-form-urlencoded");
  assert.equal(said(sent), "passes");
  assert.deepEqual(sent.exchange.content.value, { a: 1 });
  const refused = await send(form, { body: `a=${CANARY}` }, "application/x-www-form-urlencoded");
  assert.deepEqual(refusal(refused.outcome).extra, { errors: [{ in: "body", pointer: "/a", message: "must be integer" }] });
  assertSilent(refused.outcome);
  assert.equal(said(await send(form, { body: "a=12" }, "application/x-www-form-urlencoded")), "400 request-invalid", "refused without a reason");
});

test("JSON under a wildcard is read strictly all the same", async () => {
  const any = { required: true, media: [media("*/*", "opaque")] };
  assert.equal(said(await send(any, { body: '{"a":1,"a":2}' }, "application/json")), "400 request-invalid");
  assert.equal(said(await send(any, { body: '{"a":1,"a":2}' }, "application/hal+json")), "400 request-invalid");
  assert.equal(said(await send(any, { body: '{"a":1,"a":2}' }, "application/octet-stream")), "passes");
});

test("the most specific declared type decides", async () => {
  const declared = {
    required: true,
    media: [media("*/*", "opaque"), media("application/*", "opaque"), media("application/*+json", "json", schema(() => false)), media("application/hal+json", "json", schema(() => true))],
  };
  assert.equal(said(await send(declared, { body: "{}" }, "application/hal+json")), "passes");
  assert.equal(said(await send(declared, { body: "{}" }, "application/merge-patch+json")), "400 request-invalid");
  assert.equal(said(await send(declared, { body: "{}" }, "application/octet-stream")), "passes");
});

test("what the contract does not list: JSON is read strictly, everything else passes, compressed bodies do not", async () => {
  const walk = post({ guard: body, operation: { listed: "unlisted" } });
  const typed = (type: string): NonNullable<Given["fields"]> => [["content-type", type]];
  assert.equal(said(await walk({})), "passes");
  assert.equal(said(await walk({ body: "x", fields: [] })), "passes");
  assert.equal(said(await walk({ body: "{}", fields: typed("application/json") })), "passes");
  assert.equal(said(await walk({ body: '{"a":1,"a":2}', fields: typed("application/json") })), "400 request-invalid");
  assert.equal(said(await walk({ body: "<a/>", fields: typed("application/xml") })), "passes");
  assert.equal(said(await walk({ body: "x", fields: typed("nonsense") })), "415 media-type-unsupported");
  assert.equal(said(await walk({ body: "x", fields: [["content-encoding", "gzip"]] })), "415 content-coding-unsupported");
});

test("a validator that breaks refuses, and one that refuses without a reason refuses too", async () => {
  const breaking = { check: () => assert.fail(CANARY), explain: () => [], open: false };
  const silent = { check: () => false, explain: () => [], open: false };
  for (const [validator, verdict] of [[breaking, "500 guard-broken"], [silent, "400 request-invalid"]] as const) {
    const declared = { required: true, media: [media("application/json", "json", validator)] };
    assert.equal(said(await send(declared, { body: "{}" })), verdict);
    assert.equal(said(await send(declared, { content: late("{}") })), verdict);
  }
  const { outcome } = await send({ required: true, media: [media("application/json", "json", silent)] }, { body: "{}" });
  assert.deepEqual(refusal(outcome).extra, { errors: [{ in: "body", pointer: "", message: "does not fit its schema" }] });
});

test("it stands everywhere without being named", () => assert.equal(body.standing, true));

test("a list of findings is cut at twenty", async () => {
  const validator = { check: () => false, explain: () => Array.from({ length: 21 }, () => ({ pointer: "", keyword: "x", message: "no" })), open: false };
  const { outcome } = await send({ required: true, media: [media("application/json", "json", validator)] }, { body: "{}" });
  const told = refusal(outcome).extra?.["errors"];
  assert.equal(Array.isArray(told) ? told.length : 0, 20);
  assert.equal(refusal(outcome).because?.["more"], 1);
});

test("in observe mode the body passes, whole, and the finding is witnessed", async () => {
  const { outcome, exchange } = await post({ guard: body, mode: "observe", operation: { body: orders } })({ content: late("{}"), fields: [["content-type", "application/json"]] });
  assert.equal(outcome, undefined);
  assert.deepEqual(exchange.observed.map(({ problem }) => problem.type), ["request-invalid"]);
  assert.equal(Buffer.from((await exchange.content.read()) as Uint8Array).toString(), "{}");
});

test("a body of a type that cannot be checked is refused, alone or among good ones", async () => {
  const unread = media("application/xml", "unsupported");
  for (const others of [[], [media("*/*", "opaque")]]) {
    const declared = { required: true, media: [unread, ...others] };
    assert.equal(said(await send(declared, { body: "<a/>" }, "application/xml")), "415 media-type-unsupported");
  }
});

test("many different content types are read right beyond those that are remembered", async () => {
  const walk = post({ guard: body, operation: { body: orders } });
  for (let turn = 0; turn < 40; turn++) {
    assert.equal(said(await walk({ body: '{"a":1}', fields: [["content-type", `application/json; v=${turn}`]] })), "passes");
    assert.equal(said(await walk({ body: '{"a":1}', fields: [["content-type", `text/x${turn}`]] })), "415 media-type-unsupported");
  }
  assert.equal(said(await walk({ content: Content.holding(Buffer.from('{"a":1}')), fields: [["content-type", "application/json; v=39"]] })), "passes");
});

test("control characters are refused in JSON and in text, unless the policy takes them", async () => {
  const any = { required: true, media: [media("application/json", "json"), media("text/plain", "text")] };
  for (const [body, type] of [['{"a":"\\u0000"}', "application/json"], ["a\u001b[2J", "text/plain"], ["a\0", "text/plain"]] as const) {
    assert.equal(said(await send(any, { body }, type)), "400 request-invalid");
    assert.equal(said(await send(any, { body }, type, { controls: "taken" })), "passes");
  }
  assert.equal(said(await send(any, { body: "a\tb\r\nc" }, "text/plain")), "passes");
});

test("control characters that the contract itself lists pass, and others still do not", async () => {
  const listed = compile({ anyOf: [{ enum: ["a\u0000b", "c"] }, { type: "object", properties: { "x\fy": { type: "integer" } }, additionalProperties: false }] }).validator;
  const free = compile({ type: "string", description: "told with a \u0007 bell" }).validator;
  const at = (validator: Validator | undefined): RequestBody => ({ required: true, media: [media("application/json", "json", validator)] });
  for (const body of ['"a\\u0000b"', '{"x\\fy":1}']) assert.equal(said(await send(at(listed), { body })), "passes", body);
  for (const body of ['"a\\u0001b"', '{"x\\fz":1}']) assert.equal(said(await send(at(listed), { body })), "400 request-invalid", body);
  assert.equal(said(await send(at(free), { body: '"\\u0007"' })), "400 request-invalid");
});

test("a number of which the contract says decimal may not lose a digit: what is judged has to be what the API reads", async () => {
  const price = (format: JsonObject): RequestBody => {
    const { validator } = compile({ type: "object", properties: { price: { type: "number", maximum: 100, ...format } } });
    return { required: true, media: [media("application/json", "json", validator)] };
  };
  const over = '{"price":100.000000000000000001}';
  assert.equal(said(await send(price({}), { body: over })), "passes", "as a double it is 100");
  const refused = await send(price({ format: "decimal" }), { body: over });
  assert.deepEqual(refusal(refused.outcome).extra, { errors: [{ in: "body", pointer: "/price", message: "holds a number that cannot be read exactly" }] });
  assert.equal(said(await send(price({ format: "decimal" }), { body: '{"price":99.9900}' })), "passes");
  assert.equal(said(await send(price({ format: "decimal" }), { body: over }, "application/json", { numbers: "rounded" })), "passes");
});
