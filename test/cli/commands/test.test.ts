import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test as check, type TestContext } from "node:test";
import { test } from "../../../src/cli/commands/test.ts";
import { EXIT } from "../../../src/cli/exit-code.ts";
import { CONTRACT, type Desk, openDesk, POLICY, type Printed } from "../desk.ts";

const HEAD = `principals:
  ann: { sub: ann, scope: "orders:write" }
  robot: { claims: { sub: robot, client_id: robot }, by: jwt }
cases:
`;

function desk(t: TestContext, cases: string, files: Readonly<Record<string, string>> = {}): Desk {
  return openDesk(t, { "openapi.yaml": CONTRACT, "policy.yaml": POLICY, "orders.cases.yaml": HEAD + cases, ...files });
}

async function passes(t: TestContext, cases: string, files: Readonly<Record<string, string>> = {}): Promise<void> {
  const { code, out, error } = await desk(t, cases, files).run("test");
  assert.equal(code, EXIT.fine, out + error);
}

async function fails(t: TestContext, cases: string, message: RegExp): Promise<Printed> {
  const printed = await desk(t, cases).run("test");
  assert.equal(printed.code, EXIT.refused, printed.error);
  assert.match(printed.out, message);
  return printed;
}

check("a case that comes out as expected passes, and operations without one are named", async (t) => {
  const { code, out } = await desk(t, `
  - { name: prices are for everybody, request: GET /prices, answer: { body: [a] }, expect: { status: 200, body: [a] } }
  - { name: orders are not, request: GET /orders/o-1, expect: { status: 401, guard: credentials, problem: unauthenticated, reached: false } }
`).run("test");
  assert.equal(code, EXIT.fine);
  assert.match(out, /^orders\.cases\.yaml\n {2}passed {2}prices are for everybody\n {2}passed {2}orders are not\n\n2 cases: 2 passed\nwithout a case: createOrder\n$/);
});

check("a case that does not says where it stands and what was found", async (t) => {
  const { out } = await fails(t, `
  - name: prices are secret
    request: GET /prices
    answer: { body: [a] }
    expect: { status: 401, guard: credentials, body: [b], headers: { content-type: text/html } }
`, /failed {2}prices are secret {2}orders\.cases\.yaml:6:5/);
  assert.match(out, /expected status 401, found 200\n/);
  assert.match(out, /expected guard "credentials", found nothing\n/);
  assert.match(out, /expected the body \["b"\], found \["a"\]\n/);
  assert.match(out, /expected header content-type "text\/html", found "application\/json"\n/);
  assert.match(out, /1 case: 0 passed, 1 failed/);
});

check("somebody is whom the case says, by the authenticator that stands there", async (t) => {
  await passes(t, `
  - { name: a user, as: ann, request: GET /orders/o-1, answer: { body: {} }, expect: { status: 200 } }
  - { name: a program, as: robot, request: GET /orders/o-1, answer: { body: {} }, expect: { status: 200 } }
  - { name: in place, as: { sub: bob }, request: GET /orders/o-1, answer: { body: {} }, expect: { status: 200 } }
  - { name: of another issuer, as: { sub: bob, iss: "https://other.example" }, request: GET /orders/o-1, expect: { status: 401, guard: credentials } }
  - { name: by a guard that is not there, as: { claims: { sub: bob }, by: api-key }, request: GET /orders/o-1, expect: { status: 401, guard: credentials } }
  - { name: for another audience, as: { sub: bob, aud: other }, request: GET /orders/o-1, expect: { status: 401, guard: jwt, because: { token: "aud: not for this API" } } }
  - { name: nobody in particular, as: { scope: x }, request: GET /orders/o-1, expect: { status: 401, guard: jwt } }
  - { name: without the scope, as: robot, request: { method: POST, target: /orders, body: { count: 1 } }, expect: { status: 403, guard: scope } }
`);
});

check("a credential on the wire is nobody's here: only the case says who it is", async (t) => {
  await passes(t, `
  - { name: a token, request: { target: /orders/o-1, headers: { Authorization: Bearer x.y.z } }, expect: { status: 401, reached: false } }
`);
});

check("the body of a request and of an answer are judged as at the doors", async (t) => {
  await passes(t, `
  - { name: a good one, as: ann, request: { method: POST, target: /orders, body: { count: 1 } }, answer: { status: 201 }, expect: { status: 201, reached: true } }
  - { name: a bad one, as: ann, request: { method: POST, target: /orders, body: { count: 0 } }, expect: { status: 400, guard: body, holds: { errors: [{ pointer: /count }] }, lacks: /because, reached: false } }
  - { name: a text, as: ann, request: { method: POST, target: /orders, body: hello }, expect: { status: 415, guard: body } }
  - { name: an answer that breaks the contract, request: GET /prices, answer: { body: [7] }, expect: { status: 502, guard: answer-body } }
  - { name: an answer of no JSON, request: GET /prices, answer: { headers: { content-type: application/json }, body: "[" }, expect: { status: 502, guard: answer-body } }
`);
});

check("what is only observed is told, and what is repeated is judged at the end; the next case begins anew", async (t) => {
  const pay = "as: ann, request: { method: POST, target: /orders, body: { count: 1 } }, answer: { status: 201 }";
  await passes(t, `
  - { name: five, ${pay}, repeat: 5, expect: { status: 201, observed: [] } }
  - { name: six, ${pay}, repeat: 6, expect: { status: 201, observed: [token-bucket] } }
  - { name: and one, ${pay}, expect: { observed: [] } }
  - { name: sixty-one, request: GET /prices, answer: { body: [] }, repeat: 61, expect: { status: 429, guard: token-bucket } }
`);
});

check("time, address and an outside decision are the case's", async (t) => {
  const policy = `${POLICY}  getOrder:
    rule: ['time.getHours() < 12', 'address.within("10.0.0.0/8")']
    decision-point: { url: "https://pdp.example" }
`;
  const one = "as: ann, request: GET /orders/o-1, answer: { body: {} }";
  await passes(t, `
  - { name: in time, ${one}, from: 10.0.0.1, at: "2026-11-20T11:59:00Z", decision: permit, expect: { status: 200 } }
  - { name: too late, ${one}, from: 10.0.0.1, at: "2026-11-20T13:00:00+01:00", decision: permit, expect: { status: 403, guard: rule } }
  - { name: from elsewhere, ${one}, at: "2026-11-20T11:59:00Z", decision: permit, expect: { status: 403, guard: rule } }
  - { name: refused outside, ${one}, from: 10.0.0.1, at: "2026-11-20T11:59:00Z", decision: refuse, expect: { status: 403, guard: decision-point, problem: decision-refused } }
  - { name: the point is down, ${one}, from: 10.0.0.1, at: "2026-11-20T11:59:00Z", decision: unavailable, expect: { status: 503, problem: decision-unavailable } }
  - { name: nothing is said of it, ${one}, from: 10.0.0.1, at: "2026-11-20T11:59:00Z", expect: { status: 503 } }
`, { "policy.yaml": policy });
});

check("what a guard asks the API by itself is the case's too, and is not remembered for the next one", async (t) => {
  const contract = CONTRACT.replace("schema: { type: object } } } }", "schema: { type: object, required: [owner], properties: { owner: { type: string } } } } } }");
  const withDelete = contract.replace("  /orders/{orderId}:\n", `  /orders/{orderId}:
    delete:
      operationId: dropOrder
      security: [{ tokens: [] }]
      parameters: [{ name: orderId, in: path, required: true, schema: { type: string, maxLength: 20 } }]
      responses: { "204": { description: Gone. }, "404": { description: None. } }
`);
  const policy = `${POLICY}  dropOrder: { owner: { field: owner, is: principal.subject, lookup: getOrder, with: { orderId: path.orderId } } }\n`;
  const drop = "as: ann, request: { method: DELETE, target: /orders/o-1 }, answer: { status: 204 }";
  await passes(t, `
  - { name: her own, ${drop}, told: { /orders/o-1: { body: { owner: ann } } }, expect: { status: 204, reached: true } }
  - { name: somebody else's, ${drop}, told: { /orders/o-1: { body: { owner: bob } } }, expect: { status: 404, guard: owner, reached: false } }
  - { name: nobody knows, ${drop}, expect: { status: 502, guard: owner, reached: false } }
`, { "openapi.yaml": withDelete, "policy.yaml": policy });
});

check("whether the API is asked can be expected alone; more needs its answer", async (t) => {
  await passes(t, "\n  - { name: reached, request: GET /prices, expect: { reached: true } }\n");
  await fails(t, "\n  - { name: answered, request: GET /prices, expect: { status: 200 } }\n", /the case does not say what it answers/);
});

check("each kind of expectation can fail", async (t) => {
  for (const expect of ["status: 201", "guard: jwt", "problem: not-found", "because: { a: 1 }", "headers: { x: y }", "body: {}", "holds: [a, b]", "holds: { a: 1 }", "lacks: /0", "reached: false", "observed: [jwt]"]) {
    await fails(t, `\n  - { name: it, request: GET /prices, answer: { body: [a] }, expect: { ${expect} } }\n`, /failed {2}it/);
  }
});

check("mistakes in a file of cases are listed with their places, and nothing is tried", async (t) => {
  const { code, out, error } = await desk(t, `
  - { name: one, as: anne, request: GET /prices, expect: { status: 200 } }
  - { name: two, request: GET, expect: { status: 200 } }
  - { name: three, request: GET /prices, expect: {} }
  - { name: four, request: GET /prices, expcet: { status: 200 } }
  - { name: five, request: GET /prices, from: here, at: now, expect: { status: 2000, lacks: x } }
`).run("test");
  assert.deepEqual([code, out], [EXIT.start, ""]);
  assert.match(error, /orders\.cases\.yaml:7:18 error: not a method, one space and a target\n {4}allowed: GET \/path\?query/);
  assert.match(error, /:8:\d+ error: nothing is expected/);
  assert.match(error, /:9:\d+ error: unknown option "expcet"/);
  assert.match(error, /:10:\d+ error: not an address/);
  assert.match(error, /:10:\d+ error: not an instant/);
  assert.match(error, /:10:\d+ error: not a JSON Pointer/);
  assert.match((await desk(t, "\n  - { name: one, as: anne, request: GET /prices, expect: { status: 200 } }\n").run("test")).error, /:6:\d+ error: there is no principal "anne"\n {4}allowed: ann, robot/);
});

check("a policy that does not fit is told as check tells it", async (t) => {
  const { code, error } = await desk(t, "\n  - { name: one, request: GET /prices, expect: { status: 200 } }\n", { "policy.yaml": `${POLICY}  getOrder: { rule: "principal.tenant == path.orderId" }\n` }).run("test");
  assert.equal(code, EXIT.start);
  assert.match(error, /^policy\.yaml:11:\d+ error: .*principal has no "tenant" here/m);
});

check("without a policy or without cases there is nothing to do", async (t) => {
  const { run } = openDesk(t, { "openapi.yaml": CONTRACT, "policy.yaml": POLICY });
  assert.deepEqual([(await run("test")).code, (await run("test", "other.yaml")).code, (await run("test", "--cases", "x.cases.yaml")).code], [EXIT.start, EXIT.start, EXIT.start]);
  assert.match((await run("test")).error, /there are no cases beside the policy/);
});

check("cases of another policy are left to it", async (t) => {
  const { code, out } = await desk(t, "\n  - { name: ours, request: GET /prices, answer: { body: [] }, expect: { status: 200 } }\n", { "other.cases.yaml": "policy: ./other.yaml\ncases: [{ name: theirs, request: GET /prices, expect: { status: 500 } }]\n" }).run("test");
  assert.equal(code, EXIT.fine, out);
  assert.doesNotMatch(out, /theirs/);
});

check("the JSON has the members that the manual lists", async (t) => {
  const { out, code } = await desk(t, `
  - { name: good, request: GET /prices, answer: { body: [] }, expect: { status: 200 } }
  - { name: bad, request: GET /prices, answer: { body: [] }, expect: { status: 201 } }
`).run("test", "--json");
  const told = JSON.parse(out) as { readonly cases: readonly { readonly name: string; readonly line: number; readonly passed: boolean; readonly wrong: readonly string[] }[] };
  assert.equal(code, EXIT.refused);
  assert.deepEqual(Object.keys(told), Object.keys(test.json).filter((name) => name !== "misfits"));
  assert.deepEqual(told.cases.map(({ name, line, passed, wrong }) => [name, line, passed, wrong]), [["good", 6, true, []], ["bad", 7, false, ["expected status 201, found 200"]]]);
});

check("nothing of the product but this command knows the guards that believe", () => {
  const root = path.resolve(import.meta.dirname, "../../..");
  const knowing = globSync("src/**/*.ts", { cwd: root }).filter((file) => !file.startsWith("src/cli/cases/") && /cases\/(stand-ins|run-case)\.ts"/.test(readFileSync(path.join(root, file), "utf8")));
  assert.deepEqual(knowing, ["src/cli/commands/test.ts"]);
  const inside = globSync("src/cli/cases/*.ts", { cwd: root }).filter((file) => /stand-ins\.ts"/.test(readFileSync(path.join(root, file), "utf8")));
  assert.deepEqual(inside, ["src/cli/cases/run-case.ts"]);
});
