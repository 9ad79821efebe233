import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { COMMANDS } from "../../src/cli/commands.ts";
import { SHELLS, writeCompletions } from "../../src/cli/complete.ts";
import { openDesk } from "./desk.ts";

/** What bash offers for a line that ends in the word to complete. */
function complete(...words: string[]): readonly string[] {
  const script = `${writeCompletions("bash", COMMANDS)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sallyport; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", "sallyport", ...words], { encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout.split("\n").filter((line) => line !== "");
}

test("bash completes commands, options and words", () => {
  assert.deepEqual(complete(""), [...COMMANDS.map(({ name }) => name), "--help", "--version"]);
  assert.deepEqual(complete("ex"), ["explain"]);
  assert.deepEqual(complete("check", "--le"), ["--least"]);
  assert.deepEqual(complete("init", "x.yaml", "--"), ["--upstream", "--output", "--issuer", "--audience", "--force", "--json", "--help"]);
  assert.deepEqual(complete("completions", ""), [...SHELLS]);
});

test("the script of every shell knows every command and option", () => {
  for (const shell of SHELLS) {
    const script = writeCompletions(shell, COMMANDS);
    for (const { name, options } of COMMANDS) {
      assert.ok(script.includes(name), `${shell} ${name}`);
      for (const option of Object.keys(options)) assert.match(script, new RegExp(`(?:--|-l )${option}\\b`), `${shell} ${name} --${option}`);
    }
  }
});

test("every shell that is here reads its script without complaint", (t) => {
  for (const shell of SHELLS) {
    const { error, status, stderr } = spawnSync(shell, ["-n"], { input: writeCompletions(shell, COMMANDS), encoding: "utf8" });
    if (error === undefined) assert.deepEqual([status, stderr], [0, ""], shell);
    else t.diagnostic(`${shell} is not on this machine`);
  }
});

test("the command prints the script, and JSON around it when asked", async (t) => {
  const { run } = openDesk(t);
  const script = writeCompletions("fish", COMMANDS);
  assert.deepEqual(await run("completions", "fish"), { code: 0, out: script, error: "" });
  assert.deepEqual(JSON.parse((await run("completions", "fish", "--json")).out), { shell: "fish", script });
  assert.equal((await run("completions", "tcsh")).code, 2);
});

test("a quote in a sentence does not end the sentence for the shell", (t) => {
  const [command] = COMMANDS;
  assert.ok(command !== undefined);
  const quoted = { ...command, summary: "Don't $(touch x) `y`", options: { it: { type: "flag", about: "It's $HOME" } } } as const;
  for (const shell of SHELLS) {
    const { error, stderr } = spawnSync(shell, ["-n"], { input: writeCompletions(shell, [quoted]), encoding: "utf8" });
    if (error === undefined) assert.equal(stderr, "", shell);
    else t.diagnostic(`${shell} is not on this machine`);
  }
  // Bash has no sentences in its script: what zsh reads can be read by any shell that knows single quotes.
  const line = writeCompletions("zsh", [quoted]).split("\n").find((one) => one.includes("touch")) ?? "";
  assert.equal(spawnSync("sh", ["-c", `printf %s ${line.trim()}`], { encoding: "utf8" }).stdout, "run:Don't $(touch x) `y`");
});
