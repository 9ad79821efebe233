/**
 * Markup: XML and its kin in a text that somebody may parse: entities, inclusions, style sheets, and what servers run while they
 * send a page (SSI, ESI).
 */
import type { Detector } from "../detector.ts";
import { MARK } from "../marks.ts";
import { Needles } from "../needles.ts";

/** In lower case; each begins with `<` or stands within an element. */
const MARKERS: ReadonlyMap<string, string> = new Map([
  ["<!entity", "markup-entity"], ["<!element", "markup-entity"], ["<!attlist", "markup-entity"],
  ["xi:include", "markup-inclusion"], ["http://www.w3.org/2001/xinclude", "markup-inclusion"], ["xsi:schemalocation", "markup-inclusion"], ["xsi:nonamespaceschemalocation", "markup-inclusion"],
  ["<?xml-stylesheet", "markup-style"], ["<xsl:", "markup-style"], ["<xsl ", "markup-style"],
  ["<!--#exec", "markup-server"], ["<!--#include", "markup-server"], ["<!--#echo", "markup-server"], ["<!--#printenv", "markup-server"], ["<!--#config", "markup-server"], ["<!--#set", "markup-server"], ["<!--#fsize", "markup-server"],
  ["<esi:", "markup-server"], ["<%@", "markup-program"], ["<%!", "markup-program"], ["<jsp:", "markup-program"], ["<cfexecute", "markup-program"], ["<cfinclude", "markup-program"], ["<cffile", "markup-program"],
]);
const ANY_MARKER = new Needles(MARKERS.keys());

export const markup: Detector = {
  name: "markup",
  kinds: new Set(["short", "text", "url", "filename"]),
  needs: MARK.angle,
  find({ lower }) {
    const marker = ANY_MARKER.find(lower);
    if (marker !== undefined) return MARKERS.get(marker);
    return holdsDoctype(lower) ? "markup-entity" : undefined;
  },
};

/** `<!DOCTYPE html>` is a page's; with a subset of its own, or with another file, it is not. */
function holdsDoctype(lower: string): boolean {
  for (let at = lower.indexOf("<!doctype"); at !== -1; ) {
    const close = lower.indexOf(">", at);
    if (/\[|system/.test(lower.slice(at, close === -1 ? lower.length : close))) return true;
    if (close === -1) return false;
    at = lower.indexOf("<!doctype", close);
  }
  return false;
}
