/** Part head: names with one reading. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PART_FIELDS_MAX, PART_NAME_CHARACTERS_MAX, readDisposition, readPartHead } from "../../../../src/contract/media/multipart/part-head.ts";

const DISPOSITIONS: readonly (readonly [text: string, name: string | undefined, filename?: string])[] = [
  ['form-data; name="a"', "a"],
  ['form-data; name="a"; filename="b.png"', "a", "b.png"],
  ['form-data; filename="b.png"; name="a"', "a", "b.png"],
  ['Form-Data;name="a";\tfilename=""', "a", ""],
  ['form-data; name="a" ; filename="b"', undefined],
  ["form-data; name=a; filename=b.png", "a", "b.png"],
  ['form-data; NAME="a"', "a"],
  ['form-data; name="a;b=\'c\'"', "a;b='c'"],
  ['form-data; name="\u00e9\u{1f600}"', "\u00e9\u{1f600}"],
  ['form-data; name="a%22b"', "a%22b"],
  ["form-data", undefined],
  ['form-data; filename="a"', undefined],
  ['form-data; name=""', undefined],
  ["form-data; name=", undefined],
  ['form-data; name="a"; name="b"', undefined],
  ['form-data; name="a"; filename="b"; filename="c"', undefined],
  ["form-data; name=\"a\"; filename*=UTF-8''b.png", undefined],
  ["form-data; name*=UTF-8''a", undefined],
  ['form-data; name="a\\"b"', undefined],
  ['form-data; name="a"; filename="c:\\\\b.png"', undefined],
  ['form-data; name="a', undefined],
  ['form-data; name="a"x', undefined],
  ['form-data; name="a" filename="b"', undefined],
  ['form-data; name ="a"', undefined],
  ['form-data; name="a";', undefined],
  ['form-data; name="a"; size=3', undefined],
  ['form-data, name="a"', undefined],
  ["form-data; name=a b", undefined],
  ["form-data; name='a b'", undefined],
  ['attachment; name="a"', undefined],
  ['form-data2; name="a"', undefined],
  ["", undefined],
];
for (const [text, name, filename] of DISPOSITIONS) {
  test(`${JSON.stringify(text)} ${name === undefined ? "is refused" : `names ${name}`}`, () => {
    assert.deepEqual(readDisposition(text), name === undefined ? undefined : { name, filename });
  });
}

test("a name as long as the bound, and not one character longer", () => {
  assert.notEqual(readDisposition(`form-data; name="${"n".repeat(PART_NAME_CHARACTERS_MAX)}"`), undefined);
  assert.equal(readDisposition(`form-data; name="${"n".repeat(PART_NAME_CHARACTERS_MAX + 1)}"`), undefined);
});

const NAME = 'Content-Disposition: form-data; name="a"';

function head(...lines: readonly string[]): ReturnType<typeof readPartHead> {
  return readPartHead(Buffer.from(lines.join("\r\n")));
}

test("what a part says of itself is read", () => {
  const read = head(NAME, "Content-Type: application/json; charset=UTF-8", "content-transfer-encoding: Binary", "Content-Length: 12", "X-Own:  x\t");
  assert.ok("name" in read);
  assert.deepEqual([read.name, read.filename, read.type?.type, read.length, [...read.fields]], ["a", undefined, "application/json", 12, [["x-own", "x"]]]);
  const bare = head(NAME);
  assert.ok("name" in bare);
  assert.deepEqual([bare.type, bare.length, bare.fields.size], [undefined, undefined, 0]);
});

const WRONG: readonly (readonly [lines: readonly string[], says: RegExp])[] = [
  [[], /without a name/],
  [["Content-Type: text/plain"], /without a name/],
  [[NAME, NAME], /twice/],
  [[NAME, "content-type: text/plain", "Content-Type: text/html"], /twice/],
  [[NAME, "Content-Type: text/plain, text/html"], /content type holds/],
  [[NAME, "Content-Type: multipart/mixed; boundary=c"], /multipart itself/],
  [[NAME, "Content-Type: text/plain; charset=utf-7"], /charset/],
  [[NAME, "Content-Transfer-Encoding: base64"], /transfer encoding/],
  [[NAME, "Content-Transfer-Encoding: quoted-printable"], /transfer encoding/],
  [[NAME, "Content-Length: -1"], /length/],
  [[NAME, "no field"], /no field/],
  [[NAME, ": x"], /no field/],
  [[NAME, "X-Own : x"], /no field/],
  [['Content-Disposition: form-data;', ' name="a"'], /no field/],
  [[NAME, "X-Own: \0"], /no field/],
  [[NAME, "X-Own: a\nb"], /no field/],
  [[NAME, "X-Own: a\rb"], /no field/],
];
for (const [lines, says] of WRONG) {
  test(`a head of ${JSON.stringify(lines)} is refused`, () => {
    const read = head(...lines);
    assert.ok("wrong" in read);
    assert.match(read.wrong, says);
  });
}

test("a head that is not UTF-8 is refused", () => {
  assert.ok("wrong" in readPartHead(Buffer.concat([Buffer.from(NAME), Buffer.of(0xff)])));
});

test("as many fields as the bound, and not one more", () => {
  const more = Array.from({ length: PART_FIELDS_MAX }, (_, at) => `x-${at}: 1`);
  assert.ok("name" in head(NAME, ...more.slice(1)));
  assert.ok("wrong" in head(NAME, ...more));
});
