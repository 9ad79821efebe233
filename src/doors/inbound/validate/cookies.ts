/**
 * Cookies: reads the Cookie field exactly as RFC 6265, section 4.1.1 and 4.2.1 write it, or not at all.
 *
 * Lenient readers differ: some let a quoted value run over semicolons, some split at commas, some trim what others
 * keep. Where the door and the API disagree about where a cookie ends, a value that nobody checked becomes a session.
 */
import type { Fields } from "../../../guard.ts";

/** Names and values as written, in their order. `wrong`: the field is not one cookie-string. */
export type Cookies = { readonly pairs: readonly (readonly [name: string, value: string])[] } | { readonly wrong: string };

const NONE: Cookies = { pairs: [] };

/** token (RFC 9110, section 5.6.2); one class, one loop: linear. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** cookie-octet: visible ASCII without the double quote, comma, semicolon and backslash; the pair of quotes is part of the value. */
const VALUE = /^(?:[!#-+\--:<-[\]-~]*|"[!#-+\--:<-[\]-~]*")$/;

/** @param split whether several fields are parts of one (RFC 9113, section 8.2.3) */
export function readCookies(fields: Fields, split: boolean): Cookies {
  const texts = fields.all("cookie");
  if (texts.length === 0) return NONE;
  if (texts.length > 1 && !split) return { wrong: "must come in one field" };
  const pairs: (readonly [string, string])[] = [];
  for (const pair of texts.join("; ").split("; ")) {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, Math.max(0, equals));
    const value = pair.slice(equals + 1);
    if (!NAME.test(name) || !VALUE.test(value)) return { wrong: "must be name=value pairs, parted by a semicolon and a space" };
    pairs.push([name, value]);
  }
  return { pairs };
}
