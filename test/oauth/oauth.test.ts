/**
 * OAuth test: a real issuer (oidc-provider), outside clients (oauth4webapi, openid-client, jose) and the gateway between
 * them. Nothing of this house makes or reads a token here but the gateway itself.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createLocalJWKSet, decodeJwt, exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import type { AuditRecord } from "../../src/audit/record.ts";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { type Host, type HostName, HOSTS, POLICY, send, startHosts } from "../hosts.ts";
import { OPAQUE, REDIRECT, RESOURCE, type RunningProvider, SCOPES, startProvider } from "./provider.ts";

const NONCES = "hT4kLm9Qw2Zx7Vb1Nc6Ry3Pd8Js5Gf0AeUoYiKtM";
process.env["SALLYPORT_TEST_OAUTH_NONCES"] = NONCES;

let provider: RunningProvider;
const stops: (() => Promise<void>)[] = [];

before(async () => {
  provider = await startProvider();
  process.env["SALLYPORT_TEST_OAUTH_SECRET"] = provider.secret;
});

after(async () => {
  for (const stop of stops) await stop();
  await provider.stop();
});

/** Hosts whose callers find them at `https://api.example`. */
async function openAll(only: readonly HostName[], everywhere: JsonObject, operations: JsonObject = {}): Promise<readonly Host[]> {
  const policy = { ...POLICY, external: [RESOURCE], everywhere, operations: { ...(POLICY["operations"] as JsonObject), ...operations } };
  const hosts = await startHosts({ policy, only });
  for (const { stop } of hosts) stops.push(stop);
  return hosts;
}

async function open(everywhere: JsonObject, operations: JsonObject = {}): Promise<Host> {
  const [host = assert.fail()] = await openAll(["gateway"], everywhere, operations);
  return host;
}

const jwt = (more: JsonObject = {}): JsonObject => ({ issuer: provider.url, audience: RESOURCE, ...more });
const introspection = (id: string, more: JsonObject = {}): JsonObject => ({ ...jwt(), client: { id, secret: "env:SALLYPORT_TEST_OAUTH_SECRET" }, ...more });

/** How many requests a host was sent. */
const sent = new Map<Host, number>();

/** Carries what a client wants to send to `https://api.example` to the gateway. */
function through(host: Host): (url: string, options: { readonly method?: string; readonly headers?: ConstructorParameters<typeof Headers>[0] }) => Promise<Response> {
  return async (url, { method = "GET", headers = {} }) => {
    sent.set(host, (sent.get(host) ?? 0) + 1);
    const { status, headers: received, body } = await send(host, { method, target: new URL(url).pathname, headers: Object.fromEntries(new Headers(headers)) });
    const list = Object.entries(received).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, [value].flat().join(", ")]]));
    return new Response(status === 204 ? null : body, { status, headers: list });
  };
}

const http = { [oauth.allowInsecureRequests]: true } as const;

async function server(): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(provider.url);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http));
}

const shop: oauth.Client = { client_id: "shop" };

/** A token that the client got for itself. */
async function token(resource: string = RESOURCE, DPoP?: oauth.DPoPHandle): Promise<string> {
  const as = await server();
  const answer = await oauth.clientCredentialsGrantRequest(as, shop, oauth.ClientSecretBasic(provider.secret), { scope: SCOPES, resource }, { ...http, ...(DPoP === undefined ? {} : { DPoP }) });
  return (await oauth.processClientCredentialsResponse(as, shop, answer)).access_token;
}

async function ask(host: Host, access: string, DPoP?: oauth.DPoPHandle): Promise<Response> {
  return oauth.protectedResourceRequest(access, "GET", new URL(`${RESOURCE}/orders/a-1?limit=5`), undefined, null, { [oauth.customFetch]: through(host), ...(DPoP === undefined ? {} : { DPoP }) });
}

/** The record of the last request: the log is written besides. */
async function recorded(host: Host): Promise<AuditRecord> {
  for (let look = 0; host.records.length < (sent.get(host) ?? 0); look++) {
    assert.ok(look < 500, "no record came");
    await wait(2);
  }
  return host.records.at(-1) ?? assert.fail();
}

/** What the gateway says to a refused client. */
async function refusal(asked: Promise<Response>): Promise<readonly oauth.WWWAuthenticateChallenge[]> {
  const fault: unknown = await asked.then(() => assert.fail("passed"), (caught: unknown) => caught);
  assert.ok(fault instanceof oauth.WWWAuthenticateChallengeError, String(fault));
  assert.equal(fault.status, 401);
  return fault.cause;
}

test("a JWT of the issuer passes, found by discovery, and is what the API is told", async () => {
  const host = await open({ jwt: jwt() });
  assert.equal((await ask(host, await token())).status, 200);
  assert.equal((await recorded(host)).principal, `${provider.url}#client:shop`);
  assert.equal(host.asked.at(-1)?.headers.authorization, undefined);
});

test("R39: the record of who came in says how the token was signed, and of whoever did not, nothing of it", async () => {
  const host = await open({ jwt: jwt({ dpop: {} }) });
  await ask(host, await token());
  const { evidence, credential } = await recorded(host);
  assert.deepEqual(evidence, { kid: "issuer", alg: "ES256" });
  assert.match(credential ?? "", /^jti:[0-9a-f]{32}$/);
  const proof = oauth.DPoP(shop, await oauth.generateKeyPair("ES256"));
  const bound = await token(RESOURCE, proof);
  await ask(host, bound, proof);
  assert.deepEqual((await recorded(host)).evidence, { kid: "issuer", alg: "ES256", bound: "dpop" });
  await refusal(ask(host, bound));
  assert.equal((await recorded(host)).evidence, undefined);
});

test("the tokens that pass are those that jose takes for the same rules", async () => {
  const access = await token();
  const jwks = createLocalJWKSet((await (await fetch(`${provider.url}/jwks`)).json()) as never);
  const { payload } = await jwtVerify(access, jwks, { issuer: provider.url, audience: RESOURCE, typ: "at+jwt", requiredClaims: ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] });
  assert.equal(payload["client_id"], "shop");
});

test("forgeries of that token by an outside hand are refused, one by one", async () => {
  const host = await open({ jwt: jwt() });
  const claims = decodeJwt(await token());
  const own = await generateKeyPair("ES256", { extractable: true });
  const make = (header: object, more: JsonObject = {}): Promise<string> => new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "issuer", ...header }).sign(own.privateKey);
  const unsigned = [{ alg: "none", typ: "at+jwt" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(own.publicKey)));
  const forged = [
    await make({}),
    await make({ jwk: await exportJWK(own.publicKey) }),
    await make({ jku: "https://evil.example/keys" }),
    await make({ kid: "../../dev/null" }),
    await new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: "issuer" }).sign(secret),
    `${unsigned}.`,
  ];
  for (const access of forged) assert.equal((await refusal(ask(host, access)))[0]?.parameters.error, "invalid_token");
});

test("an opaque token passes by asking the issuer: as a client with a secret, and with signed answers", async () => {
  const doors = [introspection("gateway"), introspection("gateway", { signed: {} })];
  const access = await token(OPAQUE);
  for (const options of doors) {
    const host = await open({ introspection: options });
    assert.equal((await ask(host, access)).status, 200);
    assert.equal((await refusal(ask(host, `${access}x`)))[0]?.parameters.error, "invalid_token");
  }
});

test("an opaque token passes where this door shows itself by a signed assertion", async () => {
  const { mkdtempSync, writeFileSync } = await import("node:fs");
  const file = `${mkdtempSync("/tmp/sallyport-oauth-")}/key.pem`;
  writeFileSync(file, provider.key.export({ format: "pem", type: "pkcs8" }));
  const host = await open({ introspection: { ...jwt(), client: { id: "gateway-key", key: `file:${file}`, kid: "gateway" } } });
  assert.equal((await ask(host, await token(OPAQUE))).status, 200);
});

test("a token that its client has given back counts no more, once the answer about it is old", async () => {
  const host = await open({ introspection: introspection("gateway", { good: "0s" }) });
  const access = await token(OPAQUE);
  assert.equal((await ask(host, access)).status, 200);
  const as = await server();
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, shop, oauth.ClientSecretBasic(provider.secret), access, http));
  assert.equal((await refusal(ask(host, access)))[0]?.parameters.error, "invalid_token");
});

test("while the issuer is down opaque tokens are 503, with the blame on him, and JWTs with known keys pass", async () => {
  const host = await open({ jwt: jwt(), introspection: introspection("gateway", { timeout: "500ms" }) });
  const [signed, opaque] = [await token(), await token(OPAQUE)];
  assert.equal((await ask(host, signed)).status, 200);
  provider.down = 500;
  try {
    assert.equal((await ask(host, opaque)).status, 503);
    assert.equal((await recorded(host)).blame, "issuer");
    assert.equal((await ask(host, signed)).status, 200);
  } finally {
    provider.down = undefined;
  }
});

describe("R17 to R21: DPoP, with the proofs of an outside client", () => {
  for (const resource of [RESOURCE, OPAQUE]) {
    const kind = resource === OPAQUE ? "opaque" : "JWT";

    test(`${kind}: a bound token passes with its proof, and with nothing else`, async () => {
      const host = await open({ jwt: jwt({ dpop: {} }), introspection: introspection("gateway", { dpop: {} }) });
      const [own, other] = await Promise.all([oauth.generateKeyPair("ES256"), oauth.generateKeyPair("ES256")]);
      const proof = oauth.DPoP(shop, own);
      const access = await token(resource, proof);
      assert.equal((await ask(host, access, proof)).status, 200);
      assert.equal((await ask(host, access, proof)).status, 200);
      const bearer = await refusal(ask(host, access));
      assert.deepEqual(bearer.map(({ scheme, parameters }) => [scheme, parameters.error]), [["bearer", "invalid_token"], ["dpop", undefined]]);
      const stolen = await refusal(ask(host, access, oauth.DPoP(shop, other)));
      assert.deepEqual(stolen.map(({ scheme, parameters }) => [scheme, parameters.error]), [["bearer", undefined], ["dpop", "invalid_dpop_proof"]]);
    });
  }

  test("a request that was overheard and sent again is refused", async () => {
    const host = await open({ jwt: jwt({ dpop: {} }) });
    const proof = oauth.DPoP(shop, await oauth.generateKeyPair("ES256"));
    const access = await token(RESOURCE, proof);
    let overheard: Parameters<ReturnType<typeof through>> | undefined;
    const tap: ReturnType<typeof through> = (...request) => {
      overheard = request;
      return through(host)(...request);
    };
    const answer = await oauth.protectedResourceRequest(access, "GET", new URL(`${RESOURCE}/orders/a-1`), undefined, null, { DPoP: proof, [oauth.customFetch]: tap });
    assert.equal(answer.status, 200);
    assert.ok(overheard !== undefined);
    assert.equal((await through(host)(...overheard)).status, 401);
    const { proof: why, id } = (await recorded(host)).because ?? {};
    assert.equal(why, "jti: used before");
    assert.match(JSON.stringify(id), /^"jti:[0-9a-f]{32}"$/);
  });

  test("R40: it is the same at every host", async () => {
    for (const host of await openAll(HOSTS, { jwt: jwt({ dpop: {} }) })) {
      const proof = oauth.DPoP(shop, await oauth.generateKeyPair("ES256"));
      const access = await token(RESOURCE, proof);
      assert.equal((await ask(host, access, proof)).status, 200, host.name);
      assert.equal((await refusal(ask(host, access)))[0]?.parameters.error, "invalid_token", host.name);
      assert.equal((await refusal(ask(host, access, oauth.DPoP(shop, await oauth.generateKeyPair("ES256")))))[1]?.parameters.error, "invalid_dpop_proof", host.name);
    }
  });

  test("a client that is asked for a nonce comes back with it, and keeps it", async () => {
    const host = await open({ jwt: jwt({ bound: "dpop", dpop: { nonce: { secret: "env:SALLYPORT_TEST_OAUTH_NONCES" } } }) });
    const proof = oauth.DPoP(shop, await oauth.generateKeyPair("ES256"));
    const access = await token(RESOURCE, proof);
    const first: unknown = await ask(host, access, proof).then(() => assert.fail("passed"), (fault: unknown) => fault);
    assert.ok(oauth.isDPoPNonceError(first));
    for (let time = 0; time < 3; time++) assert.equal((await ask(host, access, proof)).status, 200);
    assert.equal((await refusal(ask(host, await token())))[0]?.parameters.error, "invalid_token");
  });
});

/** Logs a user in with openid-client: code flow with PKCE, through the issuer's own pages. */
async function logIn(parameters: Record<string, string> = {}): Promise<client.TokenEndpointResponse & client.TokenEndpointResponseHelpers> {
  const configuration = await client.discovery(new URL(provider.url), "shop", provider.secret, client.ClientSecretBasic(provider.secret), { execute: [client.allowInsecureRequests] });
  const verifier = client.randomPKCECodeVerifier();
  const wanted = { redirect_uri: REDIRECT, scope: `openid ${SCOPES}`, resource: RESOURCE, code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...parameters };
  const back = await browse(client.buildAuthorizationUrl(configuration, wanted));
  return client.authorizationCodeGrant(configuration, back, { pkceCodeVerifier: verifier }, { resource: RESOURCE });
}

/** What a browser does: follows redirects with its cookies until it is sent back to the client. */
async function browse(start: URL): Promise<URL> {
  const cookies = new Map<string, string>();
  let at = start;
  for (let hops = 0; hops < 10 && at.origin !== new URL(REDIRECT).origin; hops++) {
    const answer = await fetch(at, { redirect: "manual", headers: { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") } });
    for (const cookie of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split("=");
      cookies.set(name, value);
    }
    at = new URL(answer.headers.get("location") ?? assert.fail(`no redirect: ${answer.status} ${await answer.text()}`), at);
  }
  return at;
}

test("R26: a user who logged in is a user, and his ID token is no access token", async () => {
  const host = await open({ jwt: jwt() });
  const tokens = await logIn();
  assert.equal((await ask(host, tokens.access_token)).status, 200);
  assert.equal((await recorded(host)).principal, `${provider.url}#user:ann`);
  assert.equal((await refusal(ask(host, tokens.id_token ?? "")))[0]?.parameters.error, "invalid_token");
});

test("R27: a client learns that the login was too weak, asks for a stronger one, and passes", async () => {
  const host = await open({ jwt: jwt() }, { getOrder: { "step-up": { acr: "gold", method: "otp", within: "5m" } } });
  const weak = await logIn();
  const [challenge = assert.fail()] = await refusal(ask(host, weak.access_token));
  assert.equal(challenge.parameters.error, "insufficient_user_authentication");
  const { acr_values = "", max_age = "" } = challenge.parameters;
  assert.deepEqual([acr_values, max_age], ["gold", "300"]);
  Object.assign(provider.login, { acr: acr_values, amr: ["pwd", "otp"] });
  try {
    const strong = await logIn({ acr_values, max_age });
    assert.equal((await ask(host, strong.access_token)).status, 200);
    assert.deepEqual((await recorded(host)).evidence, { kid: "issuer", alg: "ES256", acr: "gold" });
    assert.equal((await refusal(ask(host, await token())))[0]?.parameters.error, "insufficient_user_authentication");
  } finally {
    Object.assign(provider.login, { acr: "silver", amr: ["pwd"] });
  }
});

test("R29: a client that knows only the API finds the issuer by its metadata", async () => {
  const host = await open({ jwt: jwt() });
  const resource = new URL(RESOURCE);
  const told = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource, { [oauth.customFetch]: through(host) }));
  assert.deepEqual(told.authorization_servers, [provider.url]);
  assert.deepEqual(told.scopes_supported, ["orders:read", "orders:write"]);
});
