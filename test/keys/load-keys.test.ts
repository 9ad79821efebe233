import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { jwt } from "../../src/doors/inbound/authenticate/jwt.ts";
import type { Algorithm } from "../../src/keys/algorithm.ts";
import { algorithmOf } from "../../src/keys/algorithm.ts";
import { findFault } from "../../src/keys/ask.ts";
import { DOCUMENT_BYTES_MAX, type FetchDocument, fetchDocument } from "../../src/keys/fetch-document.ts";
import type { KeySet } from "../../src/keys/key-set.ts";
import { loadByDiscovery, loadFrom } from "../../src/keys/load-keys.ts";
import { METADATA_MILLISECONDS, metadataAddresses } from "../../src/keys/metadata.ts";
import { isLoopback, isPublic } from "../../src/keys/network.ts";
import { post, type Sent } from "../walk.ts";
import { AUDIENCE, makePair, NOW, token } from "./issuer.ts";

const algorithms = ["ES256"].flatMap((name): readonly Algorithm[] => [algorithmOf(name) ?? assert.fail(name)]);
const first = makePair("ES256", "first");
const second = makePair("ES256", "second");

type Pages = Record<string, { status?: number; body?: unknown; location?: string; hang?: boolean }>;

/** A real issuer on this machine: answers with what stands in `pages` under the path, and counts. */
async function serve(t: TestContext, pages: Pages): Promise<{ readonly url: string; readonly seen: string[] }> {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request.url ?? "");
    const page = pages[request.url ?? ""] ?? { status: 404 };
    if (page.hang === true) return;
    const { status = 200, body = {}, location } = page;
    response.writeHead(status, location === undefined ? {} : { location });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function kids(loaded: KeySet | { readonly wrong: string }): string {
  return "wrong" in loaded ? loaded.wrong : loaded.keys.map(({ kid }) => kid).join();
}

test("R15: keys are read from an address, and the same bytes give the same set", async (t) => {
  const pages: Pages = { "/jwks": { body: { keys: [first.jwk] } } };
  const { url } = await serve(t, pages);
  const load = loadFrom(new URL(`${url}/jwks`), algorithms, fetchDocument);
  const set = await load(undefined, NOW);
  assert.ok("keys" in set);
  assert.equal(kids(set), "first");
  assert.equal(await load(set, NOW), set);
  pages["/jwks"] = { body: { keys: [first.jwk, second.jwk] } };
  assert.equal(kids(await load(set, NOW)), "first,second");
});

test("R15: statuses, redirects, sizes and broken documents are refused", async (t) => {
  const { url, seen } = await serve(t, {
    "/missing": { status: 404, body: { keys: [first.jwk] } },
    "/moved": { status: 302, location: "/jwks" },
    "/jwks": { body: { keys: [first.jwk] } },
    "/large": { body: { keys: [first.jwk], more: "x".repeat(DOCUMENT_BYTES_MAX) } },
    "/broken": { body: "{" },
    "/twice": { body: `{"keys":[],"keys":[${JSON.stringify(first.jwk)}]}` },
    "/none": { body: { keys: [] } },
  });
  const wrong = async (path: string): Promise<string> => kids(await loadFrom(new URL(url + path), algorithms, fetchDocument)(undefined, NOW));
  assert.equal(await wrong("/missing"), "answered 404");
  assert.equal(await wrong("/moved"), "answered 302");
  assert.ok(!seen.includes("/jwks"), "the redirect was followed");
  assert.match(await wrong("/large"), /more than 262144 bytes/);
  assert.equal(await wrong("/broken"), "keys: not JSON");
  assert.equal(await wrong("/twice"), "keys: not JSON");
  assert.equal(await wrong("/none"), "no usable key");
});

test("R15: an issuer that does not answer costs the deadline and no more", async (t) => {
  const { url } = await serve(t, { "/hang": { hang: true } });
  const began = performance.now();
  assert.match(kids(await loadFrom(new URL(`${url}/hang`), algorithms, fetchDocument)(undefined, NOW)), /timeout|abort|TIMEOUT|ABORT/i);
  assert.ok(performance.now() - began < 4_500);
});

test("R15: only https, or http to this machine; never an address with credentials", () => {
  const fault = (url: string, origin: "configured" | "named" = "configured"): string | undefined => findFault(new URL(url), origin);
  for (const url of ["https://id.example/jwks", "http://127.0.0.1/jwks", "http://[::1]:8080/jwks", "http://localhost/jwks", "https://10.0.0.1/jwks"]) assert.equal(fault(url), undefined, url);
  for (const url of ["http://id.example/jwks", "http://10.0.0.1/jwks", "ftp://id.example/jwks", "file:///etc/passwd", "https://user:word@id.example/", "http://localhost.evil.example/"]) assert.notEqual(fault(url), undefined, url);
  for (const url of ["https://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "http://127.0.0.1/", "https://0x7f.1/", "https://2130706433/"]) assert.match(fault(url, "named") ?? "", /not a public address/, url);
  assert.equal(fault("https://id.example/", "named"), undefined);
});

test("R15: a name that leads into the own network is refused at the moment of connecting", async () => {
  const document = await fetchDocument(new URL("https://localhost:1/jwks"), "named");
  assert.match("wrong" in document ? document.wrong : "", /not a public address/);
});

test("addresses are told apart", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "localhost"]) assert.ok(isLoopback(address), address);
  for (const address of ["128.0.0.1", "::2", "localhost.", "example.org", ""]) assert.ok(!isLoopback(address), address);
  for (const address of ["1.1.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]) assert.ok(isPublic(address), address);
  for (const address of ["10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "::ffff:10.8.8.8", "64:ff9b::a00:1", "2001:db8::1", "2002:a00:1::", "id.example"]) assert.ok(!isPublic(address), address);
});

test("both places of metadata are tried, with a path where the issuer has one", () => {
  const texts = (issuer: string): readonly string[] => metadataAddresses(new URL(issuer)).map(String);
  assert.deepEqual(texts("https://id.example"), ["https://id.example/.well-known/openid-configuration", "https://id.example/.well-known/oauth-authorization-server"]);
  assert.deepEqual(texts("https://id.example/t1/"), ["https://id.example/t1/.well-known/openid-configuration", "https://id.example/.well-known/oauth-authorization-server/t1"]);
});

test("R15: discovery finds the keys by either document, and only of exactly this issuer", async (t) => {
  const pages: Pages = {};
  const { url, seen } = await serve(t, pages);
  pages["/keys"] = { body: { keys: [first.jwk] } };
  const load = async (issuer = url): Promise<string> => kids(await loadByDiscovery(issuer, algorithms, fetchDocument)(undefined, NOW));
  assert.match(await load(), /no metadata: answered 404/);
  pages["/.well-known/oauth-authorization-server"] = { body: { issuer: url, jwks_uri: `${url}/keys` } };
  assert.equal(await load(), "first");
  for (const body of [{ issuer: `${url}/`, jwks_uri: `${url}/keys` }, { jwks_uri: `${url}/keys` }, { issuer: url }, { issuer: url, jwks_uri: 7 }, { issuer: url, jwks_uri: "/keys" }, [], "x"]) {
    pages["/.well-known/openid-configuration"] = { body };
    assert.match(await load(), /^metadata: /);
  }
  pages["/.well-known/openid-configuration"] = { body: { issuer: url, jwks_uri: "http://127.0.0.2:1/keys" } };
  assert.match(await load(), /not a public address/);
  assert.equal(seen.filter((path) => path === "/keys").length, 1);
});

test("metadata is asked again after a while, and at once when the keys have moved", async () => {
  const asked: string[] = [];
  let place = "https://id.example/a";
  const fetch: FetchDocument = async (url) => {
    asked.push(url.pathname);
    if (url.pathname.startsWith("/.well-known")) return { bytes: Buffer.from(JSON.stringify({ issuer: "https://id.example", jwks_uri: place })) };
    return String(url) === place ? { bytes: Buffer.from(JSON.stringify({ keys: [first.jwk] })) } : { wrong: "gone" };
  };
  const load = loadByDiscovery("https://id.example", algorithms, fetch);
  await load(undefined, NOW);
  await load(undefined, NOW + METADATA_MILLISECONDS - 1);
  assert.deepEqual(asked.splice(0), ["/.well-known/openid-configuration", "/a", "/a"]);
  place = "https://id.example/b";
  assert.equal(kids(await load(undefined, NOW + 1)), "gone");
  assert.equal(kids(await load(undefined, NOW + 2)), "first");
  assert.deepEqual(asked.splice(0), ["/a", "/.well-known/openid-configuration", "/b"]);
});

test("keys on another host than the issuer's are asked for as named by somebody else", async () => {
  const origins: string[] = [];
  const fetch: FetchDocument = async (url, origin) => {
    origins.push(`${url.host} ${origin}`);
    return { bytes: Buffer.from(JSON.stringify(url.pathname === "/keys" ? { keys: [first.jwk] } : { issuer: "https://id.example", jwks_uri: "https://keys.example/keys" })) };
  };
  await loadByDiscovery("https://id.example", algorithms, fetch)(undefined, NOW);
  assert.deepEqual(origins, ["id.example configured", "keys.example named"]);
});

function status({ outcome }: Sent): number {
  return outcome?.kind === "refusal" ? outcome.problem.status : 200;
}

test("keys are rotated under load without a failed request", async (t) => {
  const pages: Pages = {};
  const { url, seen } = await serve(t, pages);
  pages["/.well-known/openid-configuration"] = { body: { issuer: url, jwks_uri: `${url}/keys` } };
  pages["/keys"] = { body: { keys: [first.jwk] } };
  const send = post({ guard: jwt, options: { issuer: url, audience: AUDIENCE } });
  const statuses = new Map<number, number>();
  let sent = 0;
  const load = async (rounds: number, pairs: readonly (typeof first)[]): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      const all = Array.from({ length: 20 }, (_, at) => {
        const pair = pairs[at % pairs.length] ?? first;
        const text = token(pair, { claims: { iss: url, jti: `${sent++}` } });
        return send({ now: NOW + sent, fields: [["authorization", `Bearer ${text}`]] });
      });
      for (const one of await Promise.all(all)) statuses.set(status(one), (statuses.get(status(one)) ?? 0) + 1);
    }
  };
  await load(10, [first]);
  pages["/keys"] = { body: { keys: [first.jwk, second.jwk] } };
  await load(10, [first, second]);
  pages["/keys"] = { body: { keys: [second.jwk] } };
  await load(10, [second]);
  assert.deepEqual([...statuses], [[200, 600]]);
  assert.deepEqual(seen, ["/.well-known/openid-configuration", "/keys", "/keys"]);
});

test("10,000 tokens with made-up key ids cost the issuer one request", async (t) => {
  const { url, seen } = await serve(t, { "/keys": { body: { keys: [first.jwk] } } });
  const send = post({ guard: jwt, options: { issuer: url, audience: AUDIENCE, keys: `${url}/keys` } });
  assert.equal(status(await send({ now: NOW, fields: [["authorization", `Bearer ${token(first, { claims: { iss: url } })}`]] })), 200);
  const forged = token(first, { claims: { iss: url } }).split(".");
  for (let one = 0; one < 10_000; one++) {
    forged[0] = Buffer.from(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid: `made-up-${one}` })).toString("base64url");
    assert.equal(status(await send({ now: NOW + one, fields: [["authorization", `Bearer ${forged.join(".")}`]] })), 401);
  }
  assert.equal(seen.length, 2);
});

test("while the keys are not to be had a token is answered with 503, whose fault is the issuer's, and nothing passes", async (t) => {
  const { url } = await serve(t, {});
  const send = post({ guard: jwt, options: { issuer: url, audience: AUDIENCE } });
  const sent = await send({ now: NOW, fields: [["authorization", `Bearer ${token(first, { claims: { iss: url } })}`]] });
  assert.equal(sent.exchange.principal, undefined);
  assert.equal(sent.outcome?.kind === "refusal" && sent.outcome.problem.type, "keys-unavailable");
  assert.equal(sent.outcome?.kind === "refusal" && sent.outcome.problem.blame, "issuer");
  assert.equal(status(sent), 503);
  assert.equal(status(await send({ now: NOW, fields: [["authorization", "Bearer a.b.c"]] })), 401);
});
