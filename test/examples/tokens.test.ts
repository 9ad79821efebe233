/** Tokens: what the development tokens of an example say, and how their key is kept. */
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLocalJWKSet, jwtVerify } from "jose";
import type { JSONWebKeySet } from "jose";
import { bank } from "../../examples/bank/example.ts";
import { loadSigningKey, signAccessToken, tokenLifeSeconds } from "../../examples/tokens.ts";

const root = join(import.meta.dirname, "../..");
let folder = "";

before(() => {
  folder = mkdtempSync(join(tmpdir(), "sallyport-tokens-"));
});

after(() => rmSync(folder, { recursive: true, force: true }));

test("a token has the form of RFC 9068 and the key that the gateway reads", async () => {
  const key = await loadSigningKey(bank.issuer, join(folder, "tokens"));
  for (const file of [key.jwksFile, key.privateKeyFile]) assert.equal(statSync(file).mode & 0o777, 0o600);
  const jwks: JSONWebKeySet = JSON.parse(readFileSync(key.jwksFile, "utf8"));
  assert.equal(jwks.keys.length, 1);
  assert.deepEqual(Object.keys(jwks.keys[0] ?? {}).toSorted(), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
  const token = await signAccessToken(key, { subject: "cus-1001", scopes: ["accounts:read", "transfers:write"], claims: { branch: "north" } });
  const checks = { issuer: bank.issuer.issuer, audience: bank.issuer.audience, typ: "at+jwt", algorithms: ["ES256"] };
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks), checks);
  assert.equal(protectedHeader.kid, key.kid);
  assert.equal(payload.sub, "cus-1001");
  assert.equal(payload.scope, "accounts:read transfers:write");
  assert.equal(payload.client_id, "bank-app");
  assert.equal(payload.branch, "north");
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), tokenLifeSeconds);
  assert.equal(typeof payload.jti, "string");
});

test("one folder has one key, however many ask for it first", async () => {
  const home = join(folder, "keys");
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadSigningKey(bank.issuer, home)));
  assert.equal(new Set(keys.map(({ kid }) => kid)).size, 1);
  assert.notEqual((await loadSigningKey(bank.issuer, join(folder, "other-keys"))).kid, keys[0]?.kid);
});

test("a token comes from the command line, too", async () => {
  const home = join(folder, "line");
  const run = (...words: readonly string[]): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, ["examples/tokens.ts", ...words], { cwd: root, env: { ...process.env, TOKEN_FOLDER: home } });
  const made = run("bank", "teller-north", "customers:read");
  assert.equal(made.status, 0, String(made.stderr));
  const jwks: JSONWebKeySet = JSON.parse(readFileSync(join(home, "jwks.json"), "utf8"));
  const { payload } = await jwtVerify(String(made.stdout).trim(), createLocalJWKSet(jwks));
  assert.deepEqual([payload.sub, payload.scope], ["teller-north", "customers:read"]);
  for (const words of [[], ["bank"], ["no-such-example", "cus-1001"]]) assert.equal(run(...words).status, 2);
});
