/**
 * SQL: a text that would go on as SQL where a statement was put together of texts.
 *
 * Each text is read as if it stood in a statement at three kinds of places: as it is, and behind each quote in it, as if
 * that quote had closed the one before the text. What a text must be like to do harm there is a matter of grammar: a
 * condition that is true for every row, a second statement, a union, a comment that cuts off the rest, a function that no
 * honest text calls. Prose has the words, "select", "union", "or", but not the grammar.
 */
import type { Detector } from "../detector.ts";
import { wordTable } from "../lexicon.ts";
import { MARK } from "../marks.ts";
import { END, NUMBER, type Reading, WORD } from "../reading.ts";
import { Expression } from "./sql/expression.ts";
import { statementRule } from "./sql/statements.ts";
import { AS, SQL, SYSTEM } from "./sql/words.ts";
import { isCutOff, isSeam, isTail } from "./sql/seams.ts";

const expression = new Expression();

export const sql: Detector = {
  name: "sql",
  kinds: new Set(["short", "text", "url", "filename"]),
  needs: 0,
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
  const meaning = reading.classAt(at, SQL);
  if (meaning === 0) return isSplitNumber(reading, at) ? "sql-number" : isSchema(reading, at) ? "sql-catalogue" : undefined;
  switch (meaning) {
    case AS.logic:
      return findCondition(reading, at, at + 1);
    case AS.call:
      return reading.typeAt(at + 1) === 0x28 || reading.typeAt(at + 1) === 0x2e || reading.classAt(at - 1, SQL) === AS.select ? "sql-function" : undefined;
    case AS.wait:
      return findWait(reading, at);
    case AS.catalogue:
      return "sql-catalogue";
    case AS.caseOf:
      return findCase(reading, at);
    case AS.commonCall:
      return findCommonCall(reading, at);
    case AS.like:
      return reading.typeAt(at - 1) === 0x29 && reading.typeAt(at + 1) === 0x28 ? "sql-condition" : undefined;
    default:
      return statementRule(reading, at, meaning, expression);
  }
}

function findAtSign(reading: Reading, at: number, type: number): string | undefined {
  switch (type) {
    case 0x27:
    case 0x22:
    case 0x60:
      return findBreakout(reading, at);
    case 0x7c:
    case 0x26: {
      const isDouble = reading.typeAt(at + 1) === type && reading.isGlued(at + 1);
      return findCondition(reading, at, isDouble ? at + 2 : at + 1);
    }
    case 0x40:
      return reading.typeAt(at + 1) === 0x40 && reading.classAt(at + 2, SYSTEM) === 1 ? "sql-variable" : undefined;
    case 0x3a:
      return isCast(reading, at) ? "sql-cast" : undefined;
    default:
      return undefined;
  }
}

const CASTS: ReadonlySet<string> = new Set(["int", "int2", "int4", "int8", "integer", "bigint", "smallint", "numeric", "decimal", "real", "float4", "float8", "text", "varchar", "bpchar", "name", "cstring", "bytea", "bool", "boolean", "json", "jsonb", "jsonpath", "xml", "uuid", "inet", "cidr", "date", "timestamp", "timestamptz", "interval", "oid", "regclass", "regproc", "regtype", "regrole", "regnamespace", "tsvector", "tsquery", "money", "bit", "point"]);

/** `'{}'::jsonb`, `f(x)::int`: PostgreSQL takes a value for one of another type, behind a text or a call that has ended. */
function isCast(reading: Reading, at: number): boolean {
  if (reading.typeAt(at + 1) !== 0x3a || !reading.isGlued(at + 1) || !reading.isGlued(at)) return false;
  const before = reading.typeAt(at - 1);
  return (before === 0x27 || before === 0x29) && reading.isGlued(at + 2) && CASTS.has(reading.textAt(at + 2).toLowerCase());
}

/** `or 1=1`, `and sleep(5)`, `|| true`: whatever joins a condition that the caller has made. */
function findCondition(reading: Reading, at: number, next: number): string | undefined {
  // Behind a comma a statement has no condition; a sentence has: "1 + 1 = 2, and 2 * 2 = 4".
  if (reading.typeAt(at - 1) === 0x2c || reading.typeAt(next) === END || !expression.parse(reading, next)) return undefined;
  // "Is 5 > 3? Yes, and 2 < 4": of a comparison by size prose is capable.
  if (expression.equalities > 0 && reading.type[at] === WORD) return "sql-tautology";
  if (!isSeam(reading, at)) return undefined;
  if (expression.constants > 0 && reading.type[at] === WORD) return "sql-tautology";
  if (expression.constants > 0 || expression.calls > 0 || expression.selects > 0) return "sql-condition";
  const tail = isTail(reading, expression.end) || isCutOff(reading, expression.end) || expression.isOpen;
  if (expression.comparisons > 0 && (expression.literals > 0 || expression.commonCalls > 0 || tail)) return "sql-condition";
  const isAlone = expression.operators === 0 && expression.literals === 1 && expression.names === 0;
  return isAlone && tail && (reading.typeAt(next) === NUMBER || reading.typeAt(next) === WORD || expression.end < reading.count) ? "sql-condition" : undefined;
}

/** What stands behind a quote, as if that quote had ended a text. */
function findBreakout(reading: Reading, at: number): string | undefined {
  let next = at + 1;
  while (reading.typeAt(next) === 0x29) next++;
  const type = reading.typeAt(next);
  if (type === END || type === WORD) return undefined;
  if (isComment(reading, next) && isOdd(reading, at)) return "sql-comment";
  if (type === 0x3b) return isTail(reading, next + 1) && isOdd(reading, at) && (reading.typeAt(next + 1) !== END || (reading.marks & MARK.blank) === 0) ? "sql-stacked" : undefined;
  return findArithmetic(reading, at, next);
}

/** `'='`, `'-sleep(5)-'`, `'||(select ...)||'`: the text is calculated with what stands beside it. */
function findArithmetic(reading: Reading, at: number, next: number): string | undefined {
  const type = reading.typeAt(next);
  if (!"=<>+-*/^|%".includes(String.fromCharCode(type))) return undefined;
  let operand = next + 1;
  while (operand < next + 3 && "=<>|".includes(String.fromCharCode(reading.typeAt(operand)))) operand++;
  if (!expression.parse(reading, operand)) return undefined;
  if (expression.calls > 0 || expression.selects > 0) return "sql-arithmetic";
  return type === 0x3d && expression.isOpen && expression.literals === 1 && reading.count <= 8 && isOdd(reading, at) ? "sql-arithmetic" : undefined;
}

/** `--` or `#` up to the end, and nothing of worth behind it; `/*` that is not closed. */
function isComment(reading: Reading, at: number): boolean {
  const type = reading.typeAt(at);
  const next = reading.typeAt(at + 1);
  if (type === 0x2d) return next === 0x2d && reading.isGlued(at + 1) && isTail(reading, at);
  if (type === 0x23) return isTail(reading, at);
  return type === 0x2f && next === 0x2a && reading.isGlued(at + 1);
}

/** Whether no quote before this one is open: then this one closes what stood before the text. */
function isOdd(reading: Reading, at: number): boolean {
  const type = reading.type[at];
  let count = 0;
  for (let before = Math.max(0, at - QUOTES_BACK); before < at; before++) if (reading.type[before] === type && !isApostrophe(reading, before)) count++;
  return count % 2 === 0;
}

/** Between two letters: "don't". */
function isApostrophe(reading: Reading, at: number): boolean {
  return reading.typeAt(at - 1) === WORD && reading.typeAt(at + 1) === WORD && reading.isGlued(at) && reading.isGlued(at + 1);
}

const QUOTES_BACK = 64;

/** `sleep(5)`: prose and programs wait, too; in SQL something stands before it, or nothing at all. */
function findWait(reading: Reading, at: number): string | undefined {
  if (reading.typeAt(at + 1) !== 0x28) return reading.classAt(at - 1, SQL) === AS.select ? "sql-wait" : undefined;
  const argument = reading.typeAt(at + 2);
  const before = reading.typeAt(at - 1);
  if (before === 0x2e || (argument !== NUMBER && argument !== 0x2d && argument !== 0x28 && argument !== END && argument !== 0x27)) return undefined;
  // "sleep(8h)": a number with a unit is none to a database.
  if (argument === NUMBER && reading.typeAt(at + 3) === WORD && reading.isGlued(at + 3) && reading.classAt(at + 3, SQL) === 0) return undefined;
  const joined = before !== WORD || isJoining(reading.classAt(at - 1, SQL));
  return joined && (before !== END || reading.count <= 12) ? "sql-wait" : undefined;
}

function isJoining(meaning: number): boolean {
  return meaning === AS.logic || meaning === AS.select || meaning === AS.by || meaning === AS.having || meaning === AS.where || meaning === AS.prefix || meaning === AS.thenOf;
}

function findCase(reading: Reading, at: number): string | undefined {
  for (let next = at + 1; next < at + 24 && next < reading.count; next++) if (reading.classAt(next, SQL) === AS.thenOf) return "sql-case";
  return undefined;
}

/** `char(65)`, `ascii(substring(...))=97`: common names, which need a seam before them or a comparison in them. */
function findCommonCall(reading: Reading, at: number): string | undefined {
  // Nothing but a call that was begun: somebody tries what happens.
  if (at === 0 && reading.count === 2 && reading.typeAt(1) === 0x28) return "sql-function";
  if (reading.typeAt(at + 1) !== 0x28 || !isSeam(reading, at) || !expression.parse(reading, at)) return undefined;
  return expression.calls > 0 || expression.selects > 0 || (expression.commonCalls > 1 && expression.comparisons > 0) ? "sql-function" : undefined;
}

/** `1.e(ascii ...`: to MySQL the number is nothing, and to who looks for words it parts them. */
function isSplitNumber(reading: Reading, at: number): boolean {
  return (reading.to[at] ?? 0) - (reading.from[at] ?? 0) === 1 && reading.typeAt(at - 1) === NUMBER && reading.isGlued(at) && reading.typeAt(at + 1) === 0x28 && /\.e$/i.test(reading.text.slice((reading.from[at - 1] ?? 0), reading.to[at]));
}

const SCHEMA = { named: 1, alone: 2 } as const;
const SCHEMAS = wordTable({ [SCHEMA.named]: "mysql performance_schema sys master model", [SCHEMA.alone]: "tempdb msdb" });
const TABLES: ReadonlySet<string> = new Set(["db", "user", "host", "func", "tables_priv", "columns_priv", "innodb_table_stats", "sysdatabases", "sysobjects", "syslogins", "schema_table_statistics", "dbo"]);

/** `mysql.user`, `master..sysdatabases`, and such a name alone. */
function isSchema(reading: Reading, at: number): boolean {
  const schema = reading.classAt(at, SCHEMAS);
  if (schema === 0) return false;
  if (reading.count === 1) return schema === SCHEMA.alone;
  const part = reading.typeAt(at + 1) === 0x2e && reading.typeAt(at + 2) === 0x2e ? at + 3 : at + 2;
  return reading.typeAt(at + 1) === 0x2e && reading.isGlued(part) && TABLES.has(reading.textAt(part).toLowerCase());
}
