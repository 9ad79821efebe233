/**
 * Folding: characters that become others on their way: full-width forms, quotes that a smaller character set makes plain,
 * octets of UTF-8 that a header field carries one by one. Invisible characters fall away.
 */

const PLAIN: ReadonlyMap<number, number> = new Map([
  [0x02b9, 0x27], [0x02bc, 0x27], [0x02c8, 0x27], [0x2018, 0x27], [0x2019, 0x27], [0x201b, 0x27], [0x2032, 0x27], [0x02ba, 0x22], [0x201c, 0x22], [0x201d, 0x22], [0x2033, 0x22],
  [0x2039, 0x3c], [0x203a, 0x3e], [0x3008, 0x3c], [0x3009, 0x3e], [0x2329, 0x3c], [0x232a, 0x3e], [0x2215, 0x2f], [0x2044, 0x2f], [0x2024, 0x2e], [0x037e, 0x3b], [0x0130, 0x69], [0x017f, 0x73], [0x212a, 0x6b], [0x2212, 0x2d], [0x2216, 0x5c], [0x29f5, 0x5c], [0x2571, 0x2f], [0x2572, 0x5c], [0xfe52, 0x2e], [0xfe68, 0x5c], [0xfe64, 0x3c], [0xfe65, 0x3e], [0xfe54, 0x3b],
]);

/** Only quotes that no keyboard of a language puts into prose: typographic ones are in every second sentence. */
const TYPOGRAPHIC: ReadonlySet<number> = new Set([0x2018, 0x2019, 0x201c, 0x201d, 0x2032, 0x2033]);

export function foldCharacters(text: string): string {
  let written = "";
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    const plain = plainOf(code);
    if (plain === undefined) continue;
    written += text.slice(run, at) + plain;
    run = at + 1;
  }
  return run === 0 ? text : written + text.slice(run);
}

function plainOf(code: number): string | undefined {
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  if ((code >= 0x200b && code <= 0x200f) || code === 0x2060 || code === 0xfeff || code === 0xad) return "";
  const plain = TYPOGRAPHIC.has(code) ? undefined : PLAIN.get(code);
  return plain === undefined ? undefined : String.fromCharCode(plain);
}

/** A text of which each character is an octet of UTF-8, as such; undefined where it is none. */
export function readOctets(text: string): string | undefined {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return undefined;
  const decoded = Buffer.from(text, "latin1").toString("utf8");
  return decoded === text || decoded.includes("\u{fffd}") ? undefined : decoded;
}

/** What is left of Latin-1 where the eighth bit is cut off, as far as attacks are made of it. */
export function foldSevenBits(text: string): string {
  return text.replaceAll("\u{bc}", "<").replaceAll("\u{be}", ">").replaceAll("\u{a2}", '"').replaceAll(/[\u{c2}\u{d0}]/gu, "");
}
