/**
 * Expression: reads what could be an expression of SQL, from one token on, and says what was in it.
 *
 * Bounded: it takes at most TOKENS_AHEAD_MAX tokens, and brackets up to a depth. It builds nothing; to tell an attack it
 * suffices to know how far the expression goes and what it is made of.
 */
import { TOKENS_AHEAD_MAX } from "../../detector.ts";
import { NUMBER, Reading, WORD } from "../../reading.ts";
import { AS, isStatement, SQL } from "./words.ts";

const DEPTH_MAX = 8;
/** Signs before an operand. */
const PREFIXES_MAX = 8;
/** Operands of one expression: long texts in quotes would let it go on and on. */
const OPERANDS_MAX = 24;

const NOTHING = 0;
const VALUE = 1;
const NAME = 2;

const NONE = 0;
const CALCULATION = 1;
const COMPARISON = 2;

/** By ASCII code: what a sign does between two operands. */
const SIGNS: Uint8Array = makeSigns();

function makeSigns(): Uint8Array {
  const signs = new Uint8Array(128);
  for (const sign of "+-*/%^|&:~") signs[sign.charCodeAt(0)] = CALCULATION;
  for (const sign of "=<>!?@#") signs[sign.charCodeAt(0)] = COMPARISON;
  return signs;
}

const NO_READING = new Reading();

/** What was found from the last `parse` on. One is enough for everybody: nothing waits in between. */
export class Expression {
  /** The token behind it. */
  end = 0;
  comparisons = 0;
  /** Comparisons whose two sides are known before any row is read. */
  constants = 0;
  /** Those of them that ask whether the two are equal. */
  equalities = 0;
  literals = 0;
  names = 0;
  calls = 0;
  commonCalls = 0;
  selects = 0;
  operators = 0;
  /** A quote was opened and not closed: whoever quotes the text closes it. */
  isOpen = false;
  #reading: Reading = NO_READING;
  #at = 0;
  #stop = 0;
  #depth = 0;
  #equal = false;
  #operands = 0;

  /** False where no operand stands there. */
  parse(reading: Reading, from: number): boolean {
    this.#reading = reading;
    this.comparisons = this.constants = this.equalities = this.literals = this.names = this.calls = this.commonCalls = this.selects = this.operators = 0;
    this.isOpen = false;
    this.#at = from;
    this.#stop = Math.min(this.#reading.count, from + TOKENS_AHEAD_MAX);
    this.#depth = 0;
    this.#operands = 0;
    const found = this.#sequence() !== NOTHING;
    this.end = this.#at;
    return found;
  }

  /** Operand, operator, operand, and so on. */
  #sequence(): number {
    const first = this.#operand();
    let left = first;
    while (left !== NOTHING && this.#at < this.#stop) {
      const before = this.#at;
      const operator = this.#operator();
      const right = operator === NONE ? NOTHING : this.#operand();
      if (right === NOTHING) {
        this.#at = before;
        break;
      }
      this.operators++;
      if (operator === COMPARISON) {
        this.comparisons++;
        if (left === VALUE && right === VALUE) {
          this.constants++;
          if (this.#equal) this.equalities++;
        }
      }
      left = operator === COMPARISON ? right : Math.max(left, right);
    }
    return first;
  }

  #operand(): number {
    const reading = this.#reading;
    for (let signs = 0; signs < PREFIXES_MAX && this.#isPrefix(); signs++) this.#at++;
    if (this.#at >= this.#stop || ++this.#operands > OPERANDS_MAX) return NOTHING;
    const type = reading.typeAt(this.#at);
    switch (type) {
      case NUMBER:
        this.#at++;
        this.literals++;
        // `0x41414141` and `1` are values; `2nd` is neither.
        return reading.typeAt(this.#at) === WORD && reading.isGlued(this.#at) && reading.classAt(this.#at, SQL) === 0 ? NOTHING : VALUE;
      case 0x27:
      case 0x22:
      case 0x60:
        return this.#quoted(type);
      case 0x28:
      case 0x7b:
        return this.#bracket(type === 0x28 ? 0x29 : 0x7d);
      case 0x40:
        return this.#variable();
      case WORD:
        return this.#word();
      default:
        return NOTHING;
    }
  }

  #isPrefix(): boolean {
    const type = this.#reading.typeAt(this.#at);
    if (type === 0x2d || type === 0x2b || type === 0x7e || type === 0x21) return true;
    return type === WORD && this.#reading.classAt(this.#at, SQL) === AS.prefix;
  }

  /** A backtick quotes a name. An open quote reaches to the end. */
  #quoted(type: number): number {
    const twin = this.#reading.twin[this.#at] ?? 0;
    this.isOpen = twin === 0;
    if (twin === 0) {
      this.#at = this.#reading.count;
    } else {
      this.#at = twin + 1;
      // A long text in quotes is one operand.
      this.#stop = Math.max(this.#stop, Math.min(this.#reading.count, twin + PREFIXES_MAX));
    }
    if (type === 0x60) this.names++;
    else this.literals++;
    return type === 0x60 ? NAME : VALUE;
  }

  #bracket(close: number): number {
    if (++this.#depth > DEPTH_MAX) return NOTHING;
    const names = this.names + this.calls;
    this.#at++;
    // ODBC writes {d '2020-01-01'} and {if ...}.
    if (close === 0x7d && this.#reading.typeAt(this.#at) === WORD) this.#at++;
    if (isStatement(this.#reading.classAt(this.#at, SQL))) {
      this.selects++;
      this.#skipTo(close);
    } else {
      while (this.#at < this.#stop && this.#sequence() !== NOTHING && this.#reading.typeAt(this.#at) === 0x2c) this.#at++;
    }
    if (this.#reading.typeAt(this.#at) === close) this.#at++;
    this.#depth--;
    return this.names + this.calls > names ? NAME : VALUE;
  }

  /** To the bracket that closes this one, or as far as we look. */
  #skipTo(close: number): void {
    for (let depth = 0; this.#at < this.#stop; this.#at++) {
      const type = this.#reading.typeAt(this.#at);
      if (type === 0x28) depth++;
      else if (type === close && depth-- === 0) return;
    }
  }

  #variable(): number {
    this.#at++;
    if (this.#reading.typeAt(this.#at) === 0x40) this.#at++;
    if (this.#reading.typeAt(this.#at) !== WORD && this.#reading.typeAt(this.#at) !== 0x60) return NOTHING;
    this.#at++;
    this.#skipDots();
    this.calls++;
    return NAME;
  }

  #word(): number {
    const reading = this.#reading;
    const meaning = reading.classAt(this.#at, SQL);
    if (meaning === AS.literal) {
      this.#at++;
      this.literals++;
      return VALUE;
    }
    if (meaning === AS.caseOf) return this.#case();
    if (meaning === AS.select) this.selects++;
    const isCall = reading.typeAt(this.#at + 1) === 0x28;
    if (!isName(meaning) && !(isCall && (isStatement(meaning) || meaning === AS.values || meaning === AS.logic))) return NOTHING;
    this.#at++;
    this.#skipDots();
    if (reading.typeAt(this.#at) === 0x28) return this.#call(meaning);
    // A text with its type before it: x'41', date'2020-01-01'.
    const next = reading.typeAt(this.#at);
    if ((next === 0x27 || next === 0x22) && reading.isGlued(this.#at) && isType(reading, this.#at - 1)) return this.#quoted(next);
    if (meaning === AS.call) this.calls++;
    else this.names++;
    return NAME;
  }

  #skipDots(): void {
    const reading = this.#reading;
    while (reading.typeAt(this.#at) === 0x2e && (reading.typeAt(this.#at + 1) === WORD || reading.typeAt(this.#at + 1) === 0x60)) this.#at += 2;
  }

  #call(meaning: number): number {
    if (meaning === AS.call || meaning === AS.wait) this.calls++;
    else this.commonCalls++;
    return this.#bracket(0x29) === NOTHING ? NOTHING : NAME;
  }

  /** case when ... end. */
  #case(): number {
    this.calls++;
    for (; this.#at < this.#stop; this.#at++) {
      if (this.#reading.classAt(this.#at, SQL) !== AS.caseEnd) continue;
      this.#at++;
      break;
    }
    return NAME;
  }

  #operator(): number {
    const reading = this.#reading;
    const type = reading.typeAt(this.#at);
    if (type === WORD) return this.#operatorWord();
    if ((SIGNS[type] ?? 0) === 0) return NONE;
    // `--` begins a comment, and one colon is no operator.
    if (type === 0x2d && reading.typeAt(this.#at + 1) === 0x2d && reading.isGlued(this.#at + 1)) return NONE;
    if (type === 0x3a && reading.typeAt(this.#at + 1) !== 0x3a && reading.typeAt(this.#at + 1) !== 0x3d) return NONE;
    return this.#signs();
  }

  /** One to three signs that stand together: `<=>`, `->>`, `@>`, `||`, `::`. A sign of the number behind is left to it. */
  #signs(): number {
    const reading = this.#reading;
    let found = CALCULATION;
    this.#equal = reading.typeAt(this.#at) === 0x3d;
    for (let count = 0; count < 3; count++) {
      const type = reading.typeAt(this.#at);
      const sign = SIGNS[type] ?? 0;
      if (sign === 0 || (count > 0 && (!reading.isGlued(this.#at) || type === 0x2d || type === 0x2b || type === 0x7e))) break;
      if (count > 0 && (type === 0x40 || type === 0x21) && reading.typeAt(this.#at - 1) !== 0x3c) break;
      if (sign === COMPARISON) found = COMPARISON;
      this.#at++;
    }
    return found;
  }

  #operatorWord(): number {
    const reading = this.#reading;
    let meaning = reading.classAt(this.#at, SQL);
    if (meaning === AS.logic) {
      this.#at++;
      return CALCULATION;
    }
    const start = this.#at;
    if (meaning === AS.prefix) meaning = reading.classAt(++this.#at, SQL);
    if (meaning < AS.compare || meaning > AS.between) {
      this.#at = start;
      return NONE;
    }
    this.#at++;
    this.#equal = true;
    if (this.#isOperatorOfProse(meaning)) return COMPARISON;
    this.#at = start;
    return NONE;
  }

  /** "is", "in", "like" and "between" are words of prose, too: what follows decides. */
  #isOperatorOfProse(meaning: number): boolean {
    const reading = this.#reading;
    const next = reading.typeAt(this.#at);
    const isQuoted = next === 0x27 || next === 0x22 || next === 0x28 || next === 0x40;
    switch (meaning) {
      case AS.is:
        return reading.classAt(reading.classAt(this.#at, SQL) === AS.prefix ? this.#at + 1 : this.#at, SQL) === AS.literal;
      case AS.in:
        return next === 0x28;
      case AS.like:
        return isQuoted || (next === WORD && reading.typeAt(this.#at + 1) === 0x28);
      case AS.between:
        return isQuoted || next === NUMBER;
      default:
        return true;
    }
  }
}

/** Whether a word of this class may stand for a column or a function. */
function isName(meaning: number): boolean {
  return meaning === 0 || (meaning >= AS.call && meaning <= AS.wait) || meaning === AS.thing || meaning === AS.catalogue || meaning === AS.delay || meaning === AS.file;
}

const TYPE_CHARACTERS_MAX = 9;

function isType(reading: Reading, token: number): boolean {
  return (reading.to[token] ?? 0) - (reading.from[token] ?? 0) <= TYPE_CHARACTERS_MAX;
}
