/** Words: elements, attributes and names of scripts with which a page is made to do what its author did not write. */
import { type WordTable, wordTable } from "../../lexicon.ts";

/** An element that runs, loads or changes the page by itself, and one that does so by its attributes. */
export const ELEMENT = { runs: 1, loads: 2, style: 3 } as const;

export const ELEMENTS: WordTable = wordTable({
  [ELEMENT.runs]: "script iframe frame frameset object embed applet svg math xss foreignobject animate animatemotion animatetransform vmlframe ilayer layer bgsound isindex portal xml noscript marquee listing plaintext xmp textarea",
  [ELEMENT.loads]: "base link meta import form template body html",
  [ELEMENT.style]: "style",
});

/** An attribute whose address is followed, one that is a page of its own, and the one that holds style. */
export const ATTRIBUTE = { address: 1, page: 2, style: 3, space: 4 } as const;

export const ATTRIBUTES: WordTable = wordTable({
  [ATTRIBUTE.address]: "href src action data background poster dynsrc lowsrc from to values folder codebase classid manifest ping content srcset",
  [ATTRIBUTE.page]: "srcdoc formaction",
  [ATTRIBUTE.space]: "xmlns",
  [ATTRIBUTE.style]: "style",
});

/** In a script: an object of the browser, a function that shows, runs or sends, and schemes that run what stands behind them. */
export const NAME = { root: 1, sink: 2, scheme: 3, data: 4, maker: 5 } as const;

export const NAMES: WordTable = wordTable({
  [NAME.root]: "document window self top parent globalthis frames navigator location opener localstorage sessionstorage console",
  [NAME.sink]: "alert prompt confirm eval decodeuri decodeuricomponent postmessage queuemicrotask reporterror structuredclone requestanimationframe requestidlecallback createimagebitmap unescape settimeout setinterval setimmediate execscript atob btoa msgbox importscripts function reflect",
  [NAME.scheme]: "javascript vbscript livescript mocha",
  [NAME.data]: "data",
  [NAME.maker]: "fromcharcode fromcodepoint",
});

/** Members of such objects that tell or do something. */
export const MEMBERS: WordTable = wordTable({
  1: "cookie domain write writeln location referrer body documentelement getelementbyid getelementsbytagname queryselector queryselectorall createelement createattribute appendchild parentnode innerhtml outerhtml insertadjacenthtml attachevent addeventlistener implementation cookiestore lastchild firstchild documentmode href replace assign open name eval alert prompt confirm settimeout setinterval execcommand defaultview baseuri forms images scripts url documenturi origin fetch",
});

/** Beginnings of the names of events, behind `on`. Longest first is not needed: any is enough. */
const EVENTS: readonly string[] = [
  "abort", "activate", "afterprint", "afterscriptexecute", "animation", "auxclick", "beforecopy", "beforecut", "beforeinput", "beforepaste", "beforeprint", "beforescriptexecute", "beforeunload", "beforetoggle", "beforehellfreezes", "begin", "blur", "bounce",
  "cancel", "canplay", "change", "click", "close", "command", "contentvisibility", "contextmenu", "copy", "cuechange", "cut", "dblclick", "deactivate", "devicemotion", "deviceorientation", "drag", "drop", "durationchange",
  "emptied", "ended", "error", "finish", "focus", "formdata", "fullscreen", "gesture", "gotpointercapture", "hashchange", "help", "input", "invalid", "key", "languagechange", "load", "lostpointercapture", "message", "mouse", "move", "mozfullscreen",
  "offline", "online", "orientationchange", "page", "paste", "pause", "play", "pointer", "popstate", "progress", "propertychange", "ratechange", "readystatechange", "repeat", "reset", "resize", "scroll", "search", "securitypolicy", "seek", "select", "show",
  "slotchange", "snap", "stalled", "start", "stop", "storage", "submit", "suspend", "timeupdate", "toggle", "touch", "transition", "unhandledrejection", "unload", "volumechange", "waiting", "webkit", "wheel", "zoom",
];
const byLetter: ReadonlyMap<string, readonly string[]> = Map.groupBy(EVENTS, (event) => event.charAt(0));

/** Whether a word, whose first letters are "on", names an event. @param from where "on" begins */
export function namesEvent(text: string, from: number, to: number): boolean {
  if (to - from < 5 || to - from > 48) return false;
  const name = text.slice(from + 2, to).toLowerCase();
  return (byLetter.get(name.charAt(0)) ?? []).some((event) => name.startsWith(event));
}
