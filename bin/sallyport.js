#!/usr/bin/env node
/*
 * Sallyport: the command. Plain JavaScript that old versions of Node can read, too, so that they can be told.
 */
import { existsSync } from "node:fs";

const LEAST = [24, 14, 1];

function isTooOld(version) {
  const parts = version.split(".").map(Number);
  for (let at = 0; at < LEAST.length; at++) {
    if (parts[at] !== LEAST[at]) return parts[at] < LEAST[at];
  }
  return false;
}

if (isTooOld(process.versions.node)) {
  process.stderr.write(`sallyport needs Node ${LEAST.join(".")} or newer, and this is Node ${process.versions.node}: install a newer one, or run it with the one that it should use.\n`);
  process.exitCode = 3;
} else {
  // Built, as it is published; else a checkout, which this version of Node runs as it is.
  const built = new URL("../dist/cli/main.js", import.meta.url);
  const { main } = await import((existsSync(built) ? built : new URL("../src/cli/main.ts", import.meta.url)).href);
  process.exitCode = await main(process.argv.slice(2));
}
