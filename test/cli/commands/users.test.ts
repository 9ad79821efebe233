import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { test, type TestContext } from "node:test";
import { EXIT } from "../../../src/cli/exit-code.ts";
import { type Desk, openDesk } from "../desk.ts";

const POLICY = "contract: ./openapi.yaml\ndatabase: { sqlite: ./data/house.db, pepper: file:./pepper }\n";
const PEPPER = "6Qk2vYw9RzX1bTn4LcJ8sHd5GfA7mPqE3uKoVyWiZrBx0tNjSlMhDgCeUaFp";
const PASSWORD = "correct horse battery";

interface Said {
  readonly user: Readonly<Record<string, unknown>>;
  readonly users: readonly Readonly<Record<string, unknown>>[];
  readonly error: string;
}

interface Typing extends Desk {
  /** What comes on standard input from now on. */
  typed: string;
  readonly ask: (...words: readonly string[]) => Promise<Said & { readonly code: number; readonly told: string }>;
}

function open(t: TestContext): Typing {
  const typing: Typing = {
    ...openDesk(t, { "policy.yaml": POLICY, pepper: PEPPER }, { stdin: () => Readable.from([typing.typed]) }),
    typed: `${PASSWORD}\n`,
    async ask(...words) {
      const { code, out, error } = await typing.run("users", ...words, "--json");
      return { code, told: error, ...(JSON.parse(out) as Said) };
    },
  };
  return typing;
}

test("a user is made with a password from standard input, which is written nowhere", async (t) => {
  const desk = open(t);
  const made = await desk.run("users", "create", "ann", "--scopes", "orders:read", "--tenant", "acme", "--plan", "gold", "--claims", '{"roles":["teller"]}');
  assert.equal(made.code, EXIT.fine, made.error);
  const shown = await desk.run("users", "show", "ann");
  assert.match(shown.out, /^ann {2}live\n {2}scopes +orders:read\n {2}claims +\{"roles":\["teller"\],"tenant":"acme"\}\n {2}plan +gold/);
  const listed = await desk.run("users", "list");
  assert.match(listed.out, /^ann +live/);
  for (const text of [made.out, made.error, shown.out, listed.out, ...globSync("data/*", { cwd: desk.folder }).map((file) => readFileSync(path.join(desk.folder, file), "latin1"))]) assert.ok(!text.includes(PASSWORD));
});

test("a program gets the members that the manual lists", async (t) => {
  const desk = open(t);
  const { code, user } = await desk.ask("create", "andr\u00e9");
  assert.equal(code, EXIT.fine);
  const { created, renewed, ...rest } = user;
  assert.deepEqual(rest, { name: "andr\u00e9", state: "live", scopes: [], claims: {} });
  assert.equal(created, renewed);
  assert.deepEqual((await desk.ask("list")).users, [user]);
  assert.deepEqual((await desk.ask("show", "andre\u0301")).user, user, "the same letters, typed otherwise");
});

test("a password is changed, and a user switched off and on", async (t) => {
  const desk = open(t);
  const { user } = await desk.ask("create", "ann");
  desk.typed = "another horse battery\n";
  const changed = await desk.ask("password", "ann");
  assert.equal(changed.code, EXIT.fine);
  assert.ok(String(changed.user["renewed"]) >= String(user["renewed"]));
  assert.equal((await desk.ask("disable", "ann")).user["state"], "disabled");
  assert.match((await desk.run("users", "list")).out, /^ann +disabled/);
  assert.equal((await desk.ask("enable", "ann")).user["state"], "live");
});

test("a password that is not good enough is refused with the reason, and not repeated", async (t) => {
  const desk = open(t);
  for (const [typed, expected] of [["tiny9", /shorter than 15/], ["", /cannot be a password/], ["two lines\nof text, long enough", /cannot be a password/], ["aaaaaaaaaaaaaaaa", /too few different/], ["x".repeat(70_000), /too much came/]] as const) {
    desk.typed = typed;
    const { code, error, told } = await desk.ask("create", "ann");
    assert.equal(code, EXIT.refused, typed.slice(0, 20));
    assert.match(error, expected);
    if (typed.length > 4) assert.ok(!`${error}${told}`.includes(typed.slice(0, 12)));
  }
  assert.deepEqual((await desk.ask("list")).users, []);
});

test("what is not there, or there already, is said before a password is asked for", async (t) => {
  const desk = open(t);
  desk.typed = "";
  for (const action of ["show", "password", "disable", "enable"]) assert.match((await desk.ask(action, "bob")).error, /there is no user "bob"/);
  desk.typed = PASSWORD;
  await desk.ask("create", "ann");
  desk.typed = "";
  const twice = await desk.ask("create", "ann");
  assert.deepEqual([twice.code, twice.error], [EXIT.refused, 'there is a user "ann" already']);
});

test("a command line that makes no sense does nothing", async (t) => {
  const desk = open(t);
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [["create"], EXIT.usage, /<name> is missing/],
    [["create", "a:b"], EXIT.usage, /cannot be a name/],
    [["create", " ann"], EXIT.usage, /cannot be a name/],
    [["create", "ann", "--scopes", 'a,"b'], EXIT.usage, /--scopes is a list/],
    [["create", "ann", "--claims", "1"], EXIT.usage, /--claims is a JSON object/],
    [["create", "ann", "--plan", " x"], EXIT.usage, /--plan is no name/],
    [["password", "ann", "--scopes", "a"], EXIT.usage, /--scopes does not go with password/],
    [["list", "ann"], EXIT.usage, /unexpected word/],
    [["invent", "ann"], EXIT.usage, /<action> is one of/],
    [["create", "ann", "--password", PASSWORD], EXIT.usage, /unknown option --password/],
  ];
  for (const [words, code, expected] of cases) {
    const said = await desk.run("users", ...words);
    assert.deepEqual([said.code, said.out], [code, ""], words.join(" "));
    assert.match(said.error, expected);
    assert.ok(!said.error.includes(PASSWORD));
  }
  assert.deepEqual((await desk.ask("list")).users, []);
});
