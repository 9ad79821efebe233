import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { COMMANDS } from "../../src/cli/commands.ts";
import { EXIT_MEANINGS } from "../../src/cli/exit-code.ts";
import { writeManualPage } from "../../src/cli/manual-page.ts";
import { writeManual } from "../../src/cli/manual.ts";
import { openDesk } from "./desk.ts";

test("the page of the documentation has every command, option, exit code and member of the JSON", () => {
  const [page, ...others] = writeManual();
  assert.equal(page?.file, "docs/cli.md");
  assert.deepEqual(others, []);
  for (const meaning of Object.values(EXIT_MEANINGS)) assert.ok(page.text.includes(meaning));
  for (const { name, options, json, positionals } of COMMANDS) {
    assert.ok(page.text.includes(`\n## ${name}\n`));
    for (const word of [...Object.keys(options).map((option) => `--${option}`), ...Object.keys(json), ...positionals.map((one) => one.name)]) assert.ok(page.text.includes(word), `${name}: ${word}`);
  }
});

test("a manual page is roff in which no text is taken for a request", () => {
  for (const command of COMMANDS) {
    const page = writeManualPage(command);
    const requests = page.split("\n").filter((line) => /^[.']/.test(line)).map((line) => line.split(" ")[0]);
    assert.deepEqual([...new Set(requests)].filter((request) => ![".TH", ".SH", ".B", ".PP", ".TP"].includes(request ?? "")), []);
    for (const option of Object.keys(command.options)) assert.ok(page.includes(`\\-\\-${option.replaceAll("-", "\\-")}`));
  }
});

test("man reads the pages without a warning, where there is one", (t) => {
  for (const command of COMMANDS) {
    const { error, stderr } = spawnSync("man", ["--warnings", "-l", "-"], { input: writeManualPage(command), encoding: "utf8", env: { ...process.env, MANPAGER: "cat" } });
    if (error === undefined && !/nroff|groff|minimized/.test(stderr)) assert.equal(stderr, "");
    else t.diagnostic("man is not on this machine");
  }
});

test("the command prints the page of a command, and knows which are near an unknown one", async (t) => {
  const { run } = openDesk(t);
  const { out, code } = await run("man", "check");
  assert.equal(code, 0);
  assert.match(out, /^\.TH SALLYPORT\\-CHECK 1\n/);
  assert.deepEqual(JSON.parse((await run("man", "check", "--json")).out), { command: "check", page: out });
  assert.deepEqual(await run("man", "explan"), { code: 2, out: "", error: 'sallyport: unknown command "explan"; did you mean explain?\n' });
});
