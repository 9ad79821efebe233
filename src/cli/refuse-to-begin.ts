/** Refuse to begin: one sentence about what is missing, for people and for programs. */
import { EXIT, type ExitCode } from "./exit-code.ts";
import { plain, type Terminal, writeJson } from "./terminal.ts";

export function refuseToBegin(wrong: string, json: boolean, { out, error }: Terminal): ExitCode {
  if (json) out.write(writeJson({ error: wrong }));
  error.write(`sallyport: ${plain(wrong)}`);
  return EXIT.start;
}
