import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { COMMANDS } from "../../src/cli/commands.ts";
import { EXIT, EXIT_MEANINGS } from "../../src/cli/exit-code.ts";
import { openDesk } from "./desk.ts";

test("help lists every command, and every command has help that lists its options", async (t) => {
  const { run } = openDesk(t);
  const general = await run("--help");
  assert.equal(general.code, EXIT.fine);
  for (const { name, options, positionals } of COMMANDS) {
    assert.match(general.out, new RegExp(`^  ${name} `, "m"));
    const { code, out } = await run(name, "--help");
    assert.equal(code, EXIT.fine);
    for (const option of [...Object.keys(options), "json", "help"]) assert.match(out, new RegExp(`--${option}\\b`), `${name} --${option}`);
    for (const positional of positionals) assert.match(out, new RegExp(`[<\\[]${positional.name}[>\\]]`));
    for (const exit of Object.keys(EXIT_MEANINGS)) assert.match(out, new RegExp(`^  ${exit} `, "m"));
    assert.deepEqual(await run("help", name), { code, out, error: "" });
  }
});

test("help fits the width of a terminal", async (t) => {
  const { run } = openDesk(t);
  for (const { name } of COMMANDS) {
    const { out } = await run(name, "--help");
    const wide = out.split("\n").filter((line) => line.length > 100 && !line.startsWith("  sallyport") && !line.startsWith("Usage"));
    assert.deepEqual(wide, []);
  }
});

test("without a command help goes to standard error, with the code of wrong usage", async (t) => {
  const { code, out, error } = await openDesk(t).run();
  assert.deepEqual([code, out], [EXIT.usage, ""]);
  assert.match(error, /Commands:/);
});

test("the version is the package's", async (t) => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  const { run } = openDesk(t);
  assert.deepEqual(await run("--version"), { code: EXIT.fine, out: `${version}\n`, error: "" });
  assert.deepEqual(await run("-V"), { code: EXIT.fine, out: `${version}\n`, error: "" });
});

test("an unknown command is one sentence with the nearest name", async (t) => {
  const { run } = openDesk(t);
  assert.deepEqual(await run("chekc"), { code: EXIT.usage, out: "", error: 'sallyport: unknown command "chekc"; did you mean check? (see sallyport --help)\n' });
  assert.deepEqual(await run("--json", "check"), { code: EXIT.usage, out: "", error: "sallyport: name the command before its options (found --json) (see sallyport --help)\n" });
});

test("wrong usage is said to programs, too", async (t) => {
  const { code, out, error } = await openDesk(t).run("check", "--lest", "1", "--json");
  assert.equal(code, EXIT.usage);
  assert.deepEqual(JSON.parse(out), { error: "unknown option --lest; did you mean --least?" });
  assert.equal(error, "sallyport: unknown option --lest; did you mean --least? (see sallyport check --help)\n");
});

test("what was typed cannot repaint the terminal when it is named", async (t) => {
  const { error } = await openDesk(t).run("\u001b[2J");
  assert.equal(error, 'sallyport: unknown command "\\u{1b}[2J" (see sallyport --help)\n');
});
