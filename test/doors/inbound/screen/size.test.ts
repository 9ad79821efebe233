import assert from "node:assert/strict";
import { test } from "node:test";
import { size } from "../../../../src/doors/inbound/screen/size.ts";
import { Content } from "../../../../src/exchange/content.ts";
import { type Given, misfits, post } from "../../../walk.ts";

async function verdict(options: Record<string, string | number>, given: Given): Promise<string> {
  const { outcome } = await post({ guard: size, options })(given);
  return outcome?.kind === "refusal" ? `${outcome.problem.status} ${outcome.problem.type}` : "passes";
}

/** A body of which only the announced length is known; `come` bytes come in the end. */
function body(declared: number | undefined, come = 0): Content {
  const open = (sink: { data: (chunk: Uint8Array) => boolean; end: () => void }): void => {
    sink.data(new Uint8Array(come));
    sink.end();
  };
  return new Content({ open }, declared);
}

test("it stands everywhere without being named", () => assert.equal(size.standing, true));

test("an ordinary request passes", async () => assert.equal(await verdict({}, { body: "{}" }), "passes"));

test("a body that is announced too long is refused before a byte of it is read", async () => {
  assert.equal(await verdict({ body: "1KiB" }, { content: body(1_024) }), "passes");
  assert.equal(await verdict({ body: "1KiB" }, { content: body(1_025) }), "413 content-too-large");
  assert.equal(await verdict({}, { content: body(1_048_576) }), "passes");
  assert.equal(await verdict({}, { content: body(1_048_577) }), "413 content-too-large");
  assert.equal(await verdict({ body: "0B" }, {}), "passes");
  assert.equal(await verdict({ body: "0B" }, { content: body(1) }), "413 content-too-large");
});

test("a body that does not say how long it is meets the bound when it is read", async () => {
  for (const [come, type] of [[1_024, undefined], [1_025, "content-too-large"]] as const) {
    const { outcome, exchange } = await post({ guard: size, options: { body: "1KiB" } })({ content: body(undefined, come) });
    assert.equal(outcome, undefined);
    const read = await exchange.content.read();
    assert.equal("type" in read ? read.type : undefined, type);
  }
});

test("a target may be as long as allowed and no longer", async () => {
  assert.equal(await verdict({ target: "64B" }, { target: "/".padEnd(64, "a") }), "passes");
  assert.equal(await verdict({ target: "64B" }, { target: "/".padEnd(65, "a") }), "414 target-too-long");
  assert.equal(await verdict({}, { target: "/".padEnd(8_192, "a") }), "passes");
  assert.equal(await verdict({}, { target: "/".padEnd(8_193, "a") }), "414 target-too-long");
});

test("there may be as many fields as allowed and no more", async () => {
  const many = (count: number): [string, string][] => Array.from({ length: count }, (_, at) => [`x-${at}`, ""]);
  assert.equal(await verdict({}, { fields: many(100) }), "passes");
  assert.equal(await verdict({}, { fields: many(101) }), "431 fields-too-large");
  assert.equal(await verdict({ fields: 1 }, { fields: many(1) }), "passes");
  assert.equal(await verdict({ fields: 1 }, { fields: many(2) }), "431 fields-too-large");
});

test("a field may be as long as allowed and no longer, with its name and its line's end", async () => {
  const field = (bytes: number): [string, string][] => [["x-long", "a".repeat(bytes - "x-long".length - 4)]];
  assert.equal(await verdict({}, { fields: field(8_192) }), "passes");
  assert.equal(await verdict({}, { fields: field(8_193) }), "431 fields-too-large");
  assert.equal(await verdict({ field: "128B" }, { fields: field(129) }), "431 fields-too-large");
});

test("all fields together may be as long as allowed and no longer", async () => {
  const fields = (last: number): [string, string][] => [["a", "b".repeat(128 - 5)], ["c", "d".repeat(last - 5)]];
  assert.equal(await verdict({ head: "256B" }, { fields: fields(128) }), "passes");
  assert.equal(await verdict({ head: "256B" }, { fields: fields(129) }), "431 fields-too-large");
  const three = (bytes: number): [string, string][] => [...Array.from({ length: 3 }, (): [string, string] => ["a", "b".repeat(5_000 - 5)]), ["a", "b".repeat(bytes - 15_000 - 5)]];
  assert.equal(await verdict({}, { fields: three(16_384) }), "passes");
  assert.equal(await verdict({}, { fields: three(16_385) }), "431 fields-too-large");
});

test("in observe mode the bound of the body stays as it was found", async () => {
  const { outcome, exchange } = await post({ guard: size, options: { body: "1KiB" }, mode: "observe" })({ content: body(1_025) });
  assert.equal(outcome, undefined);
  assert.equal(exchange.observed.length, 1);
});

test("bounds without a unit, and unknown ones, are misfits", () => {
  assert.equal(misfits(size, { body: 1_024 }).length, 1);
  assert.equal(misfits(size, { body: "1MB" }).length, 1);
  assert.equal(misfits(size, { target: "9KiB" }).length, 1);
  assert.equal(misfits(size, { fields: 0 }).length, 1);
  assert.equal(misfits(size, { bodies: "1MiB" }).length, 1);
});
