import assert from "node:assert/strict";
import { test } from "node:test";
import type { Grant } from "../../src/keys/claims.ts";
import { keySetOf } from "../../src/keys/key-set.ts";
import { CACHED_CHARACTERS_MAX, RECENT_MAX, RECENT_MILLISECONDS, TokenCache } from "../../src/keys/token-cache.ts";
import { principal } from "../walk.ts";
import { NOW } from "./issuer.ts";

const keys = keySetOf([]);
const grant: Grant = { principal: principal(), bound: undefined, facts: { issuer: "", token: undefined, subject: undefined, client: undefined, session: undefined, issued: undefined }, from: NOW - 1_000, end: NOW + 1_000 };

test("a token is found by its exact text, between its beginning and its end", () => {
  const cache = new TokenCache(10);
  cache.keep("a.b.c", keys, grant);
  assert.equal(cache.find("a.b.c", keys, NOW)?.principal, grant.principal);
  assert.equal(cache.find("a.b.C", keys, NOW), undefined);
  assert.equal(cache.find("a.b.c", keys, NOW - 1_001), undefined);
  assert.notEqual(cache.find("a.b.c", keys, NOW + 999), undefined);
  assert.equal(cache.find("a.b.c", keys, NOW + 1_000), undefined);
  assert.equal(cache.size, 0);
});

test("other keys make it empty", () => {
  const cache = new TokenCache(10);
  cache.keep("a.b.c", keys, grant);
  const newer = keySetOf([]);
  assert.equal(cache.find("a.b.c", newer, NOW), undefined);
  cache.keep("d.e.f", newer, grant);
  assert.equal(cache.size, 1);
  assert.equal(cache.find("a.b.c", keys, NOW), undefined);
});

test("it holds so many tokens and no more; the oldest goes first", () => {
  const cache = new TokenCache(3);
  for (const token of ["1", "2", "3", "4"]) cache.keep(token, keys, grant);
  assert.equal(cache.size, 3);
  assert.equal(cache.find("1", keys, NOW), undefined);
  assert.notEqual(cache.find("2", keys, NOW), undefined);
  cache.keep("4", keys, grant);
  assert.equal(cache.size, 3);
  const none = new TokenCache(0);
  none.keep("1", keys, grant);
  assert.equal(none.size, 0);
});

test("all tokens together are bounded in characters", () => {
  const cache = new TokenCache(1_000_000);
  const length = 8_192;
  const most = CACHED_CHARACTERS_MAX / length;
  for (let at = 0; at < most + 10; at++) cache.keep(String(at).padEnd(length, "x"), keys, grant);
  assert.equal(cache.size, most);
});

test("what was found a moment ago ends all the same, and goes with the keys", () => {
  const cache = new TokenCache(10);
  cache.keep("a.b.c", keys, grant);
  for (let times = 0; times < 2; times++) assert.equal(cache.find("a.b.c", keys, NOW)?.principal, grant.principal);
  assert.equal(cache.find("a.b.c", keys, NOW - 1_001), undefined);
  assert.equal(cache.find("a.b.c", keys, NOW + 1_000), undefined);
  assert.equal(cache.size, 0);
  cache.keep("a.b.c", keys, grant);
  cache.find("a.b.c", keys, NOW);
  const newer = keySetOf([]);
  cache.keep("d.e.f", newer, grant);
  assert.equal(cache.find("a.b.c", newer, NOW), undefined);
});

test("few tokens stand in clear, and not for long", () => {
  const cache = new TokenCache(10_000);
  const lasting = { ...grant, end: NOW + 1_000_000 };
  for (let at = 0; at <= RECENT_MAX; at++) {
    cache.keep(String(at), keys, lasting);
    cache.find(String(at), keys, NOW);
    assert.ok(cache.recent <= RECENT_MAX);
  }
  assert.equal(cache.recent, 1);
  assert.equal(cache.find("0", keys, NOW)?.principal, grant.principal);
  cache.find("nobody's", keys, NOW + RECENT_MILLISECONDS);
  assert.equal(cache.recent, 0);
  assert.equal(cache.find("0", keys, NOW + RECENT_MILLISECONDS)?.principal, grant.principal);
});

test("tokens that end alike are told apart, however often they are asked for", () => {
  const cache = new TokenCache(10);
  const signature = "s".repeat(86);
  const other: Grant = { ...grant, principal: principal() };
  cache.keep(`a.b.${signature}`, keys, grant);
  cache.keep(`a.c.${signature}`, keys, other);
  for (let times = 0; times < 3; times++) {
    assert.equal(cache.find(`a.b.${signature}`, keys, NOW)?.principal, grant.principal);
    assert.equal(cache.find(`a.c.${signature}`, keys, NOW)?.principal, other.principal);
    assert.equal(cache.find(`a.d.${signature}`, keys, NOW), undefined);
  }
});
