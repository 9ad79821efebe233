import assert from "node:assert/strict";
import { test } from "node:test";
import { algorithmOf } from "../../src/keys/algorithm.ts";
import type { TokenRules } from "../../src/keys/jwt.ts";
import { verifierOf } from "../../src/keys/jwt.ts";
import { type KeySet, readKeySet } from "../../src/keys/key-set.ts";
import { fixedKeys, type KeySource } from "../../src/keys/key-source.ts";
import { TokenCache } from "../../src/keys/token-cache.ts";
import { AUDIENCE, ISSUER, makePair, NOW, token } from "./issuer.ts";

const es = makePair("ES256");
const algorithm = algorithmOf("ES256") ?? assert.fail();
const rules: TokenRules = { issuer: ISSUER, audiences: [AUDIENCE], algorithms: [algorithm], skewMilliseconds: 0, lifetimeMilliseconds: 3_600_000, untyped: false, incomplete: false, method: "jwt" };

/** A set that counts how often a key was wanted: a remembered token wants none. */
function counting(): { readonly set: KeySet; readonly wanted: () => number } {
  const reading = readKeySet({ keys: [es.jwk] }, [algorithm]);
  assert.ok("set" in reading);
  let wanted = 0;
  const find: KeySet["find"] = (...of) => {
    wanted++;
    return reading.set.find(...of);
  };
  return { set: { keys: reading.set.keys, find }, wanted: () => wanted };
}

test("a signature is computed once for a good token, and every time for a bad one", () => {
  const { set, wanted } = counting();
  const verify = verifierOf(rules, fixedKeys(set), new TokenCache(10));
  const good = token(es);
  const first = verify(good, NOW);
  for (let again = 0; again < 5; again++) assert.equal(verify(good, NOW), first);
  assert.equal(wanted(), 1);
  const bad = `${good.slice(0, -4)}AAAA`;
  for (let again = 0; again < 3; again++) assert.deepEqual(verify(bad, NOW), { wrong: "signature does not fit" });
  assert.equal(wanted(), 4);
});

test("a token is checked anew when the keys have changed", () => {
  const { set, wanted } = counting();
  const empty = readKeySet({ keys: [makePair("ES256", "other").jwk] }, [algorithm]);
  assert.ok("set" in empty);
  let current: KeySet = set;
  const source: KeySource = { keys: () => current, renewed: (seen) => seen };
  const verify = verifierOf(rules, source, new TokenCache(10));
  const good = token(es);
  verify(good, NOW);
  current = empty.set;
  assert.deepEqual(verify(good, NOW), { wrong: "unknown key" });
  current = set;
  assert.ok("principal" in (verify(good, NOW) as object));
  assert.equal(wanted(), 1);
});

test("what can be said without keys is said before they are there", async () => {
  const never: KeySource = { keys: () => new Promise(() => undefined), renewed: (seen) => seen };
  const verify = verifierOf(rules, never, new TokenCache(10));
  assert.deepEqual(verify(token(es, { claims: { exp: 1 } }), NOW), { wrong: "exp: expired" });
  assert.equal(verify("opaque", NOW), undefined);
  assert.ok(verify(token(es), NOW) instanceof Promise);
});
