/** Peppers for tests, without a file or an environment. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Peppers, readPeppers } from "../../src/keys/pepper.ts";

/** @param count how many, each with a secret of its own */
export function freshPeppers(count: number = 1): Peppers {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-pepper-"));
  const names = Array.from({ length: count }, (_, at) => `pepper-${at}`);
  for (const name of names) writeFileSync(path.join(folder, name), randomBytes(48));
  const read = readPeppers(names.map((name) => `file:${name}`), folder);
  rmSync(folder, { recursive: true });
  if ("wrong" in read) throw new Error(read.wrong);
  return read.peppers;
}
