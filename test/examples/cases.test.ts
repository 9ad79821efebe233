/** The cases that stand beside the policies of the examples. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { EXIT } from "../../src/cli/exit-code.ts";
import { runCommandLine } from "../../src/cli/main.ts";
import { openTerminal } from "../../src/cli/terminal.ts";

const root = path.resolve(import.meta.dirname, "../../examples");
const folders = [...new Set(globSync("*/*.cases.yaml", { cwd: root }).map((file) => path.dirname(file)))];

test("every case of an example comes out as it says", async () => {
  assert.deepEqual(folders.toSorted(), ["bank", "shop", "social"]);
  for (const folder of folders) {
    let out = "";
    const sheet = { isTTY: false, write: (text: string) => (out += text) };
    assert.equal(await runCommandLine(["test"], openTerminal({ stdout: sheet, stderr: sheet, environment: {}, folder: path.join(root, folder) })), EXIT.fine, out);
  }
});
