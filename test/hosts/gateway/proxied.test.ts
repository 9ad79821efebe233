/** Proxied: the policy's word on whose connections begin with a PROXY header. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApi, openRig } from "./rig.ts";
import { Caller } from "./wire/fronts.ts";

test("the caller's address is what the proxy's header says, for the record and for the API", async () => {
  const told: (string | undefined)[] = [];
  const api = await openApi((request, response) => {
    told.push(request.headers["forwarded"]);
    response.writeHead(200, { "content-type": "application/json" }).end("[1]");
  });
  const rig = await openRig(api.port, { listen: { port: 0, proxy: ["127.0.0.1"] } });
  const request = "GET /prices HTTP/1.1\r\nhost: a.example\r\nx-forwarded-for: 203.0.113.9\r\nconnection: close\r\n\r\n";
  await new Caller(rig.port).write(`PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n${request}`).until("[1]");
  const without = new Caller(rig.port).write(request);
  await without.end();
  assert.equal(without.received, "");
  await rig.stop();
  await api.stop();
  assert.deepEqual(rig.records.map(({ address }) => address), ["2001:db8::7"]);
  // What the caller himself says of the way is not believed: the proxy has spoken before him.
  assert.deepEqual(told, ['for="[2001:db8::7]";host="a.example";proto=http']);
});

test("what is no range is said, with its place", async () => {
  await assert.rejects(openRig(1, { listen: { port: 0, proxy: ["10.0.0.1/8"] } }), /\/listen\/proxy.*first address/);
});
