/**
 * Script: a text that a language of servers would run: PHP, JavaScript, Python, Ruby, Perl.
 *
 * Those who write about programs name functions; an attack calls them: with what it wants done in the brackets, at the place of
 * a value, behind the sign with which the program before it was ended.
 */
import type { Detector } from "../detector.ts";
import { MARK } from "../marks.ts";
import { END, NUMBER, type Reading, WORD } from "../reading.ts";
import { AS, SCRIPT } from "./script/words.ts";

export const script: Detector = {
  name: "script",
  kinds: new Set(["short", "text", "url", "filename"]),
  needs: MARK.round | MARK.dollar | MARK.angle | MARK.square | MARK.brace | MARK.equals | MARK.dot,
  find(reading) {
    for (let at = 0; at < reading.count; at++) {
      const type = reading.type[at] ?? 0;
      const found = type === WORD ? findAtWord(reading, at) : findAtSign(reading, at, type);
      if (found !== undefined) return found;
    }
    return undefined;
  },
};

function findAtWord(reading: Reading, at: number): string | undefined {
  switch (reading.classAt(at, SCRIPT)) {
    case AS.call:
      return isCalled(reading, at) ? "script-call" : undefined;
    case AS.commonCall:
      return isCommonCalled(reading, at) ? "script-call" : undefined;
    case AS.process:
      return findProcess(reading, at);
    case AS.kernel:
      return findKernel(reading, at);
    case AS.require:
      return isRequired(reading, at) ? "script-module" : undefined;
    case AS.loop:
      return isEndless(reading, at) ? "script-loop" : undefined;
    case AS.phpTag:
      return isPhpTag(reading, at) ? "script-tag" : undefined;
    case AS.dunder:
      return reading.typeAt(at - 1) === 0x2e || reading.typeAt(at - 1) === 0x22 || reading.typeAt(at - 1) === 0x27 ? "script-reach" : undefined;
    case AS.setting:
      return isSetting(reading, at) ? "script-setting" : undefined;
    default:
      return undefined;
  }
}

function findAtSign(reading: Reading, at: number, type: number): string | undefined {
  switch (type) {
    case 0x24:
      return findVariable(reading, at);
    case 0x3c:
      return findTag(reading, at);
    case 0x22:
    case 0x27:
      return isTextCalled(reading, at) ? "script-call" : undefined;
    case 0x29:
    case 0x5d:
      return isResultCalled(reading, at) ? "script-call" : undefined;
    case 0x40:
      return reading.typeAt(at + 1) === 0x7b && reading.typeAt(at + 2) === 0x5b && reading.isGlued(at + 2) ? "script-call" : undefined;
    default:
      return undefined;
  }
}

/** `name(...)`: with something in the brackets, or with nothing where nothing else stands before it. */
function isCalled(reading: Reading, at: number): boolean {
  if (reading.typeAt(at + 1) !== 0x28) return false;
  const isBare = reading.typeAt(at + 2) === 0x29;
  return !isBare || reading.typeAt(at - 1) !== WORD;
}

/** A common name is called where a script, not a sentence, stands before it. */
function isCommonCalled(reading: Reading, at: number): boolean {
  let open = at + 1;
  if (reading.typeAt(open) === 0x29 && reading.typeAt(at - 1) === 0x28) open++;
  if (reading.typeAt(open) !== 0x28 || !isInScript(reading, at)) return false;
  const argument = reading.typeAt(open + 1);
  const isTight = reading.isGlued(open);
  const isValue = argument === 0x24 || argument === 0x22 || argument === 0x27 || argument === 0x60;
  const behind = reading.typeAt(open + 2);
  if (!isTight) return isValue || ((argument === 0x29 || behind === 0x29) && RUNNERS.has(reading.textAt(at).toLowerCase()) && reading.typeAt(open + 3) === END);
  // "sleep(8h)": a number with a unit is none to a program.
  if (argument === NUMBER && behind === WORD && reading.isGlued(open + 2)) return false;
  if (isValue || argument === NUMBER || argument === END || argument === 0x29 || behind === 0x28 || behind === 0x2e) return true;
  return behind === 0x29 && reading.typeAt(open + 3) !== WORD;
}

/** Of these a call with a blank before its bracket is one, too, where nothing else is said. */
const RUNNERS: ReadonlySet<string> = new Set(["exec", "eval", "assert", "popen"]);

function isInScript(reading: Reading, at: number): boolean {
  const before = reading.typeAt(at - 1);
  if (before === WORD || before === NUMBER || before === 0x2e) return false;
  return before !== 0x2c || reading.isGlued(at);
}

/** `process.mainModule`, `global.process.exit(`, `process["env"]`. */
function findProcess(reading: Reading, at: number): string | undefined {
  const sign = reading.typeAt(at + 1);
  if (reading.typeAt(at - 1) === 0x2e && reading.classAt(at - 2, SCRIPT) !== AS.process) return undefined;
  if (sign === 0x5b) return reading.isGlued(at + 1) && reading.textAt(at).toLowerCase() === "process" && reading.typeAt(at + 2) !== NUMBER ? "script-process" : undefined;
  if (sign !== 0x2e || !reading.isGlued(at + 2)) return undefined;
  const member = reading.textAt(at + 2).toLowerCase();
  if (member === "spawn" && reading.textAt(at) === "Process") return "script-process";
  if (reading.classAt(at + 2, SCRIPT) !== AS.runner) return undefined;
  // "call process.exit() when done" is advice; as a value, or behind a sign, it is done.
  const isCommon = member === "env" || member === "argv" || member === "exit" || member === "kill";
  const before = reading.typeAt(at - 1);
  const further = reading.typeAt(at + 3);
  return !isCommon || (before !== WORD && before !== NUMBER && (further === 0x28 || further === 0x2e || further === 0x5b)) ? "script-process" : undefined;
}

const RUNNING: ReadonlySet<string> = new Set(["system", "popen", "popen2", "popen3", "exec", "execl", "execv", "spawn", "call", "check_output", "run", "getoutput", "loads", "load", "capture2e", "open", "rmtree", "import_module", "fork", "syscall"]);

/** `os.system(`, `subprocess.call(`, `Kernel.exec(`, `IO.popen(`. */
function findKernel(reading: Reading, at: number): string | undefined {
  if (reading.typeAt(at + 1) !== 0x2e || !reading.isGlued(at + 2) || reading.typeAt(at + 3) !== 0x28) return undefined;
  const isText = reading.typeAt(at + 4) === 0x22 || reading.typeAt(at + 4) === 0x27 || reading.typeAt(at + 4) === 0x5b;
  return RUNNING.has(reading.textAt(at + 2).toLowerCase()) && isText && reading.typeAt(at - 1) !== 0x2e ? "script-process" : undefined;
}

const MODULES: ReadonlySet<string> = new Set(["child_process", "fs", "http", "https", "net", "os", "vm", "util", "cluster", "path", "dgram", "repl", "worker_threads", "node"]);

/** `require("child_process")`, `require[...]`. */
function isRequired(reading: Reading, at: number): boolean {
  const open = reading.typeAt(at + 1);
  if (open === 0x5b) return reading.isGlued(at + 1) && reading.typeAt(at + 2) === WORD && reading.textAt(at).toLowerCase() === "require";
  const quote = reading.typeAt(at + 2);
  if (open !== 0x28 || (quote !== 0x27 && quote !== 0x22 && quote !== 0x60)) return false;
  const isDangerous = MODULES.has(reading.textAt(at + 3).toLowerCase());
  return isDangerous && (reading.textAt(at + 3).toLowerCase() === "child_process" || reading.typeAt(at + 6) === 0x2e || isInScript(reading, at) === (reading.typeAt(at - 1) !== END));
}

/** `allow_url_include=1`, `opcache.enable=0`: nothing but a setting of PHP. */
function isSetting(reading: Reading, at: number): boolean {
  if (at !== 0 || reading.count > 12) return false;
  const isDotted = reading.typeAt(1) === 0x2e && reading.typeAt(2) === WORD && reading.isGlued(1) && reading.isGlued(2);
  const equals = isDotted ? 3 : 1;
  const isOwn = isDotted || reading.textAt(0).includes("_");
  return reading.typeAt(equals) === 0x3d && reading.typeAt(equals + 1) !== 0x3d && reading.typeAt(equals + 1) !== END && (isOwn || OLD_SETTINGS.has(reading.textAt(0).toLowerCase()));
}

/** Settings of one word; others of them are words of everyday, too. */
const OLD_SETTINGS: ReadonlySet<string> = new Set(["extension", "precision", "xbithack", "browscap"]);

/** Words of a condition that is known before it is asked. */
const KNOWN: ReadonlySet<string> = new Set(["true", "false", "new", "this", "null", "undefined", "nan", "infinity", "date", "object", "array", "typeof", "void", "math", "random"]);
const CONDITION_TOKENS_MAX = 12;

/** `while(true)`, `while(!false)`, `while(1==1)`, `for(;;)`. */
function isEndless(reading: Reading, at: number): boolean {
  if (reading.typeAt(at + 1) !== 0x28) return false;
  if (reading.textAt(at).toLowerCase() === "for") return reading.typeAt(at + 2) === 0x3b && reading.typeAt(at + 3) === 0x3b;
  let depth = 1;
  let words = 0;
  for (let next = at + 2; next < at + 2 + CONDITION_TOKENS_MAX && next < reading.count; next++) {
    const type = reading.type[next];
    if (type === 0x28) depth++;
    else if (type === 0x29 && --depth === 0) return next > at + 2;
    else if (type === WORD && (!KNOWN.has(reading.textAt(next).toLowerCase()) || (++words > 1 && reading.typeAt(next - 1) === WORD && reading.textAt(next - 1) !== "new"))) return false;
    else if ((type === 0x27 || type === 0x22 || type === 0x60) && (reading.twin[next] ?? 0) > 0) next = reading.twin[next] ?? next;
  }
  return false;
}

/** `[php]`, `{/php}`. */
function isPhpTag(reading: Reading, at: number): boolean {
  const before = reading.typeAt(at - 1) === 0x2f ? reading.typeAt(at - 2) : reading.typeAt(at - 1);
  const after = reading.typeAt(at + 1);
  return ((before === 0x5b && after === 0x5d) || (before === 0x7b && after === 0x7d)) && reading.isGlued(at);
}

/** `<?php`, `<?=`, `<? echo`: not `<?xml version`. */
function findTag(reading: Reading, at: number): string | undefined {
  if (reading.typeAt(at + 1) !== 0x3f || !reading.isGlued(at + 1)) return undefined;
  const word = reading.textAt(at + 2).toLowerCase();
  if (word === "php" || reading.typeAt(at + 2) === 0x3d) return "script-tag";
  if (word !== "xml") return reading.typeAt(at + 2) === WORD && !reading.isGlued(at + 2) && reading.count > at + 4 ? "script-tag" : undefined;
  const next = reading.textAt(at + 3).toLowerCase();
  return next !== "version" && next !== "encoding" && next !== "" && reading.typeAt(at + 3) !== 0x2d && reading.typeAt(at + 3) !== 0x3f ? "script-tag" : undefined;
}

/** `$_GET[...]`, `$f(...)`, `$f['x'](...)`, `${'x'}(...)`. */
function findVariable(reading: Reading, at: number): string | undefined {
  if (!reading.isGlued(at + 1)) return reading.typeAt(at + 1) === 0x7b && isVariableName(reading, at + 2) ? "script-variable" : undefined;
  const type = reading.typeAt(at + 1);
  if (type === WORD && reading.classAt(at + 1, SCRIPT) === AS.global) return reading.typeAt(at + 2) === 0x5b || reading.typeAt(at + 2) === 0x7b || reading.textAt(at + 1).startsWith("_") ? "script-variable" : undefined;
  let next = at + 2;
  if (type === 0x7b) next = behindBracket(reading, at + 1, 0x7d);
  else if (type !== WORD && type !== 0x24) return undefined;
  else if (type === 0x24 && reading.typeAt(at + 2) !== WORD) return undefined;
  const first = next;
  while (next !== -1 && next < at + 24 && (reading.typeAt(next) === 0x5b || reading.typeAt(next) === 0x7b)) next = behindBracket(reading, next, reading.typeAt(next) === 0x5b ? 0x5d : 0x7d);
  if (next === -1 || reading.typeAt(next) !== 0x28) return undefined;
  return (next > first || type === 0x7b || (reading.isGlued(next) && reading.textAt(at + 1).length > 0)) ? "script-variable" : undefined;
}

/** `$ {'x'.'y'}`, `$ { CONSTANT }`. */
function isVariableName(reading: Reading, at: number): boolean {
  const type = reading.typeAt(at);
  return (type === 0x27 || type === 0x22 || type === 0x24 || type === 0x40 || type === WORD) && behindBracket(reading, at - 1, 0x7d) !== -1;
}

/** The token behind the bracket that closes this one; -1 where it is too far. */
function behindBracket(reading: Reading, at: number, close: number): number {
  const open = reading.typeAt(at);
  let depth = 0;
  for (let next = at; next < reading.count && next < at + 24; next++) {
    const type = reading.type[next];
    if (type === open) depth++;
    else if (type === close && --depth === 0) return next + 1;
  }
  return -1;
}

/** `"system"(ls);`: a text that is called by its words. */
function isTextCalled(reading: Reading, at: number): boolean {
  const twin = reading.twin[at] ?? 0;
  if (twin === 0 || twin > at + 24 || reading.typeAt(twin + 1) !== 0x28) return false;
  const close = behindBracket(reading, twin + 1, 0x29);
  return close !== -1 && (reading.typeAt(close) === 0x3b || (close >= reading.count && at <= 4)) && reading.typeAt(at - 1) !== 0x3d;
}

/** `(system)('id');`, `[system][0](ls);`: what brackets yield is called with a text. */
function isResultCalled(reading: Reading, at: number): boolean {
  if (reading.typeAt(at + 1) !== 0x28) return false;
  const argument = reading.typeAt(at + 2);
  if (argument !== 0x27 && argument !== 0x22) return false;
  const close = behindBracket(reading, at + 1, 0x29);
  const isEnded = reading.typeAt(close) === 0x3b || (close >= reading.count && reading.type[0] === 0x28);
  return close !== -1 && isEnded && reading.typeAt(at - 1) !== 0x7d;
}
