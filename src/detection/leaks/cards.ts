/**
 * Cards: numbers of payment cards (ISO/IEC 7812): their issuer, their length, and their check digit.
 *
 * One number in ten passes the check digit by chance, so issuer and length have to fit, too; and digits that are part of
 * something longer, a key, a time, an id with letters, are none.
 */

const DIGITS_MIN = 13;
const DIGITS_MAX = 19;

/** Calls back for each card number: digits with single blanks or hyphens between groups of them. Linear. */
export function findCards(text: string, found: (from: number, to: number) => void): void {
  for (let at = 0; at < text.length; at++) {
    if (!isDigit(text.charCodeAt(at))) continue;
    const end = endOfNumber(text, at);
    if (!isPartOfWord(text, at, end) && isCard(text, at, end)) found(at, end);
    at = end;
  }
}

/** Behind the last digit of a number, as far as a card's could go and a bit further. */
function endOfNumber(text: string, from: number): number {
  let at = from;
  let groups = 0;
  for (;;) {
    while (isDigit(text.charCodeAt(at))) at++;
    const sign = text.charCodeAt(at);
    const joins = (sign === 0x20 || sign === 0x2d) && isDigit(text.charCodeAt(at + 1)) && ++groups <= 5;
    if (!joins) return at;
    at++;
  }
}

function isPartOfWord(text: string, from: number, to: number): boolean {
  return isWord(text.charCodeAt(from - 1)) || isWord(text.charCodeAt(to)) || (text.charCodeAt(to) === 0x2e && isDigit(text.charCodeAt(to + 1)));
}

function isWord(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f || code === 0x2d || code === 0x2e;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isCard(text: string, from: number, to: number): boolean {
  if (to - from < DIGITS_MIN || to - from > DIGITS_MAX + 5) return false;
  let digits = "";
  const groups: number[] = [0];
  for (let at = from; at < to; at++) {
    const letter = text.charAt(at);
    if (!isDigit(letter.charCodeAt(0))) groups.push(0);
    else {
      digits += letter;
      groups[groups.length - 1] = (groups.at(-1) ?? 0) + 1;
    }
  }
  return isGrouped(groups) && isIssued(digits) && passesLuhn(digits);
}

/** In one piece, in fours, or four, six and five. */
function isGrouped(groups: readonly number[]): boolean {
  if (groups.length === 1) return true;
  const form = groups.join(" ");
  return form === "4 4 4 4" || form === "4 6 5" || form === "4 4 4 4 3" || form === "4 4 4 1" || form === "4 6 4";
}

/** Visa, Mastercard, American Express, Discover, Diners, JCB, UnionPay, Maestro, by their first digits and lengths. */
function isIssued(digits: string): boolean {
  const [two, three, four] = [Number(digits.slice(0, 2)), Number(digits.slice(0, 3)), Number(digits.slice(0, 4))];
  const { length } = digits;
  if (digits.startsWith("4")) return length === 13 || length === 16 || length === 19;
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return length === 16;
  if (two === 34 || two === 37) return length === 15;
  if (four === 6011 || two === 65 || (three >= 644 && three <= 649)) return length === 16 || length === 19;
  if (two === 36 || two === 38 || (three >= 300 && three <= 305)) return length === 14;
  if (four >= 3528 && four <= 3589) return length >= 16 && length <= 19;
  if (two === 62) return length >= 16 && length <= 19;
  return (four === 5018 || four === 5020 || four === 5038 || four === 6304 || four === 6759 || four === 6761 || four === 6763) && length >= 13 && length <= 19;
}

/** ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 0x30;
    sum += at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}
