import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Operation, Scheme } from "../../../../src/contract/operation.ts";
import { strip } from "../../../../src/doors/inbound/prepare/strip.ts";
import { misfits, operation, post, principal, siteOf } from "../../../walk.ts";
import { CANARY, parameter, place, said } from "../../samples.ts";

type Pairs = readonly (readonly [string, string])[];

/** What reaches the API of these fields, without the coding that is always asked for. */
async function left(given: Pairs, particulars: Partial<Operation> = {}, options: Record<string, string[]> = {}, version: "1.1" | "2" = "1.1"): Promise<Pairs> {
  const sent = await post({ guard: strip, operation: particulars, options })({ fields: given, version, principal: principal() });
  assert.equal(said(sent), "passes");
  const { list } = sent.exchange.outgoing;
  assert.equal(sent.exchange.outgoing.one("accept-encoding"), "identity");
  return list.flatMap((name, at) => (at % 2 === 0 && name !== "accept-encoding" ? [[name, list[at + 1] ?? ""] as const] : []));
}

test("what an ordinary client sends goes on as it came", async () => {
  const ordinary = [["host", "api.example"], ["accept", "*/*"], ["content-type", "application/json"], ["content-length", "2"], ["user-agent", "curl"], ["if-none-match", '"x"'], ["range", "bytes=0-1"], ["idempotency-key", "k"], ["x-request-id", "r"], ["traceparent", "t"], ["origin", "https://a"]] as const;
  assert.deepEqual(await left(ordinary), ordinary);
});

test("R30: a caller cannot say who he is, where he comes from, or what he really asks for", async () => {
  const forged = "sallyport-subject x-user x-user-id x-auth-user x-authenticated-userid x-forwarded-for x-forwarded-proto x-forwarded-host forwarded x-real-ip true-client-ip cf-connecting-ip client-ip x-client-ip client-cert client-cert-chain x-client-cert x-ssl-client-dn x-original-url x-rewrite-url x-http-method-override x-http-method x-method-override x-middleware-subrequest proxy via remote-user x-consumer-username x-amzn-oidc-identity x-goog-iap-jwt-assertion x-ms-client-principal-id x-envoy-internal x-jwt-claims x-roles x-accel-redirect x-authorization x-endpoint-api-userinfo x-apigateway-api-userinfo x-serverless-authorization x-hasura-role x-email";
  for (const name of forged.split(" ")) {
    assert.deepEqual(await left([[name, CANARY]]), [], name);
    assert.deepEqual(await left([[name.replaceAll("-", "_"), CANARY]]), [], `${name} with underscores`);
  }
});

test("every field of a name is taken, however often it comes", async () => {
  assert.deepEqual(await left([["x-user", "a"], ["accept", "*/*"], ["x-user", "b"], ["X-User".toLowerCase(), "c"]]), [["accept", "*/*"]]);
});

test("R31: credentials stay at the door, unless the policy keeps them", async () => {
  const scheme: Scheme = { name: "key", type: "apiKey", in: "header", parameter: "X-API-Key", place };
  const security = [[{ scheme, scopes: [] }]];
  const given = [["authorization", `Bearer ${CANARY}`], ["cookie", "session=1"], ["x-api-key", CANARY]] as const;
  assert.deepEqual(await left(given, { security }), []);
  assert.deepEqual(await left(given, { security }, { keep: ["Authorization", "cookie", "x-api-key"] }), given);
  assert.deepEqual(await left([["x-api-key", "k"]]), [["x-api-key", "k"]], "a field that is no credential here");
  for (const other of [{ ...scheme, in: "query" }, { ...scheme, type: "http" }] as const) {
    assert.deepEqual(await left([["x-api-key", "k"]], { security: [[{ scheme: other, scopes: [] }]] }), [["x-api-key", "k"]]);
  }
});

test("R31, R35: a key that the contract knows elsewhere is looked at by nobody here, and does not go on beside what was", async () => {
  const scheme: Scheme = { name: "key", type: "apiKey", in: "header", parameter: "X-API-Key", place };
  const { contract } = siteOf({ guard: strip });
  const elsewhere = operation({ security: [[{ scheme, scopes: [] }]] });
  const given = [["x-api-key", CANARY]] as const;
  const sent = async (particulars: Partial<Operation>, keep: readonly string[] = []): Promise<readonly string[]> => {
    const { exchange } = await post({ guard: strip, operation: particulars, options: { keep: [...keep] }, site: { contract: { ...contract, operations: [elsewhere] } } })({ fields: given });
    return exchange.outgoing.all("x-api-key");
  };
  assert.deepEqual(await sent({}), []);
  assert.deepEqual(await sent({}, ["x-api-key"]), [CANARY]);
  assert.deepEqual(await sent({ parameters: [parameter("X-API-Key", "header")] }), [CANARY], "here it is a parameter, and was checked as one");
});

test("R31: of cookies only those that the contract declares go on, written anew", async () => {
  const declared = { parameters: [parameter("theme", "cookie"), parameter("lang", "cookie")] };
  assert.deepEqual(await left([["cookie", "session=1; theme=dark; a=b; lang=de"]], declared), [["cookie", "theme=dark; lang=de"]]);
  assert.deepEqual(await left([["cookie", "session=1"]], declared), []);
  assert.deepEqual(await left([["cookie", 'theme=dark; x="; session=1; "']], declared), [], "not well-formed");
  assert.deepEqual(await left([["cookie", "theme=dark"], ["cookie", "session=1"]], declared, {}, "2"), [["cookie", "theme=dark"]]);
});

test("what is about this connection ends here, with what Connection names", async () => {
  assert.deepEqual(await left([["connection", "keep-alive, X-Trace ,close"], ["keep-alive", "5"], ["x-trace", "1"], ["te", "trailers"], ["trailer", "x"], ["upgrade", "h2c"], ["http2-settings", "x"], ["proxy-authorization", "x"], ["proxy-connection", "x"], ["expect", "100-continue"]]), []);
});

test("Connection cannot take away what the contract declares, nor the type of a body that was checked", async () => {
  const given = [["connection", "x-tenant, content-type, host"], ["x-tenant", "1"], ["content-type", "application/json"], ["host", "a"]] as const;
  assert.deepEqual(await left(given, { parameters: [parameter("X-Tenant", "header")] }), given.slice(1));
});

test("framing is left to the wire", async () => {
  assert.deepEqual(await left([["transfer-encoding", "chunked"]]), [["transfer-encoding", "chunked"]]);
});

test("a name with an underscore goes on only where the contract knows it, and then its twin does not", async () => {
  assert.deepEqual(await left([["x_trace", "1"]]), []);
  const declared = { parameters: [parameter("x_trace", "header")] };
  assert.deepEqual(await left([["x_trace", "1"], ["x-trace", "2"]], declared), [["x_trace", "1"]]);
});

test("answers are asked for uncompressed, whatever the caller would take", async () => {
  const { exchange } = await post({ guard: strip })({ fields: [["accept-encoding", "gzip"], ["accept-encoding", "br"]] });
  assert.deepEqual(exchange.outgoing.all("accept-encoding"), ["identity"]);
  assert.deepEqual(exchange.request.fields.all("accept-encoding"), ["gzip", "br"], "the request itself stays as it came");
});

test("a contract that lets callers send a reserved field is a misfit until the policy keeps it", async () => {
  const declared = { parameters: [parameter("X-User-Id", "header")] };
  assert.match(misfits(strip, {}, declared).join(), /x-user-id.*keep: \[x-user-id\]/);
  assert.deepEqual(misfits(strip, { keep: "X-User-Id" }, declared), []);
  assert.deepEqual(await left([["x-user-id", "1"], ["x_user_id", "2"]], declared, { keep: ["x-user-id"] }), [["x-user-id", "1"]]);
  for (const name of ["connection", "accept-encoding", "te", "a b", "", "_x"]) assert.equal(misfits(strip, { keep: [name] }).length, 1, name);
});

test("nothing that begins like an identity passes, in any spelling", async () => {
  const spelling = fc.string({ unit: fc.constantFrom("a", "-", "_", "1"), maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("sallyport-", "x-user-", "x-auth-", "x-forwarded-", "proxy-"), spelling, fc.boolean(), async (beginning, rest, folded) => {
      const name = folded ? `${beginning}${rest}`.replaceAll("-", "_") : `${beginning}${rest}`;
      assert.deepEqual(await left([[name, "x"]]), [], name);
    }),
    { numRuns: 300 },
  );
});

test("it stands everywhere without being named", () => assert.equal(strip.standing, true));
