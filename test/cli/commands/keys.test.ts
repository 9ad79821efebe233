import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { EXIT } from "../../../src/cli/exit-code.ts";
import { API_KEY_PATTERN } from "../../../src/keys/api-key/format.ts";
import { type Desk, openDesk } from "../desk.ts";

const POLICY = "contract: ./openapi.yaml\ndatabase: { sqlite: ./data/house.db, pepper: file:./pepper }\n";
const PEPPER = "6Qk2vYw9RzX1bTn4LcJ8sHd5GfA7mPqE3uKoVyWiZrBx0tNjSlMhDgCeUaFp";

function open(t: TestContext, files: Readonly<Record<string, string>> = {}): Desk {
  return openDesk(t, { "policy.yaml": POLICY, pepper: PEPPER, ...files });
}

interface Said {
  readonly key: string;
  readonly record: Readonly<Record<string, unknown>> & { readonly id: string };
  readonly keys: readonly (Readonly<Record<string, unknown>> & { readonly id: string })[];
  readonly error: string;
}

async function ask({ run }: Desk, ...words: readonly string[]): Promise<Said & { readonly code: number }> {
  const { code, out } = await run("keys", ...words, "--json");
  return { code, ...(JSON.parse(out) as Said) };
}

test("a key is made, shown once and alone on standard output, and found again by its id", async (t) => {
  const desk = open(t);
  const { code, out, error } = await desk.run("keys", "create", "--owner", "shop", "--scopes", "orders:read,orders:write", "--tenant", "acme", "--plan", "gold", "--addresses", "10.0.0.0/8");
  assert.equal(code, EXIT.fine, error);
  assert.match(out, new RegExp(`^${API_KEY_PATTERN}\\n$`));
  const [, , id = "", secret = ""] = out.split("_");
  assert.match(error, /owner +shop \(client\)/);
  assert.match(error, /only time that the key is shown/);
  const listed = await desk.run("keys", "list");
  const shown = await desk.run("keys", "show", id);
  assert.match(listed.out, new RegExp(`^${id}  shop +live`));
  assert.match(shown.out, /scopes +orders:read orders:write\n +claims +\{"tenant":"acme"\}\n +addresses +10\.0\.0\.0\/8\n +plan +gold/);
  for (const text of [error, listed.out, listed.error, shown.out, shown.error]) assert.ok(!text.includes(secret));
  for (const file of ["house.db"]) assert.ok(!readFileSync(path.join(desk.folder, "data", file), "latin1").includes(secret));
});

test("a program gets the members that the manual lists", async (t) => {
  const desk = open(t);
  const made = await ask(desk, "create", "--owner", "shop", "--name", "till", "--party", "user", "--claims", '{"roles":["teller"]}', "--expires", "1d");
  assert.equal(made.code, EXIT.fine);
  const { id, name, party, claims, state, scopes, addresses, environment } = made.record;
  assert.deepEqual({ name, party, claims, state, scopes, addresses, environment }, { name: "till", party: "user", claims: { roles: ["teller"] }, state: "live", scopes: [], addresses: [], environment: "live" });
  const life = Date.parse(String(made.record["expires"])) - Date.parse(String(made.record["created"]));
  assert.equal(life, 86_400_000);
  assert.deepEqual((await ask(desk, "list")).keys, [made.record]);
  assert.deepEqual((await ask(desk, "list", "--owner", "nobody")).keys, []);
  assert.deepEqual((await ask(desk, "show", id)).record, made.record);
  assert.match((await ask(desk, "create", "--owner", "shop", "--test")).key, /^slp_test_/);
});

test("a key ends after 90 days unless something else is said, and never only for a reason", async (t) => {
  const desk = open(t);
  const made = await ask(desk, "create", "--owner", "shop");
  assert.equal(Date.parse(String(made.record["expires"])) - Date.parse(String(made.record["created"])), 90 * 86_400_000);
  const lasting = await ask(desk, "create", "--owner", "till", "--lasting", "a till without a clock, agreed 2026-11-20");
  assert.deepEqual([lasting.record["expires"], lasting.record["lasting"]], [undefined, "a till without a clock, agreed 2026-11-20"]);
  assert.match((await desk.run("keys", "show", lasting.record.id)).out, /expires +never: a till without a clock/);
});

test("a rotated key goes on for the overlap, and names its successor's predecessor", async (t) => {
  const desk = open(t);
  const old = await ask(desk, "create", "--owner", "shop", "--scopes", "orders:read");
  const next = await ask(desk, "rotate", old.record.id, "--overlap", "1h");
  assert.equal(next.code, EXIT.fine);
  assert.notEqual(next.key, old.key);
  assert.deepEqual([next.record["replaces"], next.record["scopes"], next.record["owner"]], [old.record.id, ["orders:read"], "shop"]);
  const left = Date.parse(String((await ask(desk, "show", old.record.id)).record["expires"])) - Date.parse(String(next.record["created"]));
  assert.equal(left, 3_600_000);
});

test("a disabled key is off for good", async (t) => {
  const desk = open(t);
  const { record } = await ask(desk, "create", "--owner", "shop");
  assert.equal((await ask(desk, "disable", record.id)).record["state"], "disabled");
  assert.equal((await ask(desk, "rotate", record.id)).code, EXIT.refused);
  assert.match((await desk.run("keys", "list")).out, /disabled/);
});

test("what is not there is said, and a key given in the place of an id is not repeated", async (t) => {
  const desk = open(t);
  for (const action of ["show", "rotate", "disable"]) assert.deepEqual(await desk.run("keys", action, "000000000000").then(({ code, error }) => [code, error]), [EXIT.refused, 'sallyport: there is no key "000000000000" that counts\n']);
  const { key } = await ask(desk, "create", "--owner", "shop");
  const pasted = await desk.run("keys", "disable", key);
  assert.equal(pasted.code, EXIT.refused);
  assert.ok(!`${pasted.out}${pasted.error}`.includes(key.split("_")[3] ?? ""));
});

test("a command line that makes no sense does nothing", async (t) => {
  const desk = open(t);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["create"], /--owner NAME is missing/],
    [["create", "--owner", " x"], /--owner is no name/],
    [["create", "--owner", "x", "--party", "root"], /--party is one of/],
    [["create", "--owner", "x", "--scopes", 'a,"b'], /--scopes is a list/],
    [["create", "--owner", "x", "--addresses", "nowhere"], /--addresses is a list/],
    [["create", "--owner", "x", "--claims", "[]"], /--claims is a JSON object/],
    [["create", "--owner", "x", "--claims", '{"a":1,"a":2}'], /--claims is a JSON object/],
    [["create", "--owner", "x", "--expires", "10y"], /--expires is a time/],
    [["create", "--owner", "x", "--expires", "366d"], /--expires is a time/],
    [["create", "--owner", "x", "--lasting", "ever"], /--lasting is a reason/],
    [["create", "--owner", "x", "--lasting", "a good reason", "--expires", "1d"], /exclude each other/],
    [["create", "--owner", "x", "--overlap", "1d"], /--overlap does not go with create/],
    [["create", "000000000000", "--owner", "x"], /unexpected word/],
    [["show"], /<id> is missing/],
    [["rotate", "000000000000", "--owner", "x"], /--owner does not go with rotate/],
    [["invent"], /<action> is one of/],
  ];
  for (const [words, expected] of cases) {
    const { code, error, out } = await desk.run("keys", ...words);
    assert.deepEqual([code, out], [EXIT.usage, ""], words.join(" "));
    assert.match(error, expected);
  }
  assert.deepEqual((await ask(desk, "list")).keys, []);
});

test("without policy, database or pepper it does not begin, and says what is missing", async (t) => {
  const cases: readonly (readonly [string | undefined, RegExp])[] = [
    ["contract: ./openapi.yaml\n", /names no database/],
    ["contract: ./openapi.yaml\ndatabase: { sqlite: ./house.db }\n", /names no pepper/],
    ["contract: ./openapi.yaml\ndatabase: { sqlite: ./house.db, pepper: file:./nowhere }\n", /cannot be read/],
    ["contract: ./openapi.yaml\ndatabase: { sqlite: ./pepper/house.db, pepper: file:./pepper }\n", /database cannot be used: the file cannot be opened/],
    ["contract: 7\n", /in the policy/],
  ];
  for (const [policy, expected] of cases) {
    const { code, error, out } = await open(t, policy === undefined ? {} : { "policy.yaml": policy }).run("keys", "list", "--json");
    assert.equal(code, EXIT.start);
    assert.match(error, expected);
    assert.match((JSON.parse(out) as Said).error, /./);
  }
  assert.equal((await openDesk(t).run("keys", "list")).code, EXIT.start);
});

test("another policy than the one of this folder can be named", async (t) => {
  const desk = open(t);
  writeFileSync(path.join(desk.folder, "other.yaml"), POLICY.replace("house.db", "other.db"));
  await ask(desk, "create", "--owner", "shop", "--policy", "other.yaml");
  assert.deepEqual((await ask(desk, "list")).keys, []);
  assert.equal((await ask(desk, "list", "--policy", "other.yaml")).keys.length, 1);
});
