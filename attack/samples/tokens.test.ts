/**
 * Tokens test: each attack passes the copied authentication, passes this house with its guards waived, and fails here.
 */
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { CONTRACT, type Host, POLICY, startHosts } from "../../test/hosts.ts";
import { type Sample, startSample } from "./jsonwebtoken.ts";
import { AUDIENCE, ISSUER, type MakeToken, makerOf, TOKEN_ATTACKS } from "./token-attacks.ts";

const SECRET = "w7Rk2Zp9Lx4Qv1Tn8Hs5Bd3Gm6Fj0YcUeIaOoXzK";
process.env["SALLYPORT_ATTACK_SECRET"] = SECRET;

const JWT = { issuer: ISSUER, audience: AUDIENCE, secret: "env:SALLYPORT_ATTACK_SECRET", algorithms: "HS256" };
const operations = POLICY["operations"] as JsonObject;
const WAIVED = "proves that the attack works without it";

async function open(everywhere: JsonObject): Promise<Host> {
  const [host = assert.fail()] = await startHosts({ contract: CONTRACT, policy: { ...POLICY, everywhere, operations }, only: ["gateway"] });
  return host;
}

interface Said {
  readonly status: number;
  readonly challenge: string | undefined;
}

function ask(port: number, authorization?: string): Promise<Said> {
  return new Promise((resolve, reject) => {
    const headers = authorization === undefined ? {} : { authorization };
    const request = http.get({ port, host: "127.0.0.1", path: "/orders/a-1", headers, agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve({ status: response.statusCode ?? 0, challenge: response.headers["www-authenticate"] }));
    });
    request.on("error", reject);
  });
}

describe("tokens", () => {
  let sample: Sample;
  let waived: Host;
  let shut: Host;
  let token: MakeToken;

  before(async () => {
    [sample, waived, shut] = await Promise.all([startSample(SECRET), open({ credentials: { waived: WAIVED }, scope: { waived: WAIVED } }), open({ jwt: JWT })]);
    token = makerOf(SECRET, Date.now());
  });
  after(() => Promise.all([sample.stop(), waived.stop(), shut.stop()]));

  test("a good token passes everywhere: what is refused is refused for what it is", async () => {
    for (const { port } of [sample, waived, shut]) assert.equal((await ask(port, `Bearer ${token()}`)).status, 200);
  });

  for (const { title, authorization } of TOKEN_ATTACKS) {
    test(title, async () => {
      const value = authorization(token);
      assert.equal((await ask(sample.port, value)).status, 200, "the copied authentication lets it in");
      assert.equal((await ask(waived.port, value)).status, 200, "with the guards waived it reaches the API");
      shut.asked.length = 0;
      const { status, challenge } = await ask(shut.port, value);
      assert.ok(status === 401 || status === 400, `${status}`);
      assert.match(challenge ?? "", /^Bearer .*error="invalid_(token|request)"/);
      assert.equal(shut.asked.length, 0);
    });
  }

  test("R1: who brings nothing learns here what to bring, and there only that it is forbidden", async () => {
    assert.deepEqual(await ask(sample.port), { status: 403, challenge: undefined });
    assert.deepEqual(await ask(shut.port), { status: 401, challenge: 'Bearer realm="api"' });
  });

  test("R5: a secret that can be guessed does here not start", async () => {
    const weak = await startSample("secret");
    try {
      assert.equal((await ask(weak.port, `Bearer ${makerOf("secret", Date.now())()}`)).status, 200);
    } finally {
      await weak.stop();
    }
    process.env["SALLYPORT_ATTACK_WEAK"] = "secret";
    await assert.rejects(open({ jwt: { ...JWT, secret: "env:SALLYPORT_ATTACK_WEAK" } }), /the secret is weak/);
  });
});
