/** Limits: what the policy says of the memory in which all limits are kept. */
import type { StoreWishes } from "../stores/hold-store.ts";
import { fields, or, type Shape, size } from "./shape.ts";

export const limitsShape: Shape<StoreWishes> = or(
  fields({
    memory: or(size("Memory for the limits of this process, whatever its callers do: 16 bytes and a little for each name that owes something.", { min: "1MiB", max: "1GiB" }), "32MiB"),
  }),
  {},
);
