/** Equal: compares secrets in a time that does not tell where they differ. Every comparison of secrets goes through here. */
import { timingSafeEqual } from "node:crypto";

/** Lengths are no secret: what is compared has a fixed one. */
export function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}
