/** Limits: what the policy says of the memory in which all limits are kept. */
import type { StoreWishes } from "../stores/hold-store.ts";
import type { WhenDown } from "../stores/store.ts";
import { checked, count, duration, either, fields, flag, oneOf, optional, or, reason, type Shape, size, text } from "./shape.ts";

/** What holds while the servers are away; that everybody passes then costs a reason. */
export const whenDownShape: Shape<WhenDown> = either(
  oneOf("local: each process decides by what it has seen itself. closed: nobody passes.", ["local", "closed"]),
  checked(fields({ open: reason("Why everybody may pass while the limit cannot be checked.") }), (): { readonly value: WhenDown } => ({ value: "open" })),
  (word): WhenDown => word,
  "What holds while the servers that keep limits are away. local: each process decides by what it has seen itself. closed: nobody passes. That everybody passes costs a reason.",
);

export const limitsShape: Shape<StoreWishes> = or(
  checked(
    fields({
      memory: or(size("Memory for the limits of this process, whatever its callers do: 16 bytes and a little for each name that owes something.", { min: "1MiB", max: "1GiB" }), "32MiB"),
      redis: optional(text("Reference to the URL of a Redis server (6.2 or newer; Valkey speaks the same, and is not tried here) that keeps the limits of several processes: env:NAME or file:path. Several URLs with commas between them are entrances to a cluster.", { example: "env:REDIS_URL" })),
      cluster: or(flag("Whether the servers are a cluster."), false),
      mode: or(oneOf("strict: the servers are asked for every request. leased: tokens are taken ahead, by the handful; the limit is never exceeded.", ["strict", "leased"]), "leased"),
      whenDown: or(whenDownShape, "local"),
      nodes: or(count("How many processes share the limits: while the servers are away, each gives out its part.", { min: 1, max: 1_000 }), 1),
      wait: or(duration("Longest wait for an answer of the servers.", { min: "5ms", max: "5s" }), "50ms"),
      plain: optional(reason("Why the way to the servers need not be encrypted.")),
    }, "Where it is remembered who has used up how much."),
    (given) => (given.redis === undefined && (given.cluster || given.plain !== undefined || given.nodes > 1) ? { wrong: "there are no servers that this could be about", allowed: "redis: env:NAME" } : { value: given }),
  ),
  {},
);
