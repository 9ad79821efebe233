import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { FIELD_TEXT_CHARACTERS_MAX } from "../../../../src/doors/inbound/prepare/field-text.ts";
import { introduce } from "../../../../src/doors/inbound/prepare/introduce.ts";
import type { Principal } from "../../../../src/exchange/principal.ts";
import { type Given, misfits, post, principal, type Sent } from "../../../walk.ts";
import { assertSilent, refusal, said } from "../../samples.ts";

function send(who: Partial<Principal> | undefined, options: Record<string, string | string[]> = {}, given: Given = {}): Promise<Sent> {
  return post({ guard: introduce, options })({ ...given, ...(who === undefined ? {} : { principal: principal(who) }) });
}

function told({ exchange: { outgoing } }: Sent, prefix = "sallyport-"): Record<string, string> {
  return Object.fromEntries(outgoing.list.flatMap((name, at) => (at % 2 === 0 && name.startsWith(prefix) ? [[name.slice(prefix.length), outgoing.list[at + 1] ?? ""]] : [])));
}

test("the API is told subject, issuer, client and scopes, and the id of the exchange", async () => {
  const sent = await send({ client: "app", scopes: new Set(["read", "write"]) });
  assert.equal(said(sent), "passes");
  assert.deepEqual(told(sent), { "request-id": sent.exchange.id, subject: "ann", issuer: "https://id.example", client: "app", scopes: "read write" });
});

test("of a stranger nothing is told, even if he says it himself", async () => {
  const forged = [["sallyport-subject", "root"], ["sallyport_subject", "root"], ["sallyport-request-id", "x"], ["sallyport-anything", "x"]] as const;
  const sent = await send(undefined, {}, { fields: forged });
  assert.deepEqual(told(sent), { "request-id": sent.exchange.id });
  assert.equal(sent.exchange.outgoing.count("sallyport_subject"), 0);
});

test("R30: what a caller says under the prefix does not stand beside what the door says", async () => {
  const sent = await send({ client: undefined }, { prefix: "x-caller-" }, { fields: [["x-caller-client", "root"], ["x-caller-subject", "root"], ["X_CALLER_scopes".toLowerCase(), "all"]] });
  assert.deepEqual(told(sent, "x-caller-"), { "request-id": sent.exchange.id, subject: "ann", issuer: "https://id.example" });
  assert.deepEqual(sent.exchange.outgoing.all("x-caller-subject"), ["ann"]);
});

test("claims that the policy names are told, those that the token lacks are not", async () => {
  const claims = { email: "a@b.example", age: 7, admin: false, groups: ["a", "b"], "https://x/role": "r", none: null, toString: "own" };
  const names = ["email", "age", "admin", "groups", "https://x/role", "none", "missing", "constructor", "__proto__"];
  const sent = await send({ claims }, { claims: names });
  const { "request-id": _id, subject: _subject, issuer: _issuer, ...rest } = told(sent);
  assert.deepEqual(rest, { "claim-email": "a@b.example", "claim-age": "7", "claim-admin": "false", "claim-groups": '["a","b"]', "claim-https---x-role": "r" });
  assert.deepEqual(Object.keys(told(await send({ claims }))), ["request-id", "subject", "issuer"], "no claim that is not named");
});

test("no text can begin a field of its own, and every text can be read back", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), fc.array(fc.string({ unit: "binary", minLength: 1, maxLength: 9 }), { maxLength: 4 }), async (subject, scopes) => {
      const sent = await send({ subject, scopes: new Set(scopes) });
      const { subject: text = "", scopes: list = "" } = told(sent);
      assert.match(text, /^[!-~]*$/);
      assert.match(list, /^[ -~]*$/);
      assert.equal(decodeURIComponent(text), subject.toWellFormed());
      assert.deepEqual(list === "" ? [] : list.split(" ").map(decodeURIComponent), [...new Set(scopes)].map((scope) => scope.toWellFormed()));
    }),
    { numRuns: 300 },
  );
  assert.equal(told(await send({ subject: "a\r\nx-role: admin" }))["subject"], "a%0D%0Ax-role:%20admin");
  assert.equal(told(await send({ subject: "\ud800" }))["subject"], "%EF%BF%BD");
});

test("an identity that does not fit is refused, not cut: half a list of scopes would be another one", async () => {
  const long = "a".repeat(FIELD_TEXT_CHARACTERS_MAX);
  assert.equal(said(await send({ subject: long })), "passes");
  assert.equal(said(await send({ scopes: new Set(["a".repeat(FIELD_TEXT_CHARACTERS_MAX - 2), "b"]) })), "passes");
  assert.equal(said(await send({ scopes: new Set(["a".repeat(FIELD_TEXT_CHARACTERS_MAX - 1), "b"]) })), "500 identity-too-long");
  for (const who of [{ subject: `${long}a` }, { subject: " ".repeat(FIELD_TEXT_CHARACTERS_MAX / 3 + 1) }, { scopes: new Set(["a", long]) }]) {
    const sent = await send(who);
    assert.equal(said(sent), "500 identity-too-long");
    assert.equal(refusal(sent.outcome).blame, "issuer");
    assertSilent(sent.outcome, "aaaa");
  }
});

test("a prefix is the beginning of a field's name, and no two claims share a field", () => {
  for (const prefix of ["x", "X-", "-", "x y-", "x\n-"]) assert.equal(misfits(introduce, { prefix }).length, 1, prefix);
  assert.match(misfits(introduce, { claims: ["a.b", "a-b"] }).join(), /share one field/);
  assert.deepEqual(misfits(introduce, { claims: "email" }), []);
});

test("it stands everywhere without being named", () => assert.equal(introduce.standing, true));
