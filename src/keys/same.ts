/**
 * Same: whether two secrets are the same, in a time that says nothing about where they differ or how long they are.
 *
 * The one place in the house where secrets are compared.
 */
import { hash, timingSafeEqual } from "node:crypto";

export function isSame(one: string | Uint8Array, other: string | Uint8Array): boolean {
  // Of equal length whatever was given, and nobody chooses where two digests begin to differ.
  return timingSafeEqual(hash("sha256", one, "buffer"), hash("sha256", other, "buffer"));
}
