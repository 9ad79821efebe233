import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test, type TestContext } from "node:test";
import type { JsonObject } from "../../../../../src/contract/json-value.ts";
import { jwt } from "../../../../../src/doors/inbound/authenticate/jwt.ts";
import { readRevocation } from "../../../../../src/cli/tokens/read-revocation.ts";
import { hashOfTokenId } from "../../../../../src/keys/claims.ts";
import { revoke } from "../../../../../src/keys/revocation/ledger.ts";
import { FRESH_MILLISECONDS } from "../../../../../src/keys/revocation/revocations.ts";
import { openSqlite } from "../../../../databases.ts";
import { AWAY, doubt, type DoubtedDatabase } from "../../../../doubted-database.ts";
import { AUDIENCE, ISSUER, makePair, NOW, token, writeKeys } from "../../../../keys/issuer.ts";
import { misfits, post, type Sent } from "../../../../walk.ts";

const es = makePair("ES256");
const folder = writeKeys([es.jwk]);
const OPTIONS: JsonObject = { issuer: ISSUER, audience: AUDIENCE, keys: "file:jwks.json" };
const LATER = NOW + FRESH_MILLISECONDS + 1;

interface Door {
  readonly database: DoubtedDatabase;
  readonly ask: (claims: JsonObject, now?: number, protocol?: string) => Promise<Sent>;
  readonly write: (kind: string, value?: string, particulars?: { readonly issuer?: string; readonly before?: string }) => Promise<void>;
}

function open(t: TestContext, options: JsonObject = {}): Door {
  const database = doubt(openSqlite());
  t.after(() => database.close());
  const send = post({ guard: jwt, options: { ...OPTIONS, ...options }, site: { folder, database } });
  return {
    database,
    ask: (claims, now = NOW, protocol) => send({ now, ...(protocol === undefined ? {} : { protocol }), fields: [["authorization", `Bearer ${token(es, { claims })}`]] }),
    async write(kind, value, { issuer, before } = {}) {
      const wishes = readRevocation({ kind, value, issuer, before, keep: undefined, reason: undefined }, NOW);
      assert.ok(!("wrong" in wishes), "wrong" in wishes ? wishes.wrong : "");
      assert.ok(await revoke(wishes, { database, random: randomBytes, now: NOW }));
    },
  };
}

function said({ outcome, exchange }: Sent): string {
  if (outcome === undefined) return "passes";
  assert.equal(exchange.principal, undefined);
  return outcome.kind === "refusal" ? `${outcome.problem.status} ${outcome.problem.type} ${JSON.stringify(Object.values(outcome.problem.because ?? {}))}` : "replied";
}

const REVOKED = `401 credential-invalid ["revoked","jti:${hashOfTokenId("token-1")}"]`;

test("R24: a remembered token counts no more once it is revoked, by each of its names", async (t) => {
  const cases = [["token", "token-1"], ["subject", "ann"], ["client", "app"], ["session", "s-1"], ["everything", undefined]] as const;
  for (const [kind, value] of cases) {
    const { ask, write } = open(t);
    assert.equal(said(await ask({ sid: "s-1" })), "passes");
    await write(kind, value);
    assert.equal(said(await ask({ sid: "s-1" }, LATER)), REVOKED, kind);
    assert.equal(said(await ask({ sid: "s-2", jti: "token-2", sub: "bob", client_id: "web", iat: NOW / 1_000 }, LATER)), "passes", kind);
  }
});

test("R24: a session that no revocation could name is none, and its token no token", async (t) => {
  const { ask } = open(t);
  for (const sid of [7, "", "s\n1", ["s-1"]]) assert.equal(said(await ask({ sid })), '401 credential-invalid ["sid: malformed"]', JSON.stringify(sid));
  assert.equal(said(await ask({})), "passes");
});

test("R24: a token is found by what the audit log says of it", async (t) => {
  const { ask, write } = open(t);
  const { exchange } = await ask({});
  await write("token", exchange.principal?.credential);
  assert.equal(said(await ask({}, LATER)), REVOKED);
  assert.equal(said(await ask({ jti: "token-2" }, LATER)), "passes");
});

test("R24: whoever logs in again gets in again", async (t) => {
  const { ask, write } = open(t);
  await write("subject", "ann");
  assert.equal(said(await ask({})), REVOKED);
  assert.equal(said(await ask({ iat: NOW / 1_000, jti: "token-2" })), "passes");
});

test("R24: a database that is away is 503, but for the time that was stated", async (t) => {
  const strict = open(t);
  await strict.ask({});
  strict.database.fault = AWAY;
  assert.equal(said(await strict.ask({}, LATER)), '503 database-unavailable ["unavailable"]');
  const lax = open(t, { unconfirmed: "10s" });
  await lax.ask({});
  lax.database.fault = AWAY;
  assert.equal(said(await lax.ask({}, NOW + 11_000)), "passes");
  assert.equal(said(await lax.ask({}, NOW + 11_001)), '503 database-unavailable ["unavailable"]');
});

test("a bad token costs the database nothing", async (t) => {
  const { ask, database } = open(t);
  assert.match(said(await ask({ exp: 1 })), /^401/);
  assert.equal(database.asked.length, 0);
});

test("the time that was stated has a bound", () => {
  assert.match(misfits(jwt, { ...OPTIONS, unconfirmed: "61m" }, {}, { folder }).join(), /out of range/);
});

test("R38: what was switched to another protocol lasts until its token is revoked, or nobody can say", async (t) => {
  for (const end of ["revoked", "away"] as const) {
    const { ask, write, database } = open(t);
    const { exchange } = await ask({}, NOW, "websocket");
    const lasts = (now: number): boolean => exchange.followers.every((follower) => follower.lasts?.(now) === true);
    assert.equal(exchange.followers.length, 1);
    assert.equal(lasts(NOW + 500), true);
    // It asks besides, and is told that nothing has changed.
    lasts(LATER);
    await database.run("SELECT 1");
    assert.equal(lasts(LATER + 1), true);
    if (end === "revoked") await write("subject", "ann");
    else database.fault = AWAY;
    for (let look = 0; lasts(LATER + FRESH_MILLISECONDS + 1) && look < 500; look++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(lasts(LATER + FRESH_MILLISECONDS + 1), false, end);
  }
  assert.equal((await open(t).ask({})).exchange.followers.length, 0);
});
