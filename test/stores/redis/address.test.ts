import assert from "node:assert/strict";
import { test } from "node:test";
import { readRedisAddresses } from "../../../src/stores/redis/address.ts";

test("a URL is read into its parts, with what stands encoded in them", () => {
  assert.deepEqual(readRedisAddresses("rediss://door:p%40ss@limits.example:6380/3\n", undefined), { addresses: [{ host: "limits.example", port: 6_380, tls: true, user: "door", password: "p@ss", database: 3 }] });
  assert.deepEqual(readRedisAddresses("redis://127.0.0.1", undefined), { addresses: [{ host: "127.0.0.1", port: 6_379, tls: false, user: undefined, password: undefined, database: 0 }] });
  const several = readRedisAddresses("redis://[::1]:7001, redis://localhost:7002/", undefined);
  assert.ok("addresses" in several);
  assert.deepEqual(several.addresses.map(({ host, port }) => [host, port]), [["::1", 7_001], ["localhost", 7_002]]);
});

test("a way that is not encrypted is for this machine, or costs a reason", () => {
  assert.ok("wrong" in readRedisAddresses("redis://limits.example", undefined));
  assert.ok("addresses" in readRedisAddresses("redis://limits.example", "the network is ours alone, agreed 2026-11-20"));
  assert.ok("wrong" in readRedisAddresses("redis://127.0.0.1,redis://limits.example", undefined));
});

test("what is no URL of a server is said, and never repeated", () => {
  for (const text of ["", "canary-7f", "http://canary-7f@host", "redis://canary-7f@127.0.0.1/x", "redis://:canary-7f@127.0.0.1/100", "redis://canary-7f@127.0.0.1?a=b", "redis://canary-7f@127.0.0.1#a", "redis://:canary-7f@", "redis://127.0.0.1,"]) {
    const read = readRedisAddresses(text, undefined);
    assert.ok("wrong" in read, text);
    assert.doesNotMatch(JSON.stringify(read), /canary/);
  }
});
