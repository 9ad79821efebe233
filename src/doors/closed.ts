/** Closed: whether content lets through only members that the contract names, in objects of any depth. */
import type { Place } from "../contract/misfit.ts";
import type { MediaType } from "../contract/operation.ts";

/** `ajar`: not closed; where the object stands that leaves it open, as far as a schema says. */
export type Closure = { readonly closed: true } | { readonly closed: false; readonly ajar: Place | undefined };

const CLOSED: Closure = { closed: true };

const known = new WeakMap<object, Closure>();

export function closureOf({ validator: own, patched }: Pick<MediaType, "validator" | "patched">): Closure {
  const validator = patched ?? own;
  if (validator === undefined) return { closed: false, ajar: undefined };
  let closure = known.get(validator);
  if (closure === undefined) {
    const { open, sketch } = validator;
    const ajar = sketch?.ajar;
    closure = !open && sketch !== undefined && ajar === undefined ? CLOSED : { closed: false, ajar };
    known.set(validator, closure);
  }
  return closure;
}
