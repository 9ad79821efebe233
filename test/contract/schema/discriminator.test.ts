import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../../src/contract/json-value.ts";
import { compileAt, type Compiled, said } from "./desk.ts";

const schemas = {
  Cat: { type: "object", required: ["kind"], properties: { kind: { type: "string" }, lives: { type: "integer" } } },
  Dog: { type: "object", required: ["kind"], properties: { kind: { type: "string" }, lives: { type: "string" } } },
};

function compilePet(pet: JsonObject, others: Readonly<Record<string, Json>> = {}): Compiled {
  return compileAt({ "openapi.json": { components: { schemas: { ...schemas, ...others } }, body: pet } }, "/body");
}

const anyOf = [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }];

test("the alternative that a value names has to fit, not only some alternative", () => {
  const { validator, misfits } = compilePet({ anyOf, discriminator: { propertyName: "kind", mapping: { cat: "#/components/schemas/Cat", dog: "Dog" } } });
  assert.deepEqual(misfits, []);
  assert.equal(validator?.check({ kind: "cat", lives: 9 }), true);
  assert.equal(validator?.check({ kind: "cat", lives: "nine" }), false);
  assert.equal(validator?.check({ kind: "dog", lives: "nine" }), true);
  assert.equal(validator?.check({ kind: "Dog", lives: "nine" }), true);
  assert.equal(validator?.check({ kind: "bird" }), false);
  assert.deepEqual(validator?.explain({ kind: "cat", lives: "nine" }), [{ pointer: "/lives", keyword: "type", message: "must be a whole number" }]);
  assert.equal(validator?.explain({ kind: "bird" })[0]?.keyword, "discriminator");
});

test("a default alternative takes those that name nobody", () => {
  const { validator } = compilePet({ anyOf, discriminator: { propertyName: "kind", defaultMapping: "Dog" } });
  assert.equal(validator?.check({ kind: "bird", lives: "nine" }), true);
  assert.equal(validator?.check({ kind: "bird", lives: 9 }), false);
});

test("names that the alternatives contradict are not enforced, and said", () => {
  const Cat = { type: "object", properties: { kind: { const: "cat" } } };
  const compiled = compilePet({ anyOf, discriminator: { propertyName: "kind" } }, { Cat });
  assert.match(said(compiled, "warning")[0] ?? "", /not the values that the alternatives allow/);
  assert.equal(compiled.validator?.check({ kind: "cat" }), true);
});

test("without alternatives by reference it is an annotation, and said", () => {
  for (const pet of [{ type: "object", discriminator: { propertyName: "kind" } }, { oneOf: [{ type: "object" }], discriminator: { propertyName: "kind" } }]) {
    const compiled = compilePet(pet);
    assert.equal(said(compiled, "warning").length, 1);
    assert.equal(compiled.validator?.check({ kind: "x" }), true);
  }
});

test("a name that leads elsewhere is said, and a discriminator without its member's name takes the operation down", () => {
  const compiled = compilePet({ anyOf, discriminator: { propertyName: "kind", mapping: { bird: "#/components/schemas/Bird" } } });
  assert.deepEqual(said(compiled, "warning"), ["/body/discriminator/mapping/bird: this name leads to none of the alternatives"]);
  assert.equal(compilePet({ anyOf, discriminator: {} }).validator, undefined);
});
