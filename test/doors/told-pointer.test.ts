import assert from "node:assert/strict";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Json } from "../../src/contract/json-value.ts";
import { WORD_CHARACTERS } from "../../src/contract/told-names.ts";
import { body } from "../../src/doors/inbound/validate/body.ts";
import { answerBody } from "../../src/doors/outbound/verify/answer-body.ts";
import { LENGTH_TOLD_MAX, POINTER_CHARACTERS_MAX, tellPointer } from "../../src/doors/told-pointer.ts";
import { sound } from "../contract/schema/desk.ts";
import { post } from "../walk.ts";
import { media, refusal } from "./samples.ts";

const JSON_TYPE = [["content-type", "application/json"]] as const;

/** What a caller who sends this value hears, and what the record keeps of it. */
async function errorsOf(schema: Json, value: Json): Promise<{ readonly heard: unknown; readonly all: string }> {
  const declared = { required: true, media: [media("application/json", "json", sound(schema))] };
  const { outcome } = await post({ guard: body, operation: { method: "POST", body: declared } })({ fields: JSON_TYPE, body: JSON.stringify(value) });
  const problem = refusal(outcome);
  return { heard: [problem.extra?.["errors"]].flat()[0], all: JSON.stringify([problem.extra, problem.because]) };
}

const closed: Json = { type: "object", properties: { a: { type: "object", additionalProperties: false, properties: { "@type": { type: "integer" }, "4-digit PIN 1234": { type: "integer" } } } }, additionalProperties: false };
const UNKNOWN = "is not a member that the contract knows";

test("a misspelt member is told by its name", async () => {
  for (const name of ["createdBy", "created_by", "X-Name", "line2", "HTTPStatus", "userID", "isOK", "MAX_RETRY_COUNT", "b"]) assert.deepEqual((await errorsOf(closed, { [name]: 1 })).heard, { in: "body", pointer: `/${name}`, message: UNKNOWN });
});

test("a name that the contract speaks of is told, whatever it is made of", async () => {
  for (const name of ["@type", "4-digit PIN 1234"]) assert.deepEqual((await errorsOf(closed, { a: { [name]: "x" } })).heard, { in: "body", pointer: `/a/${name}`, message: "must be a whole number" });
});

test("what a caller puts into the name of a member comes back to nobody: neither as an answer nor as a record", async () => {
  const names = [
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "sk_live_51HxYq2eZvKYlo2C", "AKIAIOSFODNN7EXAMPLE", "4111111111111111", "correct horse battery staple", "<script>alert(1)</script>", "' or 1=1 --",
    "${jndi:ldap://x}", "Zo\u00eb", randomUUID(), createHash("sha256").update("secret").digest("hex"), "a".repeat(WORD_CHARACTERS + 1), "~1~0", "a/b", "",
  ];
  for (const name of names) {
    for (const [value, pointer] of [[{ [name]: 1 }, ""], [{ a: { [name]: { deep: 1 } } }, "/a"]] as const) {
      const { heard, all } = await errorsOf(closed, value);
      const length = name.length > LENGTH_TOLD_MAX ? "a long name" : `a name of ${name.length} characters`;
      assert.deepEqual(heard, { in: "body", pointer, message: `a member with ${length}: ${UNKNOWN}` }, name);
      if (name.length > 2) assert.ok(!all.includes(JSON.stringify(name).slice(1, -1)), all);
    }
  }
});

test("a name that comes twice, or is not allowed, is told no further", async () => {
  const declared = { required: true, media: [media("application/json", "json", sound(true))] };
  for (const text of ['{"a b c d":1,"a b c d":2}', '{"a b c d":{"__proto__":1}}']) {
    const { outcome } = await post({ guard: body, operation: { method: "POST", body: declared } })({ fields: JSON_TYPE, body: text });
    assert.ok(!JSON.stringify([refusal(outcome).extra, refusal(outcome).because]).includes("a b c d"));
  }
});

test("what the API puts into the name of a member does not reach the record", async () => {
  const answers = new Map([["200", { media: [media("application/json", "json", sound({ type: "object", additionalProperties: { type: "integer" } }))], headers: [] }]]);
  const { outcome } = await post({ guard: answerBody, operation: { answers } })({ answer: { fields: JSON_TYPE, body: JSON.stringify({ "ann@example.com": "x" }) } });
  assert.deepEqual(refusal(outcome).because?.["findings"], [{ pointer: "", message: "a member with a name of 15 characters: must be a whole number", keyword: "type" }]);
});

test("random keys seldom pass for words: the longer they are, the less", () => {
  const rarely = { hex: 0, base64url: 0.03 };
  for (const [spelling, most] of Object.entries(rarely)) {
    const told = Array.from({ length: 2_000 }, () => tellPointer(`/${randomBytes(20).toString(spelling as "hex")}`)).filter(({ pointer }) => pointer !== ""); // the two above
    assert.ok(told.length <= most * 2_000, `${told.length} of 2,000 in ${spelling}`);
  }
});

test("a pointer stays within its bound, and says that it ends too early", () => {
  const deep = "/abc".repeat(POINTER_CHARACTERS_MAX / 4);
  assert.deepEqual(tellPointer(deep), { pointer: deep, untold: undefined });
  assert.deepEqual(tellPointer(`${deep}/abc`), { pointer: deep, untold: "a name of 3 characters" });
  assert.deepEqual(tellPointer("/a~"), { pointer: "/a", untold: undefined });
  assert.deepEqual(tellPointer("/12345678/123456789"), { pointer: "/12345678", untold: "a name of 9 characters" });
});
