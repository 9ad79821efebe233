/**
 * Path: a text that climbs out of the folder it is meant for, or names a file that nobody asks for honestly.
 *
 * Links in texts go up a folder, too; an attack goes up further, or to a file of the system, or writes its dots so that they are
 * overlooked. Of a file name nothing may go up at all.
 */
import type { Kind } from "../../contract/kinds/kind.ts";
import type { Detector } from "../detector.ts";
import { MARK } from "../marks.ts";
import { Needles } from "../needles.ts";
import { FILES, LINKS, PARTS, WRAPPERS } from "./path/words.ts";

const ANY_FILE = new Needles(FILES);
const ANY_WRAPPER = new Needles(WRAPPERS);

const KINDS: ReadonlySet<Kind> = new Set<Kind>(["short", "text", "url", "filename"]);

export const path: Detector = {
  name: "path",
  kinds: KINDS,
  needs: MARK.dot | MARK.slash | MARK.backslash,
  find(reading) {
    const isOneWord = (reading.marks & MARK.blank) === 0;
    const text = (reading.marks & MARK.backslash) === 0 ? reading.lower : reading.lower.replaceAll("\\", "/");
    const climbs = countClimbs(text);
    if (climbs >= 3 || (climbs >= 1 && isOneWord && climbsFromStart(text)) || (climbs >= 2 && isOneWord)) return "path-climb";
    if ((reading.marks & MARK.dollar) !== 0 && reading.text.includes("\\\\") && SHARE.test(text)) return "path-share";
    if (ANY_FILE.find(text, isOneWord ? isFile : isSystemFile) !== undefined) return "path-file";
    if (ANY_WRAPPER.find(text, isOneWord ? isWrapper : isTellingWrapper) !== undefined) return "path-wrapper";
    return isOneWord && holdsPart(text) ? "path-part" : undefined;
  },
};

/** `\\host\c$\`: a drive of a machine, which Windows shows to its administrators. The name of a host is bounded. */
const SHARE = /\/\/[^/\s]{1,255}\/(?:[a-z]|admin|ipc|print)\$(?:\/|$)/;

/** `../`, `..;/`, `.../`, and `..` at the end of a path. */
function countClimbs(text: string): number {
  let count = 0;
  for (let at = text.indexOf(".."); at !== -1; at = text.indexOf("..", at)) {
    const before = text.charCodeAt(at - 1);
    let end = at + 2;
    while (text.charCodeAt(end) === 0x2e) end++;
    if (text.charCodeAt(end) === 0x3b) end++;
    // Dots at the end of a sentence have a word before them.
    if (text.charCodeAt(end) === 0x2f && (at === 0 || before === 0x2f || before === 0x3d || before === 0x22 || before === 0x27 || before === 0x3b || before <= 0x20)) count++;
    at = end;
  }
  return count;
}

/** A whole value that begins by going up, with something behind it that is no page or picture. */
function climbsFromStart(text: string): boolean {
  if (/^\/?\.\.+;?\//.test(text)) return !/\.(?:html?|md|png|jpe?g|gif|svg|css|m?js|ts|json|ya?ml)(?:[?#].*)?$/.test(text);
  return text.includes("/../") && !text.includes("://");
}

function isFile(text: string, at: number, file: string): boolean {
  const before = text.charCodeAt(at - 1);
  const isStart = at === 0 || before === 0x2f || before <= 0x20 || before === 0x3d || before === 0x3a || before === 0x22 || before === 0x27 || before === 0x28 || before === 0x2e || before === 0x3b || before === 0x3c || before === 0x5d;
  return isStart || file.charCodeAt(0) === 0x2f || file.charCodeAt(0) === 0x2e;
}

/** In a sentence only files of the system are of interest; a repository has files of its own. */
function isSystemFile(text: string, at: number, file: string): boolean {
  if (!isFile(text, at, file)) return false;
  return file.startsWith("/etc/") || file.startsWith("/proc/") || file.startsWith("/var/run") || file.startsWith("/dev/") || file === "boot.ini" || file === "win.ini";
}

function isWrapper(text: string, at: number, wrapper: string): boolean {
  return LINKS.has(wrapper) ? at === 0 && text.length > wrapper.length : isTellingWrapper(text, at, wrapper);
}

function isTellingWrapper(text: string, at: number, wrapper: string): boolean {
  const before = text.charCodeAt(at - 1);
  const isEndOfWord = at > 0 && ((before >= 0x61 && before <= 0x7a) || (before >= 0x30 && before <= 0x39) || before === 0x2b || before === 0x2e);
  return !isEndOfWord && !LINKS.has(wrapper);
}

/** A path with a part that no page has. */
function holdsPart(text: string): boolean {
  let from = text.startsWith("/") ? 1 : 0;
  for (let parts = 0; parts < 32 && from <= text.length; parts++) {
    const slash = text.indexOf("/", from);
    const end = slash === -1 ? text.length : slash;
    const part = text.slice(from, end);
    if (PARTS.has(part) || part.startsWith(".env.") || (part.endsWith(".sql.zip") || part.endsWith(".sql.gz"))) return true;
    if (slash === -1) return false;
    from = slash + 1;
  }
  return false;
}
