import assert from "node:assert/strict";
import { test } from "node:test";
import { resourcePlace } from "../../src/exchange/protected-resource.ts";

test("R29: the well-known part stands between host and path", () => {
  assert.deepEqual(resourcePlace(["https://api.example"]), { resource: "https://api.example", path: "/.well-known/oauth-protected-resource", url: "https://api.example/.well-known/oauth-protected-resource" });
  assert.deepEqual(resourcePlace(["https://api.example:8443/v1/orders", "https://other.example"]), { resource: "https://api.example:8443/v1/orders", path: "/.well-known/oauth-protected-resource/v1/orders", url: "https://api.example:8443/.well-known/oauth-protected-resource/v1/orders" });
});

test("an API without an address has no name", () => {
  assert.equal(resourcePlace([]), undefined);
});
