/** Scratch: one folder for all temporary files of this process and of those that it starts; it is gone at the end. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** From here on `tmpdir()` is this folder. What a process leaves that was killed goes with it. */
export function openScratch(): void {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-scratch-"));
  // Servers under an account of their own pass through it.
  chmodSync(folder, 0o711);
  process.env["TMPDIR"] = folder;
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
}
