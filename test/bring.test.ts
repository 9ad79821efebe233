/** Bring: packages that only some policies need. */
import type * as Cel from "@marcbachmann/cel-js";
import type * as Redis from "@redis/client";
import type * as Postgres from "pg";
import assert from "node:assert/strict";
import { test } from "node:test";
import { bring } from "../src/bring.ts";

test("Packages come at once, whether they are ES modules or not", () => {
  assert.equal(typeof bring<typeof Cel>("@marcbachmann/cel-js").Environment, "function");
  assert.equal(typeof bring<typeof Postgres>("pg").Pool, "function");
  assert.equal(typeof bring<typeof Redis>("@redis/client").createClient, "function");
});

test("A package that is not installed is a fault at start-up", () => {
  assert.throws(() => bring("not-a-package-of-anybody"), { code: "MODULE_NOT_FOUND" });
});
