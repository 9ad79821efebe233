/**
 * File name: whether a name that a caller gives a file can be taken for a name and nothing else.
 *
 * Names are looked at as they stand, as Windows would fit them to its code page (a full-width slash becomes a slash), and
 * once percent-decoded, because somebody behind will do each of these.
 */
import { decodePercent } from "../../../../contract/percent.ts";

/** Bytes of a name that common file systems hold. */
export const FILE_NAME_BYTES_MAX = 255;

/** Controls, characters without a shape or of nobody's, and signs that turn the direction of writing. One class: linear. */
const SHAPELESS = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Separators of paths, streams and drives, and what Windows or a shell takes for more than a character. */
const SEPARATING = /[/\\:*?"<>|]/;
/** Devices of Windows, whatever stands behind a full stop. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\.|$)/i;

/** What is wrong with a name, as the rest of a sentence. Linear; never throws. */
export function nameFault(name: string): string | undefined {
  if (name === "") return "has no name";
  if (Buffer.byteLength(name) > FILE_NAME_BYTES_MAX) return "has a name that is too long";
  for (const view of viewsOf(name)) {
    const wrong = viewFault(view);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function viewsOf(name: string): readonly string[] {
  const fitted = name.normalize("NFKC");
  const decoded = name.includes("%") ? decodePercent(name.toWellFormed()) : undefined;
  // Triplets that are no UTF-8 are decoded by nobody in the same way: what they would give is looked for as it stands.
  const octets = name.replaceAll(/%(2f|5c|00|2e|3a)/gi, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return [...new Set([name, fitted, octets, ...(decoded === undefined ? [] : [decoded])])];
}

function viewFault(name: string): string | undefined {
  if (SHAPELESS.test(name)) return "has a name with characters that cannot be seen";
  if (SEPARATING.test(name)) return "has a name with characters that lead elsewhere";
  if (/^[.~-]/.test(name)) return "has a name that begins as hidden files and options do";
  if (/[. ]$/.test(name) || name.startsWith(" ")) return "has a name with a full stop or a blank at its end";
  return DEVICE.test(name) ? "has the name of a device" : undefined;
}

/** The parts behind full stops, in lower case: `["tar", "gz"]`. */
export function extensionsOf(name: string): readonly string[] {
  return name.toLowerCase().split(".").slice(1);
}
