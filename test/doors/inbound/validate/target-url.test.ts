/** Target-url: what an API is asked to fetch lies in the internet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../../src/contract/json-value.ts";
import { leafOf } from "../../../../src/contract/kinds/kind.ts";
import type { Operation } from "../../../../src/contract/operation.ts";
import { targetUrl } from "../../../../src/doors/inbound/validate/target-url.ts";
import { URLS_MAX } from "../../../../src/doors/inbound/validate/target-url/urls.ts";
import { Content } from "../../../../src/exchange/content.ts";
import { fieldsOf } from "../../../../src/exchange/fields.ts";
import { type Lookup, openResolver } from "../../../../src/outgoing/resolve.ts";
import { compile } from "../../../contract/schema/desk.ts";
import { exchangeOf, misfits, post, type Sent, siteOf } from "../../../walk.ts";
import { assertSilent, media, parameter, refusal, said } from "../../samples.ts";

const NAMES: Readonly<Record<string, readonly string[]>> = {
  "hooks.example": ["93.184.216.34"],
  "six.example": ["2606:4700::1111"],
  "inner.example": ["10.0.0.1"],
  "mixed.example": ["93.184.216.34", "169.254.169.254"],
};
const lookup: Lookup = (name, done) => setImmediate(() => done(NAMES[name]));

/** The one resolver of the house, with names of this test. */
const share = <T>(): T => openResolver(lookup) as T;

const CONTRACT = { type: "object", properties: { callback: { type: "string", format: "uri" }, hooks: { type: "array", items: { type: "object", properties: { url: { type: "string", format: "uri" } } } }, note: { type: "string" } } } as const;
const fields = [["content-type", "application/json"]] as const;

const bodyOf = (contract: Json): Operation["body"] => ({ required: true, media: [media("application/json", "json", compile(contract).validator)] });

function send(value: Json, options: Json = {}, contract: Json = CONTRACT): Promise<Sent> {
  const content = Content.holding(new TextEncoder().encode(JSON.stringify(value)));
  content.understand(value);
  return post({ guard: targetUrl, options, operation: { body: bodyOf(contract) }, site: { share } })({ content, fields });
}

test("a public place passes, by name and by address", async () => {
  for (const callback of ["https://hooks.example/a?b=c", "https://six.example", "https://93.184.216.34/", "https://[2606:4700::1111]/"]) assert.equal(said(await send({ callback })), "passes", callback);
});

test("texts that the contract does not call URLs are not judged, and a request without any passes", async () => {
  assert.equal(said(await send({ note: "http://127.0.0.1/" })), "passes");
  assert.equal(said(await send({})), "passes");
});

const REFUSED: readonly (readonly [url: string, why: RegExp])[] = [
  ["https://127.0.0.1/", /loopback/],
  ["https://169.254.169.254/latest/meta-data/", /metadata/],
  ["https://[::ffff:a9fe:a9fe]/", /metadata/],
  ["https://10.1.2.3/", /private/],
  ["https://inner.example/", /private/],
  ["https://mixed.example/", /metadata/],
  ["https://nowhere.example/", /leads nowhere/],
  ["https://localhost/", /inner network/],
  ["https://2130706433/", /uncommon form/],
  ["https://user@hooks.example/", /user name/],
  ["https://hooks.example\\@127.0.0.1/", /cannot hold/],
  ["http://hooks.example/", /scheme/],
  ["gopher://hooks.example:443/", /scheme/],
  ["https://hooks.example:8443/", /port/],
  ["/relative", /absolute/],
];
for (const [url, why] of REFUSED) {
  test(`${url} is refused, by its field, and the reason is the operator's`, async () => {
    const sent = await send({ callback: url });
    assert.equal(said(sent), "400 target-refused");
    assert.deepEqual(refusal(sent.outcome).extra?.["errors"], [{ in: "body", pointer: "/callback", message: "names a place that is not fetched from" }]);
    assert.match(JSON.stringify(refusal(sent.outcome).because), why);
    assertSilent(sent.outcome, url);
  });
}

test("every URL of a list is judged, and all that are wrong are told", async () => {
  const sent = await send({ callback: "https://hooks.example", hooks: [{ url: "https://hooks.example" }, { url: "https://127.0.0.1" }, { url: "https://inner.example" }] });
  const message = "names a place that is not fetched from";
  assert.deepEqual(refusal(sent.outcome).extra?.["errors"], [{ in: "body", pointer: "/hooks/1/url", message }, { in: "body", pointer: "/hooks/2/url", message }]);
});

test("so many URLs are judged, and one more is too many", async () => {
  const hooks = (count: number): Json => ({ hooks: Array.from({ length: count }, () => ({ url: "https://hooks.example" })) });
  assert.equal(said(await send(hooks(URLS_MAX))), "passes");
  assert.equal(said(await send(hooks(URLS_MAX + 1))), "400 target-refused");
});

test("what is listed may be named, and nothing else", async () => {
  const options = { hosts: ["hooks.example", "*.partner.example"], schemes: ["https", "http"], ports: [443, 80] };
  assert.equal(said(await send({ callback: "http://hooks.example/" }, options)), "passes");
  assert.match(JSON.stringify(refusal((await send({ callback: "https://six.example/" }, options)).outcome).because), /not listed/);
});

test("an inner address may be named where the policy says why", async () => {
  const options = { inner: { ranges: ["10.0.0.0/24"], because: "the reports of our own printers" } };
  assert.equal(said(await send({ callback: "https://inner.example/" }, options)), "passes");
  assert.equal(said(await send({ callback: "https://10.0.1.1/" }, options)), "400 target-refused");
});

test("a field that the policy names is judged, too", async () => {
  assert.equal(said(await send({ note: "https://127.0.0.1/" }, { fields: ["/note"] })), "400 target-refused");
  assert.deepEqual(misfits(targetUrl, { fields: ["/nota"] }, { body: bodyOf({ ...CONTRACT, additionalProperties: false }) }, { share }).length, 1);
});

test("a parameter is judged as a body is", async () => {
  const at = parameter("url", "query", { leaf: leafOf("url") });
  const trial = post({ guard: targetUrl, operation: { parameters: [at] }, site: { share } });
  assert.equal(said(await trial({ values: ["https://hooks.example/"] })), "passes");
  assert.equal(said(await trial({ values: ["https://127.0.0.1/"] })), "400 target-refused");
  assert.equal(said(await trial({ values: [undefined] })), "passes");
});

test("an operation in which nothing is a URL is not checked", () => {
  const posted = targetUrl.post({}, { pointer: "", report: assert.fail });
  assert.equal(posted?.compile(siteOf({ guard: targetUrl, site: { share } })), undefined);
});

test("a name that nobody could look up in time is nobody's fault, and does not pass", async () => {
  const stuck = <T>(): T => ({ resolve: () => Promise.resolve({ unresolved: "late" }) }) as T;
  const content = Content.holding(new Uint8Array(0));
  content.understand({ callback: "https://slow.example" });
  const sent = await post({ guard: targetUrl, operation: { body: bodyOf(CONTRACT) }, site: { share: stuck } })({ content, fields });
  assert.equal(said(sent), "503 target-unresolved");
  assert.equal(refusal(sent.outcome).blame, "sallyport");
});

test("the addresses that were judged go along, and only those", async () => {
  const site = siteOf({ guard: targetUrl, operation: { body: bodyOf(CONTRACT) }, site: { share } });
  const posted = targetUrl.post({}, { pointer: "", report: assert.fail });
  const [validate, prepare] = [posted?.compile(site), posted?.compile(site, "prepare")];
  assert.ok(validate !== undefined && prepare !== undefined);
  for (const [value, expected] of [
    [{ callback: "https://HOOKS.example", hooks: [{ url: "https://[2606:4700::1111]" }] }, '"hooks.example:443";address="93.184.216.34", "[2606:4700::1111]:443";address="2606:4700::1111"'],
    [{}, undefined],
  ] as readonly (readonly [Json, string | undefined])[]) {
    const content = Content.holding(new Uint8Array(0));
    content.understand(value);
    const exchange = { ...exchangeOf({ content, fields }, site.operation), outgoing: fieldsOf([]) };
    assert.equal(await validate(exchange), undefined);
    assert.equal(await prepare(exchange), undefined);
    assert.equal(exchange.outgoing.one("sallyport-target"), expected);
  }
});
