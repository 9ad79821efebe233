import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { init } from "../../../src/cli/commands/init.ts";
import { EXIT } from "../../../src/cli/exit-code.ts";
import { CONTRACT, openDesk } from "../desk.ts";

const UPSTREAM = ["--upstream", "http://127.0.0.1:8080"];

test("what init could not decide stands in the policy as comments; decided, the policy passes check", async (t) => {
  const { folder, run } = openDesk(t, { "api/openapi.yaml": CONTRACT });
  const made = await run("init", "api/openapi.yaml", ...UPSTREAM);
  assert.deepEqual([made.code, made.error], [EXIT.fine, ""]);
  assert.match(made.out, /^wrote sallyport\.yaml\n/);
  assert.match(made.out, /^ {2}- everywhere\.jwt: who issues the tokens, and for which audience \(the contract does not say the audience\)$/m);
  assert.match(made.out, /^ {2}- operations\.listPrices: the contract lets strangers in/m);
  assert.doesNotMatch(made.out, /error/);
  assert.equal((await run("check")).code, EXIT.refused);

  const file = path.join(folder, "sallyport.yaml");
  const policy = readFileSync(file, "utf8");
  assert.match(policy, /^contract: \.\/api\/openapi\.yaml$/m);
  assert.match(policy, /^ {2}# {3}issuer: https:\/\/id\.example$/m);
  const decided = policy.replace(/^( *)# (jwt:| {2}issuer:| {2}audience:)/gm, "$1$2").replace(/^# (operations:| {2}listPrices:)/gm, "$1");
  writeFileSync(file, decided);
  const checked = await run("check");
  assert.equal(checked.code, EXIT.fine, checked.out);
});

test("told the audience, and with no strangers in the contract, the policy passes check at once", async (t) => {
  const closed = CONTRACT.replace("security: []", "security: [{ tokens: [] }]");
  const { run } = openDesk(t, { "openapi.yaml": closed });
  const { code, out } = await run("init", "openapi.yaml", ...UPSTREAM, "--audience", "orders", "--json");
  assert.equal(code, EXIT.fine);
  const said = JSON.parse(out) as { ok: boolean; decisions: unknown[]; misfits: unknown[]; score: number };
  assert.deepEqual(Object.keys(said).sort(), Object.keys(init.json).sort());
  assert.deepEqual([said.ok, said.decisions, said.misfits], [true, [], []]);
  assert.ok(said.score > 80);
  assert.equal((await run("check")).code, EXIT.fine);
});

test("nothing is written over without --force", async (t) => {
  const { folder, run } = openDesk(t, { "openapi.yaml": CONTRACT, "sallyport.yaml": "mine" });
  const refused = await run("init", "openapi.yaml", ...UPSTREAM);
  assert.deepEqual([refused.code, refused.error], [EXIT.refused, "sallyport: sallyport.yaml is there already: --force writes over it, --output names another\n"]);
  assert.equal(readFileSync(path.join(folder, "sallyport.yaml"), "utf8"), "mine");
  assert.equal((await run("init", "openapi.yaml", ...UPSTREAM, "-o", "other/policy.yaml")).code, EXIT.fine);
  assert.match(readFileSync(path.join(folder, "other/policy.yaml"), "utf8"), /^contract: \.\.\/openapi\.yaml$/m);
  assert.equal((await run("init", "openapi.yaml", ...UPSTREAM, "--force")).code, EXIT.fine);
  assert.notEqual(readFileSync(path.join(folder, "sallyport.yaml"), "utf8"), "mine");
});

test("an upstream that is none, or carries credentials, is refused before anything is written", async (t) => {
  const { run } = openDesk(t, { "openapi.yaml": CONTRACT });
  assert.equal((await run("init", "openapi.yaml", "--upstream", "8080")).code, EXIT.usage);
  assert.equal((await run("init", "openapi.yaml", "--upstream", "http://u:p@h")).code, EXIT.usage);
  assert.equal((await run("init", "openapi.yaml")).code, EXIT.usage);
  assert.equal((await run("check")).code, EXIT.start);
});

test("a contract that cannot be read is refused with its faults", async (t) => {
  const { run } = openDesk(t, { "openapi.yaml": "swagger: '2.0'\n" });
  const { code, error } = await run("init", "openapi.yaml", ...UPSTREAM);
  assert.equal(code, EXIT.refused);
  assert.match(error, /^openapi\.yaml:1:1 error: Swagger 2\.0/);
  assert.equal((await run("init", "none.yaml", ...UPSTREAM)).error, "sallyport: there is no file none.yaml\n");
});

test("what the contract has that cannot be held is listed", async (t) => {
  const page = CONTRACT.replace("application/json: { schema: { type: object, properties", "text/html: { schema: { type: object, properties");
  const { code, out } = await openDesk(t, { "openapi.yaml": page }).run("init", "openapi.yaml", ...UPSTREAM);
  assert.equal(code, EXIT.fine);
  assert.match(out, /^openapi\.yaml:\d+:\d+ refused: .*text\/html cannot be checked/m);
});

test("a contract at an address is fetched once and kept beside the policy", async (t) => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response.end(CONTRACT);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { folder, run } = openDesk(t);
  const address = `http://127.0.0.1:${port}/v1/orders.yaml?x=1`;
  assert.equal((await run("init", address, ...UPSTREAM, "-o", "gate/policy.yaml")).code, EXIT.fine);
  assert.equal(readFileSync(path.join(folder, "gate/orders.yaml"), "utf8"), CONTRACT);
  assert.match(readFileSync(path.join(folder, "gate/policy.yaml"), "utf8"), /^contract: \.\/orders\.yaml$/m);
  assert.equal(asked, 1);
  const again = await run("init", address, ...UPSTREAM, "-o", "gate/second.yaml");
  assert.deepEqual([again.code, again.error], [EXIT.refused, "sallyport: gate/orders.yaml is there already: --force writes over it, or name that file instead of the address\n"]);
});
