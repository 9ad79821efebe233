/**
 * Install: puts the bench's own packages in place, once, from its own lock file.
 *
 * They stay under bench/node_modules: the rivals are no part of what Sallyport's users or developers install.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Throws when npm does not succeed. */
export function installOnce(): void {
  // npm writes this file last, so that a broken installation is made again.
  if (existsSync(join(import.meta.dirname, "node_modules", ".package-lock.json"))) return;
  console.log("installing the rivals: npm ci --prefix bench");
  const words = ["ci", "--prefix", import.meta.dirname, "--no-audit", "--no-fund"];
  const { status, error } = spawnSync("npm", words, { cwd: import.meta.dirname, stdio: "inherit" });
  if (status !== 0) throw new Error(`npm ci --prefix bench failed${error === undefined ? "" : `: ${error.message}`}`);
}
