import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../../src/cli/commands/explain.ts";
import { EXIT } from "../../../src/cli/exit-code.ts";
import { CONTRACT, openDesk, POLICY } from "../desk.ts";

const FILES = { "openapi.yaml": CONTRACT, "policy.yaml": POLICY };

test("the plan of an operation is shown in order, with where each guard comes from", async (t) => {
  const { code, out } = await openDesk(t, FILES).run("explain", "createOrder");
  assert.equal(code, EXIT.fine);
  assert.match(out, /^createOrder {2}POST \/orders\ncontract {2}openapi\.yaml:11:5\nasks for {2}tokens \(orders:write\)$/m);
  assert.match(out, /^ {4}jwt +enforced {2}everywhere, policy\.yaml:4:3 {2}API2:2023$/m);
  assert.match(out, /^ {4}token-bucket +observed {2}operation, policy\.yaml:9:5 {2}API4:2023$/m);
  assert.match(out, /^ {4}headers +waived {2}operation, policy\.yaml:10:5 {2}API8:2023\n {8}because: the API sets its own, agreed 2026-11-20$/m);
  assert.match(out, /^ {4}size +enforced {2}standing {2}API4:2023\n {8}by default body: 1MiB/m);
  const order = ["the first door", "screen", "framing", "authenticate", "jwt", "throttle", "token-bucket", "validate", "body", "the second door", "verify", "seal", "headers"];
  const positions = order.map((word) => out.search(new RegExp(`^ *${word}`, "m")));
  assert.ok(positions.every((position, index) => position > (positions[index - 1] ?? -1)), out);
});

test("why strangers may come in is told", async (t) => {
  const { out } = await openDesk(t, FILES).run("explain", "listPrices");
  assert.match(out, /^asks for {2}nobody in particular\npublic {4}price list, agreed 2026-11-20$/m);
});

test("an unknown operation is answered with the nearest ones", async (t) => {
  const { run } = openDesk(t, FILES);
  assert.deepEqual(await run("explain", "creteOrder"), { code: EXIT.usage, out: "", error: 'sallyport: the contract has no operation "creteOrder"; did you mean createOrder or getOrder?\n' });
  assert.deepEqual(JSON.parse((await run("explain", "zzz", "--json")).out), { error: 'the contract has no operation "zzz"' });
});

test("the JSON has the members that the manual lists", async (t) => {
  const { out } = await openDesk(t, FILES).run("explain", "getOrder", "policy.yaml", "--json");
  const explanation = JSON.parse(out) as { id: string; guards: { guard: string; effect: string }[] };
  assert.deepEqual(Object.keys(explanation).filter((name) => !Object.hasOwn(explain.json, name)), []);
  assert.equal(explanation.id, "getOrder");
  assert.ok(explanation.guards.some(({ guard, effect }) => guard === "jwt" && effect === "enforced"));
});

test("with an error in the way there is no plan, and the errors are listed", async (t) => {
  const { code, out, error } = await openDesk(t, { ...FILES, "policy.yaml": "contract: ./openapi.yaml\nupstrem: x\n" }).run("explain", "getOrder");
  assert.deepEqual([code, out], [EXIT.refused, ""]);
  assert.match(error, /^policy\.yaml:2:1 error: unknown option "upstrem"/);
});

test("roles and claims that rules speak of, and what is held, stand above the guards", async (t) => {
  const policy = POLICY.replace("everywhere:", `roles: { from: realm.roles, known: [clerk] }
claims: { tenant: string, level: { from: app.level, type: int } }
everywhere:`) + `  getOrder:
    role: { any: clerk }
    rule: principal.tenant == path.orderId
`;
  const { out } = await openDesk(t, { ...FILES, "policy.yaml": policy }).run("explain", "getOrder");
  assert.match(out, /^roles {5}from realm\.roles: clerk {2}policy\.yaml:3:1\nclaim {5}tenant: string {2}policy\.yaml:4:\d+\nclaim {5}level: int from app\.level {2}policy\.yaml:4:\d+\nfunction {2}held by role, rule\nobject {4}held by rule\nproperty {2}open: /m);
  assert.match(out, /^ {4}rule +enforced {2}operation, policy\.yaml:15:5 {2}API1:2023 API5:2023\n {8}allow: principal\.tenant == path\.orderId$/m);
});
