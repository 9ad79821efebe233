/** Misuse: one sentence about what was wrong with the command line, for people and for programs. */
import { EXIT, type ExitCode } from "./exit-code.ts";
import { plain, type Terminal, writeJson } from "./terminal.ts";

/** @param help where to read on, e.g. `sallyport check --help` */
export function misuse(wrong: string, help: string, json: boolean, { out, error }: Terminal): ExitCode {
  if (json) out.write(writeJson({ error: wrong }));
  error.write(`sallyport: ${plain(wrong)} (see ${help})`);
  return EXIT.usage;
}
