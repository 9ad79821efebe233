/**
 * Ask secret: takes a secret from whoever types it, unseen, or from a pipe; never from the command line, which other users
 * of the machine and the shell's history can read.
 */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** Bytes that are read from a pipe. */
export const PIPED_BYTES_MAX = 65_536;

/** Where somebody types, he is asked `question`, and then `again`, for he cannot see what he types. */
export type AskSecret = (question: string, again: string) => Promise<{ readonly secret: string } | { readonly wrong: string }>;

/** As much of standard input as is needed. */
export type SecretSource = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** @param open standard input, which is not touched before it is needed; `tell` writes to where people look, without a line end */
export function secretAsker(open: () => SecretSource | undefined, tell: (text: string) => void): AskSecret {
  return async (question, again) => {
    const source = open();
    if (source === undefined) return { wrong: "nobody is there to ask for the secret" };
    return source.isTTY === true ? askTwice([question, again], source, tell) : readPiped(source);
  };
}

async function askTwice(questions: readonly string[], source: SecretSource, tell: (text: string) => void): Promise<{ readonly secret: string } | { readonly wrong: string }> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: source, output: nowhere, terminal: true });
  const leaving = new AbortController();
  for (const event of ["SIGINT", "close"] as const) reader.on(event, () => leaving.abort());
  try {
    const typed: string[] = [];
    for (const question of questions) {
      tell(question);
      typed.push(await reader.question("", { signal: leaving.signal }));
      tell("\n");
    }
    const [secret = ""] = typed;
    return typed.every((one) => one === secret) ? { secret } : { wrong: "what was typed differs" };
  } catch {
    tell("\n");
    return { wrong: "nothing was typed" };
  } finally {
    reader.close();
  }
}

/** All of it, without the line end that `echo` puts behind. */
async function readPiped(source: SecretSource): Promise<{ readonly secret: string } | { readonly wrong: string }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    const piece = Buffer.from(chunk);
    bytes += piece.byteLength;
    if (bytes > PIPED_BYTES_MAX) return { wrong: "too much came on standard input" };
    chunks.push(piece);
  }
  return { secret: Buffer.concat(chunks).toString("utf8").replace(/\r?\n$/, "") };
}
