import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../../src/contract/json-value.ts";
import type { Operation } from "../../../../../src/contract/operation.ts";
import { jwt } from "../../../../../src/doors/inbound/authenticate/jwt.ts";
import { challengesFor } from "../../../../../src/doors/inbound/authenticate/access-token/possession-options.ts";
import { certificateOf } from "../../../../../src/exchange/certificate.ts";
import type { Problem } from "../../../../../src/exchange/problem.ts";
import { memoryStore } from "../../../../../src/stores/memory.ts";
import type { Store } from "../../../../../src/stores/store.ts";
import { hashOfTokenId } from "../../../../../src/keys/claims.ts";
import { EXTERNAL, proof, thumbprint } from "../../../../keys/client.ts";
import { AUDIENCE, ISSUER, makePair, NOW, token, type Wishes, writeKeys } from "../../../../keys/issuer.ts";
import { type Given, misfits, operation, post, type Sent, silent } from "../../../../walk.ts";

const issuer = makePair("ES256");
const client = makePair("ES256", "client");
const folder = writeKeys([issuer.jwk]);
const scheme = { name: "oauth", type: "oauth2", place: { file: "openapi.yaml", pointer: "" } } as const;
const SECURED: Partial<Operation> = { security: [[{ scheme, scopes: [] }]] };
const OPTIONS: JsonObject = { issuer: ISSUER, audience: AUDIENCE, keys: "file:jwks.json" };

const certificate = certificateOf(Buffer.from("a certificate"));
const stranger = certificateOf(Buffer.from("another certificate"));
const plain = token(issuer);
const withKey = token(issuer, { claims: { jti: "key", cnf: { jkt: thumbprint(client) } } });
const withCertificate = token(issuer, { claims: { jti: "certificate", cnf: { "x5t#S256": certificate.thumbprint } } });
const withBoth = token(issuer, { claims: { jti: "both", cnf: { jkt: thumbprint(client), "x5t#S256": certificate.thumbprint } } });

function door(options: JsonObject = {}, store: Store = memoryStore()): (given: Given) => Promise<Sent> {
  const posted = jwt.post({ ...OPTIONS, ...options }, { pointer: "", report: () => undefined });
  const { challenges = [] } = posted?.establishes({ operation: operation(SECURED), external: [] }) ?? {};
  return post({ guard: jwt, options: { ...OPTIONS, ...options }, operation: SECURED, store, site: { folder, external: [EXTERNAL], challenges } });
}

const bearer = (text: string, particulars: Given = {}): Given => ({ now: NOW, fields: [["authorization", `Bearer ${text}`]], ...particulars });

function dpop(text: string, wishes: Wishes = {}, particulars: Given = {}): Given {
  return { now: NOW, fields: [["authorization", `DPoP ${text}`], ["dpop", proof(client, text, wishes)]], ...particulars };
}

async function passes(sent: Promise<Sent>): Promise<Sent["exchange"]> {
  const { outcome, exchange } = await sent;
  assert.equal(outcome, undefined, JSON.stringify(outcome));
  assert.equal(exchange.principal?.subject, "ann");
  return exchange;
}

async function refused(sent: Promise<Sent>, type: string, error = ""): Promise<Problem> {
  const { outcome, exchange } = await sent;
  assert.equal(exchange.principal, undefined);
  assert.ok(outcome?.kind === "refusal", "passed");
  assert.equal(outcome.problem.type, type, JSON.stringify(outcome.problem));
  assert.ok((outcome.problem.headers?.["www-authenticate"] ?? "").includes(error), outcome.problem.headers?.["www-authenticate"]);
  return outcome.problem;
}

const INVALID = 'error="invalid_token"';
const BAD_PROOF = 'error="invalid_dpop_proof"';

test("R17: a token that is bound to a key passes with a proof, and never as a bearer token", async () => {
  const ask = door({ dpop: {} });
  await passes(ask(dpop(withKey)));
  await refused(ask(bearer(withKey)), "credential-invalid", INVALID);
  await refused(ask(bearer(withKey, { fields: [["authorization", `Bearer ${withKey}`], ["dpop", proof(client, withKey)]] })), "credential-invalid", INVALID);
  await refused(door()(bearer(withKey)), "credential-invalid", INVALID);
});

test("R17: a token that is bound to nothing is no DPoP token, whatever proof comes with it", async () => {
  await refused(door({ dpop: {} })(dpop(plain)), "credential-invalid", INVALID);
  await passes(door({ dpop: {} })(bearer(plain)));
});

test("R39: of a bound token that came without what it is bound to the record says which it was", async () => {
  const id = `jti:${hashOfTokenId("key")}`;
  const ask = door({ dpop: {} });
  assert.deepEqual((await refused(ask(bearer(withKey)), "credential-invalid")).because, { token: "cnf: bound to a key, and presented as a bearer token", id });
  assert.deepEqual((await refused(ask({ now: NOW, fields: [["authorization", `DPoP ${withKey}`]] }), "proof-invalid")).because, { proof: "missing", id });
  const late = door({ dpop: {} }, { ...silent, once: () => Promise.resolve("again" as const) });
  assert.deepEqual((await refused(late(dpop(withKey)), "proof-invalid")).because, { proof: "jti: used before", id });
  const { principal } = await passes(ask(dpop(withKey)));
  assert.equal(principal?.credential, id);
});

test("R18, check 1: there is one proof", async () => {
  const ask = door({ dpop: {} });
  await refused(ask({ now: NOW, fields: [["authorization", `DPoP ${withKey}`]] }), "proof-invalid", BAD_PROOF);
  const twice = proof(client, withKey);
  const problem = await refused(ask({ now: NOW, fields: [["authorization", `DPoP ${withKey}`], ["dpop", twice], ["dpop", twice]] }), "credential-malformed", BAD_PROOF);
  assert.equal(problem.status, 400);
});

test("R18: a proof of another method, address, token, key or time is refused, and the record says which", async () => {
  const ask = door({ dpop: {} });
  const because = async (given: Given): Promise<unknown> => (await refused(ask(given), "proof-invalid", BAD_PROOF)).because?.["proof"];
  assert.equal(await because(dpop(withKey, {}, { method: "POST" })), "htm: another method");
  assert.equal(await because(dpop(withKey, {}, { path: "/payments" })), "htu: another address");
  assert.equal(await because(dpop(withKey, {}, { now: NOW + 60_000 })), "iat: too old");
  assert.equal(await because({ now: NOW, fields: [["authorization", `DPoP ${withKey}`], ["dpop", proof(client, withBoth)]] }), "ath: another token");
  assert.equal(await because({ now: NOW, fields: [["authorization", `DPoP ${withKey}`], ["dpop", proof(makePair("ES256"), withKey)]] }), "jwk: not the key that the token is bound to");
});

test("R19: a proof passes once, at every operation that shares the store, and again for another key", async () => {
  const store = memoryStore();
  const [one, other] = [door({ dpop: {} }, store), door({ dpop: {} }, store)];
  const given = dpop(withKey, { claims: { jti: "same" } });
  await passes(one(given));
  for (const ask of [one, other]) assert.equal((await refused(ask(given), "proof-invalid", BAD_PROOF)).because?.["proof"], "jti: used before");
  await refused(one(dpop(withKey, { claims: { jti: "same", iat: NOW / 1_000 - 1 } })), "proof-invalid");
  const second = makePair("EdDSA", "second");
  const theirs = token(issuer, { claims: { jti: "theirs", cnf: { jkt: thumbprint(second) } } });
  await passes(one({ now: NOW, fields: [["authorization", `DPoP ${theirs}`], ["dpop", proof(second, theirs, { claims: { jti: "same" } })]] }));
});

test("R19: of fifty of one proof at the same moment, one passes", async () => {
  const ask = door({ dpop: {} });
  const given = dpop(withKey);
  const sent = await Promise.all(Array.from({ length: 50 }, async () => ask(given)));
  assert.equal(sent.filter(({ outcome }) => outcome === undefined).length, 1);
});

test("R19: a bad proof does not use up the name of a good one", async () => {
  const ask = door({ dpop: {} });
  const good = proof(client, withKey, { claims: { jti: "mine" } });
  await refused(ask({ now: NOW, fields: [["authorization", `DPoP ${withKey}`], ["dpop", `${good.slice(0, -4)}AAAA`]] }), "proof-invalid");
  await passes(ask({ now: NOW, fields: [["authorization", `DPoP ${withKey}`], ["dpop", good]] }));
});

test("R19: a store that is full, down, late or mad lets nobody in, and a late yes is a yes", async () => {
  const storing = (once: Store["once"]): Store => ({ ...silent, once });
  const bad: readonly Store["once"][] = [
    () => "full",
    () => Promise.resolve("full"),
    () => Promise.reject(new Error("down")),
    () => {
      throw new Error("down");
    },
    () => true as never,
    () => undefined as never,
    () => Promise.resolve("yes" as never),
  ];
  for (const once of bad) assert.equal((await refused(door({ dpop: {} }, storing(once))(dpop(withKey)), "proof-unchecked")).status, 503);
  const because = async (once: Store["once"]): Promise<unknown> => (await refused(door({ dpop: {} }, storing(once))(dpop(withKey)), "proof-unchecked")).because?.["replay"];
  assert.equal(await because(() => "full"), "no room to remember it");
  assert.equal(await because(() => true as never), "no answer");
  await passes(door({ dpop: {} }, storing(() => Promise.resolve("first")))(dpop(withKey)));
  await refused(door({ dpop: {} }, storing(() => Promise.resolve("again")))(dpop(withKey)), "proof-invalid");
});

test("R19: what fills the memory of things that are done once leaves room for proofs", async () => {
  const store = memoryStore();
  const proofs = { ...store, once: (...[name, until, now, room]: Parameters<Store["once"]>) => (room === "proofs" ? store.once(name, until, now, room) : ("full" as const)) };
  await passes(door({ dpop: {} }, proofs)(dpop(withKey)));
});

test("R20: without the nonce of now a proof is answered with it, and with it passes; an old one brings the next", async () => {
  process.env["SALLYPORT_TEST_NONCES"] = "q8Zr3Vt1Xw0Lk5Yh7Nc2Pd9Mb4Jf6Gs1Ta8Ru3Ei";
  const ask = door({ dpop: { nonce: { secret: "env:SALLYPORT_TEST_NONCES", rotate: "1m" } } });
  const first = await ask(dpop(withKey));
  const nonce = first.exchange.reply.one("dpop-nonce") ?? "";
  assert.match(nonce, /^[A-Za-z0-9_-]{32}$/);
  assert.ok(first.outcome?.kind === "refusal");
  assert.equal(first.outcome.problem.status, 401);
  assert.match(first.outcome.problem.headers?.["www-authenticate"] ?? "", /^Bearer realm="api", DPoP realm="api", algs="ES256 EdDSA PS256", error="use_dpop_nonce"$/);
  const exchange = await passes(ask(dpop(withKey, { claims: { nonce } })));
  assert.equal(exchange.reply.one("dpop-nonce"), undefined);
  const later = await passes(ask(dpop(withKey, { claims: { nonce } }, { now: NOW + 60_000 })));
  assert.notEqual(later.reply.one("dpop-nonce"), nonce);
  await refused(ask(dpop(withKey, { claims: { nonce } }, { now: NOW + 120_000 })), "proof-nonce", 'error="use_dpop_nonce"');
});

test("R21: what the proof names is the address that callers see, not the one that a request claims", async () => {
  const ask = door({ dpop: {} });
  const elsewhere: Wishes = { claims: { htu: "https://evil.example/orders" } };
  await refused(ask({ ...dpop(withKey, elsewhere), fields: [["host", "evil.example"], ["authorization", `DPoP ${withKey}`], ["dpop", proof(client, withKey, elsewhere)]] }), "proof-invalid", BAD_PROOF);
  await passes(ask({ now: NOW, fields: [["host", "10.0.0.7:8443"], ["authorization", `DPoP ${withKey}`], ["dpop", proof(client, withKey)]] }));
});

test("R16: a token that is bound to a certificate passes on a connection with that certificate alone", async () => {
  const ask = door();
  await passes(ask(bearer(withCertificate, { certificate })));
  for (const given of [{}, { certificate: stranger }]) await refused(ask(bearer(withCertificate, given)), "credential-invalid", INVALID);
  await refused(ask(bearer(withCertificate, { fields: [["authorization", `Bearer ${withCertificate}`], ["client-cert", `:${Buffer.from(certificate.bytes).toString("base64")}:`]] })), "credential-invalid", INVALID);
});

test("R16: a certificate that could not be read is none, whatever a token is bound to", async () => {
  const nothing = certificateOf(new Uint8Array(0), "Client-Cert is malformed");
  await refused(door()(bearer(token(issuer, { claims: { cnf: { "x5t#S256": nothing.thumbprint } } }), { certificate: nothing })), "credential-invalid", INVALID);
  await passes(door()(bearer(withCertificate, { certificate: { ...certificate, fault: "CERT_HAS_EXPIRED" } })));
});

test("R16, R17: a token that is bound to both is proven by both", async () => {
  const ask = door({ dpop: {} });
  await passes(ask(dpop(withBoth, {}, { certificate })));
  await refused(ask(dpop(withBoth, {}, { certificate: stranger })), "credential-invalid", INVALID);
  await refused(ask(bearer(withBoth, { certificate })), "credential-invalid", INVALID);
});

test("a must is a must: each kind of binding, and either", async () => {
  const table = [
    ["dpop", [bearer(plain)], [bearer(withCertificate, { certificate })], dpop(withKey)],
    ["mtls", [bearer(plain)], [bearer(withKey)], bearer(withCertificate, { certificate })],
    ["either", [bearer(plain)], [bearer(withKey)], bearer(withCertificate, { certificate })],
    ["either", [bearer(plain)], [dpop(plain)], dpop(withKey)],
  ] as const;
  for (const [bound, [unbound], [other], good] of table) {
    await passes(door({ bound })(good));
    await refused(door({ bound })(unbound), "credential-invalid", INVALID);
    await refused(door({ bound })(other), "credential-invalid", INVALID);
  }
  await refused(door({ bound: "mtls", dpop: {} })(dpop(withKey)), "credential-invalid", INVALID);
  // Nobody here reads this scheme: the guard behind says so.
  const { outcome, exchange } = await door({ bound: "mtls" })(dpop(withKey));
  assert.deepEqual([outcome, exchange.principal], [undefined, undefined]);
});

test("callers are asked for what is taken", () => {
  const challenges = (bound: "dpop" | "mtls" | "either" | undefined, checked = false): readonly string[] => challengesFor({ bound, dpop: checked ? { algorithms: ["ES256"], window: 1, nonce: undefined } : undefined, realm: "x" }, []);
  assert.deepEqual(challenges(undefined), ['Bearer realm="x"']);
  assert.deepEqual(challenges(undefined, true), ['Bearer realm="x"', 'DPoP realm="x", algs="ES256"']);
  assert.deepEqual(challenges("mtls"), ['Bearer realm="x"']);
  assert.deepEqual(challenges("dpop"), ['DPoP realm="x", algs="ES256 EdDSA PS256"']);
  assert.deepEqual(challenges("either"), ['Bearer realm="x"', 'DPoP realm="x", algs="ES256 EdDSA PS256"']);
});

test("mistakes in the options are misfits, and none of them tells a secret", () => {
  const said = (options: JsonObject, external: readonly string[] = [EXTERNAL]): string => misfits(jwt, { ...OPTIONS, ...options }, SECURED, { folder, external }).join("\n");
  assert.equal(said({ dpop: {} }), "");
  for (const options of [{ dpop: {} }, { bound: "dpop" }, { bound: "either" }]) assert.match(said(options, []), /proofs name the address .* external: https/);
  assert.equal(said({ bound: "mtls" }, []), "");
  assert.match(said({ bound: "tls" }), /expected one of a few words/);
  assert.match(said({ dpop: { algorithms: ["HS256"] } }), /expected one of a few words/);
  assert.match(said({ dpop: { window: "6m" } }), /out of range/);
  process.env["SALLYPORT_TEST_NONCES"] = "hunter2";
  for (const secret of ["env:SALLYPORT_TEST_NONCES", "env:ABSENT_HERE", "hunter2"]) {
    assert.match(said({ dpop: { nonce: { secret } } }), /dpop: nonce: /);
    assert.doesNotMatch(said({ dpop: { nonce: { secret } } }), /hunter2/);
  }
});
