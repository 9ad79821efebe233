/** Words: elements, attributes and names of scripts with which a page is made to do what its author did not write. */
import { type WordTable, wordTable } from "../../lexicon.ts";

export const AS = {
  /** An element that runs, loads or changes the page by itself. */
  element: 1,
  /** Its attributes hold addresses that are followed. */
  address: 2,
  /** An object of the browser. */
  root: 3,
  /** A member of such an object that tells or does something. */
  member: 4,
  /** A function that shows, runs or sends. */
  sink: 5,
  /** A scheme that runs what stands behind it. */
  scheme: 6,
  data: 7,
  /** An element that does harm with the attribute that it is made for. */
  loader: 8,
  style: 9,
} as const;

export const HTML: WordTable = wordTable({
  [AS.element]: "script iframe frame frameset object embed applet svg math xss foreignobject animate animatemotion animatetransform vmlframe ilayer bgsound isindex portal xml noscript marquee listing plaintext xmp textarea",
  [AS.loader]: "base link meta import style form template body html",
  [AS.address]: "href src action formaction data srcdoc background poster dynsrc lowsrc from to values folder codebase classid manifest ping content srcset",
  [AS.style]: "style",
  [AS.root]: "document window self top parent globalthis frames navigator location opener localstorage sessionstorage",
  [AS.member]: "cookie domain write writeln location referrer body documentelement getelementbyid getelementsbytagname queryselector queryselectorall createelement innerhtml outerhtml href replace assign open name eval alert prompt confirm settimeout setinterval execcommand defaultview baseuri forms images scripts url documenturi origin fetch",
  [AS.sink]: "alert prompt confirm eval settimeout setinterval setimmediate execscript atob btoa msgbox importscripts print_",
  [AS.scheme]: "javascript vbscript livescript mocha",
  [AS.data]: "data",
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
