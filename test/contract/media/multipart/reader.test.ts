/** Multipart reader: one way to take a body apart, however it is cut. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { BOUNDARY_CHARACTERS_MAX, isBoundary, MultipartReader } from "../../../../src/contract/media/multipart/reader.ts";

const BOUNDS = { parts: 3, headBytes: 20, partBytes: 1_000 };

/** "head|content" of each part, or what is wrong. */
function read(body: string, { boundary = "b", cuts = [], bounds = BOUNDS }: { boundary?: string; cuts?: readonly number[]; bounds?: typeof BOUNDS } = {}): string | readonly string[] {
  const parts: string[] = [];
  let open = "";
  const reader = new MultipartReader(
    boundary,
    {
      begin: (head) => {
        open = `${head.toString("latin1")}|`;
        return head.toString("latin1") === "bad" ? "is bad" : undefined;
      },
      data: (bytes) => void (open += bytes.toString("latin1")),
      end: () => void parts.push(open),
    },
    bounds,
  );
  const bytes = Buffer.from(body, "latin1");
  const places = [0, ...[...cuts].sort((one, other) => one - other), bytes.length];
  for (const [index, from] of places.entries()) reader.push(bytes.subarray(from, places[index + 1] ?? bytes.length));
  return reader.end() ?? parts;
}

test("parts come out with their heads and contents, in order", () => {
  assert.deepEqual(read("--b\r\na: 1\r\n\r\none\r\n--b\r\na: 2\r\nb: 3\r\n\r\n\r\n--b--\r\n"), ["a: 1|one", "a: 2\r\nb: 3|"]);
  assert.deepEqual(read("--b\r\na: 1\r\n\r\none\r\n--b--"), ["a: 1|one"], "the last line's end may be left out");
  assert.deepEqual(read("--b\r\n\r\none\r\n--b--"), ["|one"], "a head without a field");
  assert.deepEqual(read("--b\r\na: 1\r\n\r\n\r\n\r\n--b--"), ["a: 1|\r\n"], "a content of one line's end");
  assert.deepEqual(read("--b\r\na: 1\r\n\r\n--\r\n-b\r\n--b--"), ["a: 1|--\r\n-b"], "what is nearly a boundary is content");
});

const WRONG: readonly (readonly [body: string, says: RegExp, why: string])[] = [
  ["", /end/, "nothing at all"],
  ["x--b\r\na: 1\r\n\r\none\r\n--b--", /begin/, "something before the first boundary"],
  ["\r\n--b\r\na: 1\r\n\r\none\r\n--b--", /begin/, "a line before the first boundary"],
  ["--c\r\na: 1\r\n\r\none\r\n--c--", /begin/, "another boundary"],
  ["--b", /end/, "a boundary and nothing else"],
  ["--b\r\na: 1\r\n\r\none", /end/, "no closing boundary"],
  ["--b\r\na: 1\r\n\r\none\r\n--b", /end/, "half a closing boundary"],
  ["--b\r\na: 1\r\n\r\none\r\n--b-", /end/, "most of a closing boundary"],
  ["--b--\r\n", /no part/, "no part"],
  ["--b \r\na: 1\r\n\r\none\r\n--b--", /behind a boundary/, "a blank behind a boundary"],
  ["--b\na: 1\r\n\r\none\r\n--b--", /behind a boundary/, "a line of a boundary that ends in LF"],
  ["--bc\r\na: 1\r\n\r\none\r\n--b--", /behind a boundary/, "a boundary that goes on"],
  ["--b\r\na: 1\r\n\r\none\n--b\r\na: 2\r\n\r\ntwo\r\n--b--", /within a part/, "a boundary behind a mere LF"],
  ["--b\r\na: 1\r\n\r\none\r--b\r\na: 2\r\n\r\ntwo\r\n--b--", /within a part/, "a boundary behind a mere CR"],
  ["--b\r\na: 1\r\n\r\none --b\r\n--b--", /within a part/, "a boundary in a line"],
  ["--b\r\na: 1\r\n\r\n--b--", /within a part/, "a boundary that takes the line's end of the head"],
  ["--b\r\na: 1\r\n\r\none\r\n--bx\r\n--b--", /behind a boundary/, "a line that begins with the boundary"],
  ["--b\r\na: 1\r\n\r\none\r\n--b--\r\nx", /behind its closing/, "something behind the closing boundary"],
  ["--b\r\na: 1\r\n\r\none\r\n--b--x", /behind its closing/, "something right behind it"],
  ["--b\r\na: 1\r\n\r\none\r\n--b--\r\n--b\r\na: 2\r\n\r\ntwo\r\n--b--", /behind its closing/, "a second body behind the first"],
  ["--b\r\nbad\r\n\r\none\r\n--b--", /is bad/, "a head that is refused"],
];
for (const [body, says, why] of WRONG) {
  test(`${why} is refused`, () => {
    const wrong = read(body);
    assert.equal(typeof wrong, "string");
    assert.match(String(wrong), says);
  });
}

test("as many parts, bytes of a head and bytes of a part as the bounds, and not one more", () => {
  const part = (head: string, content: string): string => `--b\r\n${head}\r\n\r\n${content}\r\n`;
  assert.equal(read(`${part("a", "1").repeat(3)}--b--`).length, 3);
  assert.match(String(read(`${part("a", "1").repeat(4)}--b--`)), /too many parts/);
  assert.deepEqual(read(`${part("h".repeat(20), "1")}--b--`), [`${"h".repeat(20)}|1`]);
  assert.match(String(read(`${part("h".repeat(21), "1")}--b--`)), /head is too long/);
  assert.match(String(read(`--b\r\n${"h".repeat(30)}`)), /head is too long/, "before its end is seen");
  assert.equal(read(`${part("a", "x".repeat(1_000))}--b--`)[0]?.length, 1_002);
  assert.match(String(read(`${part("a", "x".repeat(1_001))}--b--`)), /too large/);
  assert.match(String(read(`--b\r\na\r\n\r\n${"x".repeat(1_100)}`)), /too large/, "before its end is seen");
});

test("however a body is cut, the same parts come out, or the same is wrong", () => {
  const bodies = ["--b\r\na: 1\r\n\r\none\r\n--b\r\na: 2\r\n\r\n\r\n--\r\n-\r\n--b--\r\n", ...WRONG.map(([body]) => body)];
  fc.assert(
    fc.property(fc.constantFrom(...bodies), fc.array(fc.nat(60), { maxLength: 30 }), (body, cuts) => {
      const places = cuts.map((cut) => Math.min(cut, body.length));
      assert.deepEqual(read(body, { cuts: places }), read(body));
    }),
  );
  for (const body of bodies) assert.deepEqual(read(body, { cuts: Array.from({ length: body.length }, (_, at) => at) }), read(body), "byte by byte");
});

test("a boundary is of the characters of RFC 2046, up to seventy", () => {
  for (const good of ["b", "----WebKitFormBoundary7MA4YWxkTrZu0gW", "'()+_,-./:=?", "x".repeat(BOUNDARY_CHARACTERS_MAX)]) assert.equal(isBoundary(good), true, good);
  for (const bad of ["", "x".repeat(BOUNDARY_CHARACTERS_MAX + 1), "a b", "a ", "a;b", "a\"b", "a\r\nb", "a\u00e9", "a%b"]) assert.equal(isBoundary(bad), false, bad);
});
