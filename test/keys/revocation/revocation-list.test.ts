import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOfTokenId } from "../../../src/keys/claims.ts";
import type { Revocation, TokenFacts } from "../../../src/keys/revocation/revocation.ts";
import { RevocationList } from "../../../src/keys/revocation/revocation-list.ts";
import { ISSUER, NOW } from "../issuer.ts";
import { facts, wishes } from "./facts.ts";

let ids = 0;

function listOf(...revocations: readonly Partial<Revocation>[]): RevocationList {
  const list = new RevocationList();
  for (const one of revocations) list.put({ ...wishes(), id: `${++ids}`, created: NOW, lifted: undefined, ...one });
  return list;
}

const isRevoked = (revocation: Partial<Revocation>, particulars: Partial<TokenFacts> = {}, now = NOW): boolean => listOf(revocation).isRevoked(facts(particulars), now);

test("R24: a token is revoked by its id, whenever it was issued", () => {
  const one = { kind: "token", value: hashOfTokenId("token-1"), before: 0 } as const;
  for (const issued of [0, NOW - 1, NOW + 1, undefined]) assert.equal(isRevoked(one, { issued }), true);
  assert.equal(isRevoked(one, { token: hashOfTokenId("token-2") }), false);
  assert.equal(isRevoked(one, { token: undefined }), false);
});

test("R24: of a subject, a client, a session and everybody those are revoked that were issued before", () => {
  const kinds = [["subject", "ann"], ["client", "app"], ["session", "s-1"], ["everything", ""]] as const;
  for (const [kind, value] of kinds) {
    assert.equal(isRevoked({ kind, value }, { issued: NOW - 1 }), true, kind);
    assert.equal(isRevoked({ kind, value }, { issued: NOW }), false, kind);
    assert.equal(isRevoked({ kind, value }, { issued: undefined }), true, `${kind}: what does not say when cannot show that it is newer`);
    if (kind !== "everything") assert.equal(isRevoked({ kind, value: `${value}x` }), false, kind);
  }
});

test("R24: one issuer's revocation is about his tokens alone, and one without an issuer about everybody's", () => {
  assert.equal(isRevoked({ issuer: ISSUER }), true);
  assert.equal(isRevoked({ issuer: "https://two.example" }), false);
  assert.equal(isRevoked({ issuer: "" }, { issuer: "https://two.example" }), true);
  assert.equal(isRevoked({ issuer: "", value: `${ISSUER} ann` }), false);
});

test("R26: what is revoked of a subject is not revoked of a client of the same name, and the other way round", () => {
  assert.equal(isRevoked({ kind: "subject", value: "app" }), false);
  assert.equal(isRevoked({ kind: "client", value: "ann" }), false);
  assert.equal(isRevoked({ kind: "client", value: "app" }, { subject: undefined }), true);
});

test("a revocation counts until its end, and then is forgotten", () => {
  const ends = NOW + 1_000;
  assert.equal(isRevoked({ ends }, {}, ends - 1), true);
  assert.equal(isRevoked({ ends }, {}, ends), false);
  const list = listOf({ ends }, { ends: ends + 1, value: "bob" });
  list.sweep(ends);
  assert.equal(list.size, 1);
  assert.equal(list.isRevoked(facts({ subject: "bob" }), ends), true);
});

test("of several the strictest decides, and what takes another's place does", () => {
  const list = listOf({ id: "old", before: NOW - 20_000 }, { id: "new", before: NOW });
  assert.equal(list.isRevoked(facts(), NOW), true);
  list.put({ ...wishes(), id: "new", created: NOW, lifted: "a mistake", ends: NOW });
  assert.equal(list.isRevoked(facts(), NOW), false);
  assert.equal(list.size, 2);
  list.clear();
  assert.equal(list.size, 0);
  assert.equal(list.isRevoked(facts({ issued: 0 }), NOW), false);
});
