/**
 * Made-up tokens: they fit in everything but the signature, so that somebody has to compute it to know. Whoever sends
 * them has no key, and spends nothing; a door without a bound spends a signature on each.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { jwt } from "../../src/doors/inbound/authenticate/jwt.ts";
import { AUDIENCE, ISSUER, makePair, NOW, token, writeKeys } from "../../test/keys/issuer.ts";
import { post } from "../../test/walk.ts";

const es = makePair("ES256");
const folder = writeKeys([es.jwk]);
const OPTIONS: JsonObject = { issuer: ISSUER, audience: AUDIENCE, keys: "file:jwks.json" };
const UNBOUNDED: JsonObject = { ...OPTIONS, signatures: { burst: 10_000_000, crowd: 0 } };
/** More than the default of one address, less than that of the range around it. */
const FLOOD = 6_000;
const DEFAULT_BURST = 5_000;

const good = token(es);
const scheme = { name: "oauth", type: "oauth2", place: { file: "openapi.yaml", pointer: "" } } as const;

/** How many signatures are computed for a flood that comes within one moment, and whether a good caller passes after it. */
async function flood(options: JsonObject, addressAt: (at: number) => string): Promise<{ readonly computed: number; readonly goodPasses: boolean }> {
  const send = post({ guard: jwt, options, operation: { security: [[{ scheme, scopes: [] }]] }, site: { folder, challenges: ['Bearer realm="api"'], schemes: new Set(["oauth"]) } });
  const ask = async (text: string, address: string): ReturnType<typeof send> => send({ now: NOW, address, fields: [["authorization", `Bearer ${text}`]] });
  let computed = 0;
  for (let at = 0; at < FLOOD; at++) {
    const { outcome } = await ask(`${good.slice(0, -8)}${at.toString(36).padStart(6, "A")}${good.slice(-2)}`, addressAt(at));
    assert.ok(outcome?.kind === "refusal");
    if (outcome.problem.because?.["token"] === "signature does not fit") computed++;
    else assert.equal(outcome.problem.type, "tokens-too-many");
  }
  const { exchange } = await ask(good, "198.51.100.7");
  return { computed, goodPasses: exchange.principal !== undefined };
}

test("without a bound every made-up token costs a signature", async () => {
  assert.deepEqual(await flood(UNBOUNDED, () => "192.0.2.1"), { computed: FLOOD, goodPasses: true });
});

test("by default an address has so many and no more, and callers from elsewhere do not notice", async () => {
  assert.deepEqual(await flood(OPTIONS, () => "192.0.2.1"), { computed: DEFAULT_BURST, goodPasses: true });
});

test("a new /64 for each token, from one /48, has no more than the /48 has", async () => {
  const hopping = (at: number): string => `2001:db8:7:${at.toString(16)}::1`;
  assert.equal((await flood(UNBOUNDED, hopping)).computed, FLOOD);
  // The default of a /48 is four times that of a /64: here a hundredth of both, or the test would only compute.
  assert.equal((await flood({ ...OPTIONS, signatures: { burst: DEFAULT_BURST / 100 } }, hopping)).computed, (4 * DEFAULT_BURST) / 100);
});
