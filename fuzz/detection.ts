/**
 * Detection: no text makes a detector throw, and what leaks is found where it stands.
 *
 * Texts are put together of the pieces that detectors look for, broken off and repeated. How their time grows: see growth/.
 */
import { ok } from "node:assert/strict";
import * as fc from "fast-check";
import { KINDS } from "../src/contract/kinds/kind.ts";
import { findLeaks } from "../src/detection/leaks/find-leaks.ts";
import { LEAK_RULES } from "../src/detection/leaks/leak.ts";
import { look } from "../src/detection/look.ts";
import { marksOf } from "../src/detection/marks.ts";
import { VIEWS_MAX, viewsOf } from "../src/detection/views.ts";

export const PIECES: readonly string[] = [
  ..."' \" ` ( ) [ ] { } < > = ; | & $ % # - @ : * . , ~ ! + ? ^ _ / \\ -- /* */ /*! || && :: <> << >> .. ../ ${ {{ }} <% %> <? <! <!-- --> &# &lt; %27 %% %u \\x \\u \\u{ 0x +ADw- =\"".split(" "),
  ..."or and union select from where sleep( case when order by insert into a 1 2e 1. null on onload= script javascript: data: alert( document. eval( cat ls cmd sh /etc/ /bin/ php $_GET O:8:\" jndi env lower __proto__ constructor java.lang. this. new Date while( set-cookie: http://169.254.169.254/ AKIA eyJ -----BEGIN ORA- Error: 4111111111111111 <title> slp_live_".split(" "),
  " ", "\n", "\r\n", "\t", "\0", "\u{85}", "\u{a0}", "\u{e9}", "\u{ff1c}", "\u{2019}", "\u{bc}", "\u{d800}", "\u{1f600}",
];

const TEXT: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: "binary", maxLength: 4 })), { maxLength: 40 })
  .map((pieces) => pieces.join(""));

export function run(iterations: number, seed: number): void {
  fc.assert(fc.property(TEXT, fc.constantFrom(...KINDS), holds), { numRuns: iterations, seed });
}

/** Holds for any text, read as any kind. */
function holds(text: string, kind: (typeof KINDS)[number]): void {
  const hit = look(text, kind);
  ok(hit === undefined || /^[a-z]+-[a-z]+/.test(hit.rule));
  const views = viewsOf(text, marksOf(text));
  ok(views.length <= VIEWS_MAX && views.every((view) => view.text.length <= text.length), "a view is longer than the text");
  for (const { from, to } of findLeaks(text, new Set(LEAK_RULES))) ok(from >= 0 && from < to && to <= text.length, "a leak lies outside of the text");
}

if (import.meta.main) run(Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? Date.now()));
