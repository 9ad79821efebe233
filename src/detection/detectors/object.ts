/**
 * Object: a text from which a program would make objects of the sender's choice: serialised by Java, PHP, Python, .NET, Ruby
 * or Node, or YAML with types.
 *
 * Each form has a beginning that nothing else has; what stands behind it does not matter.
 */
import type { Detector } from "../detector.ts";
import { Needles } from "../needles.ts";

/** Beginnings of base64 and hexadecimal forms, as they are written. */
const BEGINNINGS = new Needles(["rO0AB", "KztAAU", "Cs7QAF", "aced0005", "ACED0005", "AAEAAAD/////", "/wEy", "gASV", "gAN9", "gANj", "gAJj", "KGRwM", "BAhv", "BAhbB", "BAh7C"]);
/** Words that stand nowhere else. */
const MARKERS = new Needles([
  "_$$ND_FUNC$$_", "__js_function", "!!python/", "!!javax.", "!!java.", "!ruby/object", "!ruby/hash", "!!com.sun.", "tag:yaml.org,2002:python", "__reduce__", "cposix\nsystem", "cos\nsystem", "c__builtin__\n", "csubprocess\n",
  "System.Windows.Data.ObjectDataProvider", "ObjectDataProvider", "System.Diagnostics.Process", "System.Configuration.Install", "WindowsIdentity, ", "TypeConfuseDelegate", "<java version=", "java.beans.XMLDecoder", "<sorted-set>", "<dynamic-proxy>", "<jdk.nashorn",
]);
/** A payload has more behind its beginning than a word would. */
const BASE64_CHARACTERS_MIN = 6;

export const object: Detector = {
  name: "object",
  kinds: new Set(["short", "text", "url", "filename"]),
  needs: 0,
  find({ text }) {
    if (text.length < BASE64_CHARACTERS_MIN) return undefined;
    if (BEGINNINGS.find(text, isSerialised) !== undefined) return "object-serialised";
    if (MARKERS.find(text) !== undefined) return "object-marker";
    return holdsPhp(text) ? "object-php" : undefined;
  },
};

function isSerialised(text: string, at: number, beginning: string): boolean {
  return text.length - at >= BASE64_CHARACTERS_MIN && isBeginning(text, at) && isBase64Around(text, at, beginning.length);
}

function isBeginning(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text.charCodeAt(at - 1);
  return !((before >= 0x30 && before <= 0x39) || ((before | 32) >= 0x61 && (before | 32) <= 0x7a) || before === 0x2b || before === 0x2f);
}

/** Short beginnings stand in words and ids, too: behind them must be as much base64 as a payload has. */
function isBase64Around(text: string, at: number, length: number): boolean {
  if (length >= 5) return true;
  const end = Math.min(text.length, at + 24);
  for (let next = at; next < end; next++) {
    const code = text.charCodeAt(next);
    if (!((code >= 0x2f && code <= 0x39) || ((code | 32) >= 0x61 && (code | 32) <= 0x7a) || code === 0x2b || code === 0x3d)) return false;
  }
  return end - at >= 20;
}

/** `O:8:"stdClass":1:{`, `C:11:"ArrayObject":`, `a:1:{s:`. */
function holdsPhp(text: string): boolean {
  for (let at = text.indexOf(":"); at !== -1; at = text.indexOf(":", at + 1)) {
    const letter = text.charCodeAt(at - 1);
    if ((letter !== 0x4f && letter !== 0x43 && letter !== 0x61) || !isBeginning(text, at - 1)) continue;
    const from = text.charCodeAt(at + 1) === 0x2b ? at + 2 : at + 1;
    let end = from;
    while (end < from + 8 && text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x39) end++;
    if (end === from || text.charCodeAt(end) !== 0x3a) continue;
    const next = text.charCodeAt(end + 1);
    if (letter === 0x61 ? next === 0x7b && /^[{](?:[isObadN][:;]|[}])/.test(text.slice(end + 1, end + 4)) : next === 0x22) return true;
  }
  return false;
}
