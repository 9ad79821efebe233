import assert from "node:assert/strict";
import { test } from "node:test";
import { SINGLE_FIELDS } from "../../../../../src/doors/inbound/screen/framing/field-faults.ts";
import { framing } from "../../../../../src/doors/inbound/screen/framing.ts";
import { type Given, post } from "../../../../walk.ts";

type Pairs = readonly (readonly [string, string])[];

const HOST: Pairs = [["host", "api.example"]];
const MALFORMED = "400 malformed-request";
const send = post({ guard: framing });

async function said(fields: Pairs, given: Given = {}): Promise<string> {
  const { outcome } = await send({ fields, ...given });
  return outcome?.kind === "refusal" ? `${outcome.problem.status} ${outcome.problem.type}` : "passes";
}

for (const name of ["", "x y", "x:", "x\u0000", "X-Upper", ":authority", "x(", "\u00e9", "x\r\n"]) {
  test(`the field name ${JSON.stringify(name)} is refused`, async () => assert.equal(await said([...HOST, [name, "a"]]), MALFORMED));
}

test("a field name with an underscore is refused: some readers take it for a hyphen", async () => {
  assert.equal(await said([...HOST, ["x_forwarded_for", "10.0.0.1"]]), MALFORMED);
  assert.equal(await said([...HOST, ["content_length", "5"]]), MALFORMED);
});

for (const value of ["a\u0000b", "a\rb", "a\nb", "a\r\n b", "a\u001fb", "a\u007f", "\u0100", "a\u2028", " a", "a ", "\ta", "a\t"]) {
  test(`the field value ${JSON.stringify(value)} is refused`, async () => assert.equal(await said([...HOST, ["x-any", value]]), MALFORMED));
}

for (const name of SINGLE_FIELDS) {
  test(`the field ${name} is refused when it comes twice`, async () => {
    const { outcome } = await send({ fields: [...HOST.filter(([one]) => one !== name), [name, "1"], ["x-between", ""], [name, "1"]] });
    assert.ok(outcome?.kind === "refusal");
    assert.equal(outcome.problem.because?.["fault"], `the field ${name} came twice`);
  });
}

test("nothing wrong is nothing said", async () => assert.equal(await said([...HOST, ["accept", "a"], ["accept", "b"], ["x-empty", ""]]), "passes"));
