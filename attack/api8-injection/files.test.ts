/**
 * Files: the same files in each writing in which a request can carry one.
 *
 * Whoever stores, opens or unpacks them behind the API suffers for it (CWE-434, CWE-409, CWE-22). With `upload` waived each of
 * them reaches the API, with it none does, and a picture does. Where the contract names a type, `body` holds the beginning of a
 * part to it, too; so what is sent as a part is of a type that may be anything.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import zlib from "node:zlib";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { zip } from "../../test/doors/inbound/validate/upload/archives.ts";
import { REASON, twoDoors } from "../two-doors.ts";

const PICTURE = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const PROGRAM = Buffer.concat([Buffer.from("MZ"), Buffer.alloc(58), Buffer.from([64, 0, 0, 0]), Buffer.from("PE\0\0")]);

const HARMFUL: Readonly<Record<string, Buffer>> = {
  "a program": PROGRAM,
  "a program of Linux": Buffer.from("\x7fELF\x02\x01\x01", "latin1"),
  "an archive that unfolds": zlib.gzipSync(Buffer.alloc(4_194_304)),
  "an archive whose file leads elsewhere": Buffer.from(zip([{ name: "../../etc/cron.d/x", content: "x" }])),
};

const file = { type: "string", contentEncoding: "base64" };
const holder: JsonObject = { type: "object", properties: { file, picture: { ...file, contentMediaType: "image/png" }, files: { type: "array", items: file } } };
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

interface Writing {
  readonly title: string;
  readonly type: string;
  readonly schema: JsonObject;
  readonly write: (bytes: Uint8Array) => string | Buffer;
}

const WRITINGS: readonly Writing[] = [
  { title: "a part", type: "multipart/form-data; boundary=x", schema: { type: "object", properties: { file: {} } }, write: (bytes) => Buffer.concat([Buffer.from('--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: application/octet-stream\r\n\r\n'), bytes, Buffer.from("\r\n--x--\r\n")]) },
  { title: "a member of JSON", type: "application/json", schema: holder, write: (bytes) => JSON.stringify({ file: base64(bytes) }) },
  { title: "an item of JSON", type: "application/json", schema: holder, write: (bytes) => JSON.stringify({ files: [base64(PICTURE), base64(bytes)] }) },
  { title: "a body of JSON", type: "application/json", schema: file, write: (bytes) => JSON.stringify(base64(bytes)) },
  { title: "a form", type: "application/x-www-form-urlencoded", schema: holder, write: (bytes) => new URLSearchParams({ file: base64(bytes) }).toString() },
  { title: "an element of XML", type: "application/xml", schema: { ...holder, xml: { name: "root" } }, write: (bytes) => `<root><file>${base64(bytes)}</file></root>` },
  { title: "a merge patch", type: "application/merge-patch+json", schema: holder, write: (bytes) => JSON.stringify({ file: base64(bytes) }) },
];

const contract: JsonObject = {
  openapi: "3.1.0",
  info: { title: "files", version: "1" },
  paths: Object.fromEntries(WRITINGS.map(({ type, schema }, at) => [`/${at}`, { post: { operationId: `take${at}`, security: [], requestBody: { required: true, content: { [type.replace(/;.*/, "")]: { schema } } }, responses: { "200": { description: "Fine." } } } }])),
};

const ask = twoDoors(contract, { upload: { waived: REASON } });

for (const [at, { title, type, write }] of WRITINGS.entries()) {
  test(`harmful files in ${title}: open without upload, closed with it, and a picture passes`, async () => {
    const send = (door: "open" | "closed", bytes: Uint8Array): Promise<number> => ask(door, `/${at}`, { method: "POST", body: write(bytes), headers: { "content-type": type } });
    assert.equal(await send("closed", PICTURE), 200);
    for (const [what, bytes] of Object.entries(HARMFUL)) assert.deepEqual([await send("open", bytes), await send("closed", bytes)], [200, 400], what);
  });
}

test("a page in place of a picture: open without upload, closed with it", async () => {
  const send = (door: "open" | "closed", text: string): Promise<number> => ask(door, "/1", { method: "POST", body: JSON.stringify({ picture: text }), headers: { "content-type": "application/json" } });
  assert.equal(await send("closed", base64(PICTURE)), 200);
  const page = base64(Buffer.from("<p>hello</p>"));
  for (const text of [page, `iVBORw0KGgo=!${page}`]) assert.deepEqual([await send("open", text), await send("closed", text)], [200, 400], text);
});
