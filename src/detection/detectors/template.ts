/**
 * Template: an expression that a template engine would evaluate where a text becomes part of a template.
 *
 * Placeholders, `Hello {{name}}` and `${HOME}`, stand in honest texts. An attack calculates, calls, or reaches for what a
 * template has no business with: classes, globals, the engine itself.
 */
import type { Detector } from "../detector.ts";
import { wordTable } from "../lexicon.ts";
import { MARK } from "../marks.ts";
import { NUMBER, type Reading, WORD } from "../reading.ts";

/** 1: reaches for the engine or the language. 2: a call of it does harm. 3: a directive of an engine. */
const WORDS = wordTable({
  1: "__class__ __mro__ __globals__ __builtins__ __subclasses__ __init__ __base__ __bases__ __import__ __dict__ __self__ getclass forname getruntime classloader constructor lipsum cycler joiner namespace _self runtime freemarker attr objectconstructor range_ mro subclasses popen",
  2: "system exec execute eval popen passthru shell_exec print var_dump dump phpinfo registerundefinedfiltercallback getfilter map filter sort reduce include import require read open new spawn inspect debug md5 range config_ getenv invoke newinstance call apply",
  3: "assign include import set foreach macro evaluate parse define php exec eval load extends block for if raw autoescape debug with call_ print literal fetch capture",
});

const AHEAD = 64;

export const template: Detector = {
  name: "template",
  kinds: new Set(["short", "text", "url", "filename"]),
  needs: MARK.brace | MARK.angle | MARK.hash | MARK.square,
  find(reading) {
    for (let at = 0; at < reading.count; at++) {
      const found = findAt(reading, at, reading.type[at] ?? 0);
      if (found !== undefined) return found;
    }
    return undefined;
  },
};

function findAt(reading: Reading, at: number, type: number): string | undefined {
  const next = reading.typeAt(at + 1);
  const isTight = reading.isGlued(at + 1);
  switch (type) {
    case 0x7b:
      if (next === 0x7b && isTight) return judge(reading, at + 2, 0x7d) ? "template-expression" : undefined;
      if (next === 0x25 && isTight) return findTag(reading, at + 2);
      return findSmarty(reading, at, isTight);
    case 0x24:
    case 0x23:
    case 0x2a:
    case 0x40:
    case 0x7e:
      if (next === 0x7b && isTight) return reading.typeAt(at + 2) === 0x7b ? undefined : judge(reading, at + 2, 0x7d) ? "template-expression" : undefined;
      return type === 0x23 ? findVelocity(reading, at, isTight) : undefined;
    case 0x3c:
      return findAngle(reading, at, next, isTight);
    case 0x5b:
      return next === 0x5b && (reading.typeAt(at + 2) === 0x24 || reading.typeAt(at + 2) === 0x23) && reading.typeAt(at + 3) === 0x7b ? "template-expression" : undefined;
    default:
      return undefined;
  }
}

/** Whether what stands up to the closing brace is more than a placeholder. */
function judge(reading: Reading, at: number, close: number): boolean {
  let reaches = false;
  let calls = false;
  for (let next = at; next < reading.count && next < at + AHEAD; next++) {
    const type = reading.type[next] ?? 0;
    if (type === close) return reaches || (calls && isCallOfHarm(reading, at, next)) || isCalculation(reading, at, next) || isOnText(reading, at, next);
    if (type === WORD && reading.classAt(next, WORDS) === 1) reaches = true;
    if (type === 0x28) calls = true;
  }
  return reaches || isCalculation(reading, at, Math.min(reading.count, at + AHEAD));
}

/** `7*7`, `7*'7'`, `9-1`: nobody writes a number into a template to have it calculated. */
function isCalculation(reading: Reading, from: number, to: number): boolean {
  for (let at = from; at + 2 < to; at++) {
    if (reading.type[at] !== NUMBER || (at > from && reading.type[at - 1] === WORD)) continue;
    const sign = reading.type[at + 1];
    if (sign !== 0x2a && sign !== 0x2b && sign !== 0x2d && sign !== 0x2f && sign !== 0x25) continue;
    const other = reading.type[at + 2];
    if (other === NUMBER || other === 0x27 || other === 0x22 || other === 0x2a) return true;
  }
  return false;
}

function isCallOfHarm(reading: Reading, from: number, to: number): boolean {
  for (let at = from; at + 1 < to; at++) {
    if (reading.type[at] !== WORD || reading.classAt(at, WORDS) !== 2) continue;
    if (reading.type[at + 1] === 0x28 || reading.type[at - 1] === 0x7c) return true;
  }
  return reading.type[from] === 0x40;
}

/** `''.x`, `[].x`, `().x`, `T(java...)`: begins with a value of its own. */
function isOnText(reading: Reading, from: number, to: number): boolean {
  const type = reading.type[from];
  if ((type === 0x27 || type === 0x22) && (reading.twin[from] ?? 0) > from && (reading.twin[from] ?? 0) < to) {
    const sign = reading.typeAt((reading.twin[from] ?? 0) + 1);
    return sign === 0x2e || sign === 0x5b || sign === 0x2a;
  }
  if ((type === 0x5b && reading.typeAt(from + 1) === 0x5d) || (type === 0x28 && reading.typeAt(from + 1) === 0x29)) return reading.typeAt(from + 2) === 0x2e;
  return type === WORD && reading.textAt(from) === "T" && reading.typeAt(from + 1) === 0x28;
}

/** `{% import os %}`. */
function findTag(reading: Reading, at: number): string | undefined {
  const word = reading.typeAt(at) === 0x2d ? at + 1 : at;
  return reading.classAt(word, WORDS) === 3 ? "template-directive" : undefined;
}

/** `{php}`, `{$smarty.version}`, `{system('ls')}`. */
function findSmarty(reading: Reading, at: number, isTight: boolean): string | undefined {
  if (!isTight) return undefined;
  const next = reading.typeAt(at + 1);
  if (next === 0x24) return reading.textAt(at + 2).toLowerCase() === "smarty" ? "template-directive" : undefined;
  const word = next === 0x2f ? at + 2 : at + 1;
  if (reading.textAt(word).toLowerCase() === "php" && reading.typeAt(word + 1) === 0x7d) return "template-directive";
  return next === WORD && reading.classAt(at + 1, WORDS) === 2 && reading.typeAt(at + 2) === 0x28 && reading.isGlued(at + 2) && reading.typeAt(at + 3) !== 0x29 ? "template-expression" : undefined;
}

/** `#set($x=...)`, `#include(`, `#evaluate(`. */
function findVelocity(reading: Reading, at: number, isTight: boolean): string | undefined {
  if (!isTight || reading.classAt(at + 1, WORDS) !== 3 || reading.typeAt(at + 2) !== 0x28) return undefined;
  const inside = reading.typeAt(at + 3);
  return inside === 0x24 || inside === 0x22 || inside === 0x27 ? "template-directive" : undefined;
}

/** `<%= ... %>`, `<#assign ...>`, `<@...>`. */
function findAngle(reading: Reading, at: number, next: number, isTight: boolean): string | undefined {
  if (!isTight) return undefined;
  if (next === 0x25) return reading.isGlued(at + 2) && reading.typeAt(at + 2) === 0x3d ? "template-expression" : isClosed(reading, at + 2) ? "template-expression" : undefined;
  return next === 0x23 && reading.isGlued(at + 2) && reading.classAt(at + 2, WORDS) === 3 ? "template-directive" : undefined;
}

/** `%>` further on. */
function isClosed(reading: Reading, at: number): boolean {
  for (let next = at + 1; next < reading.count && next < at + AHEAD; next++) if (reading.type[next] === 0x25 && reading.typeAt(next + 1) === 0x3e) return true;
  return false;
}
