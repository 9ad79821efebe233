/** Media desk: one media type of a contract, read as an operation's body, and what it makes of bytes. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Json } from "../../../src/contract/json-value.ts";
import { DECODE_BOUNDS, type DecodeBounds, type Decoded } from "../../../src/contract/media/decode.ts";
import { readMediaType } from "../../../src/contract/media-type.ts";
import type { MediaType } from "../../../src/contract/operation.ts";
import { documentOf, OK, readDocument } from "../read-document.ts";

export type Media = Readonly<Record<string, unknown>>;

/** The one media type, and the misfits of its operation that are no warnings. */
export function readOne(t: Pick<TestContext, "after">, range: string, media: Media, openapi = "3.1.1"): { readonly type: MediaType; readonly down: readonly string[] } {
  const contract = readDocument(t, documentOf({ paths: { "/a": { post: { operationId: "post", requestBody: { content: { [range]: media } }, responses: { 200: OK } } } } }, openapi));
  const [type] = contract.operations[0]?.body?.media ?? [];
  assert.ok(type !== undefined, "the media type was not read");
  return { type, down: contract.misfits.filter(({ level }) => level === "operation").map(({ message }) => message) };
}

/** Decodes under the content type as sent. */
export function decoderOf(t: Pick<TestContext, "after">, range: string, media: Media, openapi?: string): (body: string | Uint8Array, contentType?: string, bounds?: Partial<DecodeBounds>) => Decoded {
  const { type, down } = readOne(t, range, media, openapi);
  assert.deepEqual(down, []);
  const { decode } = type;
  assert.ok(decode !== undefined, `there is no decoder for ${range}`);
  return (body, contentType = range, bounds = {}) => {
    const said = readMediaType(contentType);
    assert.ok("type" in said);
    return decode(typeof body === "string" ? Buffer.from(body) : body, said, { ...DECODE_BOUNDS, ...bounds });
  };
}

/** The value, or "pointer keyword" of each finding. */
export function outcome(decoded: Decoded): Json {
  return "value" in decoded ? decoded.value : decoded.findings.map(({ pointer, keyword }) => `${pointer} ${keyword}`);
}
