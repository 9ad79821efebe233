/**
 * Stages: the nine stages in order, and the only place that knows the order.
 *
 * Screen is cheapest and needs no identity. Authenticate finds out who it is; throttle charges them; authorize needs
 * no body. Validate is the first that reads the body, so strangers never make the house parse. Prepare is the first
 * that may change anything. Behind the API, verify holds the answer to the contract, disclose decides what of it this
 * caller may see, and seal closes the envelope.
 */
import type { Stage } from "../exchange/exchange.ts";

export type Door = "inbound" | "outbound";

const DOORS: { readonly [S in Stage]: Door } = {
  screen: "inbound",
  authenticate: "inbound",
  throttle: "inbound",
  authorize: "inbound",
  validate: "inbound",
  prepare: "inbound",
  verify: "outbound",
  disclose: "outbound",
  seal: "outbound",
};

export const STAGES: readonly Stage[] = Object.keys(DOORS) as Stage[];

export function doorOf(stage: Stage): Door {
  return DOORS[stage];
}
