import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { disableKey, findKey, issueKey, type KeyWishes, listKeys, rotateKey } from "../../../src/keys/api-key/ledger.ts";
import { onEachDatabase } from "../../databases.ts";
import { freshPeppers } from "../peppers.ts";
import { DAY, NOW, WISHES } from "./wishes.ts";

const peppers = freshPeppers();

onEachDatabase("a key is kept with everything but the key", async (node) => {
  const database = node();
  const { record, text } = await issueKey(WISHES, { database, peppers, random: randomBytes, now: NOW });
  assert.deepEqual(await findKey(record.id, database), record);
  assert.deepEqual(record, { ...WISHES, id: record.id, created: NOW, disabled: undefined, replaces: undefined, used: undefined });
  const [row] = await database.run("SELECT * FROM sallyport_keys");
  const written = JSON.stringify(Object.values(row ?? {}).map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value)));
  for (const part of [text, text.split("_")[3] ?? ""]) assert.ok(!written.includes(part));
});

onEachDatabase("what is not said is kept as not said", async (node) => {
  const database = node();
  const bare: KeyWishes = { ...WISHES, party: "user", scopes: [], claims: {}, addresses: [], plan: undefined, expires: undefined, lasting: "a till without a clock" };
  const { record } = await issueKey(bare, { database, peppers, random: randomBytes, now: NOW });
  assert.deepEqual(await findKey(record.id, database), { ...bare, id: record.id, created: NOW, disabled: undefined, replaces: undefined, used: undefined });
});

onEachDatabase("keys are listed, the newest first, of all owners or of one", async (node) => {
  const database = node();
  const ids: string[] = [];
  for (const [turn, owner] of ["shop", "till", "shop"].entries()) ids.push((await issueKey({ ...WISHES, owner }, { database, peppers, random: randomBytes, now: NOW + turn })).record.id);
  assert.deepEqual((await listKeys(undefined, database)).map(({ id }) => id), ids.toReversed());
  assert.deepEqual((await listKeys("shop", database)).map(({ id }) => id), [ids[2], ids[0]]);
  assert.deepEqual(await listKeys("nobody", database), []);
});

onEachDatabase("a rotated key ends after the overlap, and its successor is like it", async (node) => {
  const database = node();
  const { record: old, text } = await issueKey(WISHES, { database, peppers, random: randomBytes, now: NOW });
  const now = NOW + DAY;
  const next = await rotateKey(old, now + 7 * DAY, { expires: now + 30 * DAY, lasting: undefined }, { database, peppers, random: randomBytes, now });
  assert.ok(next !== undefined);
  assert.notEqual(next.text, text);
  assert.deepEqual(next.record, { ...old, id: next.record.id, created: now, expires: now + 30 * DAY, replaces: old.id });
  assert.deepEqual(await findKey(old.id, database), { ...old, expires: now + 7 * DAY });
});

onEachDatabase("an overlap makes no key last longer than it would have", async (node) => {
  const database = node();
  const { record: old } = await issueKey({ ...WISHES, expires: NOW + DAY }, { database, peppers, random: randomBytes, now: NOW });
  await rotateKey(old, NOW + 7 * DAY, { expires: undefined, lasting: "agreed 2026-11-20" }, { database, peppers, random: randomBytes, now: NOW });
  assert.equal((await findKey(old.id, database))?.expires, NOW + DAY);
});

onEachDatabase("a key that counts no more has no successor", async (node) => {
  const database = node();
  const desk = { database, peppers, random: randomBytes, now: NOW };
  const { record: off } = await issueKey(WISHES, desk);
  const { record: over } = await issueKey({ ...WISHES, expires: NOW }, desk);
  await disableKey(off.id, desk);
  for (const old of [off, over, { id: "000000000000", environment: "live" } as const]) assert.equal(await rotateKey(old, NOW + DAY, { expires: NOW + DAY, lasting: undefined }, desk), undefined);
  assert.equal((await listKeys(undefined, database)).length, 2);
});

onEachDatabase("a key that is off stays off since when it was switched off", async (node) => {
  const database = node();
  const { record } = await issueKey(WISHES, { database, peppers, random: randomBytes, now: NOW });
  assert.equal((await disableKey(record.id, { database, now: NOW + 1 }))?.disabled, NOW + 1);
  assert.equal((await disableKey(record.id, { database, now: NOW + 2 }))?.disabled, NOW + 1);
  assert.equal(await disableKey("000000000000", { database, now: NOW }), undefined);
});
