import assert from "node:assert/strict";
import { test } from "node:test";
import { readAuthority } from "../../src/exchange/authority.ts";

test("a host is read with its port, in lower case", () => {
  assert.deepEqual(readAuthority("API.Example"), { host: "api.example", port: undefined });
  assert.deepEqual(readAuthority("api.example:8443"), { host: "api.example", port: 8443 });
  assert.deepEqual(readAuthority("127.0.0.1:0"), { host: "127.0.0.1", port: 0 });
  assert.deepEqual(readAuthority("my_service:65535"), { host: "my_service", port: 65_535 });
  assert.deepEqual(readAuthority("[2001:DB8:0::1]:443"), { host: "[2001:db8::1]", port: 443 });
});

for (const wrong of ["", ":80", "api.example:", "api.example:65536", "api.example:8o", "api.example:1:2", "api..example", ".example", "user@api.example", "api.example/x", "api.example?x", "api example", "api.example\t", "a,b", "[::1", "::1", "[::g]", "[1.2.3.4]", "[fe80::1%eth0]", "api%2eexample", "\u00e4.example", "a".repeat(256)]) {
  test(`${JSON.stringify(wrong.slice(0, 30))} is no host`, () => assert.equal(readAuthority(wrong), undefined));
}
