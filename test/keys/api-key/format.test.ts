import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { API_KEY_CHARACTERS, API_KEY_PATTERN, findApiKeys, findKeyFault, idOfApiKey, isKeyId, makeApiKey } from "../../../src/keys/api-key/format.ts";
import { freshPeppers } from "../peppers.ts";

const { current: pepper, all } = freshPeppers();
const made = (): ReturnType<typeof makeApiKey> => makeApiKey("live", pepper, randomBytes);
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Written anew from the description, not from the code. */
function withChecksum(body: string): string {
  let number = crc32(Buffer.from(body));
  const digits = Array.from({ length: 6 }, () => {
    const digit = DIGITS[number % 62];
    number = Math.floor(number / 62);
    return digit;
  });
  return `${body}_${digits.toReversed().join("")}`;
}

test("a key has the form that is published, and its parts", () => {
  for (let turn = 0; turn < 200; turn++) {
    const { id, text } = made();
    assert.match(text, new RegExp(`^${API_KEY_PATTERN}$`));
    assert.equal(text.length, API_KEY_CHARACTERS);
    assert.equal(text.split("_")[2], id);
    assert.equal(text, withChecksum(text.slice(0, -7)));
    assert.equal(idOfApiKey(text), id);
    assert.ok(isKeyId(id));
    assert.equal(findKeyFault(text, "live", all), undefined);
  }
});

test("the secret holds 256 bits: all of what was drawn can be read back", () => {
  for (const drawn of [Buffer.alloc(32), Buffer.alloc(32, 0xff), randomBytes(32)]) {
    const { text } = makeApiKey("live", pepper, (bytes) => (bytes === 32 ? drawn : randomBytes(bytes)));
    const number = Array.from(text.split("_")[3] ?? "").reduce((sum, digit) => sum * 62n + BigInt(DIGITS.indexOf(digit)), 0n);
    assert.equal(number.toString(16).padStart(64, "0"), drawn.toString("hex"));
  }
  assert.equal(new Set(Array.from({ length: 1_000 }, () => made().text)).size, 1_000);
});

test("every typo of one character is noticed without asking anybody", () => {
  const { text } = made();
  for (let at = 0; at < text.length; at++) {
    for (const character of ["0", "z", "_", " ", "\u00e9"]) {
      if (text[at] === character) continue;
      const typo = text.slice(0, at) + character + text.slice(at + 1);
      assert.notEqual(findKeyFault(typo, "live", all), undefined, typo);
    }
  }
  for (const typo of ["", text.slice(1), `${text}x`, ` ${text}`, `${text}\n`, text.toUpperCase(), text.replace("slp_", "SLP_")]) assert.notEqual(findKeyFault(typo, "live", all), undefined);
});

test("a made-up key with a right checksum is no key of this house", () => {
  const { text } = made();
  for (let turn = 0; turn < 500; turn++) {
    const id = Array.from(randomBytes(12), (byte) => DIGITS[byte % 62]).join("");
    const invented = withChecksum(`slp_live_${id}_${text.split("_")[3] ?? ""}`);
    assert.match(findKeyFault(invented, "live", all) ?? "", /made up/);
  }
  const other = makeApiKey("live", freshPeppers().current, randomBytes);
  assert.match(findKeyFault(other.text, "live", all) ?? "", /from elsewhere/);
});

test("a key is for one environment", () => {
  const { text } = makeApiKey("test", pepper, randomBytes);
  assert.equal(findKeyFault(text, "test", all), undefined);
  assert.match(findKeyFault(text, "live", all) ?? "", /not for live/);
  assert.match(findKeyFault(withChecksum(text.slice(0, -7).replace("_test_", "_live_")), "live", all) ?? "", /made up/);
});

test("keys made with an earlier pepper still count while it is listed", () => {
  const both = freshPeppers(2);
  const [, earlier] = both.all;
  assert.ok(earlier !== undefined);
  assert.equal(findKeyFault(makeApiKey("live", earlier, randomBytes).text, "live", both.all), undefined);
});

test("keys are found in a text by pattern and checksum, with their places", () => {
  const [one, two] = [made(), makeApiKey("test", freshPeppers().current, randomBytes)];
  const typo = one.text.slice(0, -1) + (one.text.endsWith("0") ? "1" : "0");
  const text = `{"key":"${one.text}","no":"${typo}"} ${two.text}${two.text}`;
  const found = findApiKeys(text);
  assert.deepEqual(found.map(({ id }) => id), [one.id, two.id, two.id]);
  assert.deepEqual(found.map(({ from, to }) => text.slice(from, to)), [one.text, two.text, two.text]);
  assert.deepEqual(findApiKeys("slp_live_".repeat(1_000)), []);
});
