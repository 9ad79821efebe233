import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { PIPED_BYTES_MAX, secretAsker, type SecretSource } from "../../src/cli/ask-secret.ts";

/** Somebody at a terminal, who types line by line when he is asked. */
function typing(...lines: readonly string[]): { readonly asker: ReturnType<typeof secretAsker>; readonly shown: () => string } {
  const source: SecretSource & PassThrough = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => source });
  const left = [...lines];
  let shown = "";
  const asker = secretAsker(
    () => source,
    (text) => {
      shown += text;
      if (text !== "\n") setImmediate(() => source.write(left.shift() ?? "\u0003"));
    },
  );
  return { asker, shown: () => shown };
}

function piping(text: string | Uint8Array): ReturnType<typeof secretAsker> {
  const source = new PassThrough();
  source.end(text);
  return secretAsker(() => source, () => assert.fail("nobody looks"));
}

test("a typed secret is asked for twice, and not shown", async () => {
  const { asker, shown } = typing("s3cret p\u00e4ss\r", "s3cret p\u00e4ss\r");
  assert.deepEqual(await asker("Password: ", "Again: "), { secret: "s3cret p\u00e4ss" });
  assert.equal(shown(), "Password: \nAgain: \n");
});

test("what differs is no secret, and corrections count as on any line", async () => {
  assert.deepEqual(await typing("one\r", "two\r").asker("?", "?"), { wrong: "what was typed differs" });
  assert.deepEqual(await typing("onex\u007f\r", "one\r").asker("?", "?"), { secret: "one" });
});

test("who leaves has typed nothing", async () => {
  for (const lines of [["\u0003"], ["\u0004"], ["one\r", "\u0003"]]) assert.deepEqual(await typing(...lines).asker("?", "?"), { wrong: "nothing was typed" });
});

test("a piped secret is taken whole, without the line end behind it", async () => {
  assert.deepEqual(await piping("p\u00e4ss word\n")("?", "?"), { secret: "p\u00e4ss word" });
  assert.deepEqual(await piping("pass\r\n")("?", "?"), { secret: "pass" });
  assert.deepEqual(await piping(" pass \n\n")("?", "?"), { secret: " pass \n" });
  assert.deepEqual(await piping("")("?", "?"), { secret: "" });
  assert.deepEqual(await piping("x".repeat(PIPED_BYTES_MAX))("?", "?"), { secret: "x".repeat(PIPED_BYTES_MAX) });
  assert.deepEqual(await piping("x".repeat(PIPED_BYTES_MAX + 1))("?", "?"), { wrong: "too much came on standard input" });
});

test("where there is nobody to ask, nothing is taken", async () => {
  assert.deepEqual(await secretAsker(() => undefined, () => undefined)("?", "?"), { wrong: "nobody is there to ask for the secret" });
});
