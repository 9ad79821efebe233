import assert from "node:assert/strict";
import { test } from "node:test";
import { readBinding } from "../../src/keys/binding.ts";

const print = "A".repeat(43);

test("a key, a certificate, or both", () => {
  assert.deepEqual(readBinding({ jkt: print }), { key: print, certificate: undefined });
  assert.deepEqual(readBinding({ "x5t#S256": print }), { key: undefined, certificate: print });
  assert.deepEqual(readBinding({ jkt: print, "x5t#S256": print }), { key: print, certificate: print });
});

test("whatever else a token is bound to, it is bound", () => {
  for (const cnf of [{}, null, "x", [], { jwk: {} }, { kid: "x" }, { jkt: print, jwk: {} }, { jkt: null }, { jkt: "" }, { jkt: `${print}A` }, { jkt: print.slice(1) }, { jkt: `${"A".repeat(42)}B` }, { jkt: `${"A".repeat(42)}=` }, { "x5t#S256": 7 }, { "x5t#s256": print }, { JKT: print }]) {
    assert.ok("wrong" in readBinding(cnf), JSON.stringify(cnf));
  }
});
