/**
 * Statements: words with which SQL begins a statement or goes on with one, where grammar, not the word, decides.
 */
import { END, NUMBER, type Reading, WORD } from "../../reading.ts";
import type { Expression } from "./expression.ts";
import { isCutOff, isSeam, isTail } from "./seams.ts";
import { AS, SQL, SYSTEM } from "./words.ts";

export function statementRule(reading: Reading, at: number, meaning: number, expression: Expression): string | undefined {
  switch (meaning) {
    case AS.union:
      return isUnion(reading, at) ? "sql-union" : undefined;
    case AS.select:
      return isSelect(reading, at) ? "sql-select" : undefined;
    case AS.insert:
      return isInsert(reading, at) ? "sql-statement" : undefined;
    case AS.update:
      return isNameAt(reading, at + 1) && isAssignment(reading, behindName(reading, at + 1)) ? "sql-statement" : undefined;
    case AS.delete:
      return isDelete(reading, at) ? "sql-statement" : undefined;
    case AS.define:
      return isDefinition(reading, at) ? "sql-statement" : undefined;
    case AS.execute:
      return isExecution(reading, at) ? "sql-statement" : undefined;
    case AS.declare:
      return reading.typeAt(at + 1) === 0x40 ? "sql-statement" : undefined;
    case AS.waitfor:
      return reading.classAt(at + 1, SQL) === AS.delay && isOneOf(reading.typeAt(at + 2), "'\"@(") ? "sql-wait" : undefined;
    case AS.shutdown:
      return isStacked(reading, at) && isTail(reading, at + 1) ? "sql-statement" : undefined;
    case AS.load:
      return reading.textAt(at + 1).toLowerCase() === "data" && reading.classAt(at + 2, SQL) === AS.file ? "sql-statement" : undefined;
    default:
      return clauseRule(reading, at, meaning, expression);
  }
}

function clauseRule(reading: Reading, at: number, meaning: number, expression: Expression): string | undefined {
  switch (meaning) {
    case AS.order:
      return reading.classAt(at + 1, SQL) === AS.by && isSeam(reading, at) && reading.typeAt(at + 2) === NUMBER && (isTail(reading, at + 3) || isCutOff(reading, at + 3) || reading.typeAt(at + 3) === 0x2c) ? "sql-clause" : undefined;
    case AS.having:
      return reading.typeAt(at + 1) === WORD && reading.typeAt(at + 2) === 0x28 && expression.parse(reading, at + 1) && expression.comparisons > 0 ? "sql-clause" : seamClause(reading, at, expression);
    case AS.where:
      return seamClause(reading, at, expression);
    case AS.limit:
      return isSeam(reading, at) && at > 0 && reading.typeAt(at + 1) === NUMBER && isTail(reading, at + 2) && (reading.typeAt(at - 1) !== NUMBER || reading.typeAt(at + 2) !== END) ? "sql-clause" : undefined;
    case AS.into:
      return reading.classAt(at + 1, SQL) === AS.file && isOneOf(reading.typeAt(at + 2), "'\"(") ? "sql-clause" : undefined;
    case AS.match:
      return isMatch(reading, at) ? "sql-clause" : undefined;
    case AS.as:
      return isOneOf(reading.typeAt(at - 1), "`") && isNameAt(reading, at + 1) && reading.classAt(behindName(reading, at + 1), SQL) === AS.from ? "sql-clause" : undefined;
    case AS.procedure:
      return reading.classAt(at + 1, SYSTEM) === 3 ? "sql-clause" : undefined;
    default:
      return undefined;
  }
}

function seamClause(reading: Reading, at: number, expression: Expression): string | undefined {
  return isSeam(reading, at) && at > 0 && expression.parse(reading, at + 1) && expression.comparisons > 0 ? "sql-clause" : undefined;
}

function isOneOf(type: number, signs: string): boolean {
  return type > NUMBER && signs.includes(String.fromCharCode(type));
}

/** Where a statement of its own may begin: at the start, behind a semicolon or a quote. */
function isStacked(reading: Reading, at: number): boolean {
  let before = at - 1;
  while (reading.typeAt(before) === 0x29) before--;
  return isOneOf(reading.typeAt(before), ";'\"`") || before < 0;
}

/** union [all] [(] select, and then something that can be selected. */
function isUnion(reading: Reading, at: number): boolean {
  let next = at + 1;
  while (reading.classAt(next, SQL) === AS.all || isOneOf(reading.typeAt(next), "(+@-")) next++;
  if (reading.classAt(next, SQL) !== AS.select) return false;
  return isSelectable(reading, next + 1, true);
}

/** Whether what stands here could be in the list of a select, and could not be prose. */
function isSelectable(reading: Reading, at: number, alone: boolean): boolean {
  const next = skipSigns(reading, at);
  const type = reading.typeAt(next);
  if (type === END) return alone;
  if (type === NUMBER || isOneOf(type, "*'\"`@(")) return true;
  if (type !== WORD) return false;
  const meaning = reading.classAt(next, SQL);
  if (meaning === AS.literal || meaning === AS.caseOf || meaning === AS.call) return true;
  if (meaning === AS.from) return alone;
  const behind = behindName(reading, next);
  const sign = reading.typeAt(behind);
  return meaning !== AS.prose && (isOneOf(sign, ",(") || reading.classAt(behind, SQL) === AS.from || (alone && sign === END));
}

function skipSigns(reading: Reading, at: number): number {
  let next = at;
  while (next < at + 4 && (isOneOf(reading.typeAt(next), "-+~!(") || reading.classAt(next, SQL) === AS.all)) next++;
  return next;
}

/**
 * A select by itself: its list and its table. "select a file from the list" has both in English, so that one of them must be
 * such as English has not: a star, a call, a number, a comma without a blank, a table that is followed by a clause or the end.
 */
function isSelect(reading: Reading, at: number): boolean {
  const list = at + 1;
  if (reading.typeAt(list) === 0x2a) return reading.typeAt(at + 2) === END || reading.classAt(at + 2, SQL) === AS.from || reading.classAt(at + 2, SQL) === AS.into;
  // `';SELECT x`, and no more: the rest is in the statement.
  if (at <= 2 && isOneOf(reading.typeAt(0), "'\"") && isNameAt(reading, list) && reading.typeAt(list + 1) === END) return true;
  let marked = isOneOf(reading.typeAt(at - 1), "('\"`;") || (at === 0 && reading.typeAt(list) !== WORD);
  const called = reading.typeAt(list) === WORD && reading.typeAt(list + 1) === 0x28 && isCallName(reading.classAt(list, SQL));
  if (called && (marked || at === 0)) return true;
  if (reading.typeAt(list) === 0x40) return true;
  for (let next = list; next < reading.count && next < list + 48; next++) {
    const type = reading.type[next] ?? 0;
    const meaning = reading.classAt(next, SQL);
    if (meaning === AS.from) return isTable(reading, next + 1, marked);
    if (meaning === AS.prose || type === 0x3f || (type === 0x2e && !reading.isGlued(next + 1))) return false;
    if (type === 0x28 || type === 0x2a || type === 0x40 || type === 0x60) marked = true;
    if (type === NUMBER && (reading.typeAt(next + 1) === 0x2c || reading.typeAt(next - 1) === 0x2c)) marked = true;
  }
  return marked && isTail(reading, list + 1) && (reading.typeAt(list) === NUMBER || reading.classAt(list, SQL) === AS.literal);
}

function isCallName(meaning: number): boolean {
  return meaning === AS.call || meaning === AS.commonCall || meaning === AS.wait;
}

function isTable(reading: Reading, at: number, marked: boolean): boolean {
  if (isOneOf(reading.typeAt(at), "(`[\"")) return marked || reading.typeAt(at) !== 0x28;
  if (!isNameAt(reading, at)) return false;
  const behind = behindName(reading, at);
  if (marked) return true;
  const meaning = reading.classAt(behind, SQL);
  return meaning === AS.where || meaning === AS.limit || meaning === AS.order || isTail(reading, behind) || reading.typeAt(behind) === 0x3b;
}

/** A name that is no word of prose. */
function isNameAt(reading: Reading, at: number): boolean {
  const type = reading.typeAt(at);
  if (isOneOf(type, "`[")) return true;
  const meaning = reading.classAt(at, SQL);
  return type === WORD && meaning !== AS.prose && meaning !== AS.logic && meaning !== AS.in && meaning !== AS.from;
}

/** The token behind a name with its dots and quotes. */
function behindName(reading: Reading, at: number): number {
  let next = at;
  for (let parts = 0; parts < 8; parts++) {
    if (reading.typeAt(next) === 0x60) next = (reading.twin[next] ?? 0) === 0 ? next + 1 : (reading.twin[next] ?? 0) + 1;
    else if (reading.typeAt(next) === 0x5b) next += 3;
    else next++;
    if (reading.typeAt(next) !== 0x2e || !reading.isGlued(next)) return next;
    next++;
  }
  return next;
}

/** insert into name (...) values, insert into name select ... */
function isInsert(reading: Reading, at: number): boolean {
  let next = at + 1;
  if (reading.classAt(next, SQL) === AS.into) next++;
  else if (!isStacked(reading, at) || at === 0) return false;
  if (!isNameAt(reading, next)) return false;
  const behind = behindName(reading, next);
  const meaning = reading.classAt(behind, SQL);
  if (meaning === AS.values) return reading.typeAt(behind + 1) === 0x28;
  if (meaning === AS.select || meaning === AS.set) return true;
  if (reading.typeAt(behind) !== 0x28) return false;
  for (let token = behind + 1; token < reading.count && token < behind + 48; token++) {
    if (reading.type[token] !== 0x29) continue;
    return reading.classAt(token + 1, SQL) === AS.values || reading.classAt(token + 1, SQL) === AS.select;
  }
  return false;
}

/** set name = */
function isAssignment(reading: Reading, at: number): boolean {
  return reading.classAt(at, SQL) === AS.set && reading.typeAt(at + 1) === WORD && reading.typeAt(behindName(reading, at + 1)) === 0x3d;
}

function isDelete(reading: Reading, at: number): boolean {
  if (reading.classAt(at + 1, SQL) !== AS.from || !isNameAt(reading, at + 2)) return false;
  const behind = behindName(reading, at + 2);
  if (reading.classAt(behind, SQL) === AS.where) return reading.typeAt(behind + 1) !== END && !isTail(reading, behind + 2);
  return isStacked(reading, at) && at > 0 && isTail(reading, behind);
}

/** drop table name, create user name, alter table name, truncate name: stacked, and at its end or in brackets. */
function isDefinition(reading: Reading, at: number): boolean {
  if (!isStacked(reading, at)) return false;
  const isThing = reading.classAt(at + 1, SQL) === AS.thing;
  if (!isThing) return reading.typeAt(at - 1) === 0x3b && reading.typeAt(at + 1) === WORD && isTail(reading, at + 2);
  let name = at + 2;
  while (name < at + 5 && (reading.classAt(name, SQL) === AS.commonCall || reading.classAt(name, SQL) === AS.prefix)) name++;
  if (!isNameAt(reading, name)) return false;
  const behind = behindName(reading, name);
  if (isTail(reading, behind)) return at > 0 || reading.count <= 6;
  return isOneOf(reading.typeAt(behind), "(;,") || reading.typeAt(name) === 0x60 || reading.typeAt(at - 1) === 0x3b;
}

function isExecution(reading: Reading, at: number): boolean {
  const type = reading.typeAt(at + 1);
  if (type === 0x40) return true;
  if (type === 0x28) return isOneOf(reading.typeAt(at + 2), "'\"@") && isStacked(reading, at);
  return reading.classAt(at + 1, SYSTEM) === 2 || reading.classAt(at + 1, SQL) === AS.call;
}

/** match (...) against ( */
function isMatch(reading: Reading, at: number): boolean {
  if (reading.typeAt(at + 1) !== 0x28) return false;
  for (let next = at + 2; next < at + 16 && next < reading.count; next++) if (reading.textAt(next).toLowerCase() === "against") return reading.typeAt(next + 1) === 0x28;
  return false;
}
