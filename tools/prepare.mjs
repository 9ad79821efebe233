/*
 * Prepare: installs what the scripts need, when it is missing or out of step with the lockfile. Silent when nothing is
 * to do.
 *
 * Plain JavaScript that old versions of Node can run: the Node that the scripts themselves run on is among what it
 * installs.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockfile = join(root, "package-lock.json");
const modules = join(root, "node_modules");
/** Holds the digest of the lockfile that was installed. */
const stamp = join(modules, ".sallyport-installed");
/** npm's own note of what it installed. */
const note = join(modules, ".package-lock.json");

const digest = createHash("sha256").update(readFileSync(lockfile)).digest("hex");

function reasonToInstall() {
  if (!existsSync(modules)) return "node_modules is missing";
  if (existsSync(stamp)) return readFileSync(stamp, "utf8").trim() === digest ? undefined : "package-lock.json has changed";
  // Somebody ran npm himself: after the lockfile was last written, or before?
  return existsSync(note) && statSync(note).mtimeMs >= statSync(lockfile).mtimeMs ? undefined : "node_modules is older than package-lock.json";
}

function install(reason) {
  process.stdout.write(`prepare: ${reason}, running npm ci\n`);
  // npm takes node_modules away first: it must not run on the Node that lies in there.
  const path = (process.env.PATH || "").split(delimiter).filter((folder) => !folder.includes(`${sep}node_modules${sep}.bin`)).join(delimiter);
  const { status, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    env: Object.assign({}, process.env, { PATH: path }),
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  return error === undefined && status === 0 ? undefined : error === undefined ? `npm ci ended with ${status}` : error.message;
}

const reason = reasonToInstall();
const failed = reason === undefined ? undefined : install(reason);
if (failed !== undefined) {
  process.stderr.write(`prepare: the packages could not be installed (${failed}): run "npm ci" in ${root} and see what it says\n`);
  process.exitCode = 1;
} else if (reason !== undefined || !existsSync(stamp)) {
  writeFileSync(stamp, `${digest}\n`);
}
