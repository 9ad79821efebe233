/** Named: where a glance says that it met no name that was not declared, a search finds none either. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { JSON_BOUNDS } from "../../../../src/contract/json.ts";
import type { Json } from "../../../../src/contract/json-value.ts";
import { properties } from "../../../../src/doors/outbound/disclose/properties.ts";
import { UNDECLARED } from "../../../../src/doors/outbound/disclose/properties/property-tree.ts";
import { growTrees } from "../../../../src/doors/outbound/disclose/properties/trees.ts";
import { findTrespasses } from "../../../../src/doors/outbound/disclose/properties/trespass.ts";
import { near, schema, spell, withDefinitions } from "../../../contract/glance/dice.ts";
import { compile } from "../../../contract/schema/desk.ts";
import { siteOf } from "../../../walk.ts";
import { media } from "../../samples.ts";

const drawn = schema.chain((one) => fc.tuple(fc.constant(one), near(one)));
const luck = fc.infiniteStream(fc.nat({ max: 1_000 }));
const bounds = { ...JSON_BOUNDS, prototypeNames: true };

function undeclaredIn(one: Json, text: string, sent: "opened" | "contract" | "refuse"): { readonly named: boolean; readonly found: number } | undefined {
  const { validator } = compile(one, { direction: "request" });
  const glimpse = validator?.glance?.(Buffer.from(text), bounds);
  if (validator === undefined || glimpse === undefined) return undefined;
  const body = { required: true, media: [media("application/json", "json", validator)] };
  const trees = growTrees("write", body.media, { read: new Map(), write: new Map(), undeclared: { sent, answered: "contract" } }, siteOf({ guard: properties, operation: { body }, site: { posted: new Set(["body"]) } }));
  const root = trees?.roots.get(validator);
  if (root === undefined) return undefined;
  return { named: glimpse.named, found: findTrespasses(JSON.parse(text) as Json, root, ~UNDECLARED).length }; // it is sound
}

test("whatever the schema and the body", () => {
  let [clean, kept] = [0, 0];
  fc.assert(
    fc.property(drawn, luck, fc.constantFrom("opened", "refuse"), ([one, given], dice, sent) => {
      const text = spell(given, dice);
      const seen = undeclaredIn(withDefinitions(one), text, sent);
      if (seen === undefined) return;
      if (seen.named) clean += 1;
      else kept += 1;
      if (seen.named) assert.equal(seen.found, 0, `${JSON.stringify(one)} ${text}`);
    }),
    { numRuns: 6_000 },
  );
  assert.ok(clean > 200 && kept > 50, `${clean} clean, ${kept} kept`);
});

test("a name that is required is named by that, one that is only depended upon by nobody", () => {
  const known = { a: { type: "string" } };
  const text = '{"a":"x","b":1}';
  assert.deepEqual(undeclaredIn({ type: "object", properties: known, required: ["b"] }, text, "refuse"), { named: true, found: 0 });
  assert.deepEqual(undeclaredIn({ type: "object", properties: known }, text, "refuse"), { named: false, found: 1 });
  assert.equal(undeclaredIn({ type: "object", properties: known, dependentRequired: { b: ["a"] } }, text, "refuse")?.named ?? false, false);
});
