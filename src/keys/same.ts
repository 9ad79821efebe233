/**
 * Same: whether two secrets are the same, in a time that says nothing about where they differ.
 *
 * The one place in the house where secrets are compared.
 */
import { hash, timingSafeEqual } from "node:crypto";

export function isSame(one: string | Uint8Array, other: string | Uint8Array): boolean {
  // Digests are of one length, and compared as they are.
  if (typeof one === "object" && typeof other === "object" && one.byteLength === other.byteLength) return timingSafeEqual(one, other);
  // Of equal length whatever was given: nobody learns how long the other one is.
  return timingSafeEqual(hash("sha256", one, "buffer"), hash("sha256", other, "buffer"));
}
