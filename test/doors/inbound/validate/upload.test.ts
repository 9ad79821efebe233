import assert from "node:assert/strict";
import { test } from "node:test";
import zlib from "node:zlib";
import type { Json } from "../../../../src/contract/json-value.ts";
import type { FilePart } from "../../../../src/contract/media/decode.ts";
import type { RequestBody } from "../../../../src/contract/operation.ts";
import { upload } from "../../../../src/doors/inbound/validate/upload.ts";
import { Content } from "../../../../src/exchange/content.ts";
import { sound } from "../../../contract/schema/desk.ts";
import { misfits, post, type Sent } from "../../../walk.ts";
import { assertSilent, broken, CANARY, late, media, refusal, said, untouched } from "../../samples.ts";
import { zip } from "./upload/archives.ts";

const FORM: RequestBody = { required: true, media: [media("multipart/form-data", "multipart")] };

function file(filename: string | undefined, content: string | Uint8Array, type = "application/octet-stream", pointer = "/file"): FilePart {
  return { pointer, filename, type, bytes: Buffer.from(content as string) };
}

/** A form in which `body` has found these files. */
function send(files: readonly FilePart[], options: Record<string, Json> = {}, mode: "enforce" | "observe" = "enforce"): Promise<Sent> {
  const content = Content.holding(Buffer.from("the form"));
  content.understand({ file: "" }, undefined, files);
  return post({ guard: upload, options, mode, operation: { method: "POST", body: FORM } })({ content });
}

/** A body that is a file itself. */
function sendWhole(content: Content, options: Record<string, Json> = {}): Promise<Sent> {
  return post({ guard: upload, options, operation: { method: "PUT", body: FORM } })({ content });
}

const messages = ({ outcome }: Sent): unknown => refusal(outcome).extra?.["errors"];
const BOMB = zlib.gzipSync(Buffer.alloc(4_194_304));

test("files that are what they say pass, and so does a form without files", async () => {
  assert.equal(said(await send([])), "passes");
  assert.equal(said(await send([file("a.gif", "GIF89a", "image/gif"), file("b.txt", "hello", "text/plain"), file(undefined, "bytes"), file("c.zip", zip([{ name: "a/b.txt", content: "hello" }]))])), "passes");
});

test("a stranger's file is judged like anybody's", async () => {
  assert.equal(said(await send([file("../a.txt", "hello")])), "400 upload-refused");
});

test("all files that are wrong are told, by their places, and nothing of them comes back", async () => {
  const sent = await send([file(`../${CANARY}.txt`, "hello"), file("b.php", CANARY, "text/plain", "/more/0"), file("c.gif", "GIF89a", "image/gif", "/more/1")]);
  assert.equal(said(sent), "400 upload-refused");
  assert.deepEqual(messages(sent), [
    { in: "body", pointer: "/file", message: "has a name with characters that lead elsewhere" },
    { in: "body", pointer: "/more/0", message: "has an extension of something that is run" },
  ]);
  assertSilent(sent.outcome);
});

test("a field without a file, as browsers send it, is none; a file without a name is one", async () => {
  assert.equal(said(await send([file("", "")])), "passes");
  assert.deepEqual(messages(await send([file("", "x")])), [{ in: "body", pointer: "/file", message: "has no name" }]);
});

test("as many files and bytes as the bounds, and not one more", async () => {
  const two = [file("a", "12"), file("b", "34")];
  assert.equal(said(await send(two, { files: 2, size: "2B" })), "passes");
  assert.deepEqual(messages(await send(two, { files: 1 })), [{ in: "body", pointer: "", message: "holds too many files" }]);
  assert.deepEqual(messages(await send(two.slice(0, 1), { size: "1B" })), [{ in: "body", pointer: "/file", message: "is too large" }]);
});

test("extensions that are named are allowed, those of programs among them, and no others", async () => {
  assert.equal(said(await send([file("a.svg", "<svg/>", "image/svg+xml")], { extensions: ["svg"] })), "passes");
  assert.equal(said(await send([file("a.txt", "x")], { extensions: ["svg"] })), "400 upload-refused");
});

test("archives are looked into, within the bounds that the policy gives", async () => {
  const packed = file("a.gz", BOMB, "application/gzip");
  assert.deepEqual(messages(await send([packed])), [{ in: "body", pointer: "/file", message: "is packed more tightly than files are" }]);
  assert.equal(said(await send([packed], { ratio: 10_000 })), "passes");
  assert.equal(said(await send([packed], { ratio: 10_000, unpacked: "4MiB" })), "passes");
  assert.equal(said(await send([packed], { ratio: 10_000, unpacked: "3MiB" })), "400 upload-refused");
  const two = file("a.zip", zip([{ name: "a" }, { name: "b.zip" }]));
  assert.equal(said(await send([two], { levels: 1 })), "passes");
  assert.equal(said(await send([two])), "400 upload-refused");
  assert.equal(said(await send([two], { levels: 1, entries: 1 })), "400 upload-refused");
  assert.deepEqual(messages(await send([two], { archives: "refuse" })), [{ in: "body", pointer: "/file", message: "is an archive" }]);
});

test("an archive that cannot be looked into is let through only for a reason", async () => {
  const seven = file("a.7z", Buffer.from("377abcaf271c0004", "hex"));
  assert.equal(said(await send([seven])), "400 upload-refused");
  assert.equal(said(await send([seven], { unread: "scanned behind the API, agreed 2026-11-20" })), "passes");
  assert.equal(said(await send([file("b.zip", zip([{ name: "../a" }]))], { unread: "scanned behind the API, agreed 2026-11-20" })), "400 upload-refused", "what can be looked into is");
});

test("a body that is an archive itself is looked into, held or late; any other streams on", async () => {
  const bad = zip([{ name: "../a" }]);
  for (const content of [Content.holding(bad), late(bad), late(bad, bad.byteLength)]) {
    const sent = await sendWhole(content);
    assert.equal(said(sent), "400 upload-refused");
    assert.deepEqual(messages(sent), [{ in: "body", pointer: "", message: "holds a file whose name leads out of it" }]);
  }
  const good = late(zip([{ name: "a" }]));
  assert.equal(said(await sendWhole(good)), "passes");
  const large = late("x".repeat(10_000));
  assert.equal(said(await sendWhole(large)), "passes");
  assert.equal(large.held, undefined, "it was not held");
  const text = Content.holding(bad);
  text.understand(bad.toString("latin1"));
  assert.equal(said(await sendWhole(text)), "400 upload-refused", "bytes that a schema bounds");
});

test("a body that breaks off, is too large or is none", async () => {
  assert.equal(said(await sendWhole(broken())), "502 api-broke-off");
  const bounded = late(zip([{ name: "a", content: "hello" }]));
  bounded.bound(40);
  assert.equal(said(await sendWhole(bounded)), "413 content-too-large");
  const { content, opened } = untouched(0);
  assert.equal(said(await sendWhole(content)), "passes");
  assert.equal(opened(), false);
  const json = Content.holding(Buffer.from("{}"));
  json.understand({});
  assert.equal(said(await sendWhole(json)), "passes");
});

test("where the contract has no body there is nothing to check; where it lists nothing there is", async () => {
  const { content, opened } = untouched();
  const none = post({ guard: upload, operation: { body: undefined } });
  assert.equal(said(await none({ content })), "passes");
  assert.equal(opened(), false);
  const unlisted = post({ guard: upload, operation: { listed: "unlisted", body: undefined } });
  assert.equal(said(await unlisted({ content: late(zip([{ name: "../a" }])) })), "400 upload-refused");
});

test("in observe mode the refusal is witnessed and the body goes on", async () => {
  const { outcome, exchange } = await send([file("../a", "x")], {}, "observe");
  assert.equal(outcome, undefined);
  assert.deepEqual(exchange.observed.map(({ problem }) => problem.type), ["upload-refused"]);
});

test("options that are none are told", () => {
  assert.deepEqual(misfits(upload, { extensions: [".PDF"] }).map((text) => text.split(":")[0]), ["/extensions/0"]);
  assert.equal(misfits(upload, { unread: "short" }).length, 1);
  assert.equal(misfits(upload, { archives: "ignore" }).length, 1);
});

test("it stands everywhere without being named, and asks no store", () => assert.equal(upload.standing, true));

/** JSON of which the contract says that it holds files. */
function sendJson(value: Json, schema: Json, options: Record<string, Json> = {}): Promise<Sent> {
  const content = Content.holding(Buffer.from(JSON.stringify(value)));
  content.understand(value);
  const body: RequestBody = { required: true, media: [media("application/json", "json", sound(schema))] };
  return post({ guard: upload, options, operation: { method: "POST", body } })({ content, fields: [["content-type", "application/json"]] });
}

test("files in base64 are counted where the contract says what they are, and need no extension", async () => {
  const keys = { type: "array", items: { type: "string", contentEncoding: "base64" } };
  const pictures = { type: "array", items: { type: "string", contentEncoding: "base64", contentMediaType: "image/gif" } };
  const gif = Buffer.from("GIF89a").toString("base64");
  assert.equal(said(await sendJson(Array.from({ length: 30 }, () => gif), keys)), "passes");
  assert.equal(said(await sendJson([gif, gif], pictures, { files: 2, extensions: ["png"] })), "passes");
  assert.deepEqual(messages(await sendJson([gif, gif, gif], pictures, { files: 2 })), [{ in: "body", pointer: "", message: "holds too many files" }]);
  assert.deepEqual(messages(await sendJson([gif, gif], pictures, { size: "5B" })), [{ in: "body", pointer: "/0", message: "is too large" }, { in: "body", pointer: "/1", message: "is too large" }]);
  assert.deepEqual(messages(await sendJson([gif, "R!lG"], pictures)), [{ in: "body", pointer: "/1", message: "is not in base64" }]);
  assert.equal(said(await sendJson(["MZ"], { type: "array", items: { type: "string" } })), "passes");
});
