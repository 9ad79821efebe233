import assert from "node:assert/strict";
import { test } from "node:test";
import { ERROR_BYTES_MAX, faults } from "../../../../src/doors/outbound/disclose/faults.ts";
import { type Given, post, type Sent } from "../../../walk.ts";
import { assertSilent, broken, CANARY, late, parameter, published, refusal, said, untouched } from "../../samples.ts";

function send(answer: NonNullable<Given["answer"]>, given: Given = {}): Promise<Sent> {
  return post({ guard: faults })({ ...given, answer });
}

test("an answer that tells nothing leaves as it is", async () => {
  const sent = await send({ status: 200, fields: [["content-type", "text/plain"], ["etag", '"x"'], ["location", "/a"]], body: "at work (see file.txt:12)" });
  assert.equal(said(sent), "passes");
  assert.deepEqual(sent.exchange.answer.fields.list, ["content-type", "text/plain", "etag", '"x"', "location", "/a"]);
  assert.equal(said(await send({ status: 404, body: '{"title":"No such order"}' })), "passes");
});

test("a failure keeps its status and loses everything else, unread", async () => {
  for (const status of [500, 501, 503, 599]) {
    const { content, opened } = untouched();
    const sent = await send({ status, content, fields: [["x-secret", CANARY]] });
    assert.equal(said(sent), `${status} api-failed`);
    assert.equal(refusal(sent.outcome).blame, "api");
    assert.equal(opened(), false);
    assertSilent(sent.outcome);
  }
});

test("of a failure Retry-After is told, where it is one", async () => {
  const told = async (value: string): Promise<string | undefined> => refusal((await send({ status: 503, fields: [["retry-after", value]] })).outcome).headers?.["retry-after"];
  assert.equal(await told("120"), "120");
  assert.equal(await told("Fri, 31 Dec 1999 23:59:59 GMT"), "Fri, 31 Dec 1999 23:59:59 GMT");
  assert.equal(await told("0\r\nx: 1"), undefined);
  assert.equal(await told(`<${CANARY}>`), undefined);
  assert.equal(await told("1".repeat(41)), undefined);
});

test("programs do not introduce themselves", async () => {
  const banners = "server x-powered-by x-aspnet-version x-aspnetmvc-version x-runtime via x-debug-token x-debug x-generator x-backend-server server-timing x-envoy-upstream-service-time sourcemap x_powered_by".split(" ");
  for (const status of [200, 404]) {
    const sent = await send({ status, fields: [["content-type", "text/plain"], ...banners.map((name) => [name, CANARY] as const)] });
    assert.deepEqual(sent.exchange.answer.fields.list, ["content-type", "text/plain"]);
  }
});

test("a field that the contract declares is part of the API and stays", async () => {
  const headers = [{ name: "x-runtime", required: false, read: parameter("x", "header").read }];
  const walk = post({ guard: faults, operation: { answers: new Map([["200", { media: [], headers }]]) } });
  const { exchange } = await walk({ answer: { fields: [["x-runtime", "3"], ["server", "x"]] } });
  assert.deepEqual(exchange.answer.fields.list, ["x-runtime", "3"]);
});

const TRACES = {
  node: "Error: no\n    at Orders.find (/srv/app/orders.js:12:5)\n    at node:internal/main:1:1",
  express: "<pre>Error: no<br> &nbsp; &nbsp;at find (/srv/app/orders.js:12:5)<br></pre>",
  json: JSON.stringify({ error: "no", stack: "Error: no\n\tat com.shop.Orders.find(Orders.java:12)" }),
  list: JSON.stringify({ trace: ["at find (/srv/app/orders.ts:1:2)"] }),
  java: 'Exception in thread "main" java.lang.NullPointerException',
  cause: "x\nCaused by: java.sql.SQLException: no",
  native: "\tat sun.reflect.Invoke(Native Method)",
  dotnet: "   at Shop.Orders.Find(Int32 id) in C:\\app\\Orders.cs:line 12",
  dotnetBare: "   at Shop.Orders.Find(Int32 id)",
  python: 'Traceback (most recent call last):\n  File "/srv/app.py", line 3, in find',
  pythonJson: JSON.stringify({ detail: '  File "/srv/app.py", line 3, in find' }),
  php: "#0 /var/www/orders.php(12): find()",
  ruby: "from /srv/orders.rb:12:in `find'",
  go: "goroutine 7 [running]:\nmain.find()",
  rust: "thread 'main' panicked at src/main.rs:2:5",
};

for (const [runtime, trace] of Object.entries(TRACES)) {
  test(`a refusal with a stack trace is replaced and keeps its status: ${runtime}`, async () => {
    for (const content of [undefined, late(trace)]) {
      const sent = await send({ status: 422, ...(content === undefined ? { body: trace } : { content }) });
      assert.equal(said(sent), "422 api-refused");
      assert.equal(refusal(sent.outcome).blame, "api");
      assert.ok(!published(sent.outcome).body.includes("find") && !published(sent.outcome).record.includes("srv"));
    }
  });
}

test("ordinary errors are no stack traces", async () => {
  const ordinary = ["The meeting is at 10:30.", "at 10:30 it opens", "look at https://a.example:8443/x", '{"errors":[{"at":"/a","line":12}]}', "Error: name is required", "#1 (first): no", "File not found", '{"message":"expected number at position 12"}'];
  for (const body of ordinary) assert.equal(said(await send({ status: 400, body })), "passes", body);
});

test("an error larger than is looked through does not leave", async () => {
  assert.equal(said(await send({ status: 400, body: "x".repeat(ERROR_BYTES_MAX) })), "passes");
  assert.equal(said(await send({ status: 400, body: "x".repeat(ERROR_BYTES_MAX + 1) })), "400 api-refused");
  assert.equal(said(await send({ status: 400, content: late("x".repeat(ERROR_BYTES_MAX + 1)) })), "400 api-refused");
  const { content, opened } = untouched(ERROR_BYTES_MAX + 1);
  assert.equal(said(await send({ status: 400, content })), "400 api-refused");
  assert.equal(opened(), false);
});

test("an error that breaks off is the API's problem", async () => assert.equal(said(await send({ status: 400, content: broken() })), "502 api-broke-off"));

test("a long text without line ends is looked through in linear time", async () => {
  for (const unit of ["at ", "at a.", "(", "a.b", "File \"", "#1", "&nbsp;", "\\n", "<br", "from "]) {
    const body = unit.repeat(Math.floor(ERROR_BYTES_MAX / unit.length));
    const before = performance.now();
    await send({ status: 400, body });
    assert.ok(performance.now() - before < 1_000, `${unit}: ${performance.now() - before} ms`);
  }
});

test("answers to HEAD have nothing to look through, and what the doors say is left alone", async () => {
  const { content } = untouched();
  assert.equal(said(await send({ status: 404, content }, { method: "HEAD" })), "passes");
  const door = await send({ status: 500, from: "door", fields: [["server", "x"]], body: TRACES.node });
  assert.equal(said(door), "passes");
  assert.equal(door.exchange.answer.fields.one("server"), "x");
});

test("in observe mode the failure leaves as it is and is witnessed", async () => {
  const { outcome, exchange } = await post({ guard: faults, mode: "observe" })({ answer: { status: 500, body: "x" } });
  assert.equal(outcome, undefined);
  assert.equal(exchange.answer.status, 500);
  assert.deepEqual(exchange.observed.map(({ problem }) => problem.type), ["api-failed"]);
});

test("it stands everywhere without being named", () => assert.equal(faults.standing, true));
