/**
 * Java: classes that an attacker reaches for through expressions and through what is read back into objects.
 *
 * Developers write of classes, and paste traces that are full of them. An attack names one of the few that run something,
 * calls it, or is nothing but the name of a class, where a class is loaded by its name.
 */
import type { Detector } from "../detector.ts";
import { wordTable } from "../lexicon.ts";
import { MARK } from "../marks.ts";
import { type Reading, WORD } from "../reading.ts";

/** 1: begins the name of a package. 2: runs or loads something. 3: gadgets that do so while objects are read. */
const WORDS = wordTable({
  1: "java javax com org sun freemarker ognl groovy clojure",
  2: "runtime processbuilder classloader scriptengine scriptenginemanager unixprocess processimpl defineclass urlclassloader objectinputstream unsafe interpreter",
  3: "clonetransformer forclosure instantiatefactory instantiatetransformer invokertransformer prototypeclonefactory prototypeserializationfactory whileclosure templatesimpl jdbcrowsetimpl badattributevalueexpexception annotationinvocationhandler chainedtransformer constanttransformer lazymap priorityqueue bcelclassloader processbuilder_ getruntime memberaccess ognlutil xmldecoder objectfactory methodutil",
});

/** Second parts of packages that are read by their whole name where one stands alone. */
const PACKAGES: ReadonlySet<string> = new Set(["lang", "io", "net", "nio", "script", "rmi", "naming", "util", "management", "sun", "opensymphony", "apache", "omg", "springframework", "hibernate", "mchange", "codehaus", "jboss", "postgresql", "mysql", "caucho", "misc", "reflect", "template"]);

export const java: Detector = {
  name: "java",
  kinds: new Set(["short", "text", "url", "filename"]),
  needs: MARK.dot | MARK.round,
  find(reading) {
    for (let at = 0; at < reading.count; at++) {
      if (reading.type[at] !== WORD) continue;
      const meaning = reading.classAt(at, WORDS);
      if (meaning === 0) continue;
      const found = meaning === 1 ? findPackage(reading, at) : meaning === 2 ? findRunner(reading, at) : findGadget(reading, at);
      if (found !== undefined) return found;
    }
    return findBinding(reading);
  },
};

/** `java.lang.Runtime`, and any class where its name is all there is. */
function findPackage(reading: Reading, at: number): string | undefined {
  if (reading.typeAt(at - 1) === 0x2e || reading.typeAt(at - 1) === 0x40 || reading.typeAt(at - 1) === 0x2f || reading.typeAt(at + 1) !== 0x2e) return undefined;
  const first = reading.textAt(at).toLowerCase();
  let end = at;
  while (reading.typeAt(end + 1) === 0x2e && reading.typeAt(end + 2) === WORD && reading.isGlued(end + 1) && reading.isGlued(end + 2)) end += 2;
  if (end === at) return undefined;
  const isJava = first === "java" || first === "javax";
  if (isJava) for (let part = at + 2; part <= end; part += 2) if (reading.classAt(part, WORDS) === 2) return "java-runner";
  const isKnown = PACKAGES.has(reading.textAt(at + 2).toLowerCase()) && (first !== "org" || end > at + 2);
  return isKnown && isAlone(reading, at, end) && isLoadable(reading, end, isJava) ? "java-class" : undefined;
}

/** Nothing but the name, or the name with `x=` before or behind it. */
function isAlone(reading: Reading, at: number, end: number): boolean {
  if ((reading.marks & (MARK.blank | MARK.slash | MARK.at | MARK.colon | MARK.dash)) !== 0) return false;
  const isFirst = at === 0 || (at <= 4 && reading.typeAt(at - 1) === 0x3d);
  return isFirst && (end === reading.count - 1 || reading.typeAt(end + 1) === 0x3d || reading.typeAt(end + 1) === 0x28);
}

/** Exceptions are reported by their names, and of other packages than Java's own the long names alone are of interest. */
function isLoadable(reading: Reading, end: number, isJava: boolean): boolean {
  const name = reading.textAt(end);
  if (/(?:Exception|Error|Throwable)$/.test(name)) return false;
  return isJava || end > 3;
}

/** `ProcessBuilder.x`, `Runtime.getRuntime()`. */
function findRunner(reading: Reading, at: number): string | undefined {
  if (reading.typeAt(at + 1) !== 0x2e || !reading.isGlued(at + 1)) return undefined;
  const next = at + 2;
  if (reading.textAt(at).toLowerCase() === "processbuilder") return reading.typeAt(next) === WORD ? "java-runner" : undefined;
  return reading.classAt(next, WORDS) === 3 && reading.typeAt(next + 1) === 0x28 ? "java-runner" : undefined;
}

function findGadget(reading: Reading, at: number): string | undefined {
  const isPart = reading.typeAt(at - 1) === 0x2e || reading.typeAt(at + 1) === 0x2e || reading.typeAt(at + 1) === 0x28;
  return isPart ? "java-gadget" : undefined;
}

/** `class.module.classLoader.resources...`: a form that is bound to an object reaches its class loader. */
function findBinding(reading: Reading): string | undefined {
  for (let at = 0; at + 2 < reading.count && at < 8; at++) {
    if (reading.textAt(at).toLowerCase() !== "class" || reading.typeAt(at + 1) !== 0x2e || !reading.isGlued(at + 2)) continue;
    const next = reading.textAt(at + 2).toLowerCase();
    return next === "module" || next === "classloader" || next === "protectiondomain" ? "java-binding" : undefined;
  }
  return undefined;
}
