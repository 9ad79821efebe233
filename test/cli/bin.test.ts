import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { openDesk, CONTRACT, POLICY } from "./desk.ts";

const bin = path.resolve(import.meta.dirname, "../../bin/sallyport.js");

async function run(file: string, words: readonly string[], folder: string): Promise<{ code: number; out: string; error: string }> {
  return promisify(execFile)(process.execPath, [file, ...words], { cwd: folder }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, error: stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, out: stdout, error: stderr }),
  );
}

test("the command ends by itself, with the code of what it ran", async (t) => {
  const { folder } = openDesk(t, { "openapi.yaml": CONTRACT, "policy.yaml": POLICY });
  const fine = await run(bin, ["check"], folder);
  assert.deepEqual([fine.code, fine.error], [0, ""]);
  assert.equal((await run(bin, ["check", "--least", "100"], folder)).code, 1);
  assert.equal((await run(bin, ["chekc"], folder)).code, 2);
  assert.equal((await run(bin, ["check", "none.yaml"], folder)).code, 3);
});

test("an old Node is told so in one sentence, with 3, before anything else is read", async (t) => {
  const { folder } = openDesk(t);
  const source = readFileSync(bin, "utf8");
  const told = async (version: string): Promise<{ code: number; out: string; error: string }> => {
    const old = path.join(folder, "bin.mjs");
    writeFileSync(old, source.replaceAll("process.versions.node", JSON.stringify(version)));
    return run(old, ["--version"], folder);
  };
  for (const version of ["18.20.4", "22.11.0", "24.0.0", "24.14.0"]) {
    const { code, out, error } = await told(version);
    assert.deepEqual([code, out], [3, ""], version);
    assert.match(error, new RegExp(`^sallyport needs Node 24\\.14\\.1 or newer, and this is Node ${version.replaceAll(".", "\\.")}: [^\\n]*\\n$`));
  }
  // New enough: it goes on to look for the command, which is not beside this copy.
  for (const version of ["24.14.1", "24.15.0", "25.0.0", "26.1.0"]) assert.match((await told(version)).error, /ERR_MODULE_NOT_FOUND/, version);
});

test("whoever stops reading early gets no complaint", async (t) => {
  const { folder } = openDesk(t);
  const { stderr } = await promisify(execFile)("bash", ["-c", `"${process.execPath}" "${bin}" completions bash | head -n 1`], { cwd: folder });
  assert.equal(stderr, "");
});
