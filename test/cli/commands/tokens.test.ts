import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { EXIT } from "../../../src/cli/exit-code.ts";
import { hashOfTokenId } from "../../../src/keys/claims.ts";
import { type Desk, openDesk } from "../desk.ts";

const POLICY = "contract: ./openapi.yaml\ndatabase: { sqlite: ./data/house.db }\n";

function open(t: TestContext, policy = POLICY): Desk {
  return openDesk(t, { "policy.yaml": policy });
}

interface Said {
  readonly code: number;
  readonly revocation: Readonly<Record<string, unknown>> & { readonly id: string };
  readonly revocations: readonly Readonly<Record<string, unknown>>[];
  readonly error: string;
}

async function ask({ run }: Desk, ...words: readonly string[]): Promise<Said> {
  const { code, out } = await run("tokens", ...words, "--json");
  return { code, ...(JSON.parse(out) as Omit<Said, "code">) };
}

test("what is revoked is listed, and lifted by its id for a reason", async (t) => {
  const desk = open(t);
  const { code, revocation } = await ask(desk, "revoke", "subject", "ann", "--issuer", "https://id.example", "--reason", "laptop stolen", "--keep", "1d");
  assert.equal(code, EXIT.fine);
  const { id, before, ends, created, ...rest } = revocation;
  assert.deepEqual(rest, { kind: "subject", issuer: "https://id.example", value: "ann", reason: "laptop stolen", state: "counts" });
  assert.equal(before, created);
  assert.equal(Date.parse(String(ends)) - Date.parse(String(created)), 86_400_000);
  assert.deepEqual((await ask(desk, "list")).revocations, [revocation]);
  assert.match((await desk.run("tokens", "list")).out, new RegExp(`^${id}  counts  subject ann of https://id\\.example, issued before 2`));
  const lifted = await ask(desk, "lift", id, "--reason", "found under the sofa");
  assert.deepEqual([lifted.revocation["state"], lifted.revocation["lifted"]], ["lifted", "found under the sofa"]);
  assert.deepEqual((await ask(desk, "list")).revocations, [lifted.revocation]);
});

test("a token is named by its id or as the audit log names it, and only its hash is kept", async (t) => {
  const desk = open(t);
  const log = `jti:${hashOfTokenId("token-1")}`;
  for (const name of ["token-1", log]) assert.equal((await ask(desk, "revoke", "token", name)).revocation["value"], log);
  assert.doesNotMatch((await desk.run("tokens", "list")).out, /token-1/);
});

test("everything before a moment, in any zone, is kept as long as a token can live after it", async (t) => {
  const desk = open(t);
  const { revocation } = await ask(desk, "revoke", "everything", "--before", "2026-11-20T13:00:00+01:00");
  assert.deepEqual([revocation["before"], revocation["value"], revocation["issuer"]], ["2026-11-20T12:00:00.000Z", "", ""]);
  const far = await ask(desk, "revoke", "everything", "--before", "2999-01-01T00:00Z", "--keep", "1m");
  assert.equal(far.revocation["ends"], "2999-01-01T00:01:00.000Z");
});

test("what does not go together is told, and nothing is done", async (t) => {
  const desk = open(t);
  const wrong: readonly (readonly [string, RegExp])[] = [
    ["", /<action> is missing/],
    ["forget", /<action> is one of revoke, list, lift/],
    ["revoke", /<what> is one of token, subject/],
    ["revoke user ann", /<what> is one of/],
    ["revoke subject", /<value> is missing: which subject/],
    ["revoke everything ann", /takes no <value>/],
    ["revoke token x --before 2026-11-20T12:00Z", /does not go with one token/],
    ["revoke subject ann --before yesterday", /--before is a moment/],
    ["revoke subject ann --before 2026-11-20T12:00", /--before is a moment/],
    ["revoke subject ann --before 2026-13-20T12:00Z", /--before is a moment/],
    ["revoke subject ann --keep 366d", /--keep is a time/],
    ["list ann", /unexpected word/],
    ["list --reason x", /--reason does not go with list/],
    ["lift", /takes the id of one revocation/],
    ["lift 0123", /--reason is missing/],
    ["lift 0123 --reason x --keep 1d", /--keep does not go with lift/],
  ];
  for (const [line, expected] of wrong) {
    const { code, error } = await desk.run("tokens", ...line.split(" ").filter((one) => one !== ""));
    assert.equal(code, EXIT.usage, line);
    assert.match(error, expected, line);
  }
  for (const name of ["", "a\nb", "x".repeat(256)]) assert.equal((await desk.run("tokens", "revoke", "subject", name)).code, EXIT.usage);
  assert.deepEqual((await ask(desk, "list")).revocations, []);
});

test("a revocation that is not there cannot be lifted", async (t) => {
  const desk = open(t);
  const { code, error } = await ask(desk, "lift", "0123456789ab", "--reason", "a test");
  assert.equal(code, EXIT.refused);
  assert.match(error, /no revocation of this id/);
});

test("without a database in the policy nothing can be revoked", async (t) => {
  const { code, error } = await open(t, "contract: ./openapi.yaml\n").run("tokens", "list");
  assert.equal(code, EXIT.start);
  assert.match(error, /the policy names no database/);
});
