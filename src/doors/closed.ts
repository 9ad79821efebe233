/** Closed: whether content lets through only members that the contract names, in objects of any depth. */
import type { Validator } from "../contract/operation.ts";

const known = new WeakMap<Validator, boolean>();

export function isClosed(validator: Validator): boolean {
  let closed = known.get(validator);
  if (closed === undefined) {
    const { open, sketch } = validator;
    closed = !open && sketch !== undefined && sketch.ajar === undefined;
    known.set(validator, closed);
  }
  return closed;
}
