/** Resolve: names are asked for once at a time, for a bounded time, and not too many at once. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { type Lookup, NAMES_MAX, openResolver, REMEMBER_MILLISECONDS, RESOLVE_MILLISECONDS_MAX, RESOLVING_MAX } from "../../src/outgoing/resolve.ts";

type Done = Parameters<Lookup>[1];

function trial(): { readonly asked: string[]; readonly answers: Done[]; readonly lookup: Lookup } {
  const asked: string[] = [];
  const answers: Done[] = [];
  return { asked, answers, lookup: (name, done) => void (asked.push(name), answers.push(done)) };
}

test("One question for all who ask at once, and none while the answer is remembered", async () => {
  const { asked, answers, lookup } = trial();
  const resolver = openResolver(lookup);
  const [one, other] = [resolver.resolve("a.example", 0), resolver.resolve("a.example", 0)];
  answers[0]?.(["192.0.2.1", "::FFFF:192.0.2.2"]);
  assert.deepEqual([await one, await other], [["192.0.2.1", "192.0.2.2"], ["192.0.2.1", "192.0.2.2"]]);
  assert.deepEqual(resolver.resolve("a.example", REMEMBER_MILLISECONDS - 1), ["192.0.2.1", "192.0.2.2"]);
  assert.equal(asked.length, 1);
  void resolver.resolve("a.example", REMEMBER_MILLISECONDS);
  assert.equal(asked.length, 2);
});

test("A name without an address, or with one that cannot be read, is unknown, and that is remembered, too", async () => {
  for (const found of [undefined, [], ["192.0.2.1", "nonsense"]]) {
    const { asked, answers, lookup } = trial();
    const resolver = openResolver(lookup);
    const first = resolver.resolve("a.example", 0);
    answers[0]?.(found);
    assert.deepEqual(await first, { unresolved: "unknown" });
    assert.deepEqual(await resolver.resolve("a.example", 1), { unresolved: "unknown" });
    assert.equal(asked.length, 1);
  }
});

test("Nobody waits longer than the stated time, and a late name is not asked for again meanwhile", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { asked, answers, lookup } = trial();
  const resolver = openResolver(lookup);
  const first = resolver.resolve("a.example", 0);
  mock.timers.tick(RESOLVE_MILLISECONDS_MAX);
  assert.deepEqual(await first, { unresolved: "late" });
  assert.deepEqual(await resolver.resolve("a.example", 1), { unresolved: "late" });
  assert.equal(asked.length, 1);
  answers[0]?.(["192.0.2.1"]);
  assert.deepEqual(resolver.resolve("a.example", 2), ["192.0.2.1"]);
  mock.timers.reset();
});

test("So many names are asked for at once, and one more is not", async () => {
  const { answers, lookup } = trial();
  const resolver = openResolver(lookup);
  for (let at = 0; at < RESOLVING_MAX; at++) void resolver.resolve(`${at}.example`, 0);
  assert.deepEqual(await resolver.resolve("more.example", 0), { unresolved: "busy" });
  answers[0]?.(["192.0.2.1"]);
  assert.ok(resolver.resolve("more.example", 0) instanceof Promise);
  for (const answer of answers) answer(["192.0.2.1"]);
});

test("No more names are remembered than the stated number", async () => {
  let asked = 0;
  const resolver = openResolver((_name, done) => {
    asked++;
    done(["192.0.2.1"]);
  });
  for (let at = 0; at <= NAMES_MAX; at++) await resolver.resolve(`${at}.example`, 0);
  await resolver.resolve(`${NAMES_MAX}.example`, 0);
  assert.equal(asked, NAMES_MAX + 1);
  await resolver.resolve("0.example", 0);
  assert.equal(asked, NAMES_MAX + 2);
});
