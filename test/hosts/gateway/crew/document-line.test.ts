/** Document line: a member's way to the crew's document desk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentLine, LINE_QUESTIONS_MAX } from "../../../../src/hosts/gateway/crew/document-line.ts";
import type { DocumentQuestion } from "../../../../src/hosts/gateway/crew/messages.ts";

const PLACE = new URL("https://id.example/keys");

test("Answers find their questions, in whatever order they come", async () => {
  const asked: DocumentQuestion[] = [];
  const line = new DocumentLine((question) => void asked.push(question));
  const documents = [line.fetch(PLACE, "configured"), line.fetch(PLACE, "named", true)];
  assert.deepEqual(asked.map(({ origin, newer }) => [origin, newer]), [["configured", false], ["named", true]]);
  for (const { question, origin } of asked.toReversed()) line.answer({ kind: "document", question, document: { bytes: Uint8Array.from(Buffer.from(origin)) } });
  assert.deepEqual(await Promise.all(documents), [{ bytes: Buffer.from("configured") }, { bytes: Buffer.from("named") }]);
});

test("A crew that does not answer, or cannot be told, is a failed fetch", async () => {
  const silent = new DocumentLine(() => undefined, 10);
  const held = setTimeout(() => undefined, 60_000); // the line's own timer keeps no thread alive
  assert.deepEqual(await silent.fetch(PLACE, "configured"), { wrong: "no answer from the crew" });
  clearTimeout(held);
  const cut = new DocumentLine(() => {
    throw new Error("closed");
  });
  assert.deepEqual(await cut.fetch(PLACE, "configured"), { wrong: "no way to the crew" });
});

test("Questions beyond the most that may wait are not asked, and a late answer is nobody's", async () => {
  const asked: DocumentQuestion[] = [];
  const line = new DocumentLine((question) => void asked.push(question));
  const waiting = Array.from({ length: LINE_QUESTIONS_MAX }, () => line.fetch(PLACE, "configured"));
  assert.deepEqual(await line.fetch(PLACE, "configured"), { wrong: "too many questions to the crew" });
  for (const { question } of asked) line.answer({ kind: "document", question, document: { wrong: "away" } });
  assert.deepEqual(new Set((await Promise.all(waiting)).map((document) => ("wrong" in document ? document.wrong : ""))), new Set(["away"]));
  line.answer({ kind: "document", question: 1, document: { wrong: "again" } });
});
