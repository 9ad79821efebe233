import assert from "node:assert/strict";
import { test } from "node:test";
import { inferIssuer } from "../../../src/cli/init/infer-issuer.ts";

test("the address of the metadata names the issuer", () => {
  const schemes = { a: { type: "openIdConnect", openIdConnectUrl: "https://id.example/realm/.well-known/openid-configuration" } };
  assert.deepEqual(inferIssuer(schemes), { issuer: "https://id.example/realm", guess: undefined });
});

test("where tokens come from is only a guess", () => {
  const schemes = { a: { type: "oauth2", flows: { clientCredentials: { tokenUrl: "https://id.example/oauth/token" } } } };
  assert.deepEqual(inferIssuer(schemes), { issuer: undefined, guess: "https://id.example" });
});

test("what is no https address, or no scheme at all, says nothing", () => {
  const nothing = { issuer: undefined, guess: undefined };
  assert.deepEqual(inferIssuer(undefined), nothing);
  assert.deepEqual(inferIssuer({ a: { type: "openIdConnect", openIdConnectUrl: "http://id.example/.well-known/openid-configuration" }, b: null, c: { flows: { x: { tokenUrl: "/token" } } } }), nothing);
});
