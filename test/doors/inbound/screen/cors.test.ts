import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../../../src/contract/json-value.ts";
import type { Operation } from "../../../../src/contract/operation.ts";
import { cors } from "../../../../src/doors/inbound/screen/cors.ts";
import { type Given, misfits, post, type Sent } from "../../../walk.ts";

const APP = "https://app.example";
const OWN = "www-authenticate, dpop-nonce, retry-after, ratelimit, ratelimit-policy";
const HOST = ["host", "api.example"] as const;

function send(options: JsonObject, given: Given, operation: Partial<Operation> = {}): Promise<Sent> {
  return post({ guard: cors, options: { origins: [APP], ...options }, operation })(given);
}

const from = (origin: string, ...more: (readonly [string, string])[]): Given => ({ fields: [HOST, ["origin", origin], ...more] });

function preflight(origin: string, method = "DELETE"): Given {
  return { ...from(origin, ["access-control-request-method", method], ["access-control-request-headers", "authorization"]), method: "OPTIONS" };
}

function type({ outcome }: Sent): string | undefined {
  return outcome?.kind === "refusal" ? `${outcome.problem.status} ${outcome.problem.type}` : outcome?.kind;
}

test("a request without an origin passes, and caches are told that the origin matters", async () => {
  const { outcome, exchange } = await send({}, {});
  assert.equal(outcome, undefined);
  assert.deepEqual(exchange.reply.list, ["vary", "Origin"]);
});

test("a listed origin passes, and its page may read the answer", async () => {
  const { outcome, exchange } = await send({ expose: ["X-Total", "ETag"] }, from(APP));
  assert.equal(outcome, undefined);
  assert.deepEqual(exchange.reply.list, ["vary", "Origin", "access-control-allow-origin", APP, "access-control-expose-headers", `${OWN}, x-total, etag`]);
});

test("what the doors say themselves its page may read in any case", async () => {
  const { exchange } = await send({}, from(APP));
  assert.equal(exchange.reply.one("access-control-expose-headers"), OWN);
  const { exchange: repeated } = await send({ expose: ["Retry-After"] }, from(APP));
  assert.equal(repeated.reply.one("access-control-expose-headers"), OWN);
});

test("with credentials the browser is told so, and the origin is never a star", async () => {
  const { exchange } = await send({ credentials: true }, from(APP));
  assert.deepEqual(exchange.reply.list.slice(0, 6), ["vary", "Origin", "access-control-allow-origin", APP, "access-control-allow-credentials", "true"]);
});

const FOREIGN = ["https://evil.example", "http://app.example", "https://app.example:8443", "https://app.example.evil.example", "https://sub.app.example", "https://APP.example", "https://app.example/", "https://app.example ", "null", "", "*", "https://app.example, https://evil.example"];

for (const origin of FOREIGN) {
  test(`R37: the origin ${JSON.stringify(origin)} is refused, asked first or not`, async () => {
    for (const given of [from(origin), preflight(origin)]) {
      const sent = await send({}, given, { listed: given.method === "OPTIONS" ? "method" : "operation" });
      assert.equal(type(sent), "403 origin-refused");
      assert.deepEqual(sent.exchange.reply.list, ["vary", "Origin"], "no field lets the page read the refusal");
    }
  });
}

test("two origins are refused, whichever comes first", async () => assert.equal(type(await send({}, from(APP, ["origin", "https://evil.example"]))), "403 origin-refused"));

test("R37: a preflight is answered by the door", async () => {
  const { outcome, exchange } = await send({ maxAge: "90s", headers: ["X-Trace"], credentials: true }, preflight(APP), { listed: "method", allow: ["GET", "DELETE"] });
  assert.ok(outcome?.kind === "replied");
  assert.deepEqual(outcome.reply, { kind: "reply", status: 204, headers: { "access-control-allow-methods": "GET, DELETE", "access-control-allow-headers": "x-trace", "access-control-max-age": "90" } });
  assert.deepEqual(exchange.reply.list, ["vary", "Origin", "access-control-allow-origin", APP, "access-control-allow-credentials", "true"]);
});

test("a preflight is answered where the contract lists OPTIONS itself, too", async () => {
  assert.equal(type(await send({}, preflight(APP), { method: "OPTIONS", allow: ["OPTIONS"] })), "replied");
});

test("OPTIONS without the question of a preflight is an ordinary request", async () => {
  assert.equal((await send({}, { ...from(APP), method: "OPTIONS" }, { listed: "method" })).outcome, undefined);
  assert.equal((await send({}, { method: "OPTIONS", fields: [HOST, ["access-control-request-method", "GET"]] }, { listed: "method" })).outcome, undefined);
});

test("an unlisted path is answered by nobody here, so that it does not exist for browsers either", async () => {
  assert.equal((await send({}, preflight("https://evil.example"), { listed: "path" })).outcome, undefined);
});

test("methods of the policy hold for requests that come unasked, too", async () => {
  assert.equal(type(await send({ methods: ["GET"] }, { ...from(APP), method: "POST" }, { method: "POST" })), "403 origin-refused");
  assert.equal(type(await send({ methods: ["GET"] }, from(APP))), undefined);
  const { outcome } = await send({ methods: ["GET", "PUT"] }, preflight(APP), { listed: "method", allow: ["GET", "DELETE"] });
  assert.ok(outcome?.kind === "replied");
  assert.equal(outcome.reply.headers["access-control-allow-methods"], "GET, PUT");
});

test("a page of this host itself passes, and gets no fields", async () => {
  const own: readonly (readonly [string, string, boolean])[] = [["https://api.example", "API.example:443", true], ["http://api.example:8080", "api.example:8080", false], ["https://[2001:db8::1]:8443", "[2001:DB8:0::1]:8443", true]];
  for (const [origin, host, secure] of own) {
    const { outcome, exchange } = await send({}, { fields: [["host", host], ["origin", origin]], secure });
    assert.deepEqual([outcome, exchange.reply.list], [undefined, ["vary", "Origin"]], origin);
  }
  assert.equal(type(await send({}, { fields: [HOST, ["origin", "https://api.example"]], secure: false })), "403 origin-refused", "another scheme is another origin");
  assert.equal(type(await send({}, { fields: [HOST, ["origin", "https://api.example:8443"]] })), "403 origin-refused", "another port is another origin");
  assert.equal(type(await send({}, { fields: [["host", ""], ["origin", "https://"]] })), "403 origin-refused");
});

test("a star lets every page read, except those of sandboxed frames", async () => {
  const { outcome, exchange } = await send({ origins: "*" }, from("https://anyone.example"));
  assert.equal(outcome, undefined);
  assert.equal(exchange.reply.one("access-control-allow-origin"), "*");
  assert.equal(type(await send({ origins: "*" }, from("null"))), "403 origin-refused");
});

test("in observe mode a foreign origin is witnessed, and its page still cannot read", async () => {
  const { outcome, exchange } = await post({ guard: cors, options: { origins: [APP] }, mode: "observe" })(from("https://evil.example"));
  assert.deepEqual([outcome, exchange.observed.length, exchange.reply.list], [undefined, 1, ["vary", "Origin"]]);
});

const WRONG: readonly (readonly [string, Json, RegExp])[] = [
  ["no origins", {}, /missing/],
  ["an empty list", { origins: [] }, /1 to/],
  ["a star with credentials", { origins: "*", credentials: true }, /any page/],
  ["a star beside others", { origins: ["*", APP] }, /stands alone/],
  ["null", { origins: "null" }, /sandboxed/],
  ["a path", { origins: "https://app.example/x" }, /not an origin/],
  ["a closing slash", { origins: "https://app.example/" }, /allowed: https:\/\/app\.example$/],
  ["a default port", { origins: "https://app.example:443" }, /allowed: https:\/\/app\.example$/],
  ["upper case", { origins: "https://App.example" }, /allowed: https:\/\/app\.example$/],
  ["a pattern", { origins: "https://*.example" }, /not an origin/],
  ["a host alone", { origins: "app.example" }, /not an origin/],
  ["a method in lower case", { origins: APP, methods: ["get"] }, /upper case/],
  ["a method that no page may use", { origins: APP, methods: ["TRACE"] }, /not a method/],
  ["a star for fields", { origins: APP, headers: "*" }, /field name/],
  ["too long an age", { origins: APP, maxAge: "2d" }, /range/],
];

for (const [what, options, message] of WRONG) {
  test(`${what} is a misfit`, () => {
    const said = misfits(cors, options);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", message);
  });
}

test("origins of programs that wrap a page are origins", () => assert.deepEqual(misfits(cors, { origins: ["capacitor://localhost", "http://localhost:5173", "https://[2001:db8::1]:8443"] }), []));
