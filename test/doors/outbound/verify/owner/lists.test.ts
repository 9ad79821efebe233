/** Lists: of any value what is somebody else's goes, what is one's own stays, and the bytes say the same as the value. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { carve } from "../../../../../src/contract/carve/carve.ts";
import { isJsonObject, type Json } from "../../../../../src/contract/json-value.ts";
import { type MemberPath, readMemberPath } from "../../../../../src/contract/member-path.ts";
import type { Fate } from "../../../../../src/doors/outbound/verify/owner/beside.ts";
import { judgeBy } from "../../../../../src/doors/outbound/verify/owner/judge.ts";
import { type Level, reduce } from "../../../../../src/doors/outbound/verify/owner/lists.ts";

const path = (text: string): MemberPath => {
  const read = readMemberPath(text);
  return "path" in read ? read.path : assert.fail(read.wrong);
};

const each = (kind: "item" | "member", next?: Level): Level => ({ kind, next });
const named = (name: string, next: Level, beside: Record<string, Fate> = {}): Level => ({ kind: "name", name, beside: new Map(Object.entries(beside)), next });

const thing = fc.record({ owner: fc.constantFrom("ann", "bob", "cid"), id: fc.integer(), note: fc.string() });
const list = fc.array(thing, { maxLength: 6 });
const page = fc.record({ items: list, total: fc.integer(), next: fc.string(), page: fc.integer(), secret: fc.string() });
const beside = { total: "recount", next: "remove", page: "keep" } as const;

const SHAPES: readonly (readonly [name: string, level: Level, values: fc.Arbitrary<Json>])[] = [
  ["a list", each("item"), list],
  ["a map", each("member"), fc.dictionary(fc.string(), thing, { maxKeys: 5 })],
  ["a page", named("items", each("item"), beside), page],
  ["pages", each("item", named("items", each("item"), beside)), fc.array(page, { maxLength: 4 })],
  ["lists of lists", each("item", each("item")), fc.array(list, { maxLength: 4 })],
  ["a list inside", named("data", named("rows", each("item"), {}), { took: "keep" }), fc.record({ data: fc.record({ rows: list, hits: fc.integer() }), took: fc.integer(), host: fc.string() })],
];

/** Everything in a value that has an owner. */
function thingsIn(value: Json): readonly Json[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(thingsIn); // isArray forgets readonly
  if (!isJsonObject(value)) return [];
  return Object.hasOwn(value, "owner") && Object.hasOwn(value, "note") ? [value] : Object.values(value).flatMap(thingsIn);
}

for (const [name, level, values] of SHAPES) {
  test(`of ${name} exactly what is somebody else's goes`, () => {
    fc.assert(
      fc.property(values, fc.constantFrom(undefined, 1, "\t"), fc.constantFrom<"ann" | "nobody" | ReadonlySet<string>>("ann", "nobody", new Set(["ann", "bob"])), (value, indent, mine) => {
        const text = JSON.stringify(value, undefined, indent);
        const reduced = reduce(value, level, { judge: judgeBy([path("owner")]), hidesUnowned: false }, mine);
        if ("unreadable" in reduced) return assert.fail(text);
        const isMine = (one: Json): boolean => isJsonObject(one) && (typeof mine === "string" ? one["owner"] === mine : mine.has(one["owner"] as string));
        const own = thingsIn(value).filter(isMine);
        assert.deepEqual(thingsIn(reduced.value), own);
        assert.deepEqual([reduced.left, reduced.cut], [own.length, thingsIn(value).length - own.length]);
        assert.deepEqual(JSON.parse(Buffer.from(carve(Buffer.from(text), reduced.blade)).toString()), JSON.parse(JSON.stringify(reduced.value)));
        assert.ok(!JSON.stringify(reduced.value).includes('"secret"') && !JSON.stringify(reduced.value).includes('"host"'), "what nobody spoke of does not leave");
      }),
      { numRuns: 300 },
    );
  });
}

test("one thing whose owner cannot be read spoils all of it", () => {
  fc.assert(
    fc.property(list, fc.nat(), fc.constantFrom<Json>({ note: "" }, { owner: null }, { owner: {} }, { owner: 1.5 }, null, [], 5), (items, at, bad) => {
      const spoilt = items.toSpliced(at % (items.length + 1), 0, bad as never);
      assert.deepEqual(reduce(spoilt as Json, each("item"), { judge: judgeBy([path("owner")]), hidesUnowned: false }, "ann"), { unreadable: true });
    }),
  );
});
