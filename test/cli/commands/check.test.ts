import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { check } from "../../../src/cli/commands/check.ts";
import { EXIT } from "../../../src/cli/exit-code.ts";
import { CONTRACT, openDesk, POLICY } from "../desk.ts";

const FILES = { "openapi.yaml": CONTRACT, "policy.yaml": POLICY };

test("a policy that fits is shown operation by operation, with a score and what would raise it", async (t) => {
  const { run } = openDesk(t, FILES);
  const { code, out, error } = await run("check");
  assert.deepEqual([code, error], [EXIT.fine, ""]);
  assert.match(out, /^contract {2}openapi\.yaml: Orders 1\.0, OpenAPI 3\.1, 3 operations$/m);
  assert.match(out, /^listPrices {2}GET \/prices {2}\d+ of \d+\n {4}waived authentication: public: price list, agreed 2026-11-20$/m);
  assert.match(out, /^ {4}observed limit$/m);
  assert.match(out, /^ {4}waived headers: the API sets its own, agreed 2026-11-20$/m);
  assert.match(out, /^ {4}open object: object level authorization is not held/m);
  assert.match(out, /^Score \d+ of 100: \d+ of \d+ applicable aspects are held\.$/m);
  assert.match(out, /^ {2}object: .*\n {6}getOrder$/m);
});

test("sallyport.yaml is taken before policy.yaml, and a file that is named before both", async (t) => {
  const { run } = openDesk(t, { ...FILES, "sallyport.yaml": POLICY, "third.yaml": POLICY });
  assert.match((await run("check")).out, /^policy {4}sallyport\.yaml/m);
  assert.match((await run("check", "third.yaml")).out, /^policy {4}third\.yaml/m);
});

test("every fault of a broken policy is listed at once, each with its line", async (t) => {
  const broken = `contract: ./openapi.yaml
upstream: ftp://127.0.0.1
liste: { port: 1 }
deadline: 5 minutes
everywhere:
  jwt: { issuer: "https://id.example", audience: orders }
`;
  const settings = await openDesk(t, { ...FILES, "policy.yaml": broken }).run("check");
  assert.equal(settings.code, EXIT.refused);
  assert.deepEqual(settings.out.match(/^policy\.yaml:\d+:\d+ error/gm), ["policy.yaml:2:1 error", "policy.yaml:3:1 error", "policy.yaml:4:1 error"]);
  assert.match(settings.out, /allowed: .*listen/);
  assert.match(settings.out, /^3 errors: nothing would start/m);

  const postings = `contract: ./openapi.yaml
upstream: http://127.0.0.1:8080
everywhere:
  jwt: { issuer: "https://id.example" }
  token-buckets: { burst: 60, window: 1m }
operations:
  listPrices: { public: "price list, agreed 2026-11-20" }
  listPricess: {}
  createOrder:
    size: { body: 64 }
    body: { waived: no }
`;
  const { out } = await openDesk(t, { ...FILES, "policy.yaml": postings }).run("check");
  const places = out.match(/^policy\.yaml:\d+:\d+ error/gm) ?? [];
  for (const place of ["4:3", "5:3", "8:3", "10:13", "11:13"]) assert.ok(places.some((one) => one.startsWith(`policy.yaml:${place.split(":")[0] ?? ""}:`)), `${place} is missing in\n${out}`);
});

test("what nobody posted is blamed on the contract's own lines", async (t) => {
  const closed = POLICY.replace(/ {2}listPrices:.*\n/, "");
  const { code, out } = await openDesk(t, { ...FILES, "policy.yaml": closed }).run("check");
  assert.equal(code, EXIT.refused);
  assert.match(out, /^openapi\.yaml:5:5 error: listPrices: credentials: the contract lets strangers in\n {4}allowed: public: <reason>/m);
});

test("certificates that are not there are found without listening", async (t) => {
  const tls = `${POLICY}listen:\n  tls: { certificate: ./none.pem, key: ./none.key }\n`;
  const { code, out } = await openDesk(t, { ...FILES, "policy.yaml": tls }).run("check");
  assert.equal(code, EXIT.refused);
  assert.match(out, /^policy\.yaml:12:10 error: the certificate file cannot be read \(ENOENT\)$/m);
});

test("an address that others can reach wants TLS or a reason", async (t) => {
  const wide = `${POLICY}listen: { address: 0.0.0.0 }\n`;
  const { code, out } = await openDesk(t, { ...FILES, "policy.yaml": wide }).run("check");
  assert.equal(code, EXIT.refused);
  assert.match(out, /^policy\.yaml:11:1 error: plain HTTP on 0\.0\.0\.0/m);
});

test("--least fails below its number and not at it", async (t) => {
  const { run } = openDesk(t, FILES);
  const { coverage } = JSON.parse((await run("check", "--json")).out) as { coverage: { score: number } };
  assert.equal((await run("check", "--least", String(coverage.score))).code, EXIT.fine);
  const below = await run("check", "--least", String(coverage.score + 1));
  assert.equal(below.code, EXIT.refused);
  assert.match(below.out, new RegExp(`The score is below ${coverage.score + 1}\\.`));
});

test("the JSON has the members that the manual lists, whether the policy fits or not", async (t) => {
  const fits = await openDesk(t, FILES).run("check", "--json");
  const found = JSON.parse(fits.out) as Record<string, unknown>;
  assert.deepEqual(Object.keys(found).sort(), Object.keys(check.json).sort());
  assert.equal(found["ok"], true);
  const { coverage } = JSON.parse(fits.out) as { coverage: { operations: { id: string; aspects: { aspect: string; state: string }[] }[]; applicable: number; held: number } };
  const states = coverage.operations.flatMap(({ aspects }) => aspects.map(({ state }) => state)).filter((state) => state !== "not applicable");
  assert.deepEqual([coverage.applicable, coverage.held], [states.length, states.filter((state) => state === "held").length]);

  const { folder, run } = openDesk(t, { ...FILES, "policy.yaml": "contract: ./openapi.yaml\nupstrem: x\n" });
  const { code, out } = await run("check", "--json");
  const broken = JSON.parse(out) as { ok: boolean; coverage: null; misfits: unknown[] };
  assert.deepEqual(Object.keys(broken).sort(), Object.keys(check.json).sort());
  assert.deepEqual([code, broken.ok, broken.coverage], [EXIT.refused, false, null]);
  assert.deepEqual(broken.misfits.map((misfit) => ({ ...(misfit as object), allowed: "" })), [
    { level: "error", file: path.join(folder, "policy.yaml"), line: 2, column: 1, pointer: "/upstrem", message: 'unknown option "upstrem"', allowed: "" },
  ]);
});

test("without a policy there is nothing to check", async (t) => {
  const { run } = openDesk(t);
  const { code, error } = await run("check");
  assert.equal(code, EXIT.start);
  assert.match(error, /^sallyport: there is no policy here \(sallyport\.yaml, policy\.yaml\): name one, or write one with sallyport init\n$/);
  assert.deepEqual(await run("check", "none.yaml", "--json"), { code: EXIT.start, out: '{\n  "error": "there is no file none.yaml"\n}\n', error: "sallyport: there is no file none.yaml\n" });
});

test("text of the contract and the policy cannot repaint the terminal", async (t) => {
  const files = { "openapi.yaml": CONTRACT.replace("title: Orders", 'title: "Or\\e[2Jders\\u202E"'), "policy.yaml": POLICY };
  const { code, out } = await openDesk(t, files, { isTTY: true, environment: { NO_COLOR: "1" } }).run("check");
  assert.equal(code, EXIT.fine);
  assert.match(out, /Or\\u\{1b\}\[2Jders\\u\{202e\}/);
  assert.doesNotMatch(out, /[\u001b\u202e]/);
});

test("a terminal gets colour, and a file does not", async (t) => {
  assert.match((await openDesk(t, FILES, { isTTY: true }).run("check")).out, /\u001b\[/);
  assert.doesNotMatch((await openDesk(t, FILES).run("check")).out, /\u001b/);
});

test("who may do what is one table, those first of which nothing holds whose they are", async (t) => {
  const { out } = await openDesk(t, { "openapi.yaml": CONTRACT, "policy.yaml": POLICY }).run("check");
  assert.match(out, /^operation {4}function {7}object {2}property\ngetOrder {5}open {11}open {4}open\nlistPrices {3}- {14}- {7}held\ncreateOrder {2}held by scope {2}- {7}held\n- {2}cannot be: .*object: it takes no id/m);
});

test("the fields whose texts the contract leaves free are told, for each costs detection", async (t) => {
  const free = CONTRACT.replace("name: orderId, in: path, required: true, schema: { type: string, maxLength: 20 }", "name: orderId, in: path, required: true, schema: { type: string }");
  const { run } = openDesk(t, { "openapi.yaml": free, "policy.yaml": POLICY });
  assert.match((await run("check")).out, /^1 field costs detection: .*\n {6}getOrder: path\/orderId$/m);
});
