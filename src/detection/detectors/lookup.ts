/**
 * Lookup: `${jndi:ldap://...}` and the lookups within lookups that spell it otherwise.
 *
 * Whatever logs a text with an old Log4j evaluates it. `${lower:j}`, `${::-j}` and `${env:NOTHING:-j}` stand for the letter j, so the
 * words within the braces are put together first, from the inside out.
 */
import type { Detector } from "../detector.ts";
import { MARK } from "../marks.ts";

/** Lookups of Log4j that tell or reach something. Those that honest texts use (`${date:...}`) are not among them. */
const LOOKUPS: ReadonlySet<string> = new Set(["jndi", "env", "sys", "java", "ctx", "main", "bundle", "lower", "upper", "k8s", "docker", "spring", "sd", "map", "marker", "log4j", "web", "base64", "script", "dns", "url"]);
/** Characters behind `${` that are looked at. */
const AHEAD = 512;
const DEPTH_MAX = 16;

export const lookup: Detector = {
  name: "lookup",
  kinds: new Set(["short", "text", "url", "filename"]),
  needs: MARK.brace,
  find({ text, lower, marks }) {
    let looked = 0;
    for (let at = (marks & MARK.dollar) === 0 ? -1 : text.indexOf("${"); at !== -1; at = text.indexOf("${", at + 2)) {
      // Of many lookups in a row those within the first are read with it.
      if (at < looked) continue;
      const name = readName(text, at + 2);
      if (LOOKUPS.has(name.text.toLowerCase())) return "lookup-name";
      if (name.nested) return "lookup-nested";
      looked = at + 2;
    }
    return namesProtocol(lower) ? "lookup-protocol" : undefined;
  },
};

const PROTOCOLS = ["ldap:", "ldaps:", "rmi:", "dns:", "iiop:", "corba:", "nis:", "nds:", "http:", "https:", "ldap/"] as const;

/** `jndi:ldap:` within braces, whatever stands before them: spelt so that only the innermost of several readers sees it. */
function namesProtocol(lower: string): boolean {
  for (let at = lower.indexOf("jndi:"); at !== -1; at = lower.indexOf("jndi:", at + 5)) if (PROTOCOLS.some((protocol) => lower.startsWith(protocol, at + 5))) return true;
  return false;
}

interface Name {
  readonly text: string;
  /** A lookup stands within, before the colon. */
  readonly nested: boolean;
}

/** What stands before the first colon, with nested lookups replaced by their defaults. */
function readName(text: string, from: number): Name {
  let name = "";
  let depth = 0;
  for (let at = from; at < text.length && at < from + AHEAD; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x24 && text.charCodeAt(at + 1) === 0x7b) {
      if (++depth > DEPTH_MAX) return { text: name, nested: true };
      at++;
    } else if (code === 0x7d) {
      if (depth-- === 0) return { text: "", nested: false };
      // `${x${y}:z}`: something was put together.
      if (depth === 0) return { text: name, nested: isColonAhead(text, at + 1) };
    } else if (code === 0x3a && depth === 0) {
      return { text: name.trim(), nested: false };
    } else if (depth === 0) {
      name += text.charAt(at);
    }
  }
  return { text: "", nested: false };
}

function isColonAhead(text: string, from: number): boolean {
  const next = text.charCodeAt(from);
  return next === 0x3a || next === 0x24 || ((next | 32) >= 0x61 && (next | 32) <= 0x7a);
}
