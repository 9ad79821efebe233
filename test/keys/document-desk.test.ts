/** Document desk: one place that fetches documents of issuers for all threads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DESK_DOCUMENTS_MAX, DocumentDesk, HAND_ON_FAILURE_MILLISECONDS, HAND_ON_MILLISECONDS } from "../../src/keys/document-desk.ts";
import type { Document } from "../../src/keys/fetch-document.ts";
import { COOLDOWN_MILLISECONDS } from "../../src/keys/key-source.ts";

const PLACE = new URL("https://id.example/keys");

interface Bench {
  readonly desk: DocumentDesk;
  /** What was fetched, in its order. */
  readonly fetched: string[];
  /** What the issuer answers from now on. */
  issuer: (url: URL) => Promise<Document>;
  now: number;
}

function bench(): Bench {
  const fetched: string[] = [];
  const made: Bench = {
    fetched,
    now: 0,
    issuer: () => Promise.resolve({ bytes: Buffer.from(`document ${fetched.length}`) }),
    desk: new DocumentDesk((url, origin) => {
      fetched.push(`${origin} ${url.href}`);
      return made.issuer(url);
    }, () => made.now),
  };
  return made;
}

const textOf = (document: Document): string => ("wrong" in document ? `wrong: ${document.wrong}` : document.bytes.toString());

test("Whoever asks while a document is on its way gets that one", async () => {
  const { desk, fetched } = bench();
  const handed = await Promise.all(Array.from({ length: 8 }, () => desk.hand(PLACE, "configured", false)));
  assert.deepEqual(new Set(handed.map(textOf)), new Set(["document 1"]));
  assert.equal(fetched.length, 1);
});

test("A young document is handed on, and one that is not is fetched again", async () => {
  const made = bench();
  await made.desk.hand(PLACE, "configured", false);
  made.now = HAND_ON_MILLISECONDS - 1;
  assert.equal(textOf(await made.desk.hand(PLACE, "configured", false)), "document 1");
  made.now = HAND_ON_MILLISECONDS;
  assert.equal(textOf(await made.desk.hand(PLACE, "configured", false)), "document 2");
});

test("A newer document is fetched at once, and once per cooldown, whoever asks", async () => {
  const made = bench();
  await made.desk.hand(PLACE, "configured", false);
  for (let asked = 0; asked < 1_000; asked++) assert.equal(textOf(await made.desk.hand(PLACE, "configured", true)), "document 2");
  made.now = COOLDOWN_MILLISECONDS - 1;
  assert.equal(textOf(await made.desk.hand(PLACE, "configured", true)), "document 2");
  made.now = COOLDOWN_MILLISECONDS;
  assert.equal(textOf(await made.desk.hand(PLACE, "configured", true)), "document 3");
});

test("Who needs a newer document does not make do with one that was on its way for another reason", async () => {
  const { desk, fetched } = bench();
  const [ordinary, newer, another] = await Promise.all([desk.hand(PLACE, "configured", false), desk.hand(PLACE, "configured", true), desk.hand(PLACE, "configured", true)]);
  assert.deepEqual([ordinary, newer, another].map(textOf), ["document 1", "document 2", "document 2"]);
  assert.equal(fetched.length, 2);
});

test("A failure is handed on for a moment, and no old document in its place", async () => {
  const made = bench();
  await made.desk.hand(PLACE, "configured", false);
  const well = made.issuer;
  made.issuer = () => Promise.reject(new Error("away"));
  assert.equal(textOf(await made.desk.hand(PLACE, "configured", true)), "wrong: broken");
  made.now = COOLDOWN_MILLISECONDS - 1;
  assert.equal(textOf(await made.desk.hand(PLACE, "configured", true)), "wrong: broken");
  assert.equal(made.fetched.length, 2);
  made.now = COOLDOWN_MILLISECONDS;
  assert.equal(textOf(await made.desk.hand(PLACE, "configured", false)), "wrong: broken");
  made.now += HAND_ON_FAILURE_MILLISECONDS - 1;
  assert.equal(textOf(await made.desk.hand(PLACE, "configured", false)), "wrong: broken");
  assert.equal(made.fetched.length, 3);
  made.issuer = well;
  made.now++;
  assert.equal(textOf(await made.desk.hand(PLACE, "configured", false)), "document 4");
});

test("A place that somebody named is another than the same place of the operator", async () => {
  const { desk, fetched } = bench();
  await desk.hand(PLACE, "configured", false);
  await desk.hand(PLACE, "named", false);
  assert.deepEqual(fetched, ["configured https://id.example/keys", "named https://id.example/keys"]);
});

test("The oldest document makes room for one too many", async () => {
  const { desk, fetched } = bench();
  for (let at = 0; at <= DESK_DOCUMENTS_MAX; at++) await desk.hand(new URL(`/${at}`, PLACE), "configured", false);
  await desk.hand(new URL("/1", PLACE), "configured", false);
  assert.equal(fetched.length, DESK_DOCUMENTS_MAX + 1);
  await desk.hand(new URL("/0", PLACE), "configured", false);
  assert.equal(fetched.length, DESK_DOCUMENTS_MAX + 2);
});
