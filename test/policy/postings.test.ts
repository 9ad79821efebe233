import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { defineGuard, fields, type Guard } from "../../src/guard.ts";
import { postingsOf, strayNames } from "../../src/policy/postings.ts";
import { operation } from "../walk.ts";

function guard(name: string, standing = false): Guard {
  return defineGuard({ name, standing, stage: "screen", risks: ["API8:2023"], options: fields({}), compile: () => undefined });
}

const guards = [guard("size", true), guard("cors"), guard("scope")];

function at(everywhere: JsonObject, operations: JsonObject = {}, particulars = {}): { list: string[]; open: string | undefined; said: string[] } {
  const said: string[] = [];
  const { list, public: open } = postingsOf(operation(particulars), everywhere, operations, guards, (pointer, message) => void said.push(`${pointer}: ${message}`));
  return { list: list.map(({ guard: { name }, source, pointer, mode, waived }) => [name, source, pointer, mode, waived ?? ""].join(" ")), open, said };
}

test("a standing guard stands without being named, others only when they are", () => {
  assert.deepEqual(at({}).list, ["size standing  enforce "]);
  assert.deepEqual(at({ cors: {} }).list, ["size standing  enforce ", "cors everywhere /everywhere/cors enforce "]);
});

test("what stands at the operation takes the place of the same guard everywhere", () => {
  assert.deepEqual(at({ cors: {} }, { listOrders: { cors: { mode: "observe" } } }).list.at(-1), "cors operation /operations/listOrders/cors observe ");
  assert.deepEqual(at({ cors: {} }, { otherOrders: { cors: { mode: "observe" } } }).list.at(-1), "cors everywhere /everywhere/cors enforce ");
});

test("a waived guard needs a written reason and takes no options", () => {
  assert.deepEqual(at({ size: { waived: "uploads are unlimited here" } }).list, ["size everywhere /everywhere/size enforce uploads are unlimited here"]);
  assert.deepEqual(at({ size: { waived: "no" } }).said.length, 1);
  assert.deepEqual(at({ size: { waived: true } }).said.length, 1);
  assert.deepEqual(at({ size: { waived: "uploads are unlimited here", body: "1MiB" } }).said, ["/everywhere/size: a waived guard takes no options"]);
});

test("a mode is enforce or observe", () => {
  assert.deepEqual(at({ size: { mode: "off" } }).said, ["/everywhere/size/mode: unknown mode"]);
});

test("a guard may be posted several times, each with its own options", () => {
  assert.deepEqual(at({ cors: [{}, { mode: "observe" }] }).list.slice(1), ["cors everywhere /everywhere/cors/0 enforce ", "cors everywhere /everywhere/cors/1 observe "]);
  assert.equal(at({ cors: [] }).said.length, 1);
  assert.equal(at({ cors: true }).said.length, 1);
});

test("public needs a reason, and the operation's own comes first", () => {
  assert.equal(at({ public: "nobody logs in here" }).open, "nobody logs in here");
  assert.equal(at({ public: "nobody logs in here" }, { listOrders: { public: "a price list for all" } }).open, "a price list for all");
  assert.equal(at({ public: "x" }).said.length, 1);
});

test("what is posted at an operation does not reach requests that the contract does not list", () => {
  assert.deepEqual(at({}, { "": { size: { waived: "a door for nobody" } } }, { id: "", listed: "path" }).list, ["size standing  enforce "]);
});

test("names that stand for nothing are errors that name the allowed ones", () => {
  const said: string[] = [];
  strayNames({ corz: {} }, { listOrder: {}, listOrders: { sizes: {} }, getOrder: 5 }, [operation(), operation({ id: "getOrder" })], guards, (pointer, message, allowed) => void said.push(`${pointer}: ${message}; ${allowed ?? ""}`));
  assert.deepEqual(said, [
    '/everywhere/corz: unknown guard "corz"; size, cors, scope, public',
    '/operations/listOrder: the contract has no operation "listOrder"; listOrders',
    '/operations/listOrders/sizes: unknown guard "sizes"; size, cors, scope, public',
    "/operations/getOrder: expected names of guards with their options; ",
  ]);
});

test("a text stands for the option that a guard says, and for nothing where it says none", () => {
  const terse = defineGuard({ name: "terse", stage: "authorize", risks: ["API5:2023"], short: "allow", options: fields({}), compile: () => undefined });
  const said: string[] = [];
  const complain = (pointer: string, message: string, allowed?: string): void => void said.push(`${pointer}: ${message} (${allowed ?? ""})`);
  const { list } = postingsOf(operation(), { terse: ["a == b", { allow: "c", mode: "observe" }] }, {}, [terse], complain);
  assert.deepEqual(list.map(({ options, mode, pointer }) => [options, mode, pointer]), [[{ allow: "a == b" }, "enforce", "/everywhere/terse/0"], [{ allow: "c" }, "observe", "/everywhere/terse/1"]]);
  assert.deepEqual(said, []);
  postingsOf(operation(), { terse: 7 }, {}, [terse], complain);
  assert.match(said.join(), /terse needs options \(an object, or a text for allow\)/);
});
